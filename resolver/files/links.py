"""Making a second name for bytes: a reflink, else a hard link, else a copy."""

import contextlib
import os
import sys
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
            import shutil  # 2 ms, where nothing can be linked

            shutil.copyfile(blob, temporary)
        temporary.replace(place)
        if mode == "hardlink":
            temporary.unlink(missing_ok=True)  # rename does nothing where both names are the same file already
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return mode


def _linked_if_free(blob: Path, place: Path) -> bool | None:
    """A link needs no other name first, for it is there at once; False where something lies, None if refused."""
    try:
        os.link(blob, place)
    except FileExistsError:
        return False
    except OSError:
        return None
    return True


def try_link(mode: str, blob: Path, place: Path) -> bool:
    """Give the bytes of `blob` the free name `place` in one way; whether it worked. A copy is never tried."""
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
        import ctypes

        library = ctypes.CDLL(None, use_errno=True)
        if library.clonefile(os.fsencode(blob), os.fsencode(place), 0) != 0:
            raise OSError(ctypes.get_errno(), "clonefile")
    else:
        raise OSError("this system has no reflinks")
