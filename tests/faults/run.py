"""The tests of faults with what they found: `python -m tests.faults.run [--whole] [arguments of pytest]`.

Short, as in CI, the figures are shown. With `--whole` every test does all it can, and if all pass, the table of
docs/reliability.md is that of this run.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.cli.project import ROOT

PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- begin: the last whole run -->\n", "<!-- end: the last whole run -->\n"
Figure = Mapping[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run pytest, show or write the table; pytest's exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--whole", action="store_true", help="every test does all it can; then write the page")
    parser.add_argument("-n", default="0", metavar="PROCESSES", help="how many tests at a time")
    asked, rest = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "figures.jsonl")
        size = {"MODELS_FAULTS": "whole"} if asked.whole else {}
        command = [sys.executable, "-m", "pytest", "tests/faults", "-n", asked.n, *rest]
        environment = {**os.environ, **size, "MODELS_FAULTS_FIGURES": str(path)}
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        figures = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    text = table(figures) + f"\n{system(Path(tempfile.gettempdir()))}\n"
    if asked.whole and code == 0 and not rest:
        PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    else:
        sys.stdout.write(text)
    return code


def table(figures: Iterable[Figure]) -> str:
    """A row for each figure, those of one threat together."""
    rows = {(one["threat"], one["promise"], one["found"]): None for one in figures}
    lines = ["| threat | promise | found |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_cell, row))} |" for row in sorted(rows))]) + "\n"


def page(written: str, text: str) -> str:
    """The page with another table.

    Raises:
        ValueError: it has no place for one.
    """
    before, begin, rest = written.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} has no place for the table")
    return f"{before}{BEGIN}{text}{END}{after}"


def system(folder: Path) -> str:
    """What it ran on; no date, since nothing here changes with time alone."""
    return (
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} cores, "
        f"files on {file_system(folder)}."
    )


def file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on, as Linux tells it."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return "an unknown file system"
    found = [(place, kind) for _, place, kind, *_ in mounts if folder.resolve().is_relative_to(place)]
    return max(found, key=lambda one: len(one[0]))[1]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main())
