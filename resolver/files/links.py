"""Making a second name for bytes: a reflink, else a hard link, else a copy."""

import contextlib
import ctypes
import os
import shutil
import sys
import uuid
from pathlib import Path

LINK_MODES = ("reflink", "hardlink", "copy")
"""The ways, best first; `MODELS_LINK_MODE` names one to try alone before copying."""

LEFTOVERS = ".*.placing"
"""What a kill in the middle leaves; swept when the folder is next written."""
_FICLONE = 0x40049409  # linux/fs.h


def place_link(blob: Path, place: Path, modes: tuple[str, ...]) -> str:
    """Give the bytes of `blob` the name `place`, replacing what lies there in one rename; the mode that worked.

    Raises:
        OSError: not even a copy could be made.
    """
    temporary = place.with_name(LEFTOVERS.replace("*", uuid.uuid4().hex))
    try:
        for mode in modes:
            if _try(mode, blob, temporary):
                temporary.replace(place)
                return mode
        shutil.copyfile(blob, temporary)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
    return "copy"


def _try(mode: str, blob: Path, place: Path) -> bool:
    if mode == "copy":
        return False
    try:
        if mode == "hardlink":
            os.link(blob, place)
        else:
            _reflink(blob, place)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            place.unlink()
        return False
    return True


def _reflink(blob: Path, place: Path) -> None:
    if sys.platform == "linux":
        import fcntl

        with blob.open("rb") as source, place.open("xb") as target:
            fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    elif sys.platform == "darwin":
        library = ctypes.CDLL(None, use_errno=True)
        if library.clonefile(os.fsencode(blob), os.fsencode(place), 0) != 0:
            raise OSError(ctypes.get_errno(), "clonefile")
    else:
        raise OSError("this system has no reflinks")
