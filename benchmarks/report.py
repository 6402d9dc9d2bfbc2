"""A row of the figures: what was to be reached, what was measured, on paper and on screen."""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peers
from benchmarks.measure import RUNS, Comparison, circumstances, positive
from benchmarks.show import RESULTS, circumstances_text, table, times, write_json, write_plot
from resolver import __version__

MEMORY = Path("/dev/shm")  # noqa: S108  # memory as a file system is what is meant


@dataclass(frozen=True, slots=True)
class Target:
    """What a row is to reach, in words, and the measured number beside its limit; `at_least` turns the comparison."""

    text: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether it was."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def as_json(self) -> dict[str, object]:
        """For a results file."""
        return {"text": self.text, "measured": self.measured, "limit": self.limit, "reached": self.reached}


@dataclass(frozen=True, slots=True)
class Table:
    """What does not fit the table of times."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_json(self) -> dict[str, object]:
        """For a results file."""
        return {"title": self.title, "head": list(self.head), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its number in the figures, its title, what was done, and what came of it."""

    number: int
    title: str
    work: str
    comparisons: Sequence[Comparison]
    targets: Sequence[Target]
    runs: int
    tables: Sequence[Table] = ()

    def publish(self, path: Path, known: Mapping[str, str]) -> None:
        """Print the tables, write the JSON and draw the plot beside it."""
        print(f"{self.number}. {self.title}\n{self.work}\n{circumstances_text(known)}\n\n{times(self.comparisons)}\n")
        for one in self.tables:
            print(f"{one.title}\n\n{table(one.head, one.rows)}\n")
        for target in self.targets:
            print(f"{'reached' if target.reached else 'MISSED'}: {target.text}: {target.measured:.3g}")
        write_json(path, self._document(known))
        write_plot(path.with_suffix(".svg"), self.title, self.comparisons)

    def _document(self, known: Mapping[str, str]) -> dict[str, object]:
        return {
            "row": self.number,
            "title": self.title,
            "work": self.work,
            "runs": self.runs,
            "circumstances": dict(known),
            "targets": [one.as_json() for one in self.targets],
            "comparisons": [one.as_json() for one in self.comparisons],
            "tables": [one.as_json() for one in self.tables],
        }


def known(*packages: str) -> dict[str, str]:
    """The machine, and the versions of everybody."""
    return {"models-lock": __version__, **circumstances("huggingface-hub", *packages), **peers.versions()}


def arguments(script: str, about: str | None, runs: int = RUNS) -> argparse.ArgumentParser:
    """What every script takes; a script adds its own sizes."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{script}", description=about)
    parser.add_argument("--runs", type=positive, default=runs, help="runs of each contender (default %(default)s)")
    parser.add_argument("--folder", type=Path, help="where to work: a folder on the disk that is to be measured")
    parser.add_argument(
        "--json", type=Path, default=RESULTS / f"{script}.json", help="the results; the plot goes beside them"
    )
    return parser


@contextmanager
def room(folder: Path | None) -> Iterator[Path]:
    """A temporary folder below `folder`, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="models-benchmark-", ignore_cleanup_errors=True) as name:
        yield Path(name)
