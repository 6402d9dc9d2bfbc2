"""Results for people and for later: a Markdown table, a JSON file, a plot as SVG. No library is needed for any."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.measure import Comparison, Measured

RESULTS = Path(__file__).resolve().parent / "results"

_NAMES, _BARS, _VALUES, _LINE, _HEAD = 300, 420, 150, 22, 30
"""Widths of the columns of a plot and heights of its lines, in pixels."""

_FONT = 'font-family="sans-serif" font-size="13"'
_FIRST, _OTHER, _GAVE_UP = "#2a7f62", "#8a94a6", "#c8553d"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns of even width."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [_line(head, widths), _line(["-" * width for width in widths], widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in rows)])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def times(comparisons: Sequence[Comparison]) -> str:
    """The medians of all comparisons, each with its ratio to the first contender."""
    rows = [
        (one.work, each.name, duration(each), f"{'> ' * each.gave_up}{ratio_text(one.ratio(each))}", each.outcome)
        for one in comparisons
        for each in one.measured
    ]
    return table(("work", "by", "median", "ratio", "outcome"), rows)


def duration(one: Measured) -> str:
    """A median for people, or that there was no answer."""
    return duration_text(one.median, gave_up=one.gave_up)


def duration_text(seconds: float, *, gave_up: bool) -> str:
    """Seconds for people, or how long somebody tried."""
    if gave_up:
        return f"gave up after {seconds:.0f} s"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def ratio_text(ratio: float) -> str:
    """How many times as long, with as many digits as mean something."""
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2f}"


def circumstances_text(known: Mapping[str, str]) -> str:
    """One line on the machine and the versions."""
    return " · ".join(f"{name} {value}" for name, value in known.items())


def write_json(path: Path, document: Mapping[str, object]) -> None:
    """Write a result; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_plot(path: Path, title: str, comparisons: Sequence[Comparison]) -> None:
    """Draw every median as a bar, on a logarithmic scale because peers differ by powers of ten."""
    every = [each.median for one in comparisons for each in one.measured]
    scale = _Scale(min(every), max(every))
    height = _HEAD + sum(_LINE * (len(one.measured) + 2) for one in comparisons)
    width = _NAMES + _BARS + _VALUES
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {_FONT}>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        _text(8, 20, f"{title} (seconds, logarithmic)", ' font-weight="bold"'),
        *_bars(comparisons, scale),
        "</svg>",
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class _Scale:
    """From seconds to pixels; begins at the power of ten below the least, so that no bar is empty."""

    def __init__(self, least: float, most: float) -> None:
        self._low = math.ceil(math.log10(least)) - 1
        self._span = math.log10(most) - self._low

    def width(self, seconds: float) -> float:
        """Pixels of a bar."""
        return _BARS * (math.log10(seconds) - self._low) / self._span


def _bars(comparisons: Sequence[Comparison], scale: _Scale) -> Iterator[str]:
    below = _HEAD
    for one in comparisons:
        below += 2 * _LINE
        yield _text(8, below - 7, one.work, ' font-style="italic"')
        for position, each in enumerate(one.measured):
            fill = _GAVE_UP if each.gave_up else _OTHER if position else _FIRST
            width = scale.width(each.median)
            yield _text(20, below + 14, each.name)
            yield f'<rect x="{_NAMES}" y="{below + 2}" width="{width:.1f}" height="{_LINE - 6}" fill="{fill}"/>'
            yield _text(_NAMES + width + 6, below + 14, duration(each))
            below += _LINE


def _text(left: float, base: float, text: str, style: str = "") -> str:
    return f'<text x="{left:.0f}" y="{base:.0f}"{style}>{escape(text)}</text>'
