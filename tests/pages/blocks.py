"""What the pages show: fenced blocks, and the commands in them."""

import itertools
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from scripts.generate import ROOT

PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")))
FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_CALL = re.compile(r"^(?:\w+=\S+ )*(models .*)")
_INNER_CALL = re.compile(r"\$\((models [^)]*)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: the page, the line of its first line, what it is written in."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def typed(self) -> list[str]:
        """The lines that somebody types: of a session those behind a prompt, what goes on with `\\` as one."""
        lines = self.text.replace("\\\n", "").splitlines()
        return [line[2:] for line in lines if line.startswith("$ ")] if self.language == "console" else lines


def blocks(*languages: str) -> list[Block]:
    return [
        Block(page, text.count("\n", 0, match.start()) + 2, match["language"], match["text"])
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for match in FENCED.finditer(text)
        if match["language"] in languages
    ]


def calls(block: Block) -> list[list[str]]:
    """The calls of `models` in a shell block, as words."""
    found = [call for line in block.typed for call in (*_CALL.findall(line), *_INNER_CALL.findall(line))]
    return [words(call) for call in found]


def words(call: str) -> list[str]:
    """The words of a call up to what ends it for the shell, `models` itself left out."""
    lexer = shlex.shlex(call, posix=False, punctuation_chars=True)
    lexer.whitespace_split = True
    ours = itertools.takewhile(lambda word: word[0] not in "();<>|&", lexer)
    return [shlex.split(word)[0] for word in ours][1:]
