"""The operating system: its name, release, C library, and whether it is WSL or a container."""

import re

from resolver.domain.profile import OperatingSystem
from resolver.hardware.machine import Machine

_CONTAINER_FILES = (".dockerenv", "run/.containerenv", "run/systemd/container")
_CONTAINER_GROUP = re.compile(
    r"/(?:kubepods|docker/[0-9a-f]{12}|docker-[0-9a-f]{12}|libpod-|crio-|cri-containerd|lxc/|lxc\.payload|garden/)"
)


def operating_system(machine: Machine) -> OperatingSystem:
    """What runs the machine. `linux`, `darwin` and `windows` are the names; another system keeps its own."""
    name = machine.system.lower()
    if name != "linux":
        return OperatingSystem(name=name, release=machine.release)
    release = (machine.text("proc/sys/kernel/osrelease") or "").strip() or machine.release
    return OperatingSystem(
        name=name,
        release=release,
        libc=machine.libc or _musl(machine),
        wsl=_is_wsl(machine, release or ""),
        container=_is_container(machine),
    )


def _musl(machine: Machine) -> str | None:
    """`musl` where its loader lies under its documented name (musl, "Using musl": /lib/ld-musl-$ARCH.so.1)."""
    try:
        return "musl" if any(machine.root.glob("lib/ld-musl-*.so.1")) else None
    except OSError:
        return None


def _is_wsl(machine: Machine, release: str) -> bool:
    """Microsoft's kernels say so in their release (microsoft/WSL issue 423); own kernels keep the interop entry."""
    return "microsoft" in release.lower() or machine.has("proc/sys/fs/binfmt_misc/WSLInterop")


def _is_container(machine: Machine) -> bool:
    """Docker leaves /.dockerenv, Podman /run/.containerenv, systemd's Container Interface the `container` variable.

    Kubernetes and LXC show in the control group's path, if no cgroup namespace hides it. `docker.service` is the
    daemon on its host and no container.
    """
    if any(machine.has(path) for path in _CONTAINER_FILES) or machine.environment.get("container"):
        return True
    return bool(_CONTAINER_GROUP.search(machine.text("proc/self/cgroup") or ""))
