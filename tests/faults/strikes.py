"""Faults that strace puts under a command: which calls there are on a project's files, and one that fails or kills.

strace counts calls for each thread on its own. The main thread makes `BURNT` calls for nothing first, so that a number
above that means the main thread, and one below it any other.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cli.project import LONGEST_RUN, Project, Result
from tests.faults.stage import BURNT, Order, Stage

BURNT_BY = {"newfstatat": "stat"}
"""The C function that makes a call, where its name is another one."""
TRACED = "%file,%desc"
NOT_OURS = {"getcwd", "chdir", "mmap"}
"""Calls that name a folder or file and do nothing on the disk."""
_CALL = re.compile(r"(\d+) +([a-z0-9_]+)\(")


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault: at the how-manieth call of that name, on the main thread or on any other."""

    call: str
    number: int
    main: bool
    fault: str

    @property
    def injection(self) -> str:
        """strace's words for it."""
        what = "signal=SIGKILL" if self.fault == "KILL" else f"error={self.fault}"
        return f"inject={self.call}:{what}:when={self.number + BURNT * self.main}"


@dataclass(frozen=True, slots=True)
class Struck:
    """What came of a strike: how the command ended, and whether the fault met a file of the project or store."""

    result: Result
    met: bool


def strace() -> str:
    """Where strace is."""
    found = shutil.which("strace")
    assert found, "install strace: apt-get install strace"
    return found


def calls(stage: Stage, project: Project, *arguments: str) -> list[tuple[str, int, bool]]:
    """Run a command; its calls on files of the project or store: name, number, and whether on the main thread."""
    log = stage.folder / "trace"
    with Trace(log, f"trace={TRACED}") as trace:
        assert stage.perform(Order(project, arguments, held=True), trace.begin).code == 0
    counted: dict[tuple[int, str], int] = {}
    found: dict[tuple[str, int, bool], None] = {}
    for line in log.read_text().splitlines():
        if match := _CALL.match(line):
            thread, name = int(match[1]), match[2]
            counted[thread, name] = counted.get((thread, name), 0) + 1
            if name not in NOT_OURS and concerns(project, line):
                found[name, counted[thread, name], thread == trace.main] = None
    return list(found)


def strike(stage: Stage, project: Project, one: Strike, *arguments: str) -> Struck:
    """Run a command with one fault under it."""
    log = stage.folder / "trace"
    order = Order(project, arguments, held=True, burnt=BURNT_BY.get(one.call, one.call))
    with Trace(log, f"trace={one.call}", one.injection) as trace:
        result = stage.perform(order, trace.begin)
    lines = log.read_text().splitlines()
    met = any("(INJECTED)" in line and concerns(project, line) for line in lines)
    return Struck(result, result.code == -9 if one.fault == "KILL" else met)


def concerns(project: Project, line: str) -> bool:
    """Whether a line of strace names a file of the project or store, beyond the current folder."""
    line = line.replace(f"AT_FDCWD<{project.folder}>", "")
    return any(f"{folder}{end}" in line for folder in (project.folder, project.store) for end in '/">')


class Trace:
    """strace with these expressions, as a context: it takes hold of a process that stands still, and goes with it."""

    def __init__(self, log: Path, *expressions: str) -> None:
        self.main = 0
        self._command = [strace(), "-f", "-y", "-o", str(log), *(word for one in expressions for word in ("-e", one))]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.communicate(timeout=LONGEST_RUN)

    def begin(self, child: int) -> None:
        """Take hold of a process, whose number is then `main`."""
        self.main = child
        self._process = subprocess.Popen([*self._command, "-p", str(child)], stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        said = self._process.stderr.readline()
        assert "attached" in said, said
