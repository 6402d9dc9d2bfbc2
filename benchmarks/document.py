"""docs/benchmarks.md from the results of the last runs and from what somebody wrote about them."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.served import ROOT
from benchmarks.show import RESULTS, circumstances_text, duration_text, ratio_text, table

DOCUMENT = ROOT / "docs" / "benchmarks.md"
COMMENTS = ROOT / "benchmarks" / "comments.toml"

_HEAD = """\
# Benchmarks

Measured by [benchmarks/](../benchmarks/README.md), which says how, and which anybody can run. Written by
`python -m benchmarks.all --write-docs`: the figures are those of the last run of each script, medians of runs in turn,
and ratios are to the first line of the same run on the same machine. What is said below a table, and nothing else, was
written by hand (`benchmarks/comments.toml`).
"""


def write_document(scripts: Mapping[int, str], path: Path = DOCUMENT) -> None:
    """Write the page from all results that there are."""
    results, comments = _results(scripts), _comments()
    parts = [_HEAD, _summary(scripts, results)]
    parts += [_row(row, scripts[row], result, comments.get(str(row))) for row, result in results.items()]
    path.write_text("\n".join(parts), encoding="utf-8")


def missed_without_comment(scripts: Mapping[int, str]) -> list[int]:
    """Rows that miss a target, and nobody says why."""
    comments = _comments()
    return [row for row, result in _results(scripts).items() if _missed(result) and str(row) not in comments]


def _results(scripts: Mapping[int, str]) -> dict[int, dict[str, Any]]:
    paths = {row: RESULTS / f"{script}.json" for row, script in scripts.items()}
    return {row: json.loads(path.read_text("utf-8")) for row, path in paths.items() if path.exists()}


def _comments() -> Mapping[str, str]:
    found: Mapping[str, str] = tomllib.loads(COMMENTS.read_text("utf-8"))["rows"]
    return found


def _missed(result: Mapping[str, Any]) -> bool:
    return not all(one["reached"] for one in result["targets"])


def _summary(scripts: Mapping[int, str], results: Mapping[int, Mapping[str, Any]]) -> str:
    lines = [line for row, result in results.items() for line in _targets(row, result)]
    absent = [str(row) for row in scripts if row not in results]
    text = table(("row", "work", "to reach", "measured", ""), lines)
    return f"{text}\n" + (f"\nNot measured yet: rows {', '.join(absent)}.\n" if absent else "")


def _targets(row: int, result: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for one in result["targets"]:
        verdict = "reached" if one["reached"] else "**missed**"
        yield str(row), result["title"], one["text"], _number(one["measured"]), verdict


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _row(row: int, script: str, result: Mapping[str, Any], comment: str | None) -> str:
    parts = [
        f"## {row}. {result['title']}",
        result["work"],
        f"{circumstances_text(result['circumstances'])} · {result['runs']} runs in turn.",
        _times(result),
        *(f"{one['title']}\n\n{table(one['head'], one['rows'])}" for one in result["tables"]),
        f"![The same as a plot](../benchmarks/results/{script}.svg)",
        *([comment.strip()] if comment else []),
    ]
    return "\n\n".join(parts) + "\n"


def _times(result: Mapping[str, Any]) -> str:
    rows = []
    for work in result["comparisons"]:
        first = work["contenders"][0]["median_seconds"]
        for one in work["contenders"]:
            seconds, gave_up = one["median_seconds"], one["gave_up"]
            ratio = f"{'> ' * gave_up}{ratio_text(seconds / first)}"
            rows.append((work["work"], one["name"], duration_text(seconds, gave_up=gave_up), ratio, one["outcome"]))
    return table(("work", "by", "median", "ratio", "outcome"), rows)
