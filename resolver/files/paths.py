"""Containment: from a folder and a relative name to a place that lies inside the folder, without following links."""

import contextlib
import os
import stat
from pathlib import Path

from resolver.domain.errors import DiskError, UnsafeContentError
from resolver.domain.names import path_objection


def inside(folder: Path, relative: str) -> Path:
    """The place of a relative POSIX path below a folder.

    Raises:
        UnsafeContentError: the path is not safe on every system (it could escape, or mean something else elsewhere).
    """
    return folder.joinpath(*contained(relative).split("/"))


def contained(relative: str) -> str:
    """The path itself, if it is a relative POSIX path that is safe on every system.

    Raises:
        UnsafeContentError: it is not: it could escape, or mean something else elsewhere.
    """
    objection = path_objection(relative)
    if objection:
        raise UnsafeContentError(f"path {relative!r} {objection}")
    return relative


def clear_way(folder: Path, place: Path) -> None:
    """Make the folders from `folder` down to the parent of `place`; a link or a file in the way is removed.

    What was placed is never written through a link that leads out of the view (product.md): every part below
    `folder` is looked at without following it.
    """
    current = folder
    for part in place.relative_to(folder).parts[:-1]:
        current = current / part
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISDIR(current.lstat().st_mode):
                current.unlink()
        current.mkdir(exist_ok=True)


def leads_through_link(folder: Path, place: Path) -> bool:
    """Whether a part of the way from `folder` to the parent of `place` is a link that leads out of `folder`."""
    current = folder
    for part in place.relative_to(folder).parts[:-1]:
        current = current / part
        if leads_out(folder, current):
            return True
    return False


def leads_along_link(folder: Path, place: Path) -> bool:
    """Whether a part of the way from `folder` to the parent of `place` is a link, wherever it leads."""
    parents = (one for one in place.parents if one != folder and one.is_relative_to(folder))
    return any(one.is_symlink() for one in parents)


class Ways:
    """Which folders below one lead out of it; each is looked at once, however many files lie in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known = {"": False}

    def lead_out(self, relative: str) -> bool:
        """Whether a folder, or one on the way to it, is a link that leads out."""
        found = self._known.get(relative)
        if found is None:
            found = self.lead_out(relative.rpartition("/")[0]) or leads_out(self._folder, self._folder / relative)
            self._known[relative] = found
        return found


def leads_out(folder: Path, place: Path) -> bool:
    """Whether a place is a link that leads out of `folder`, or round in a circle."""
    if not place.is_symlink():
        return False
    try:
        return not place.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return True


def walk_files(folder: Path) -> list[str]:
    """Every file and link below a folder as a relative POSIX path, sorted; links are named, not followed."""
    found: list[str] = []
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            entries = list(os.scandir(f"{folder}/{prefix}"))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise DiskError(f"{folder}/{prefix}: {error.strerror}") from error
        for entry in entries:
            relative = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{relative}/")
            else:
                found.append(relative)
    return sorted(found)


def remove_empty_parents(folder: Path, place: Path) -> None:
    """Remove the parents of `place` below `folder` that are empty now; some may be gone already."""
    for parent in place.parents:
        if parent == folder or not parent.is_relative_to(folder):
            return
        try:
            parent.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return
