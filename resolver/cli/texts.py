"""Prose of the command line that needs no table: errors with their place, sizes, machines."""

import re
from collections.abc import Mapping

from resolver.domain.errors import ManifestError, Problem
from resolver.domain.profile import Profile
from resolver.domain.quantities import format_size

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What would move the cursor or turn the direction of writing: names come from outside."""

STALE = "warning: models.lock is stale; `models lock --check` says what changed"


def printable(text: str) -> str:
    """The text without control characters, so that a name from outside cannot repaint the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.encode("utf-8", "replace").decode())


def problems_text(error: ManifestError, columns: int) -> str:
    """Every problem of a manifest with its line, as much as so many columns take, and a caret below the place."""
    return "\n".join(_problem(problem, max(20, min(columns - 8, 110))) for problem in error.problems)


def _problem(problem: Problem, room: int) -> str:
    source = problem.source.replace("\t", " ")
    start = max(0, problem.column - 1)
    shift = max(0, start - room * 6 // 11)
    shown = source[shift : shift + room]
    width = max(1, min(problem.width, len(shown) - (start - shift)))
    lines = [
        f"error: {problem.where}: {problem.message}",
        f"{problem.line:>5} | {shown}",
        f"{' ' * (8 + start - shift)}{'^' * width}",
    ]
    if problem.hint:
        lines.append(f"hint: {problem.hint}")
    return "\n".join(lines) + "\n"


def machine_line(profile: Profile) -> str:
    """A machine in one line: system, cores, memory, accelerator."""
    facts = profile.facts
    parts = [" ".join(one for one in (facts.os, facts.arch) if one) or "unknown system"]
    parts.append(f"{facts.cores} cores" if facts.cores else "cores unknown")
    parts.append(format_size(facts.ram) if facts.ram else "memory unknown")
    parts.append(_accelerator(profile))
    return " · ".join(parts)


def _accelerator(profile: Profile) -> str:
    facts = profile.facts
    if facts.accelerator in (None, "none"):
        return "accelerator unknown" if facts.accelerator is None else "no accelerator"
    size = format_size(facts.vram) if facts.vram else "memory unknown"
    return " ".join(one for one in (facts.accelerator, facts.compute_capability, size) if one)


def selector_text(written: Mapping[str, object]) -> str:
    """A selector for people: `accelerator cuda, compute_capability >=7.0`."""
    return ", ".join(_condition_text(key, value) for key, value in written.items())


def _condition_text(key: str, value: object) -> str:
    if isinstance(value, Mapping):
        return f"{key} ({selector_text(value)})"
    if not isinstance(value, list):
        return f"{key} {value}"
    if key == "any":
        return " or ".join(f"({selector_text(one)})" for one in value)
    return f"{key} {' or '.join(map(str, value))}"


def count(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it belongs."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def seconds(duration: float) -> str:
    """A duration in seconds, one digit."""
    return f"{duration:.1f} s"


def short_digest(text: str | None) -> str:
    """The beginning of a commit or digest; a word as it is."""
    digits = text or "nothing"
    return f"{digits[:8]}…" if len(digits) >= 40 else digits
