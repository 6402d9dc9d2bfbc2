"""Making a second name for bytes: a reflink, else a hard link, else a copy."""

import contextlib
import ctypes
import os
import shutil
import sys
import uuid
from pathlib import Path

from resolver.files.guarded import open_regular

LINK_MODES = ("reflink", "hardlink", "copy")
"""The ways, best first; `MODELS_LINK_MODE` names one to try alone before copying."""

LEFTOVERS = ".*.placing"
"""What a kill in the middle leaves; swept when the folder is next written."""
_FICLONE = 0x40049409  # linux/fs.h
_SWEPT = 3
"""Tries: another process that places into the same folder takes what we are making for left over."""
_PIECE = 1 << 30


def place_link(blob: Path, place: Path, modes: tuple[str, ...]) -> str:
    """Give the bytes of `blob` the name `place`, replacing what lies there in one rename; the mode that worked.

    Raises:
        OSError: not even a copy could be made.
    """
    for _ in range(_SWEPT - 1):
        with contextlib.suppress(FileNotFoundError):
            return _placed(blob, place, modes)
    return _placed(blob, place, modes)


def _placed(blob: Path, place: Path, modes: tuple[str, ...]) -> str:
    temporary = place.with_name(LEFTOVERS.replace("*", uuid.uuid4().hex))
    try:
        mode = next((mode for mode in modes if mode == "copy" or _works(mode, blob, temporary)), "copy")
        if mode == "copy":
            _copy(blob, temporary)
        temporary.replace(place)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
    return mode


def _works(mode: str, blob: Path, place: Path) -> bool:
    """No file system has all ways, another disk has none, and a blob may have as many names as it can (EMLINK)."""
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

        with os.fdopen(open_regular(blob), "rb") as source, place.open("xb") as target:
            fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    elif sys.platform == "darwin":
        library = ctypes.CDLL(None, use_errno=True)
        if library.clonefile(os.fsencode(blob), os.fsencode(place), 0) != 0:
            raise OSError(ctypes.get_errno(), "clonefile")
    else:
        raise OSError("this system has no reflinks")


def _copy(blob: Path, place: Path) -> None:
    """Durable before it has its name: the record speaks of it, and after a power failure it must not speak of zeros."""
    with os.fdopen(open_regular(blob), "rb", buffering=0) as source, place.open("xb", buffering=0) as target:
        if not _copied_by_the_system(source.fileno(), target.fileno()):
            shutil.copyfileobj(source, target, 1 << 20)
        os.fsync(target.fileno())


def _copied_by_the_system(source: int, target: int) -> bool:
    """Without a way through this process (copy_file_range(2)), as far as it goes; whether that was everything."""
    if sys.platform != "linux":
        return False
    try:
        while os.copy_file_range(source, target, _PIECE):
            pass
    except OSError:
        return False
    return os.fstat(source).st_size == os.fstat(target).st_size
