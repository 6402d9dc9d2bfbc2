"""Blobs to where the runtimes look: links or copies, and the references that name a pin."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.domain.lock import File
from resolver.domain.plan import Trace
from resolver.domain.view import Placement, Reference
from resolver.files.atomic import disk_error, write_renewable
from resolver.files.links import LEFTOVERS, place_link
from resolver.files.paths import clear_way, inside, leads_through_link, remove_empty_parents


@dataclass(frozen=True, slots=True)
class Placed:
    """What was placed: the traces by path, bytes that had to be copied, and by path why a place could not be taken."""

    traces: dict[str, Trace]
    copied: int
    errors: dict[str, DiskError]


def place(placements: Sequence[Placement], root: Path, sound: Callable[[File], Path], modes: Sequence[str]) -> Placed:
    """Give each blob its name in the view, replacing what lies there; nothing is written through a link.

    `sound` says where a blob lies that is right at this moment, or raises DiskError.
    """
    placed = Placed({}, 0, {})
    prepared: set[Path] = set()
    for one in placements:
        target = inside(root, one.path)
        try:
            if target.parent not in prepared:
                _prepare(root, target)
                prepared.add(target.parent)
            mode, trace = _placed(one, target, sound(one.file), modes)
        except OSError as error:
            placed.errors[one.path] = disk_error(error, target)
            continue
        except DiskError as error:
            placed.errors[one.path] = error
            continue
        placed.traces[one.path] = trace
        if mode == "hardlink":
            modes = ("hardlink",)  # what is better was tried in vain, and would be for each file
        elif mode == "copy":
            placed = replace(placed, copied=placed.copied + one.file.size)
    return placed


def _placed(one: Placement, target: Path, blob: Path, modes: Sequence[str]) -> tuple[str, Trace]:
    try:
        mode = place_link(blob, target, tuple(modes))
    except OSError as error:
        if target.is_symlink() or not target.is_dir():
            raise
        try:
            target.rmdir()  # an empty one is nobody's
        except OSError:
            hint = "move it away and sync again"
            raise DiskError(f"{target} is a folder where a file belongs", hint=hint) from error
        mode = place_link(blob, target, tuple(modes))
    found = target.stat()
    return mode, Trace(found.st_size, found.st_mtime_ns, found.st_ino, one.file.sha256)


def _prepare(root: Path, target: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    clear_way(root, target)
    for leftover in target.parent.glob(LEFTOVERS):
        leftover.unlink(missing_ok=True)


def refer(references: Sequence[Reference], root: Path) -> None:
    """Write each reference, without a newline: with one, the libraries do not find the snapshot (facts.md).

    Nobody waits for the disk: like the links beside them they are compared and written again by every sync.
    """
    for one in references:
        target = inside(root, one.path)
        root.mkdir(parents=True, exist_ok=True)
        try:
            clear_way(root, target)
            if target.is_symlink():
                target.unlink()
            if target.is_dir():
                raise DiskError(f"{target} is a folder where a file belongs", hint="move it away and sync again")
        except OSError as error:
            raise disk_error(error, target) from error
        write_renewable(target, one.text.encode())


def remove(paths: Sequence[str], root: Path) -> None:
    """Remove files of the view, and the folders that they leave empty; what lies behind a link is not ours."""
    for path in paths:
        target = root / path
        if not leads_through_link(root, target):
            with contextlib.suppress(FileNotFoundError):
                target.unlink()
            remove_empty_parents(root, target)
