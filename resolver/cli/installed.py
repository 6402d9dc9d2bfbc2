"""Wheels in another Python environment, as `sync` and `verify` show them."""

import sys
from collections.abc import Mapping

from resolver.cli.tables import say, show
from resolver.cli.texts import count
from resolver.domain.install_report import InstallOutcome, InstallReport
from resolver.domain.installation import INSTALL, PRESENT, REPAIR, REPLACE, PythonEnvironment
from resolver.domain.quantities import format_size

_PLANS = {INSTALL: "to install", REPAIR: "to repair", REPLACE: "to replace", PRESENT: PRESENT}


def say_environment(report: InstallReport, *, dry_run: bool, verbose: bool) -> None:
    """Which Python it is, and what became of each package; with `verbose` each file that is written or removed."""
    say(f"Python    {environment_line(report.environment)}")
    if not report.outcomes:
        say("none of the models is a wheel: nothing to install")
    show([_row(one, dry_run=dry_run) for one in report.outcomes], sys.stderr, right=(4,))
    for one in report.outcomes if verbose else ():
        for line in _files(one):
            say(line)


def environment_line(environment: PythonEnvironment) -> str:
    """An environment in one line: where it is, and whose Python."""
    return f"{environment.prefix} · {environment.implementation} {environment.version}"


def _row(one: InstallOutcome, *, dry_run: bool) -> tuple[str, str, str, str, str, str]:
    todo = one.installation
    others = [version for version in dict.fromkeys(todo.replaces) if version != todo.wheel.version]
    versions = " → ".join((", ".join(others), todo.wheel.version)) if others else todo.wheel.version
    sign = "✗" if one.error else "" if dry_run and one.state != PRESENT else "✓"
    word = _PLANS.get(one.state, one.state) if dry_run else one.state
    return f" {todo.wheel.name}", versions, sign, word, format_size(todo.wheel.size), _amount(one)


def _amount(one: InstallOutcome) -> str:
    todo = one.installation
    removed = len(todo.removes) + len(todo.old_records)
    parts = [f"{count(len(todo.writes), 'file')} written"] if todo.writes else []
    parts += [f"{removed:,} removed"] if removed else []
    return "" if one.error else ", ".join(parts)


def _files(one: InstallOutcome) -> list[str]:
    todo = one.installation
    gone = sorted((*todo.removes, *todo.old_records))
    return [*(f"  - {place}" for place in gone), *(f"  + {piece.place}" for piece in todo.writes)]


def install_document(report: InstallReport | None) -> Mapping[str, object] | None:
    """The key `python` of `sync`'s document; null where no environment was named."""
    if report is None:
        return None
    return {
        **environment_document(report.environment),
        "distributions": [_distribution(one) for one in report.outcomes],
    }


def environment_document(environment: PythonEnvironment) -> dict[str, object]:
    """What every document says of an environment."""
    return {
        "executable": environment.executable,
        "prefix": environment.prefix,
        "implementation": environment.implementation,
        "version": environment.version,
    }


def _distribution(one: InstallOutcome) -> dict[str, object]:
    todo = one.installation
    return {
        "name": todo.wheel.name,
        "version": todo.wheel.version,
        "artifact": todo.wheel.artifact,
        "models": list(todo.wheel.models),
        "state": one.state,
        "replaces": list(todo.replaces),
        "path": todo.wheel.folder,
        "size": todo.wheel.size,
        "writes": [piece.place for piece in todo.writes],
        "removes": sorted((*todo.removes, *todo.old_records)),
        "reason": one.error.message if one.error else None,
    }
