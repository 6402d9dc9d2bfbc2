"""What lies below a folder, each thing looked at once and no link followed."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from resolver.domain.pruning import Inventory, Seen


def take_inventory(folder: Path, asked: Iterable[str]) -> Inventory:
    """Everything below a folder; of what is `asked` for and not found so, whether it lies behind a link."""
    files: dict[str, Seen] = {}
    closed: dict[str, str] = {}
    waiting = [""]
    while waiting:
        inner = waiting.pop()
        try:
            names = os.listdir(folder / inner)  # noqa: PTH208  # names are all that is wanted
        except FileNotFoundError:
            continue
        except OSError as error:
            closed[inner] = _reason(error)
            continue
        for path in (f"{inner}/{name}" if inner else name for name in names):
            found = look(folder / path)
            if found is None:
                waiting.append(path)
            else:
                files[path] = found
    behind = frozenset(path for path in asked if path not in files and _may_be_there(folder / path))
    return Inventory(dict(sorted(files.items())), behind, closed)


def look(place: Path) -> Seen | None:
    """What lies at one place; None if that is a folder, or nothing, or cannot be told."""
    try:
        found = place.lstat()
    except OSError:
        return None
    if stat.S_ISDIR(found.st_mode):
        return None
    is_file = stat.S_ISREG(found.st_mode)
    return Seen(found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino, found.st_nlink, is_file)


def _reason(error: OSError) -> str:
    """Why a folder cannot be read; what is none was taken for one because nobody could look at it."""
    return "cannot be looked at" if isinstance(error, NotADirectoryError) else error.strerror or type(error).__name__


def _may_be_there(place: Path) -> bool:
    """Whether something lies there, or nobody can tell."""
    try:
        place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
