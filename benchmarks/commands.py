"""Running a contender's command: how long it took, what it took in memory, and what it read and wrote."""

import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import Outcome

_COUNT = re.compile(r"^(rchar|wchar): (\d+)$", re.MULTILINE)


class FailedError(Exception):
    """A contender's command failed: its figures would mean nothing."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ended well: wall-clock seconds, processor seconds, peak memory, what it said.

    `peak` is never less than what this process takes itself: a child is counted from the moment it is forked.
    `read` and `written` count bytes of its own calls read(2) and write(2) and their relatives (Linux; else -1). What
    recv(2) brings is not among them.
    """

    seconds: float
    processor_seconds: float
    peak: int
    read: int
    written: int
    stdout: str

    def outcome(self, text: str = "", **facts: float) -> Outcome:
        """For a table: the text, and the memory that it took."""
        least = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        shown = f"{'under ' if self.peak <= least else ''}{self.peak / 1e6:.0f} MB of memory"
        own = {"peak_bytes": self.peak, "processor_seconds": self.processor_seconds}
        return Outcome(f"{text}, {shown}" if text else shown, self.seconds, {**own, **facts})


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, where, and all that it sees of the environment."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def run(command: Command) -> Ended:
    """Run a command to its end.

    Raises:
        FailedError: it ended with another code than 0.
    """
    noise = command.folder / ".noise"
    speech = command.folder / ".speech"
    with noise.open("wb") as errors, speech.open("wb") as output:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command.words, cwd=command.folder, env=command.environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=errors,
        )  # fmt: skip
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - begin
        counts = _counts(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    said, complaint = speech.read_text("utf-8", "replace"), noise.read_text("utf-8", "replace")
    noise.unlink()
    speech.unlink()
    if process.returncode:
        raise FailedError(f"{' '.join(command.words)}: {process.returncode}\n{said[-2000:]}\n{complaint[-2000:]}")
    worked = usage.ru_utime + usage.ru_stime
    return Ended(seconds, worked, usage.ru_maxrss * 1024, counts.get("rchar", -1), counts.get("wchar", -1), said)


def _counts(process: int) -> dict[str, int]:
    """Of a process that has ended and was not waited for yet."""
    try:
        text = Path(f"/proc/{process}/io").read_text("ascii")
    except OSError:
        return {}
    return {name: int(value) for name, value in _COUNT.findall(text)}


def tool(name: str, install: str, beside: Path | None = None) -> str:
    """Where a command is, in the folder `beside` or else in the search path.

    Raises:
        SystemExit: it is not installed; says how to.
    """
    found = (shutil.which(name, path=str(beside)) if beside else None) or shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed; it is by: {install}")
    return found
