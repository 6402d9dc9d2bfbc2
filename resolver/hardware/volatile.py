"""What is free right now: shown, never selected by."""

import os
from pathlib import Path

from resolver.hardware.machine import Machine
from resolver.hardware.memory import free_memory


def volatile(machine: Machine) -> dict[str, int | None]:
    """Bytes free on the disk of the store, and in memory."""
    return {"free_disk": _free_disk(machine.store), "free_memory": free_memory(machine)}


def _free_disk(store: Path | None) -> int | None:
    """Bytes this user may still write beside the store; its nearest existing folder stands for one not made yet."""
    for folder in (store, *store.parents) if store else ():
        try:
            return _free_at(folder)
        except (OSError, ValueError):
            continue
    return None


def _free_at(folder: Path) -> int:
    if hasattr(os, "statvfs"):  # as shutil does it, whose import takes 2 ms
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize
    import shutil

    return shutil.disk_usage(folder).free
