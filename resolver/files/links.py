"""Making a second name for bytes: a reflink, else a hard link, else a copy."""

import contextlib
import os
import sys
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
    if modes[:1] == ("hardlink",):
        free = _linked_if_free(blob, place)
        if free:
            return "hardlink"
        if free is None:
            modes = modes[1:]
    temporary = place.with_name(LEFTOVERS.replace("*", os.urandom(16).hex()))
    try:
        mode = next((one for one in modes if try_link(one, blob, temporary)), "copy")
        if mode == "copy":
            _copy(blob, temporary)
        temporary.replace(place)
        if mode == "hardlink":
            temporary.unlink(missing_ok=True)  # rename does nothing where both names are the same file already
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return mode


def _linked_if_free(blob: Path, place: Path) -> bool | None:
    """A link needs no other name first, for it is there at once; False where something lies, None if refused."""
    try:
        os.link(blob, place)
    except FileExistsError:
        return False
    except FileNotFoundError:
        raise
    except OSError:
        return None
    return True


def try_link(mode: str, blob: Path, place: Path) -> bool:
    """Give the bytes of `blob` the free name `place` in one way; whether it worked. A copy is never tried.

    No file system has all ways, another disk has none, and a blob may have as many names as it can (EMLINK).
    """
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

        with os.fdopen(open_regular(blob), "rb") as source, place.open("xb") as target:
            fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    elif sys.platform == "darwin":
        import ctypes

        library = ctypes.CDLL(None, use_errno=True)
        if library.clonefile(os.fsencode(blob), os.fsencode(place), 0) != 0:
            raise OSError(ctypes.get_errno(), "clonefile")
    else:
        raise OSError("this system has no reflinks")


def _copy(blob: Path, place: Path) -> None:
    """Durable before it has its name: the record speaks of it, and after a power failure it must not speak of zeros."""
    with os.fdopen(open_regular(blob), "rb", buffering=0) as source, place.open("xb", buffering=0) as target:
        if not _copied_by_the_system(source.fileno(), target.fileno()):
            import shutil  # 2 ms, where nothing can be linked

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
