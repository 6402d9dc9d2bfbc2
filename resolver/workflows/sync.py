"""`models sync`: the machine as the lock says."""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.documents.record import Record, read_record, write_record
from resolver.domain.errors import DiskError, ModelsError, OfflineError
from resolver.domain.lock import Selected
from resolver.domain.plan import Download, Extraction, Plan
from resolver.domain.quantities import format_size
from resolver.domain.report import Outcome, SyncReport
from resolver.sources import is_remote
from resolver.stages.plan import plan
from resolver.stages.select import mismatch_text
from resolver.workflows.agreement import agreed_lock, agreement, manifest_digest
from resolver.workflows.prospect import Prospect, look
from resolver.workflows.requirements import requirement_warnings
from resolver.workflows.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync. `mode` is `lock` (lock first if needed), `locked` (refuse a stale lock) or `frozen` (lock only)."""

    mode: str = "lock"
    profile: str | None = None
    only: frozenset[str] = frozenset()
    dry_run: bool = False
    workers: int = 3
    rate: int | None = None
    patience: float = 300.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sync that is decided and not begun: it can be shown. `to_fetch` are bytes, less those of earlier parts."""

    prospect: Prospect
    plan: Plan
    to_fetch: int
    warnings: tuple[str, ...]
    started: float
    agreement: str | None


def sync(workspace: Workspace, options: SyncOptions) -> SyncReport:
    """Fetch what is missing and place it; `prepare` and `perform` in one."""
    return perform(workspace, prepare(workspace, options), options)


def prepare(workspace: Workspace, options: SyncOptions) -> Prepared:
    """Lock if that is wanted, select, look at what is there, and decide what to do.

    Raises:
        ModelsError: the whole cannot work.
    """
    started = time.monotonic()
    manifest = manifest_digest(workspace)
    locked, warnings = agreed_lock(workspace, options.mode, dry_run=options.dry_run)
    prospect = look(workspace, locked, options.profile, options.only)
    todo = plan(prospect.view, prospect.survey, locked.artifacts, workspace.store.has)
    if workspace.offline and not options.dry_run:
        _refuse_offline(prospect, todo)
    to_fetch = sum(max(0, one.file.size - workspace.store.staged(one.file)) for one in todo.downloads)
    agreed = None if options.mode == "frozen" or options.dry_run else agreement(manifest, locked)
    warnings = (*warnings, *requirement_warnings(workspace, locked, prospect.wanted))
    return Prepared(prospect, todo, to_fetch, warnings, started, agreed)


def perform(workspace: Workspace, prepared: Prepared, options: SyncOptions) -> SyncReport:
    """Do what was decided, or with `dry_run` say what it would be; what fails is in the report.

    Raises:
        AccessRefusedError: a required model's repository refuses; nothing was fetched.
        DiskError: the whole plan does not fit; nothing was fetched.
    """
    prospect, todo = prepared.prospect, prepared.plan
    done = Work()
    if not options.dry_run:
        done = _worked(workspace, prospect, todo, options)
        _remember(workspace, prepared)
    return SyncReport(
        profile=prospect.profile,
        outcomes=_outcomes(prospect, todo, done),
        plan=todo,
        bytes_fetched=sum(done.received.values()),
        bytes_reused=_reused(prospect, todo),
        seconds=time.monotonic() - prepared.started,
        dry_run=options.dry_run,
        warnings=(*prepared.warnings, *done.warnings),
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What came of the work: errors and bytes over the wire by model."""

    errors: Mapping[str, ModelsError] = field(default_factory=dict)
    received: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def _remember(workspace: Workspace, prepared: Prepared) -> None:
    """What was seen and judged, so that the next run need not; what cannot be written costs time and nothing else."""
    root = prepared.prospect.root
    record = read_record(root)
    seen = {path: one.trace for path, one in prepared.prospect.survey.files.items() if one.trace is not None}
    fresh = Record({**record.traces, **seen})
    if fresh != record:
        with contextlib.suppress(DiskError):
            write_record(root, fresh)
    if prepared.agreement is not None:
        workspace.store.agree(workspace.project, prepared.agreement)
    workspace.store.register(workspace.project)  # a crash may have come before it was, once all was in place


def _refuse_offline(prospect: Prospect, todo: Plan) -> None:
    artifacts = prospect.lock.artifacts
    remote = [one for one in todo.downloads if is_remote(artifacts[one.artifact].kind)]
    if not remote:
        return
    size = format_size(sum(one.file.size for one in remote))
    raise OfflineError(
        f"{len(remote)} files are missing ({size}) and the network may not be used",
        hint="run `models sync` once with a network, or bring the store along",
        details=[f"{one.models[0]}  {artifacts[one.artifact].source}  {one.file.path}" for one in remote],
    )


def _worked(workspace: Workspace, prospect: Prospect, todo: Plan, options: SyncOptions) -> Work:
    if not todo.placements and not todo.references:
        return Work()
    from resolver.stages.fetch import Limits
    from resolver.workflows.carry_out import Job, carry_out

    required = frozenset(one.model.name for one in prospect.selection.chosen if not one.model.optional)
    limits = Limits(options.workers, options.rate, options.patience, workspace.stop)
    done = carry_out(workspace, Job(prospect.lock, todo, prospect.root, limits, required))
    linked = not done.copied or workspace.link_modes == ("copy",)
    notes = () if linked else (f"links are not possible here: {format_size(done.copied)} were copied",)
    return Work(done.errors, done.received, notes)


def _reused(prospect: Prospect, todo: Plan) -> int:
    """Bytes that are in the view and did not have to come over the wire."""
    fetched = {one.file.sha256 for one in todo.downloads}
    unpacked = [one for one in todo.extractions if one.archive.sha256 in fetched]
    fetched |= {member.sha256 for one in unpacked for member in one.members}
    return sum(one.file.size for one in prospect.view.placements.values() if one.file.sha256 not in fetched)


def _outcomes(prospect: Prospect, todo: Plan, done: Work) -> tuple[Outcome, ...]:
    chosen = {one.model.name: one for one in prospect.selection.chosen}
    models = [model for model in prospect.lock.models if not prospect.only or model.name in prospect.only]
    found = []
    for model in models:
        if model.name in chosen:
            found.append(_outcome(prospect, todo, done, chosen[model.name]))
        else:
            because = prospect.selection.skipped[model.name].because
            reason = "; ".join(mismatch_text(one) for one in because)
            found.append(Outcome(model.name, None, "skipped", model.optional, reason=f"optional: {reason}"))
    return tuple(found)


def _outcome(prospect: Prospect, todo: Plan, done: Work, selected: Selected) -> Outcome:
    name = selected.model.name
    placed = [one.path for one in todo.placements if name in one.models]
    work: tuple[Download | Extraction, ...] = (*todo.downloads, *todo.extractions)
    error = done.errors.get(name)
    if error is not None:
        state = "failed"
    elif any(path in todo.repairs for path in placed):
        state = "repaired"
    elif name in {model for one in work for model in one.models}:
        state = "fetched"
    else:
        state = "linked" if placed else "present"
    return Outcome(
        name=name,
        artifact=selected.variant.artifact,
        state=state,
        optional=selected.model.optional,
        size=sum(one.file.size for one in prospect.view.placements.values() if name in one.models),
        bytes_fetched=done.received.get(name, 0),
        path=str(prospect.root / prospect.view.opens[name]),
        reason=error.message if error else None,
        error=error,
    )
