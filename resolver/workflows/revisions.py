"""What git has of a lock: asked of the program, read-only, without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.digests import is_commit, is_sha256
from resolver.domain.errors import InputError
from resolver.domain.names import nearest
from resolver.programs import LARGEST_ANSWER, Answer, ask, is_there

PATIENCE = 30.0
"""Seconds for one answer: a history may lie on a slow disk."""
_MOST_NAMES = 1000
_NO_REPOSITORY = "not a git repository"
_WITHOUT_GIT = "without git, name two files: `models diff OLD NEW`"
_NO_NETWORK = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository that a folder lies in.

    Every question raises InputError if git is not there, does not answer, or says that there is no repository.
    """

    folder: Path
    environment: Mapping[str, str]

    def commit(self, revision: str) -> str | None:
        """The commit that a revision means, None if there is no such revision."""
        found = self._line("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return found if found is not None and _is_object(found) else None

    def content(self, name: str) -> bytes | None:
        """The bytes of the file that `REVISION:PATH` names, None if there is none."""
        found = self._line("rev-parse", "--verify", "--quiet", name)
        if found is None or not _is_object(found):
            return None
        if self._line("cat-file", "-t", found) != "blob":
            return None
        content = self._asked("cat-file", "blob", found).stdout
        if len(content) >= LARGEST_ANSWER:
            raise InputError(f"{name} is larger than {LARGEST_ANSWER} bytes", hint="no lock is; is it another file?")
        return content

    def prefix(self) -> str:
        """The folder as seen from the top of the repository: empty, or a path that ends in a slash."""
        return self._line("rev-parse", "--show-prefix") or ""

    def nearest(self, revision: str) -> str | None:
        """The branch or tag that a misspelt one most likely means."""
        answer = self._asked("for-each-ref", f"--count={_MOST_NAMES}", "--format=%(refname:short)")
        return nearest(revision, answer.stdout.decode("utf-8", "replace").splitlines())

    def _line(self, *question: str) -> str | None:
        """The answer as a line, None if git answers no."""
        answer = self._asked(*question)
        return answer.stdout.decode("utf-8", "replace").strip("\n") if answer.code == 0 else None

    def _asked(self, *question: str) -> Answer:
        answer = ask(["git", *question], {**self.environment, **_NO_NETWORK}, seconds=PATIENCE, folder=self.folder)
        if answer is not None and answer.code in (0, 1):
            return answer
        raise InputError(self._why(answer), hint=_WITHOUT_GIT)

    def _why(self, answer: Answer | None) -> str:
        """Why there is no answer, in git's words where it has some."""
        if answer is None:
            installed = is_there("git", self.environment)
            return (
                f"git did not answer within {PATIENCE:.0f} s" if installed else "git is not installed, or not on PATH"
            )
        said = answer.stderr.decode("utf-8", "replace").strip()
        if _NO_REPOSITORY in said:
            return f"{self.folder} is in no git repository"
        return f"git cannot say: {(said.splitlines() or ['nothing'])[0].removeprefix('fatal: ')[:300]}"


def _is_object(text: str) -> bool:
    """Whether a text is the name of one of git's objects, of either length."""
    return is_commit(text) or is_sha256(text)
