"""`models sync`: the machine as the lock says."""

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resolver.concurrency import Limits
from resolver.documents.record import renew_record
from resolver.domain.errors import ModelsError, OfflineError
from resolver.domain.lock import Selected
from resolver.domain.plan import Download, Extraction, Plan
from resolver.domain.quantities import format_size
from resolver.domain.report import Outcome, SyncReport
from resolver.sources import elsewhere
from resolver.stages.plan import plan
from resolver.stages.select import mismatch_text
from resolver.workflows.agreement import agreed_lock
from resolver.workflows.prospect import Prospect, look
from resolver.workflows.requirements import requirement_warnings
from resolver.workflows.route import Route
from resolver.workflows.workspace import Workspace

if TYPE_CHECKING:
    from resolver.domain.install_report import InstallReport
    from resolver.domain.pruning import Pruning
    from resolver.stages.fetch import Places
    from resolver.workflows.installing import Installing


NOT_PRUNED = "nothing was pruned, because something failed"


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync. `mode` is `lock` (lock first if needed), `locked` (refuse a stale lock) or `frozen` (lock only).

    `workers` are files fetched at a time, `readers` files read at a time. `python` is the interpreter, or the folder of
    its environment, that wheels are installed into besides; `prune` removes what is not wanted any more.
    """

    mode: str = "lock"
    profile: str | None = None
    only: frozenset[str] = frozenset()
    dry_run: bool = False
    prune: bool = False
    workers: int = 3
    readers: int = 2
    rate: int | None = None
    patience: float = 300.0
    python: str | None = None
    route: Route = field(default_factory=Route)

    @property
    def lock_mode(self) -> str:
        """Where no source may be asked nothing can be locked: the lock must be fresh."""
        return "locked" if self.mode == "lock" and not self.route.origin else self.mode


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sync that is decided and not begun: it can be shown. `to_fetch` are bytes, less those of earlier parts.

    `pruning` is what goes afterwards, if that is wanted.
    """

    prospect: Prospect
    plan: Plan
    to_fetch: int
    warnings: tuple[str, ...]
    started: float
    agreement: str | None
    places: "Callable[[], Places]"
    installing: "Installing | None" = None
    pruning: "Pruning | None" = None


def sync(workspace: Workspace, options: SyncOptions) -> SyncReport:
    """Fetch what is missing and place it; `prepare` and `perform` in one."""
    return perform(workspace, prepare(workspace, options), options)


def prepare(workspace: Workspace, options: SyncOptions) -> Prepared:
    """Lock if that is wanted, select, look at what is there, and decide what to do.

    Raises:
        ModelsError: the whole cannot work.
    """
    started = time.monotonic()
    agreed = agreed_lock(workspace, options.lock_mode, dry_run=options.dry_run)
    locked = agreed.lock
    prospect = look(workspace, locked, options.profile, options.only)
    if not options.dry_run:
        workspace.store.register(workspace.project, locked.digests, locked.artifacts.values())
    found = elsewhere(workspace.settings, prospect.root)
    todo = plan(prospect.view, prospect.survey, locked.artifacts, workspace.store.has, found)
    job = None if options.python is None else _installing(workspace, prospect, options.python)
    places = _places(workspace, options.route)
    if todo.downloads and not options.dry_run:
        _refuse_offline(workspace, prospect, todo, places())
    files = [one.file for one in todo.downloads]
    to_fetch = sum(file.size for file in files) - workspace.store.staged(*files)
    warnings = requirement_warnings(workspace, locked, prospect.wanted) if job is None else ()
    pruning = _pruning(workspace, prospect) if options.prune else None
    notes = (*agreed.notes, *warnings)
    return Prepared(prospect, todo, to_fetch, notes, started, agreed.memory, places, job, pruning)


def perform(workspace: Workspace, prepared: Prepared, options: SyncOptions) -> SyncReport:
    """Do what was decided, or with `dry_run` say what it would be; what fails is in the report.

    Raises:
        AccessRefusedError: a required model's repository refuses; nothing was fetched.
        DiskError: the whole plan does not fit; nothing was fetched.
        EnvironmentRefusedError: everything is placed, and nothing was installed.
    """
    prospect, todo = prepared.prospect, prepared.plan
    done = Work()
    if not options.dry_run:
        done = _worked(workspace, prepared, options)
        _remember(workspace, prepared)
    installed = None if prepared.installing is None else _installed(prepared.installing, done, options)
    failed = bool(done.errors) or any(one.error is not None for one in (installed.outcomes if installed else ()))
    told = (*(installed.warnings if installed else ()), *((NOT_PRUNED,) if options.prune and failed else ()))
    return SyncReport(
        profile=prospect.profile,
        outcomes=_outcomes(prospect, todo, done),
        plan=todo,
        bytes_fetched=sum(done.received.values()),
        bytes_reused=_reused(prospect, todo, done),
        seconds=time.monotonic() - prepared.started,
        dry_run=options.dry_run,
        warnings=(*prepared.warnings, *done.warnings, *told),
        python=installed,
        pruned=None if failed else _pruned(prepared, dry_run=options.dry_run),
    )


def _installing(workspace: Workspace, prospect: Prospect, named: str) -> "Installing":
    from resolver.workflows.installing import installing

    return installing(workspace, prospect, named)


def _installed(job: "Installing", done: "Work", options: SyncOptions) -> "InstallReport":
    from resolver.workflows.installing import install, preview

    return preview(job) if options.dry_run else install(job, done.errors)


@dataclass(frozen=True, slots=True)
class Work:
    """What came of the work: errors and bytes over the wire by model, and the adoptions that became downloads."""

    errors: Mapping[str, ModelsError] = field(default_factory=dict)
    received: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    lost: tuple[Download, ...] = ()


def _remember(workspace: Workspace, prepared: Prepared) -> None:
    """What was seen and judged, so that the next run need not; what cannot be written costs time and nothing else."""
    prospect = prepared.prospect
    seen = {path: trace for path, trace in prospect.news.items() if trace is not None}
    if seen or prospect.named:
        renew_record(prospect.root, seen, prospect.named)
    if prepared.agreement is not None:
        workspace.store.agree(workspace.project, prepared.agreement)


def _pruning(workspace: Workspace, prospect: Prospect) -> "Pruning":
    from resolver.workflows.prune import decide

    return decide(workspace, prospect)


def _pruned(prepared: Prepared, *, dry_run: bool) -> "Pruning | None":
    """What went, or would."""
    if prepared.pruning is None or dry_run:
        return prepared.pruning
    from resolver.workflows.prune import carry_out as prune

    return prune(prepared.prospect.root, prepared.pruning)


def _places(workspace: Workspace, route: Route) -> "Callable[[], Places]":
    """The places when they are asked for, and then always the same: they remember how a mirror behaved."""

    @functools.cache
    def places() -> "Places":
        from resolver.workflows.places import places_for

        return places_for(workspace, route)

    return places


def _refuse_offline(workspace: Workspace, prospect: Prospect, todo: Plan, places: "Places") -> None:
    if not workspace.offline:
        return
    from resolver.workflows.places import unreachable

    artifacts = prospect.lock.artifacts
    remote = unreachable(todo.downloads, artifacts, places)
    if not remote:
        return
    size = format_size(sum(one.file.size for one in remote))
    raise OfflineError(
        f"{'1 file is' if len(remote) == 1 else f'{len(remote)} files are'} missing ({size}) "
        "and the network may not be used",
        hint="run `models sync` once with a network, or bring the store along",
        details=[
            *(f"{one.models[0]}  {artifacts[one.artifact].source}  {one.file.path}" for one in remote),
            *places.warnings,
        ],
    )


def _worked(workspace: Workspace, prepared: Prepared, options: SyncOptions) -> Work:
    prospect, todo = prepared.prospect, prepared.plan
    if not todo.placements and not todo.references:
        return Work()
    from resolver.workflows.carry_out import Job, carry_out

    required = frozenset(one.model.name for one in prospect.selection.chosen if not one.model.optional)
    limits = Limits(options.workers, options.rate, options.patience, workspace.stop)
    besides = prepared.installing.room if prepared.installing else ()
    job = Job(prospect.lock, todo, prospect.root, limits, required, prepared.places, options.readers, besides)
    done = carry_out(workspace, job)
    linked = not done.copied or workspace.link_modes == ("copy",)
    notes = () if linked else (f"links are not possible here: {format_size(done.copied)} were copied",)
    return Work(done.errors, done.received, (*notes, *done.warnings), done.lost)


def _reused(prospect: Prospect, todo: Plan, done: Work) -> int:
    """Bytes of the models that are there now which did not have to come over the wire."""
    fetched = {one.file.sha256 for one in (*todo.downloads, *done.lost)}
    unpacked = [one for one in todo.extractions if one.archive.sha256 in fetched]
    fetched |= {member.sha256 for one in unpacked for member in one.members}
    return sum(
        one.file.size
        for one in prospect.view.placements.values()
        if one.file.sha256 not in fetched and not done.errors.keys() >= set(one.models)
    )


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
    work: tuple[Download | Extraction, ...] = (*todo.downloads, *done.lost, *todo.extractions)
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
        reason=error.message if error else _adopted(todo, done, name),
        error=error,
    )


def _adopted(todo: Plan, done: Work, name: str) -> str | None:
    """How much of a model another cache holds, if anything."""
    lost = {(one.artifact, one.file) for one in done.lost}
    size = sum(one.file.size for one in todo.adoptions if name in one.models and (one.artifact, one.file) not in lost)
    return f"{format_size(size)} from the Hugging Face cache" if size else None
