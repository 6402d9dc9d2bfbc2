"""`models remove`: models.yaml without some of its models."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.errors import InputError, ManifestError, ModelsError
from resolver.domain.lock import Lock
from resolver.workflows.edited import Piece, not_foreseen, write_manifest
from resolver.workflows.workspace import MANIFEST, Workspace, check_names, load_lock, manifest_bytes, manifest_in


@dataclass(frozen=True, slots=True)
class Left:
    """What the lock still has of a model that the manifest no longer has, and no other model needs; bytes."""

    name: str
    artifacts: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class RemoveReport:
    """What was removed, or would be, and what stays in the lock until that is made anew."""

    project: Path
    pieces: tuple[Piece, ...]
    left: tuple[Left, ...]
    dry_run: bool


def remove(workspace: Workspace, names: Sequence[str], *, dry_run: bool) -> RemoveReport:
    """Take models out of models.yaml, all of these or none.

    Raises:
        ManifestError: the manifest is wrong already; nothing is written.
        UnknownNameError: one of them is not there.
        InputError: there is no manifest, none would be left, or the file cannot be edited.
        DiskError: it cannot be written.
    """
    from resolver.documents.editing import removed, says

    before = manifest_bytes(workspace)
    known = {model.name: model for model in manifest_in(before).models}
    check_names(frozenset(names), known)
    if not known.keys() - set(names):
        raise InputError(
            "no model would be left, and a manifest has at least one",
            hint=f"add another first with `models add`, or delete {MANIFEST}",
        )
    content = before
    pieces: list[Piece] = []
    for name in reversed([one for one in known if one in names]):  # from below, so that lines above keep their number
        edit = removed(content, name)
        if not _is_sound(edit.content) or not says(edit.content, content, {name: None}):
            raise not_foreseen(f"remove '{name}'")
        content = edit.content
        pieces.insert(0, Piece(name, edit.piece, edit.line))
    if not dry_run:
        write_manifest(workspace, before, content)
    return RemoveReport(workspace.project, tuple(pieces), _left(workspace, names), dry_run)


def _is_sound(content: bytes) -> bool:
    try:
        manifest_in(content)
    except ManifestError:
        return False
    return True


def _left(workspace: Workspace, names: Collection[str]) -> tuple[Left, ...]:
    try:
        locked = load_lock(workspace)
    except ModelsError:  # `models lock` says what is wrong with it
        return ()
    needed = {key for model in locked.models if model.name not in names for key in _artifacts(locked, model.name)}
    found = []
    for name in dict.fromkeys(names):
        keys = tuple(sorted(_artifacts(locked, name) - needed))
        size = sum(file.size for key in keys for file in locked.artifacts[key].files)
        if any(model.name == name for model in locked.models):
            found.append(Left(name, keys, size))
    return tuple(found)


def _artifacts(locked: Lock, name: str) -> set[str]:
    variants = [variant for model in locked.models if model.name == name for variant in model.variants]
    return {key for variant in variants for key in locked.wanted(variant)}
