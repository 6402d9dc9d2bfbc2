"""Measuring side by side: every contender in turn, several times over, and what the machine was at that time."""

import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

RUNS = 5
"""Machines are noisy: fewer runs than this make no median worth printing."""


class GaveUpError(Exception):
    """A contender reached its limit without an answer; its text says which."""


def _nothing() -> None:
    """What most contenders need before a run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: in words, in numbers by name, and in seconds where its own clock is the better one."""

    text: str
    seconds: float | None = None
    facts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to do the work. `run` is timed and says what came of it; `prepare` is called before, untimed.

    `most_runs` bounds the runs of one that takes a minute each time.
    """

    name: str
    run: Callable[[], str | Outcome]
    prepare: Callable[[], None] = _nothing
    most_runs: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each run of a contender, what came of the last one, and the largest of each number of all runs."""

    name: str
    seconds: tuple[float, ...]
    outcome: str
    gave_up: bool = False
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """Seconds; of a contender that gave up, how long it tried."""
        return statistics.median(self.seconds)

    def as_json(self) -> dict[str, object]:
        """For a results file."""
        return {
            "name": self.name,
            "median_seconds": self.median,
            "seconds": list(self.seconds),
            "gave_up": self.gave_up,
            "outcome": self.outcome,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of work and its contenders; the ratios are to the first."""

    work: str
    measured: tuple[Measured, ...]

    def ratio(self, one: Measured) -> float:
        """How many times as long as the first contender."""
        return one.median / self.measured[0].median

    def of(self, name: str) -> Measured:
        """A contender by its name."""
        return next(one for one in self.measured if one.name == name)

    def as_json(self) -> dict[str, object]:
        """For a results file."""
        return {"work": self.work, "contenders": [one.as_json() for one in self.measured]}


def compare(work: str, contenders: Sequence[Contender], runs: int = RUNS) -> Comparison:
    """Run all contenders in turn, `runs` times; one that gives up is not asked again.

    In turn, not one after the other: whatever else the machine does then meets all of them.
    """
    logs = [_Log(one) for one in contenders]
    for _ in range(runs):
        for log in logs:
            log.once()
    return Comparison(work, tuple(log.measured() for log in logs))


@dataclass(slots=True)
class _Log:
    contender: Contender
    seconds: list[float] = field(default_factory=list)
    outcome: str = ""
    gave_up: bool = False
    facts: dict[str, float] = field(default_factory=dict)

    def once(self) -> None:
        if self.gave_up or len(self.seconds) == self.contender.most_runs:
            return
        self.contender.prepare()
        gc.collect()
        begin = time.perf_counter()
        try:
            outcome = self._noted(self.contender.run())
        except GaveUpError as error:
            outcome, self.gave_up = Outcome(str(error)), True
        seconds = time.perf_counter() - begin if outcome.seconds is None else outcome.seconds
        self.outcome = outcome.text
        self.seconds = [seconds] if self.gave_up else [*self.seconds, seconds]

    def _noted(self, outcome: str | Outcome) -> Outcome:
        if isinstance(outcome, str):
            return Outcome(outcome)
        for name, value in outcome.facts.items():
            self.facts[name] = max(value, self.facts.get(name, value))
        return outcome

    def measured(self) -> Measured:
        return Measured(self.contender.name, tuple(self.seconds), self.outcome, self.gave_up, self.facts)


def positive(text: str) -> int:
    """A count from the command line that is at least 1; of nothing there is no median."""
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


def circumstances(*packages: str) -> dict[str, str]:
    """What the figures depend on: interpreter, system, processor, its load now, and versions of `packages`."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "load before": _load(),
        **{package: version(package) for package in packages},
    }


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor()) or "unknown"


def _load() -> str:
    """How many processes wanted a core in the last minute: others, as we have not begun."""
    return f"{os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else "unknown"
