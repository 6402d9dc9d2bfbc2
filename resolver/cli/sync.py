"""`models sync`."""

import sys
from typing import TYPE_CHECKING

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.progress import reporting
from resolver.cli.tables import say
from resolver.cli.texts import machine_line, seconds
from resolver.domain.errors import DiskError, ModelsError, UsageError, failure_exit_code
from resolver.domain.quantities import format_size
from resolver.domain.report import Outcome, SyncReport

if TYPE_CHECKING:
    from resolver.workflows.sync import Prepared, SyncOptions


@click.command()
@click.option("--locked", is_flag=True, help="Refuse a missing or stale lock; write nothing of it.")
@click.option("--frozen", is_flag=True, help="Never read the manifest; the lock alone decides.")
@click.option("--dry-run", is_flag=True, help="Show what would be fetched and placed.")
@click.option("--prune", is_flag=True, help="Afterwards remove what the lock does not want here, as `models prune`.")
@options.profile_option
@options.only_option
@options.workers_option
@options.rate_option
@options.timeout_option
@options.strict_option
@options.mirror_option
@options.no_origin_option
@options.python_option
@common
def sync(
    session: Session,
    *,
    locked: bool,
    frozen: bool,
    dry_run: bool,
    prune: bool,
    profile: str | None,
    only: tuple[str, ...],
    max_workers: int | None,
    limit_rate: str | None,
    timeout: float,
    strict: bool,
    mirrors: tuple[str, ...],
    no_origin: bool,
    python: str | None,
) -> int:
    """Make this machine match models.lock; lock first if the lock is missing or stale."""
    from resolver.workflows.route import Route
    from resolver.workflows.sync import SyncOptions

    if locked and frozen:
        raise UsageError("--locked and --frozen exclude each other")
    chosen = SyncOptions(
        mode="locked" if locked else "frozen" if frozen else "lock",
        profile=session.profile(profile),
        only=frozenset(only),
        dry_run=dry_run,
        prune=prune,
        workers=session.workers(max_workers),
        readers=session.surroundings.cores,
        rate=options.rate(limit_rate),
        patience=timeout,
        python=python,
        route=Route(options.locations(mirrors, session.surroundings.folder), not frozen, not no_origin),
    )
    return _told(session, _synced(session, chosen), strict=strict)


def _told(session: Session, report: SyncReport, *, strict: bool) -> int:
    """Say what came of it; the exit code."""
    code = exit_code(report, strict=strict)
    _say(session, report)
    if session.json:  # last: who interrupts before has the error's document, and no second one
        from resolver.cli.documents import sync_document, write
        from resolver.cli.installed import install_document

        write("sync", code, {**sync_document(report), "python": install_document(report.python)})
    return code


def _synced(session: Session, chosen: "SyncOptions") -> SyncReport:
    from resolver.workflows.sync import perform, prepare

    with reporting(session) as reporter:
        workspace = session.workspace(reporter)
        prepared = prepare(workspace, chosen)
        if not session.quiet:
            _say_plan(prepared, chosen.workers)
        return perform(workspace, prepared, chosen)


def brought(session: Session, profile: str | None, only: frozenset[str]) -> None:
    """Sync before something else: all of it on stderr, and nothing of it where nothing was missing.

    Raises:
        ModelsError: what was needed failed.
    """
    from resolver.workflows.on_demand import bring

    with reporting(session) as reporter:
        report = bring(session.workspace(reporter), profile, only, session.workers(None))
    if not session.quiet:
        _say_outcomes(report)
        for warning in report.warnings:
            say(f"warning: {warning}")


def exit_code(report: SyncReport, *, strict: bool) -> int:
    """The worst of the required models; optional ones count under --strict, and for wrong bytes always."""
    failed = ((error, optional and not strict) for _, optional, error in _failures(report))
    code = failure_exit_code([error for error, excused in failed if not excused or error.exit_code == 4])
    return code or (DiskError.exit_code if report.pruned and report.pruned.failed else 0)


def _say(session: Session, report: SyncReport) -> None:
    if not session.quiet:
        _say_outcomes(report)
        if report.python is not None:
            from resolver.cli.installed import say_environment

            say_environment(report.python, dry_run=report.dry_run, verbose=session.verbose)
        for warning in report.warnings:
            say(f"warning: {warning}")
    for name, optional, error in _failures(report):
        say(f"{'failed' if optional else 'error'}: {name}: {error.message}")
        for line in _more(error):
            say(line)
    if not session.quiet:
        say(_last_line(report))
    _say_pruned(session, report)


def _say_pruned(session: Session, report: SyncReport) -> None:
    if report.pruned is None or report.dry_run:
        return
    from resolver.cli.pruning import say_failures, say_removed

    if not session.quiet:
        say_removed(report.pruned)
    say_failures(report.pruned)


def _failures(report: SyncReport) -> list[tuple[str, bool, ModelsError]]:
    """Who failed, whether that is excused, and why; a wheel that is missing because its model failed counts once."""
    found = [(one.name, one.optional, one.error) for one in report.outcomes if one.error is not None]
    known = [error for _, _, error in found]
    installed = report.python.outcomes if report.python else ()
    return [
        *found,
        *(
            (one.installation.wheel.title, one.optional, one.error)
            for one in installed
            if one.error is not None and one.error not in known
        ),
    ]


def _more(error: ModelsError) -> list[str]:
    return [f"  {detail}" for detail in error.details] + ([f"hint: {error.hint}"] if error.hint else [])


def _say_plan(prepared: "Prepared", workers: int) -> None:
    profile = prepared.prospect.profile
    say(f"Profile   {f'{profile.name}: ' if profile.name else ''}{machine_line(profile)}")
    if prepared.plan.downloads:
        free = profile.volatile.get("free_disk")
        space = f", {format_size(free)} free" if free else ""
        say(f"Disk      {format_size(prepared.to_fetch)} to fetch{space}, {workers} at a time")
    if prepared.plan.adoptions:
        say(f"Cache     {format_size(prepared.plan.bytes_to_adopt)} lie in the Hugging Face cache")
    if prepared.pruning is not None and not prepared.pruning.is_empty:
        from resolver.cli.pruning import show_pruning

        show_pruning(prepared.pruning, sys.stderr)


def _say_outcomes(report: SyncReport) -> None:
    if all(one.state == "present" for one in report.outcomes):
        return
    from resolver.cli.tables import show

    show([_row(one, dry_run=report.dry_run) for one in report.outcomes], sys.stderr, right=(3,))


_SIGNS = {"failed": "✗", "skipped": "-"}
_WORDS = {"fetched": "placed", "linked": "placed", "repaired": "repaired", "present": "present"}
_PLANS = {"fetched": "to fetch", "linked": "to link", "repaired": "to repair", "present": "present"}


def _row(one: Outcome, *, dry_run: bool) -> tuple[str, str, str, str, str]:
    words = _PLANS if dry_run else _WORDS
    sign = "" if dry_run and one.state != "present" else _SIGNS.get(one.state, "✓")
    size = "" if one.state == "skipped" else format_size(one.size)
    return f" {one.name}", sign, words.get(one.state, one.state), size, (one.reason or "") if one.error is None else ""


def _last_line(report: SyncReport) -> str:
    ready = sum(one.state not in ("failed", "skipped") for one in report.outcomes)
    amount = f"{ready} of {len(report.outcomes)} models"
    if report.dry_run:
        return f"Would sync {amount}: {format_size(report.plan.bytes_to_fetch)} to fetch. Nothing was written."
    where = f" --python {report.python.environment.prefix}" if report.python else ""
    proof = "" if _failures(report) else f"\n`models verify{where}` proves it."
    traffic = f"{format_size(report.bytes_fetched)} fetched, {format_size(report.bytes_reused)} reused"
    return f"Synced {amount} in {seconds(report.seconds)}: {traffic}.{proof}"
