"""Processes that stand ready to run a command: what strace sees of one is the command, not the start of a Python.

`Stage` starts this module as a process of its own, which has run one sync, so that everything is imported, and forks
once for each order. A forked child stops itself before it begins, so that strace can take hold of it.
"""

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from resolver.cli.main import outcome, run
from resolver.surroundings import Surroundings
from tests.cli.project import LONGEST_RUN, ROOT, Project, Result

BURNT = 2000
"""Calls that the main thread makes for nothing: strace counts for each thread, and no other thread makes so many."""

PR_SET_PTRACER = 0x59616D61
"""prctl(2): who may trace us. Where Yama restricts it to ancestors, strace, which is none, could not begin."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command of a project. `burnt` is the C function that is called for nothing; `held` stops the child first.

    `forked` is false for what the stage runs itself, so that its children find everything imported.
    """

    project: Project
    arguments: tuple[str, ...]
    held: bool = False
    burnt: str = ""
    forked: bool = True

    def line(self, folder: Path) -> str:
        """What is sent to the stage; `folder` is where the child's two streams go."""
        return json.dumps(
            {
                "folder": str(self.project.folder),
                "environment": dict(self.project.environment),
                "arguments": self.arguments,
                "held": self.held,
                "burnt": self.burnt,
                "forked": self.forked,
                "streams": str(folder),
            }
        )


class Stage:
    """The process that forks, as a context; `folder` is for what its children say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.stage"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=LONGEST_RUN)  # the end of its orders is its end

    def perform(self, order: Order, hold: Callable[[int], None] = lambda _: None) -> Result:
        """Run a command to its end; `hold` is called with the child's number while it stands still."""
        assert self._process.stdin is not None
        print(order.line(self.folder), file=self._process.stdin, flush=True)
        child = self._answer()
        try:
            if order.held:
                hold(child)
                self._continue(child)
        except BaseException:
            os.kill(child, signal.SIGKILL)
            raise
        code = self._answer()
        return Result(code, *((self.folder / name).read_text(errors="replace") for name in ("stdout", "stderr")))

    def _continue(self, child: int) -> None:
        """Let it run until it has ended; a signal that comes while strace begins may be lost, so it comes again."""
        os.kill(child, signal.SIGCONT)
        end = time.monotonic() + 2 * LONGEST_RUN
        assert self._process.stdout is not None
        while not select.select([self._process.stdout], [], [], 2)[0]:
            assert time.monotonic() < end, "it neither goes on nor ends"
            os.kill(child, signal.SIGCONT)

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def main() -> None:
    """Fork for each order, say the child's number and then its exit code."""
    for line in sys.stdin:
        order = json.loads(line)
        if not order["forked"]:
            _say(os.getpid(), _warmed(order))
            continue
        child = os.fork()
        if not child:
            _perform(order)
        if order["held"]:
            os.waitpid(child, os.WUNTRACED)
        _say(child)
        _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _say(*numbers: int) -> None:
    sys.stdout.writelines(f"{number}\n" for number in numbers)
    sys.stdout.flush()


def _warmed(order: Any) -> int:
    """Run the command in this process."""
    around = Surroundings(order["environment"], Path(order["environment"]["HOME"]), Path(order["folder"]))
    folder = Path(order["streams"])
    with (folder / "stdout").open("w") as out, (folder / "stderr").open("w") as err:  # noqa: SIM117 - one line is full
        with redirect_stdout(out), redirect_stderr(err):
            return outcome(order["arguments"], around)


def _perform(order: Any) -> None:
    """The child: everything as a fresh process has it, then the command, which ends it."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    for number, name in enumerate(("stdout", "stderr"), start=1):
        os.dup2(os.open(Path(order["streams"], name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    library = ctypes.CDLL(None)
    if order["held"]:
        library.prctl(PR_SET_PTRACER, ctypes.c_ulong(-1))
        os.kill(os.getpid(), signal.SIGSTOP)
    signal.alarm(LONGEST_RUN)
    if order["burnt"]:
        burn = getattr(library, order["burnt"])
        for _ in range(BURNT):
            burn(-1, None, -1, 0, 0, 0)
    run(order["arguments"])


if __name__ == "__main__":
    main()
