"""What the pages show is what the code takes: manifests, commands, programs, and links that lead somewhere."""

import ast
import itertools
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from resolver.cli.main import models
from resolver.documents.manifest import read_manifest
from resolver.domain.environment import joined
from resolver.mirrors import MIRRORS
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES
from scripts.generate import ROOT

PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")))
FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
CALL = re.compile(r"^(?:\w+=\S+ )*(models .*)")
INNER_CALL = re.compile(r"\$\((models [^)]*)\)")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)


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


def blocks(*languages: str) -> list[Block]:
    return [
        Block(page, text.count("\n", 0, match.start()) + 2, match["language"], match["text"])
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for match in FENCED.finditer(text)
        if match["language"] in languages
    ]


def is_manifest(block: Block) -> bool:
    return re.search(r"^models:", block.text, re.MULTILINE) is not None


def commands(block: Block) -> list[list[str]]:
    """The calls of `models` in a shell block, as words; of a session, what was typed."""
    lines = block.text.splitlines()
    typed = [line[2:] for line in lines if line.startswith("$ ")] if block.language == "console" else lines
    calls = [call for line in typed for call in (*CALL.findall(line), *INNER_CALL.findall(line))]
    return [words(call) for call in calls]


def words(call: str) -> list[str]:
    """The words of a call up to what ends it for the shell, `models` itself left out."""
    lexer = shlex.shlex(call, posix=False, punctuation_chars=True)
    lexer.whitespace_split = True
    ours = itertools.takewhile(lambda word: word[0] not in "();<>|&", lexer)
    return [shlex.split(word)[0] for word in ours][1:]


MANIFESTS = [block for block in blocks("yaml") if is_manifest(block)]
PROGRAMS = blocks("python")
CALLS = [(block, call) for block in blocks("sh", "console") for call in commands(block)]


def test_the_pages_show_something_of_each_kind() -> None:
    assert len(MANIFESTS) > 10
    assert len(PROGRAMS) > 10
    assert len(CALLS) > 30
    assert {path.stem for path in PAGES if path.parent.name == "runtimes"} >= {"faster-whisper", "spacy"}


@pytest.mark.parametrize("block", MANIFESTS, ids=lambda one: one.where)
def test_a_manifest_is_one_that_the_tool_reads(block: Block) -> None:
    """A fragment stands without `version: 1`."""
    text = block.text if block.text.startswith("version:") else f"version: 1\n{block.text}"
    defaults = {kind: one.default_runtime for kind, one in SOURCES.items()}
    manifest = read_manifest(text.encode(), block.where, defaults, RUNTIMES, MIRRORS)
    assert manifest.models


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda one: one.where)
def test_a_program_compiles(block: Block) -> None:
    assert ast.parse(block.text, block.where).body


@pytest.mark.parametrize(
    ("block", "call"), CALLS, ids=lambda one: one.where if isinstance(one, Block) else " ".join(one)
)
def test_a_command_is_one_that_the_tool_takes(block: Block, call: list[str]) -> None:
    """The command line reads it, as far as it does before it works."""
    verb, *arguments = call
    above = models.make_context("models", [verb])
    command = models.get_command(above, verb)
    assert command is not None, block.where
    command.make_context(verb, arguments, parent=above)


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_a_link_leads_to_a_page_and_a_heading_that_are_there(page: Path) -> None:
    broken = []
    for match in LINK.finditer(FENCED.sub("", page.read_text(encoding="utf-8"))):
        path, _, heading = match["target"].partition("#")
        if path.startswith(("http:", "https:")):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in headings(target)):
            broken.append(match["target"])
    assert broken == []


def headings(page: Path) -> set[str]:
    """The names of a page's headings in its address, as GitHub makes them."""
    found = HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in found}


def test_every_library_has_a_page_that_the_index_names() -> None:
    folder = ROOT / "docs" / "runtimes"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {path.name for path in PAGES if path.parent == folder} - {"README.md"}
    assert [page for page in pages if f"]({page})" not in index] == []
    assert [name for name in RUNTIMES if f"`{name}`" not in index] == []


def test_the_index_names_every_variable_that_programs_are_told() -> None:
    index = (ROOT / "docs" / "runtimes" / "README.md").read_text(encoding="utf-8")
    told = joined(runtime.environment() for runtime in RUNTIMES.values())
    names = {*told.values, *told.folders, *told.paths, *told.removed}
    assert sorted(name for name in names if f"`{name}`" not in index) == []
