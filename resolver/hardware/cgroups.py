"""The limits that control groups put on this process: bytes of memory and whole cores.

A limit on any level above the process binds it, so every folder from its group up to the mount point is read
(kernel documentation, admin-guide/cgroup-v2 and cgroup-v1; cgroups(7), mountinfo in proc(5)).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from resolver.hardware.machine import Machine, whole_number

# Version 1 writes "no limit" as the largest page-aligned 63-bit number, which depends on the page size.
_NO_LIMIT = 2**60
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class _Mount:
    """A mounted hierarchy: version 1 or 2, its controllers (none in version 2), the group at its top, its place."""

    version: int
    controllers: frozenset[str]
    top: PurePosixPath
    point: PurePosixPath

    def serves(self, controller: str) -> bool:
        return self.version == 2 or controller in self.controllers


def memory_limit(machine: Machine) -> int | None:
    """The smallest memory limit of this process in bytes; None if there is none."""
    found: list[int | None] = []
    for version, folder in _folders(machine, "memory"):
        if version == 2:
            found.append(whole_number(machine.text(f"{folder}/memory.max")))
        else:
            found.append(whole_number(machine.text(f"{folder}/memory.limit_in_bytes")))
            found.append(_hierarchical_limit(machine.text(f"{folder}/memory.stat") or ""))
    return min((limit for limit in found if limit and limit < _NO_LIMIT), default=None)


def core_limit(machine: Machine) -> int | None:
    """The smallest CPU quota of this process in whole cores, rounded down (so 0 for half a core); None without one.

    Down, because a quota of 1.5 cores does not run two threads at once: the kernel stops both for part of each
    period, and a variant that asks for two cores was promised two.
    """
    found: list[int | None] = []
    for version, folder in _folders(machine, "cpu"):
        if version == 2:
            found.append(_cores(*(machine.text(f"{folder}/cpu.max") or "").split()))
        else:
            quota = machine.text(f"{folder}/cpu.cfs_quota_us")
            found.append(_cores(quota or "", machine.text(f"{folder}/cpu.cfs_period_us") or ""))
    return min((cores for cores in found if cores is not None), default=None)


def _cores(quota: str = "", period: str = "", *_: str) -> int | None:
    """Whole cores of a quota and its period in microseconds; None for `max`, -1 and what is no number."""
    allowed, every = whole_number(quota), whole_number(period)
    return allowed // every if allowed and every else None


def _hierarchical_limit(stat: str) -> int | None:
    """The limit that version 1 sums up over all levels, those above a container's mount included."""
    match = re.search(r"^hierarchical_memory_limit ([0-9]{1,19})$", stat, re.MULTILINE)
    return int(match[1]) if match else None


def _folders(machine: Machine, controller: str) -> Iterator[tuple[int, PurePosixPath]]:
    """(version, folder) of every level that binds this process, its own first."""
    paths = dict(_groups(machine.text("proc/self/cgroup") or ""))
    for mount in _mounts(machine.text("proc/self/mountinfo") or "", controller):
        group = paths.get("" if mount.version == 2 else controller)
        below = () if group is None else _below(group, mount.top)
        for depth in range(len(below), -1, -1):
            yield mount.version, mount.point.joinpath(*below[:depth])


def _groups(text: str) -> Iterator[tuple[str, PurePosixPath]]:
    """(controller, group) of each line `id:controllers:path`; version 2 has no controller there."""
    for line in text.splitlines():
        parts = line.split(":", 2)
        if len(parts) == 3:
            for controller in parts[1].split(","):
                yield controller, PurePosixPath(parts[2])


def _below(group: PurePosixPath, top: PurePosixPath) -> tuple[str, ...]:
    """The way down from the mount's top to the group.

    Empty if the group is not below it: in a container without a cgroup namespace the path is the host's, and with
    `..` it lies outside of the namespace. What is mounted is then the nearest level that can be read.
    """
    if ".." in (*group.parts, *top.parts) or not group.is_relative_to(top):
        return ()
    return group.relative_to(top).parts


def _mounts(mountinfo: str, controller: str) -> list[_Mount]:
    """The hierarchies that may limit `controller`; without a readable table, those of the customary places."""
    found = [mount for mount in map(_mount, mountinfo.splitlines()) if mount is not None]
    if not found:
        top, place = PurePosixPath("/"), PurePosixPath("/sys/fs/cgroup")
        found = [_Mount(2, frozenset(), top, place), _Mount(1, frozenset([controller]), top, place / controller)]
    return [mount for mount in found if mount.serves(controller)]


def _mount(line: str) -> _Mount | None:
    """A line of mountinfo: fields, a single hyphen, then type, source and options of the file system."""
    left, hyphen, right = line.partition(" - ")
    place, system = left.split(" "), right.split(" ")
    if not hyphen or len(place) < 6 or len(system) < 3 or system[0] not in ("cgroup", "cgroup2"):
        return None
    version = 2 if system[0] == "cgroup2" else 1
    controllers = frozenset(system[2].split(",")) if version == 1 else frozenset[str]()
    return _Mount(version, controllers, _path(place[3]), _path(place[4]))


def _path(text: str) -> PurePosixPath:
    """A path of mountinfo, where blanks and backslashes are written in octal."""
    return PurePosixPath(_OCTAL.sub(lambda match: chr(int(match[1], 8)), text))
