"""Machines to probe: trees of /proc and /sys as real systems write them, and tools that answer from a table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from resolver.hardware import Machine

GIB = 2**30

HOST_64_GIB = (
    "MemTotal:       65856380 kB\nMemFree:         1804120 kB\nMemAvailable:   61203456 kB\nBuffers:          912 kB\n"
)
BYTES_OF_64_GIB = 65856380 * 1024
AVAILABLE_OF_64_GIB = 61203456 * 1024

XEON = (
    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz\n"
    "flags\t\t: fpu vme sse sse2 ssse3 fma sse4_1 sse4_2 avx f16c avx2 avx512f avx512_vnni amx_tile lm\n\n"
    "processor\t: 1\nmodel name\t: second\nflags\t\t: fpu\n"
)
GRAVITON = (
    "processor\t: 0\nBogoMIPS\t: 2100.00\n"
    "Features\t: fp asimd evtstrm aes crc32 atomics fphp asimdhp cpuid asimddp sve i8mm bf16\n"
    "CPU implementer\t: 0x41\nCPU part\t: 0xd40\n"
)

CGROUP_V2 = "0::{path}\n"
MOUNTS_V2 = (
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "29 22 0:26 {top} /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 none rw,nsdelegate\n"
)
CGROUP_V1 = "9:memory:{path}\n4:cpu,cpuacct:{path}\n1:name=systemd:{path}\n0::/\n"
MOUNTS_V1 = (
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 {top} /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 {top} /sys/fs/cgroup/memory rw,relatime - cgroup none rw,memory\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
)


def tree(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files below `root`."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def linux(root: Path, files: Mapping[str, str] | None = None) -> Machine:
    """A Linux host with 64 GiB and 16 cores, and these files besides or instead."""
    usual = {
        "proc/meminfo": HOST_64_GIB,
        "proc/cpuinfo": XEON,
        "proc/sys/kernel/osrelease": "6.8.0-45-generic\n",
        "proc/self/cgroup": CGROUP_V2.format(path="/user.slice/session-1.scope"),
        "proc/self/mountinfo": MOUNTS_V2.format(top="/"),
    }
    return Machine(
        root=tree(root, {**usual, **(files or {})}),
        system="Linux",
        release="6.8.0-45-generic",
        architecture="x86_64",
        libc="glibc 2.39",
        processors=16,
        affinity=frozenset(range(16)),
    )


def tools(machine: Machine, answers: Mapping[str, str]) -> Machine:
    """The machine with commands, each by its whole line."""

    def run(command: Sequence[str]) -> str | None:
        return answers.get(" ".join(command))

    return replace(machine, run=run)


def mac(root: Path, values: Mapping[str, str], *, architecture: str = "arm64", optional: str = "") -> Machine:
    """A Mac by its `sysctl -n` values and the listing of `sysctl hw.optional`."""
    answers = {f"sysctl -n {name}": f"{value}\n" for name, value in values.items()}
    machine = Machine(
        root=root, system="Darwin", release="24.5.0", architecture=architecture, processors=8, affinity=None
    )
    return tools(machine, {**answers, "sysctl hw.optional": optional})
