"""What a test does to the machine: small disks, read-only folders, and whether this user may."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path


@cache
def can_mount() -> bool:
    """Whether this user may mount, which takes root on Linux."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder), 1):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of its own at a folder, in memory."""
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield
    finally:
        _run("umount", str(folder))


@cache
def can_mount_without_links() -> bool:
    """Whether this user may mount exFAT, which knows no links: by FUSE, since few kernels of CI have it or vfat."""
    if not can_mount() or not Path("/dev/fuse").exists():
        return False
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "place")
        place.mkdir()
        try:
            with disk_without_links(Path(folder, "image"), place, 64):
                return True
        except subprocess.CalledProcessError:
            return False


@contextlib.contextmanager
def disk_without_links(image: Path, folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of exFAT at a folder, in a file."""
    for tool in ("mkfs.exfat", "mount.exfat-fuse"):
        assert shutil.which(tool), "install them: apt-get install exfatprogs exfat-fuse"
    with image.open("wb") as stream:
        stream.truncate(megabytes << 20)
    _run("mkfs.exfat", str(image))
    device = _run("losetup", "--find", "--show", str(image)).strip()
    try:
        _run("mount.exfat-fuse", device, str(folder))
        try:
            yield
        finally:
            _run("umount", str(folder))
    finally:
        _run("losetup", "--detach", device)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in the folder can be written: by a mount where that is allowed, else by its modes."""
    if can_mount():
        _run("mount", "--bind", str(folder), str(folder))
        try:
            _run("mount", "-o", "remount,bind,ro", str(folder))
            yield
        finally:
            _run("umount", str(folder))
        return
    folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
    modes = {path: path.stat().st_mode for path in folders}
    for path in folders:
        path.chmod(0o500)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
