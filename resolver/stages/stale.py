"""Whether a lock still says what its manifest asks for, and what not: by comparison, so that the answer has reasons."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields

from resolver.domain.lock import Choice, Lock, LockedProfile, Skipped
from resolver.domain.lock_report import Difference
from resolver.domain.manifest import Manifest, Model, Variant


def differences(
    manifest: Manifest, lock: Lock, wanted: Collection[str], unsettled: Collection[str]
) -> tuple[Difference, ...]:
    """Each difference.

    `wanted` are the keys of everything that is asked for or needed, `unsettled` those of them that the lock does not
    pin as they are asked for now.
    """
    found = [*_models(manifest, lock), *_whole(manifest, lock)]
    found += [
        Difference(key, "is asked for in another way than it was locked") for key in unsettled if key in lock.artifacts
    ]
    strange = sorted(set(lock.artifacts) - set(wanted))
    found += [Difference(key, "is in the lock and nobody asks for it") for key in strange]
    return tuple(found)


def selection_differences(lock: Lock, again: Mapping[str, LockedProfile]) -> tuple[Difference, ...]:
    """Where selecting once more from the lock gives a declared machine something else than the lock says."""
    return tuple(
        Difference(
            model, f"{profile} gets {_word(choice)}, the lock says {_word(lock.profiles[profile].selection.get(model))}"
        )
        for profile in sorted(again)
        for model, choice in again[profile].selection.items()
        if lock.profiles[profile].selection.get(model) != choice
    )


def _models(manifest: Manifest, lock: Lock) -> Iterator[Difference]:
    locked = {model.name: model for model in lock.models}
    for model in manifest.models:
        if model.name not in locked:
            yield Difference(model.name, "added to the manifest")
        elif not _same(model, locked[model.name]):
            yield from _model(model, locked[model.name])
    wanted = [model.name for model in manifest.models]
    for name in locked:
        if name not in wanted:
            yield Difference(name, "removed from the manifest")
    common = [name for name in wanted if name in locked]
    if common != [name for name in locked if name in wanted]:
        yield Difference("models", "in another order, which is their order of preference")


def _same(wanted: object, locked: object) -> bool:
    """Equal, and of the same types: `1`, `1.0` and `true` are equal to Python and not to a pipeline."""
    return wanted == locked and repr(_sorted(wanted)) == repr(_sorted(locked))


def _sorted(value: object) -> object:
    if isinstance(value, Model):
        return [_sorted(one.settings) for one in value.variants]
    if isinstance(value, Mapping):
        return [(key, _sorted(value[key])) for key in sorted(value)]
    if isinstance(value, list):
        return [_sorted(one) for one in value]
    return value


def _model(wanted: Model, locked: Model) -> Iterator[Difference]:
    for name in ("optional", "group", "allow"):
        yield from _field(wanted.name, name, getattr(wanted, name), getattr(locked, name))
    if len(wanted.variants) != len(locked.variants):
        counts = f"{len(wanted.variants)} in the manifest, {len(locked.variants)} in the lock"
        yield Difference(wanted.name, f"variants: {counts}")
        return
    for ours, theirs in zip(wanted.variants, locked.variants, strict=True):
        yield from _variant(wanted.name, ours, theirs)


def _variant(model: str, wanted: Variant, locked: Variant) -> Iterator[Difference]:
    for field in fields(Variant):
        name = field.name
        yield from _field(model, f"variant {wanted.name}: {name}", getattr(wanted, name), getattr(locked, name))


def _field(subject: str, name: str, wanted: object, locked: object) -> Iterator[Difference]:
    if not _same(wanted, locked):
        plain = (str, int, bool)
        values = f": {wanted} in the manifest, {locked} in the lock"
        yield Difference(subject, name + (values if isinstance(wanted, plain) else " differs"))


def _whole(manifest: Manifest, lock: Lock) -> Iterator[Difference]:
    for name in ("policy", "budget", "cache"):
        yield from _field(name, "of the manifest", getattr(manifest, name), getattr(lock, name))
    for profile in sorted(manifest.profiles.keys() | lock.profiles.keys()):
        if profile not in lock.profiles:
            yield Difference(profile, "profile added to the manifest")
        elif profile not in manifest.profiles:
            yield Difference(profile, "profile removed from the manifest")
        elif manifest.profiles[profile] != lock.profiles[profile].facts:
            yield Difference(profile, "profile has other facts in the manifest")


def _word(choice: Choice | None) -> str:
    return "nothing" if choice is None or isinstance(choice, Skipped) else f"'{choice}'"
