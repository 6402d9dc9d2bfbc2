"""What differs of one model: artifacts that came, went or changed, variants, and what is asked of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from resolver.domain.lock_report import Change
from resolver.domain.manifest import Model, Variant
from resolver.stages.diff.artifacts import artifact_changes
from resolver.stages.diff.edges import edge_changes, without
from resolver.stages.diff.files import size_of
from resolver.stages.diff.machines import selection_changes
from resolver.stages.diff.sides import Pair, Pairing, Side, pairing
from resolver.stages.diff.values import Said, differing, filter_text, lists, needs_of, pin_of


def model_changes(old: Side, new: Side) -> Iterator[Change]:
    """Everything that differs between two sides of one model."""
    pairs = pairing(old, new)
    gone, came, names = {*pairs.removed}, {*pairs.added}, {before: after for after, before in pairs.keys.items()}
    for after, before in pairs.keys.items():
        pair = _pair(old, new, before, after)
        yield from artifact_changes(pair)
        yield from edge_changes(pair, gone, came, names)
    yield from _came(new, pairs)
    yield from _went(old, pairs)
    for one, other in pairs.variants:
        yield from _variant(new, one, other, pairs)
    if old.model.variants and new.model.variants:
        yield from _model(old.model, new.model, pairs)
        renamed = {one.name: other.name for one, other in pairs.variants}
        yield from selection_changes(new.model.name, old.lock, new.lock, renamed)


def _pair(old: Side, new: Side, before: str, after: str) -> Pair:
    machines = old.machines.get(before, frozenset()) | new.machines.get(after, frozenset())
    return Pair(
        new.model.name,
        old.lock.artifacts[before],
        new.lock.artifacts[after],
        old.files[before],
        new.files[after],
        tuple(sorted(machines)),
    )


def _came(new: Side, pairs: Pairing) -> Iterator[Change]:
    """Variants that are new, and what is needed besides and was not; bytes count where they come first."""
    left = dict.fromkeys(pairs.added)
    edges = _edges_to(new, left)
    for variant in pairs.added_variants:
        fresh = variant.artifact in left
        left.pop(variant.artifact, None)
        yield replace(_arrival(new, variant.artifact, fresh=fresh), variant=variant.name)
    for key in left:
        change = _arrival(new, key, fresh=True)
        yield replace(change, notes=(*change.notes, *(f"because {one}" for one in edges[key])))


def _arrival(new: Side, key: str, *, fresh: bool) -> Change:
    artifact = new.lock.artifacts[key]
    gate = ("gated",) if artifact.gated else ()
    machines = tuple(sorted(new.machines.get(key, ())))
    change = Change(new.model.name, "added", None, key, profiles=machines, artifact=key)
    if not fresh:
        return change
    return replace(
        change,
        size_delta=size_of(new.files[key]),
        notes=(f"pinned to {pin_of(artifact)}", f"licence {artifact.license or 'not stated'}", *gate),
        alerts=tuple(f"new: {flag}" for flag in sorted(artifact.flags)),
    )


def _went(old: Side, pairs: Pairing) -> Iterator[Change]:
    left = dict.fromkeys(pairs.removed)
    for variant in pairs.removed_variants:
        size = size_of(old.files[variant.artifact]) if variant.artifact in left else 0
        left.pop(variant.artifact, None)
        yield replace(_departure(old, variant.artifact, size), variant=variant.name)
    for key in left:
        yield _departure(old, key, size_of(old.files[key]))


def _departure(old: Side, key: str, size: int) -> Change:
    machines = tuple(sorted(old.machines.get(key, ())))
    return Change(old.model.name, "removed", key, None, -size, machines, artifact=key)


def _edges_to(side: Side, keys: Iterable[str]) -> Mapping[str, list[str]]:
    """The reasons why each of some artifacts is needed, each once."""
    found: dict[str, dict[str, None]] = {key: {} for key in keys}
    for key in side.files:
        for edge in side.lock.artifacts[key].dependencies:
            if edge.artifact in found:
                found[edge.artifact][edge.because] = None
    return {key: list(reasons) for key, reasons in found.items()}


def _variant(new: Side, before: Variant, after: Variant, pairs: Pairing) -> Iterator[Change]:
    """What is asked of a variant, each thing that differs one change."""
    machines = tuple(
        sorted(name for name, one in new.lock.profiles.items() if one.selection.get(new.model.name) == after.name)
    )
    for subject, (one, other) in _requirements(before, after, pairs).items():
        if one != other:
            change = Change(new.model.name, "requirement", one, other, profiles=machines)
            yield replace(change, variant=after.name, subject=subject)


def _requirements(before: Variant, after: Variant, pairs: Pairing) -> dict[str, Said]:
    """By subject; the artifact and what it depends on only where no change of an artifact says it."""
    moved = pairs.keys.get(after.artifact) == before.artifact
    lost = tuple(key for key in without(before.depends, after.depends) if key not in pairs.removed)
    gained = tuple(key for key in without(after.depends, before.depends) if key not in pairs.added)
    return {
        "name": (before.name, after.name),
        "artifact": (None, None) if moved else (before.artifact, after.artifact),
        "runtime": (before.runtime, after.runtime),
        "category": (before.category, after.category),
        "when": differing(before.when.written, after.when.written),
        "needs": differing(needs_of(before.needs), needs_of(after.needs)),
        "requires": lists(before.requires, after.requires),
        "files": (filter_text(before.files), filter_text(after.files)),
        "settings": differing(before.settings, after.settings),
        "depends": lists(lost, gained),
    }


def _model(old: Model, new: Model, pairs: Pairing) -> Iterator[Change]:
    if old.optional != new.optional:
        yield Change(new.name, "requirement", _word(old), _word(new), subject="optional")
    if old.group != new.group:
        yield Change(new.name, "requirement", old.group, new.group, subject="group")
    if sorted(old.allow) != sorted(new.allow):
        gained = tuple(f"allowed now: {one}" for one in sorted({*new.allow} - {*old.allow}))
        change = Change(new.name, "policy", *lists(old.allow, new.allow), subject="allow")
        yield replace(change, alerts=gained)
    now = {id(after): before.name for before, after in pairs.variants}
    kept = {*now.values()}
    before = [one.name for one in old.variants if one.name in kept]
    after = [now[id(one)] for one in new.variants if id(one) in now]
    if before != after:
        yield Change(new.name, "requirement", ", ".join(before), ", ".join(after), subject="order of variants")


def _word(model: Model) -> str:
    return "optional" if model.optional else "required"
