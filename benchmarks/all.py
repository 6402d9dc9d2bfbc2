"""Run every script, or some rows of the figures, and write docs/benchmarks.md from the results.

Each script runs in a process of its own, one after the other: on a machine with other work none of it means much.
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.document import missed_without_comment, write_document
from benchmarks.measure import positive
from benchmarks.served import ROOT

SCRIPTS: Mapping[int, str] = {
    1: "fetch_large",
    2: "many_files",
    3: "fetch_far",
    4: "nothing_to_do",
    5: "verify_all",
    6: "verify_quick",
    7: "start_up",
    8: "lock_far",
    9: "select_conflict",
    10: "load_lock",
    11: "memory",
    12: "adopt",
    13: "second_project",
}


def main() -> None:
    """Run, then write if that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.all", description=__doc__)
    parser.add_argument("--runs", type=positive, help="runs of each contender (default: each script's own)")
    parser.add_argument("--only", type=_rows, default=tuple(SCRIPTS), metavar="ROW,...", help="rows of the figures")
    parser.add_argument("--folder", type=Path, help="where to work: 20 GB on the disk that is to be measured")
    parser.add_argument("--write-docs", action="store_true", help="write docs/benchmarks.md from all results there are")
    asked = parser.parse_args()
    failed = [row for row in asked.only if not _ran(SCRIPTS[row], asked.runs, asked.folder)]
    if asked.write_docs:
        write_document(SCRIPTS)
        for row in missed_without_comment(SCRIPTS):
            print(f"row {row} misses a target and has no comment in benchmarks/comments.toml", file=sys.stderr)
    if failed:
        raise SystemExit(f"these rows failed: {', '.join(map(str, failed))}")


def _rows(text: str) -> tuple[int, ...]:
    """Rows from the command line; none at all only writes the document."""
    rows = tuple(int(one) for one in text.split(",") if one)
    if not set(rows) <= SCRIPTS.keys():
        raise ValueError(text)
    return rows


def _ran(script: str, runs: int | None, folder: Path | None) -> bool:
    words = [sys.executable, "-m", f"benchmarks.{script}"]
    words += ["--runs", str(runs)] if runs else []
    words += ["--folder", str(folder)] if folder else []
    return subprocess.run(words, cwd=ROOT, check=False).returncode == 0


if __name__ == "__main__":
    main()
