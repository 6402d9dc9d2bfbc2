"""`models lock`."""

import sys
from collections.abc import Sequence
from contextlib import nullcontext

import click

from resolver.cli import options
from resolver.cli.network import asking
from resolver.cli.options import Session, common
from resolver.cli.progress import reporting
from resolver.cli.tables import say, show
from resolver.cli.texts import count, seconds
from resolver.domain.errors import UsageError
from resolver.domain.lock import Artifact, File, Lock
from resolver.domain.lock_report import LockReport
from resolver.domain.quantities import format_size

_NOTABLE = frozenset({"removed", "source", "license", "flags", "gated", "policy", "selection"})
"""Kinds of changes that the table does not show."""


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the lock is stale, and say what changed.")
@click.option("--dry-run", is_flag=True, help="Resolve and show, write nothing.")
@click.option("--upgrade", is_flag=True, help="Let every pin move to the newest that is allowed.")
@click.option(
    "--upgrade-model",
    multiple=True,
    metavar="NAME",
    shell_complete=options.complete_models,
    help="Let this model's pins move (repeatable).",
)
@options.format_option("text", "json", "github")
@common
def lock(
    session: Session, *, check: bool, dry_run: bool, upgrade: bool, upgrade_model: tuple[str, ...], format_: str
) -> int:
    """Resolve models.yaml into models.lock; old pins stay unless they are asked to move."""
    from resolver.workflows import lock as workflow

    if check:
        if dry_run or upgrade or upgrade_model:
            raise UsageError("--check goes with no other way to lock", hint="`models lock --check` alone")
        return _check(session, format_)
    if format_ == "github":
        raise UsageError("--format github goes with --check")
    options = workflow.LockOptions(upgrade, frozenset(upgrade_model), dry_run)
    upgrading = asking(session) if upgrade or upgrade_model else nullcontext()
    with upgrading, reporting(session) as reporter:
        report = workflow.lock(session.workspace(reporter), options)
    if format_ == "json":
        from resolver.cli.documents import lock_document, write

        write("lock", 0, lock_document(report))
    if not session.quiet:
        say_lock(report)
    return 0


def _check(session: Session, format_: str) -> int:
    from resolver.workflows.lock import check

    locked, found = check(session.workspace())
    code = 1 if found else 0
    if format_ == "json":
        from resolver.cli.documents import check_document, write

        write("lock", code, check_document(locked, found))
    elif format_ == "github":
        from resolver.exports.annotations import of_staleness
        from resolver.exports.github import workflow_commands

        annotations = of_staleness(found, session.checked_out("models.yaml"))
        sys.stdout.write(workflow_commands(annotations, "`models lock --check` has all"))
    if found:
        say("models.lock is stale:")
        show([("", one.subject, one.text) for one in found], sys.stderr)
        say("hint: run `models lock` and commit the result")
    elif not session.quiet:
        say("models.lock is fresh")
    return code


def say_lock(report: LockReport) -> None:
    """What a lock or an update did: the one place where the change from one lock to the next is shown."""
    locked = report.lock
    models, artifacts = count(len(locked.models), "model"), count(len(locked.artifacts), "artifact")
    machines = count(len(locked.profiles), "profile")
    say(f"Resolved {models}, {artifacts} for {machines} in {seconds(report.seconds)}")
    if report.changed:
        show(_rows(report), sys.stderr, right=(4,))
        for change in report.changes:
            if change.kind in _NOTABLE and change.model is not None:
                where = f" on {', '.join(change.profiles)}" if change.kind == "selection" else ""
                say(f" ! {change.model}  {change.kind}{where}: {change.before or 'none'} → {change.after or 'none'}")
    for warning in report.warnings:
        say(f"warning: {warning}")
    say(_last_line(report))


def _last_line(report: LockReport) -> str:
    locked = report.lock
    files = sum(len(one.files) for one in locked.artifacts.values())
    size = sum(file.size for one in locked.artifacts.values() for file in one.files)
    here = "" if report.size_here is None else f"; this machine needs {format_size(report.size_here)}"
    totals = f"{count(len(locked.artifacts), 'artifact')}, {count(files, 'file')}, {format_size(size)} in all{here}"
    if not report.changed:
        return f"models.lock is up to date ({totals})"
    return f"{'Would write' if report.dry_run else 'Wrote'} models.lock ({totals})"


def _rows(report: LockReport) -> list[tuple[str, ...]]:
    """What each model brings; variants that differ in settings alone are one line."""
    rows: list[tuple[str, ...]] = []
    for model in report.lock.models:
        found: dict[tuple[str, ...], None] = {}
        for variant in model.variants:
            for key, files in report.lock.wanted(variant).items():
                name = model.name if key == variant.artifact else "  needs"
                found[_row(report, name, report.lock.artifacts[key], files)] = None
        rows += found
    return rows


def _row(report: LockReport, name: str, artifact: Artifact, files: Sequence[File]) -> tuple[str, ...]:
    sign, pin = _pin(report.old, artifact)
    size = sum(file.size for file in files)
    marks = [*(["gated"] if artifact.gated else []), *artifact.flags]
    return f" {sign}", name, artifact.name, pin, format_size(size), artifact.license or "no licence", " · ".join(marks)


def _pin(old: Lock | None, artifact: Artifact) -> tuple[str, str]:
    """`+` for what is new, `~` for what moved, nothing for what was kept; and the pin in short."""
    before = old.artifacts.get(artifact.key) if old else None
    short = artifact.version or (artifact.commit or "")[:8] or _digest(artifact)
    if before is None:
        is_named = artifact.commit and not artifact.version and artifact.request != artifact.commit
        return "+", f"{artifact.request} → {short}" if is_named else short
    if (before.commit, before.version, before.files) == (artifact.commit, artifact.version, artifact.files):
        return " ", f"{short} (kept)"
    return "~", f"{before.version or (before.commit or '')[:8] or _digest(before)} → {short}"


def _digest(artifact: Artifact) -> str:
    whole = artifact.archive or artifact.files[0]
    return f"sha256 {whole.sha256[:8]}"
