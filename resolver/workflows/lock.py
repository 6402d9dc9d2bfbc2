"""`models lock`: the manifest and what the sources offer, into models.lock."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from resolver.domain.errors import (
    LockError,
    ModelsError,
    NotFoundUpstreamError,
    PolicyError,
    UnsafeContentError,
)
from resolver.domain.lock import Artifact, Lock, LockedProfile
from resolver.domain.lock_report import Difference, LockReport
from resolver.domain.manifest import Manifest
from resolver.policy.judge import Judgement, judge
from resolver.stages.arrange import arrange
from resolver.stages.diff import changes
from resolver.stages.resolve import Demand, Earlier, assemble, demands
from resolver.stages.select import select
from resolver.stages.select.never import never_chosen
from resolver.stages.stale import differences, selection_differences
from resolver.workflows.pinning import pinned
from resolver.workflows.settling import load_old_lock
from resolver.workflows.workspace import Workspace, check_names, check_network, load_lock, load_manifest

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
    check_network(workspace, _to_be_asked(manifest, options))
    before = load_old_lock(workspace)
    old = before.lock
    earlier = Earlier(old, before.doubtful) if old else None
    found = pinned(workspace, manifest, earlier, _may_move(old, options))
    _refuse_strangers(found.artifacts, old)
    new = _as_read(_with_profiles(assemble(manifest, found.artifacts, found.edges, {}), manifest))
    judgements = judge(new)
    _refuse([one for one in judgements if one.refused])
    markers = () if before.is_whole else (SETTLED,)
    changed = bool(markers) or old is None or _text_of(new) != _text_of(old)
    if changed and not options.dry_run:
        _write(workspace, new)
    return LockReport(
        changed=changed,
        changes=changes(old, new) if changed else (),
        lock=new,
        old=old,
        seconds=time.monotonic() - started,
        size_here=_size_here(workspace, new),
        warnings=(*_notes(judgements), *found.warnings, *never_chosen(new.models), *markers),
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
    earlier = Earlier(locked)
    edges = {key: earlier.edges(key) for key in locked.artifacts}
    wanted = demands(manifest, edges)
    artifacts = {key: artifact for key, demand in wanted.items() if (artifact := earlier.pin(demand).artifact)}
    unsettled = [key for key in wanted if key not in artifacts or key not in locked.artifacts]
    if not unsettled:
        again = assemble(manifest, artifacts, {key: edges[key] for key in wanted}, {})
        unsettled = [key for key in again.artifacts if again.artifacts[key] != locked.artifacts[key]]
    found = differences(manifest, locked, wanted, unsettled)
    return found or selection_differences(locked, _with_profiles(locked, manifest).profiles)


def _text_of(one: Lock) -> bytes:
    from resolver.documents.lock_writer import lock_text

    return lock_text(one)


def _may_move(old: Lock | None, options: LockOptions) -> Callable[[Demand], bool]:
    """Whose pins may move: all, or those of the named models and what these need."""
    needed = set(_needed(old, options.upgrade_models)) if old else set()

    def may_move(demand: Demand) -> bool:
        wanting = {*demand.models, *demand.dependants}
        return options.upgrade or bool(wanting & options.upgrade_models) or demand.key in needed

    return may_move


def _to_be_asked(manifest: Manifest, options: LockOptions) -> Iterator[str]:
    """The kinds of the sources whose pins were asked to move."""
    for model in manifest.models:
        if options.upgrade or model.name in options.upgrade_models:
            yield from (variant.artifact.partition(":")[0] for variant in model.variants)


def _needed(old: Lock, names: frozenset[str]) -> Iterator[str]:
    for model in old.models:
        if model.name in names:
            for variant in model.variants:
                yield from old.closure(variant.artifact)


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
    return locked.size_of(*(one.variant for one in selection.chosen))


def _write(workspace: Workspace, new: Lock) -> None:
    from resolver.documents.lock_writer import lock_text
    from resolver.files.atomic import write_atomically

    write_atomically(workspace.lock_path, lock_text(new))
