"""Taking away what was decided to go, and the folders that it leaves empty; nothing is reached through a link."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from resolver.domain.pruning import Pruning, Seen, Staying
from resolver.files.bytecode import CACHE, source_of
from resolver.files.guarded import read_regular
from resolver.files.inventory import look
from resolver.files.links import LEFTOVERS
from resolver.files.paths import leads_along_link, remove_empty_parents
from resolver.files.temporary import sweep

CHANGED = "changed meanwhile"


def discard(pruning: Pruning, root: Path) -> Pruning:
    """Remove it, as far as it is still what was shown; what was removed, and what could not be.

    References go first: nobody is led to a folder that is half empty. Bytecode goes before its module, which stays
    where that stays: it is known as ours by its module only.
    """
    done: dict[str, str | None] = {}
    for path, text in pruning.references.items():
        done[path] = _removed(root, path, partial(_says, text))
    held: dict[str | None, str] = {}
    for one in sorted(pruning.files, key=lambda one: source_of(one.path) is None):
        failure = held.get(one.path) or _removed(root, one.path, partial(_is_as_seen, one.seen))
        done[one.path] = failure
        if failure is not None:
            held[source_of(one.path)] = failure
    removed = frozenset(path for path, failure in done.items() if failure is None)
    _tidy(root, [*removed, *pruning.gone])
    changed = [one for one in pruning.files if done[one.path] == CHANGED]
    return replace(
        pruning,
        files=tuple(one for one in pruning.files if one.path in removed),
        references={path: text for path, text in pruning.references.items() if path in removed},
        staying=(*pruning.staying, *(Staying(one.path, 1, one.seen.size, CHANGED) for one in changed)),
        failed={path: failure for path, failure in done.items() if failure is not None and failure != CHANGED},
    )


def _removed(root: Path, path: str, is_same: Callable[[Path], bool]) -> str | None:
    """None if it is gone now, else why it is not."""
    place = root / path
    try:
        place.lstat()
        if leads_along_link(root, place) or not is_same(place):
            return CHANGED
        place.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _says(text: str, place: Path) -> bool:
    found = read_regular(place)
    return found is not None and found[0] == text.encode()


def _is_as_seen(seen: Seen, place: Path) -> bool:
    """Its names may be fewer by now: others of them go too."""
    found = look(place)
    return found is not None and replace(found, names=seen.names) == seen


def _tidy(root: Path, paths: Iterable[str]) -> None:
    """Remove what killed writers left beside these, and the folders that are empty."""
    folders: dict[Path, set[str]] = {}
    for path in paths:
        place = root / path
        folders.setdefault(place.parent, set()).add(place.name)
    for folder, names in sorted(folders.items(), reverse=True):
        if not leads_along_link(root, folder / "any"):
            sweep(folder, names)
            for leftover in folder.glob(LEFTOVERS):
                with contextlib.suppress(OSError):
                    leftover.unlink()
            with contextlib.suppress(OSError):
                (folder / CACHE).rmdir()
            remove_empty_parents(root, folder / "any")
