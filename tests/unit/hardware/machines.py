"""Machines to probe: trees of /proc and /sys as real systems write them, and tools that answer from a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from resolver.domain.facts import Facts
from resolver.hardware import Machine
from tests.unit.hardware.gpus import A100, GB10, GTX_1080, RTX_4090
from tests.unit.hardware.nvml_fake import MIB, FakeGpu, FakeNvml

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

GRACE = (
    "processor\t: 0\nBogoMIPS\t: 2000.00\n"
    "Features\t: fp asimd aes crc32 atomics fphp asimdhp asimddp sve sve2 i8mm bf16\n"
    "CPU implementer\t: 0x41\nCPU part\t: 0xd85\n"
)
M1 = {"hw.optional.arm64": "1", "machdep.cpu.brand_string": "Apple M1", "hw.memsize": str(8 * GIB)}
M3_MAX = {
    "hw.optional.arm64": "1",
    "machdep.cpu.brand_string": "Apple M3 Max",
    "hw.memsize": str(64 * GIB),
    "iogpu.wired_limit_mb": "0",
}
M1_FEATURES = (
    "hw.optional.arm.FEAT_FP16: 1\nhw.optional.arm.FEAT_DotProd: 1\nhw.optional.arm.FEAT_BF16: 0\n"
    "hw.optional.neon: 1\nhw.optional.arm64: 1\n"
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


def nvidia(machine: Machine, gpus: Sequence[FakeGpu], driver: str, cuda: int, **environment: str) -> Machine:
    """The machine with these GPUs."""
    nvml = FakeNvml(gpus, driver=driver, cuda=cuda)
    return replace(machine, nvml=nvml.open, environment={**machine.environment, **environment})


def _rtx_4090(root: Path) -> Machine:
    return nvidia(linux(root), [RTX_4090], "570.86.10", 12080)


def _a100_mig(root: Path) -> Machine:
    machine = replace(linux(root, _meminfo(528_235_648)), processors=64, affinity=frozenset(range(32)))
    return nvidia(machine, [A100], "550.54.15", 12040, CUDA_VISIBLE_DEVICES="MIG-1c5a4b1e-aaaa-5c1b-9f2e-3b1d0e6f7a10")


def _two_unlike(root: Path) -> Machine:
    return nvidia(linux(root), [GTX_1080, RTX_4090], "550.54.15", 12040)


def _gtx_1080(root: Path) -> Machine:
    machine = replace(linux(root, _meminfo(16_327_596)), processors=8, affinity=frozenset(range(8)))
    return nvidia(machine, [GTX_1080], "470.223.02", 11040)


def _dgx_spark(root: Path) -> Machine:
    files = {"proc/cpuinfo": GRACE, "proc/sys/kernel/osrelease": "6.17.0-1031-nvidia\n", **_meminfo(127_600_748)}
    machine = replace(linux(root, files), architecture="aarch64", processors=20, affinity=frozenset(range(20)))
    return nvidia(machine, [GB10], "580.173.02", 13000)


def _m1(root: Path) -> Machine:
    return mac(root, M1, optional=M1_FEATURES)


def _m3_max(root: Path) -> Machine:
    return replace(mac(root, M3_MAX, optional=M1_FEATURES), processors=16)


def _container(root: Path) -> Machine:
    limits = {"sys/fs/cgroup/memory.max": f"{4 * GIB}\n", "sys/fs/cgroup/cpu.max": "200000 100000\n", ".dockerenv": ""}
    return linux(root, {"proc/self/cgroup": "0::/\n", **limits})


def _wsl2(root: Path) -> Machine:
    files = {"proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n", **_meminfo(16_291_440)}
    machine = replace(linux(root, files), release="5.15.153.1-microsoft-standard-WSL2")
    return nvidia(machine, [RTX_4090], "552.22", 12040)


def _meminfo(total: int) -> dict[str, str]:
    return {"proc/meminfo": f"MemTotal:       {total} kB\nMemAvailable:   {total // 2} kB\n"}


MACHINES: Mapping[str, Callable[[Path], Machine]] = {
    "RTX 4090": _rtx_4090,
    "A100 MIG": _a100_mig,
    "two unlike GPUs": _two_unlike,
    "GTX 1080": _gtx_1080,
    "DGX Spark": _dgx_spark,
    "M1 8 GB": _m1,
    "M3 Max 64 GB": _m3_max,
    "container 4 GB": _container,
    "WSL2": _wsl2,
}
"""Machines by name, each made below an empty folder, where its files are written."""

FACTS: Mapping[str, Facts] = {
    "RTX 4090": Facts("linux", "x86_64", "cuda", "12.8", "8.9", 24564 * MIB, BYTES_OF_64_GIB, 16),
    "A100 MIG": Facts("linux", "x86_64", "cuda", "12.4", "8.0", 9728 * MIB, 528_235_648 * 1024, 32),
    "two unlike GPUs": Facts("linux", "x86_64", "cuda", "12.4", "8.9", 24564 * MIB, BYTES_OF_64_GIB, 16),
    "GTX 1080": Facts("linux", "x86_64", "cuda", "11.4", "6.1", 8192 * MIB, 16_327_596 * 1024, 8),
    "DGX Spark": Facts("linux", "arm64", "cuda", "13.0", "12.1", None, 127_600_748 * 1024, 20),
    "M1 8 GB": Facts("darwin", "arm64", "metal", vram=5_726_623_061, ram=8 * GIB, cores=8),
    "M3 Max 64 GB": Facts("darwin", "arm64", "metal", vram=48 * GIB, ram=64 * GIB, cores=16),
    "container 4 GB": Facts("linux", "x86_64", "none", ram=4 * GIB, cores=2),
    "WSL2": Facts("linux", "x86_64", "cuda", "12.4", "8.9", 24564 * MIB, 16_291_440 * 1024, 16),
}
"""What selectors see of each."""
