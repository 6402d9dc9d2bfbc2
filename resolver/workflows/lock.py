"""`models lock`: the manifest and what the sources offer, into models.lock."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from resolver.concurrency import in_threads
from resolver.domain.errors import (
    AccessRefusedError,
    InputError,
    LockError,
    MismatchError,
    ModelsError,
    NotFoundUpstreamError,
    OutsideError,
    PolicyError,
    UnsafeContentError,
)
from resolver.domain.lock import Artifact, Lock, LockedProfile, files_for
from resolver.domain.manifest import Manifest
from resolver.domain.ports import Candidate, Desk, Sources
from resolver.domain.report import Difference, LockReport
from resolver.policy.judge import Judgement, judge
from resolver.stages.arrange import arrange
from resolver.stages.diff import changes
from resolver.stages.resolve import Demand, Pin, assemble, choose, complete, demands, kept
from resolver.stages.select import select
from resolver.stages.stale import differences, selection_differences
from resolver.workflows.gates import AT_A_TIME, access_error
from resolver.workflows.workspace import Workspace, check_names, load_lock, load_manifest, load_old_lock

T = TypeVar("T")
K = TypeVar("K")
SETTLED = "the lock held conflict markers: our pins were kept where the manifest allows them, else theirs"


@dataclass(frozen=True, slots=True)
class LockOptions:
    """How to lock: which pins may move (all, or those of some models), and whether to write."""

    upgrade: bool = False
    upgrade_models: frozenset[str] = frozenset()
    dry_run: bool = False


def lock(workspace: Workspace, options: LockOptions) -> LockReport:
    """Resolve what the old lock does not settle, judge it, and write it if it is another.

    Raises:
        ModelsError: any of its kinds; the lock on disk is then unchanged.
    """
    started = time.monotonic()
    manifest = load_manifest(workspace)
    check_names(options.upgrade_models, {model.name: model for model in manifest.models})
    old, whole = load_old_lock(workspace)
    wanted = demands(manifest)
    loosened = _loosened(manifest, wanted, options)
    pins = {key: Pin() if old is None or key in loosened else kept(demand, old) for key, demand in wanted.items()}
    artifacts = _resolved(workspace, wanted, pins)
    _refuse_strangers(artifacts, old)
    new = _as_read(_with_profiles(assemble(manifest, artifacts, {}), manifest))
    judgements = judge(new)
    _refuse([one for one in judgements if one.refused])
    changed = not whole or old is None or _text_of(new) != _text_of(old)
    if changed and not options.dry_run:
        _write(workspace, new)
    return LockReport(
        changed=changed,
        changes=changes(old, new) if changed else (),
        lock=new,
        old=old,
        seconds=time.monotonic() - started,
        size_here=_size_here(workspace, new),
        warnings=(*_notes(judgements), *(() if whole else (SETTLED,))),
        dry_run=options.dry_run,
    )


def _as_read(new: Lock) -> Lock:
    """The lock as its reader judges it: what a source said passes the same rules as what a pull request says."""
    from resolver.documents.lock_reader import read_lock
    from resolver.documents.lock_writer import lock_text

    try:
        return read_lock(lock_text(new))
    except (LockError, UnicodeEncodeError) as error:
        raise UnsafeContentError(f"a source said what no lock may hold: {error}") from error


def check(workspace: Workspace) -> tuple[Lock, tuple[Difference, ...]]:
    """`models lock --check`: the lock, and everything that the manifest asks for and it does not say."""
    manifest = load_manifest(workspace)
    locked = load_lock(workspace)
    return locked, stale(manifest, locked)


def stale(manifest: Manifest, locked: Lock) -> tuple[Difference, ...]:
    """What differs between a manifest and a lock; nothing is asked of anybody."""
    wanted = demands(manifest)
    artifacts = {key: artifact for key, demand in wanted.items() if (artifact := kept(demand, locked).artifact)}
    unsettled = [key for key in wanted if key not in artifacts or key not in locked.artifacts]
    if not unsettled:
        again = assemble(manifest, artifacts, {})
        unsettled = [key for key in again.artifacts if again.artifacts[key] != locked.artifacts[key]]
    found = differences(manifest, locked, unsettled)
    return found or selection_differences(locked, _with_profiles(locked, manifest).profiles)


def _text_of(one: Lock) -> bytes:
    from resolver.documents.lock_writer import lock_text

    return lock_text(one)


def _loosened(manifest: Manifest, wanted: Mapping[str, Demand], options: LockOptions) -> frozenset[str]:
    """The keys whose pins may move."""
    if options.upgrade:
        return frozenset(wanted)
    return frozenset(
        key
        for model in manifest.models
        if model.name in options.upgrade_models
        for variant in model.variants
        for key in (variant.artifact, *variant.depends)
    )


def _resolved(workspace: Workspace, wanted: Mapping[str, Demand], pins: Mapping[str, Pin]) -> dict[str, Artifact]:
    """Every demand's artifact: kept, or asked of its source. Gates are asked for before anything is fetched."""
    settled = {key: pin.artifact for key, pin in pins.items() if pin.artifact is not None}
    pending = [demand for key, demand in wanted.items() if key not in settled]
    if not pending:
        return settled
    sources = workspace.sources()
    chosen = _together(pending, lambda demand: pins[demand.key].candidate or _chosen(demand, sources))
    refusals = _together(
        pending, lambda demand: sources[demand.request.kind].probe(demand.request.source, chosen[demand], None)
    )
    closed = [refusal for refusal in refusals.values() if refusal is not None]
    if closed:
        raise access_error(closed, _needed_by(wanted))
    artifacts = _together(pending, lambda demand: _pinned(workspace, demand, chosen[demand], sources))
    return settled | {demand.key: artifact for demand, artifact in artifacts.items()}


def _refuse_strangers(artifacts: Mapping[str, Artifact], old: Lock | None) -> None:
    """A deleted repository's name can be registered by somebody else; the endpoint's internal id tells (facts.md)."""
    known = {one.source: one.upstream_id for one in old.artifacts.values() if one.upstream_id} if old else {}
    for artifact in artifacts.values():
        before = known.get(artifact.source)
        if before and artifact.upstream_id and artifact.upstream_id != before:
            raise NotFoundUpstreamError(
                f"{artifact.source}: the repository that was locked is gone; another one has its name now",
                hint="if you trust it, remove its artifact from models.lock (or the lock) and lock again",
            )


def _needed_by(wanted: Mapping[str, Demand]) -> dict[str, str]:
    """Sources that are only dependencies, each with a model that needs it."""
    own = {demand.request.source for demand in wanted.values() if demand.models}
    return {
        demand.request.source: demand.dependants[0]
        for demand in wanted.values()
        if demand.dependants and demand.request.source not in own
    }


def _chosen(demand: Demand, sources: Sources) -> Candidate:
    return choose(demand.request, sources[demand.request.kind].candidates(demand.request))


def _pinned(workspace: Workspace, demand: Demand, candidate: Candidate, sources: Sources) -> Artifact:
    from resolver.policy.formats import flags_of

    desk = Desk(wanted=demand.wants, shelf=workspace.store, inspect=flags_of)
    source = sources[demand.request.kind]
    return complete(source.artifact(demand.key, demand.request, candidate, desk), demand)


def _together(items: Sequence[K], question: Callable[[K], T]) -> dict[K, T]:
    """Ask for all at once; what fails is raised together, when every answer is in."""
    futures = dict(zip(items, in_threads(items, question, AT_A_TIME), strict=True))
    errors = [error for future in futures.values() if isinstance(error := future.exception(), ModelsError)]
    if errors:
        raise joined(errors)
    return {item: future.result() for item, future in futures.items()}


def joined(errors: Sequence[ModelsError]) -> ModelsError:
    """Several failures as one error of the worst kind, each with its message and its hint."""
    unique = list({error.message: error for error in errors}.values())
    order = (MismatchError, AccessRefusedError, OutsideError, InputError)
    kind, worst = next((kind, error) for kind in order for error in unique if isinstance(error, kind))
    if len(unique) == 1:
        return worst
    details = [line for error in unique for line in (error.message, *_more(error, worst))]
    return kind(f"{len(unique)} things stand in the way", hint=worst.hint, details=details)


def _more(error: ModelsError, worst: ModelsError) -> list[str]:
    hint = [f"  {error.hint}"] if error.hint and error.hint != worst.hint else []
    return [*(f"  {detail}" for detail in error.details), *hint]


def _with_profiles(locked: Lock, manifest: Manifest) -> Lock:
    """The lock with what each declared machine gets; a machine that cannot be served is an error here, not there."""
    from resolver.runtimes import RUNTIMES

    profiles = {}
    for name, facts in manifest.profiles.items():
        selection = select(locked.models, locked.budget, facts, f"profile '{name}'")
        arrange(locked, selection, RUNTIMES)
        profiles[name] = LockedProfile(facts, selection.choices(locked.models))
    return replace(locked, profiles=profiles)


def _refuse(refused: Sequence[Judgement]) -> None:
    if refused:
        raise PolicyError(
            f"the policy refuses {len(refused)} thing{'s' if len(refused) > 1 else ''}; the lock is unchanged",
            hint="change `policy:`, choose another artifact, or state an exception on the model",
            details=[f"{one.model}  {one.artifact}: {one.text}" for one in refused],
        )


def _notes(judgements: Iterable[Judgement]) -> tuple[str, ...]:
    return tuple(f"{one.model}  {one.artifact}: {one.text}" for one in judgements if not one.refused)


def _size_here(workspace: Workspace, locked: Lock) -> int | None:
    """Bytes that this machine will place, or None if what is known of it does not decide that."""
    try:
        selection = select(locked.models, locked.budget, workspace.detect().facts, "this machine")
    except ModelsError:
        return None
    return sum(
        file.size
        for one in selection.chosen
        for key in locked.closure(one.variant.artifact)
        for file in files_for(locked.artifacts[key], [one.variant])
    )


def _write(workspace: Workspace, new: Lock) -> None:
    from resolver.documents.lock_writer import lock_text
    from resolver.files.atomic import write_atomically

    write_atomically(workspace.lock_path, lock_text(new))
