"""Main memory: what the machine has, what this process may have of it, and what is free of it now."""

import re

from resolver.domain.profile import Memory
from resolver.hardware.cgroups import memory_limit
from resolver.hardware.machine import Machine, sysctl, whole_number


def memory(machine: Machine) -> Memory:
    """Bytes in all, the control groups' limit, and the smaller of both."""
    total = _total(machine)
    limit = memory_limit(machine) if machine.system == "Linux" else None
    return Memory(total=total, limit=limit, usable=_smaller(total, limit))


def free_memory(machine: Machine) -> int | None:
    """Bytes that can be had without swapping, and no more than this process may have.

    `MemAvailable` (proc(5)), on Windows the free physical memory; macOS has no single figure for it.
    """
    if machine.system == "Linux":
        return _smaller(_of_meminfo(machine, "MemAvailable"), memory(machine).usable)
    status = machine.memory_status()
    return status[1] if status else None


def _total(machine: Machine) -> int | None:
    """`MemTotal` (proc(5)), `hw.memsize` (sysctl(3)), or what Windows answers; never 0."""
    if machine.system == "Darwin":
        return whole_number(sysctl(machine, "hw.memsize")) or None
    if machine.system == "Windows":
        status = machine.memory_status()
        return (status[0] or None) if status else None
    return _of_meminfo(machine, "MemTotal") or None


def _of_meminfo(machine: Machine, name: str) -> int | None:
    """A line of /proc/meminfo in bytes; its `kB` are 1024 bytes."""
    match = re.search(rf"^{name}:\s*([0-9]{{1,16}}) kB$", machine.text("proc/meminfo") or "", re.MULTILINE)
    return int(match[1]) * 1024 if match else None


def _smaller(first: int | None, second: int | None) -> int | None:
    return min((size for size in (first, second) if size is not None), default=None)
