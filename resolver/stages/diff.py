"""What differs between two locks, in the words of a reviewer."""

from collections.abc import Iterator

from resolver.domain.lock import Artifact, File, Lock, Skipped, files_passing
from resolver.domain.lock_report import Change
from resolver.domain.manifest import Model, Variant

# What a repository holds besides what a library opens; a change in these alone changes no result.
_METADATA = (".md", ".gitattributes", ".gitignore", "license", "license.txt", "notice", ".png", ".jpg", ".svg")


def changes(old: Lock | None, new: Lock) -> tuple[Change, ...]:
    """Every change, models in the new order, those that went last."""
    before = {model.name: model for model in old.models} if old else {}
    found: list[Change] = []
    for model in new.models:
        if old is None or model.name not in before:
            found += [Change(model.name, "added", None, one.artifact, _size(new, one)) for one in model.variants]
        else:
            found += _of_model(before[model.name], model, old, new)
    kept = {model.name for model in new.models}
    for model in old.models if old else ():
        if old is not None and model.name not in kept:
            found += [Change(model.name, "removed", one.artifact, None, -_size(old, one)) for one in model.variants]
    return (*found, *(_selections(old, new) if old else ()))


def _size(lock: Lock, variant: Variant) -> int:
    return sum(file.size for file in files_passing(lock.artifacts[variant.artifact], [variant.files]))


def _of_model(before: Model, after: Model, old: Lock, new: Lock) -> Iterator[Change]:
    known = {variant.name: variant for variant in before.variants}
    for variant in after.variants:
        earlier = known.pop(variant.name, None)
        if earlier is None:
            yield Change(after.name, "added", None, variant.artifact, _size(new, variant))
        else:
            yield from _of_variant(after.name, (old, earlier), (new, variant))
    for earlier in known.values():
        yield Change(after.name, "removed", earlier.artifact, None, -_size(old, earlier))


def _of_variant(model: str, before: tuple[Lock, Variant], after: tuple[Lock, Variant]) -> Iterator[Change]:
    """What differs of the variant itself, then of what it needs."""
    old, new = before[0].artifacts[before[1].artifact], after[0].artifacts[after[1].artifact]
    then, now = before[0].wanted(before[1]), after[0].wanted(after[1])
    yield from _of_artifact(model, (old, then.pop(old.key)), (new, now.pop(new.key)))
    for key in now:
        if key in then:
            yield from _of_artifact(model, (before[0].artifacts[key], then[key]), (after[0].artifacts[key], now[key]))
        else:
            yield Change(model, "added", None, key, sum(file.size for file in now[key]))
    for key in sorted(then.keys() - now.keys()):
        yield Change(model, "removed", key, None, -sum(file.size for file in then[key]))


def _of_artifact(
    model: str, before: tuple[Artifact, tuple[File, ...]], after: tuple[Artifact, tuple[File, ...]]
) -> Iterator[Change]:
    (old, old_files), (new, new_files) = before, after
    delta = sum(file.size for file in new_files) - sum(file.size for file in old_files)
    kind = _kind(old_files, new_files)
    if kind or _pin(old) != _pin(new):
        yield Change(model, kind or "metadata", _pin(old), _pin(new), delta)
    if old.license != new.license:
        yield Change(model, "license", old.license, new.license)
    if set(old.flags) != set(new.flags):
        yield Change(model, "flags", ", ".join(sorted(old.flags)) or None, ", ".join(sorted(new.flags)) or None)


def _kind(old: tuple[File, ...], new: tuple[File, ...]) -> str | None:
    before = {file.path: file.sha256 for file in old}
    after = {file.path: file.sha256 for file in new}
    touched = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    if not touched:
        return None
    if all(path.lower().endswith(_METADATA) for path in touched):
        return "metadata"
    return "weights" if before.keys() == after.keys() else "files"


def _pin(artifact: Artifact) -> str:
    if artifact.commit and artifact.version:
        return f"{artifact.version} ({artifact.commit})"
    return artifact.commit or artifact.version or artifact.key


def _selections(old: Lock, new: Lock) -> Iterator[Change]:
    for name in sorted(old.profiles.keys() & new.profiles.keys()):
        before, after = old.profiles[name].selection, new.profiles[name].selection
        for model in after:
            if model in before and before[model] != after[model]:
                yield Change(model, "selection", _word(before[model]), _word(after[model]), 0, (name,))


def _word(choice: str | Skipped) -> str:
    return "skipped" if isinstance(choice, Skipped) else choice
