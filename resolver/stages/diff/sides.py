"""One model as a lock says it, and what of two such sides belongs together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resolver.domain.lock import Artifact, File, Lock, source_of
from resolver.domain.manifest import Model, Variant


@dataclass(frozen=True, slots=True)
class Side:
    """One model in one lock: by key what its variants bring together, and which declared machines get that."""

    lock: Lock
    model: Model
    files: Mapping[str, tuple[File, ...]]
    machines: Mapping[str, frozenset[str]]


def side(lock: Lock, model: Model | None, name: str) -> Side:
    """The model's side of a lock; of a lock that does not have it, one that brings nothing."""
    if model is None:
        return Side(lock, Model(name, ()), {}, {})
    machines: dict[str, frozenset[str]] = {}
    for variant in model.variants:
        getting = {name for name, one in lock.profiles.items() if one.selection.get(model.name) == variant.name}
        for key in lock.closure(variant.artifact):
            machines[key] = machines.get(key, frozenset()) | getting
    return Side(lock, model, lock.wanted(*model.variants), machines)


@dataclass(frozen=True, slots=True)
class Pairing:
    """What of two sides is the same thing: variants as (old, new), artifacts as old key by new key; and the rest."""

    variants: tuple[tuple[Variant, Variant], ...]
    keys: Mapping[str, str]
    added_variants: tuple[Variant, ...]
    removed_variants: tuple[Variant, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def pairing(old: Side, new: Side) -> Pairing:
    """Variants belong together by their name, else by their artifact (then one was renamed).

    Artifacts belong together by their key, else as what a variant opens, else by their source: then another revision is
    asked for.
    """
    variants = _variants(old.model, new.model)
    keys = _keys(old, new, variants)
    kept, taken = {id(one) for pair in variants for one in pair}, set(keys.values())
    return Pairing(
        variants=tuple(variants),
        keys={key: keys[key] for key in new.files if key in keys},
        added_variants=tuple(one for one in new.model.variants if id(one) not in kept),
        removed_variants=tuple(one for one in old.model.variants if id(one) not in kept),
        added=tuple(key for key in new.files if key not in keys),
        removed=tuple(key for key in old.files if key not in taken),
    )


def _variants(old: Model, new: Model) -> list[tuple[Variant, Variant]]:
    named = {variant.name: variant for variant in old.variants}
    found = [(named.pop(one.name), one) for one in new.variants if one.name in named]
    kept = {after.name for _, after in found}
    opened: dict[str, list[Variant]] = {}
    for before in named.values():
        opened.setdefault(before.artifact, []).append(before)
    left = (one for one in new.variants if one.name not in kept)
    return [*found, *((opened[one.artifact].pop(0), one) for one in left if opened.get(one.artifact))]


def _keys(old: Side, new: Side, variants: Iterable[tuple[Variant, Variant]]) -> dict[str, str]:
    """The old key of each new one that has one."""
    keys = {key: key for key in new.files if key in old.files}
    left = {key: None for key in old.files if key not in keys}
    for before, after in variants:
        if after.artifact not in keys and before.artifact in left:
            keys[after.artifact] = before.artifact
            del left[before.artifact]
    sources: dict[str, list[str]] = {}
    for key in left:
        sources.setdefault(source_of(key), []).append(key)
    for key in (one for one in new.files if one not in keys):
        if sources.get(source_of(key)):
            keys[key] = sources[source_of(key)].pop(0)
    return keys


@dataclass(frozen=True, slots=True)
class Pair:
    """One artifact before and after, with the files of it that a model wants, and the machines that get it."""

    model: str
    old: Artifact
    new: Artifact
    before: tuple[File, ...]
    after: tuple[File, ...]
    machines: tuple[str, ...]
