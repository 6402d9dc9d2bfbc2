"""The operating system, the processor, memory and what is free."""

from dataclasses import replace
from pathlib import Path

import pytest

from resolver.hardware import Machine, detect
from tests.unit.hardware.machines import AVAILABLE_OF_64_GIB, BYTES_OF_64_GIB, GIB, GRAVITON, linux, mac


def test_a_plain_linux_host_is_neither_wsl_nor_a_container(tmp_path: Path) -> None:
    found = detect(linux(tmp_path)).os
    assert (found.name, found.release, found.libc) == ("linux", "6.8.0-45-generic", "glibc 2.39")
    assert not found.wsl
    assert not found.container


def test_wsl2_is_linux_with_a_mark(tmp_path: Path) -> None:
    profile = detect(linux(tmp_path, {"proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"}))
    assert profile.os.wsl
    assert profile.os.release == "5.15.153.1-microsoft-standard-WSL2"
    assert profile.facts.os == "linux"


def test_wsl_with_a_kernel_of_ones_own_shows_in_its_interop_entry(tmp_path: Path) -> None:
    assert detect(linux(tmp_path, {"proc/sys/fs/binfmt_misc/WSLInterop": "enabled\n"})).os.wsl


def test_musl_is_known_by_its_loader(tmp_path: Path) -> None:
    machine = linux(tmp_path, {"lib/ld-musl-x86_64.so.1": ""})
    assert detect(replace(machine, libc=None)).os.libc == "musl"
    assert detect(machine).os.libc == "glibc 2.39"


def test_an_unknown_c_library_stays_unknown(tmp_path: Path) -> None:
    assert detect(replace(linux(tmp_path), libc=None)).os.libc is None


@pytest.mark.parametrize(
    "files",
    [
        {".dockerenv": ""},
        {"run/.containerenv": 'engine="podman-5.2"\n'},
        {"run/systemd/container": "lxc\n"},
        {"proc/self/cgroup": "12:memory:/docker/3f1c6a0e9d2b4455\n"},
        {"proc/self/cgroup": "0::/system.slice/docker-3f1c6a0e9d2b4455.scope\n"},
        {"proc/self/cgroup": "0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-ab.scope\n"},
        {"proc/self/cgroup": "0::/machine.slice/libpod-ab12.scope/container\n"},
        {"proc/self/cgroup": "0::/lxc.payload.web\n"},
    ],
)
def test_a_container_is_known_by_its_marks(tmp_path: Path, files: dict[str, str]) -> None:
    assert detect(linux(tmp_path, files)).os.container


def test_a_container_may_say_so_in_its_environment(tmp_path: Path) -> None:
    assert detect(replace(linux(tmp_path), environment={"container": "podman"})).os.container


@pytest.mark.parametrize("group", ["/system.slice/docker.service", "/system.slice/containerd.service", "/docker-notes"])
def test_the_daemon_of_a_container_engine_is_no_container(tmp_path: Path, group: str) -> None:
    assert not detect(linux(tmp_path, {"proc/self/cgroup": f"0::{group}\n"})).os.container


def test_an_x86_processor_shows_its_brand_and_what_inference_asks_for(tmp_path: Path) -> None:
    cpu = detect(linux(tmp_path)).cpu
    assert cpu.arch == "x86_64"
    assert cpu.model == "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz"
    assert cpu.features == (
        "amx_tile",
        "avx",
        "avx2",
        "avx512_vnni",
        "avx512f",
        "f16c",
        "fma",
        "sse4_1",
        "sse4_2",
    )


def test_an_arm_processor_has_the_common_names_of_its_features(tmp_path: Path) -> None:
    cpu = detect(replace(linux(tmp_path, {"proc/cpuinfo": GRAVITON}), architecture="aarch64")).cpu
    assert cpu.arch == "arm64"
    assert cpu.model is None
    assert cpu.features == ("bf16", "dotprod", "fp16", "i8mm", "neon", "sve")


X86_FEATURES = (
    "amx_bf16 amx_fp16 amx_int8 amx_tile avx avx2 avx512_bf16 avx512_fp16 avx512_vnni avx512bw avx512f avx512vl "
    "avx_vnni f16c fma sse4_1 sse4_2"
)


@pytest.mark.parametrize(
    ("line", "features"),
    [
        (f"flags\t\t: fpu {X86_FEATURES} lm", X86_FEATURES),
        ("Features\t: fp asimd asimdhp asimddp bf16 i8mm sme sve sve2", "bf16 dotprod fp16 i8mm neon sme sve sve2"),
    ],
)
def test_every_feature_that_matters_is_known_on_linux(tmp_path: Path, line: str, features: str) -> None:
    assert detect(linux(tmp_path, {"proc/cpuinfo": f"{line}\n"})).cpu.features == tuple(features.split())


@pytest.mark.parametrize(
    ("name", "feature"),
    [
        ("avx1_0", "avx"),
        ("avx2_0", "avx2"),
        ("avx512f", "avx512f"),
        ("avx512vnni", "avx512_vnni"),
        ("f16c", "f16c"),
        ("sse4_2", "sse4_2"),
        ("neon", "neon"),
        ("AdvSIMD", "neon"),
        ("neon_fp16", "fp16"),
        ("arm.FEAT_FP16", "fp16"),
        ("arm.FEAT_DotProd", "dotprod"),
        ("arm.FEAT_BF16", "bf16"),
        ("arm.FEAT_I8MM", "i8mm"),
        ("arm.FEAT_SME", "sme"),
    ],
)
def test_macos_features_have_the_common_names(tmp_path: Path, name: str, feature: str) -> None:
    assert detect(mac(tmp_path, {}, optional=f"hw.optional.{name}: 1\n")).cpu.features == (feature,)


@pytest.mark.parametrize(
    ("word", "arch"), [("AMD64", "x86_64"), ("x86_64", "x86_64"), ("ARM64", "arm64"), ("riscv64", "riscv64")]
)
def test_architectures_have_one_name_each(tmp_path: Path, word: str, arch: str) -> None:
    assert detect(replace(linux(tmp_path), architecture=word)).cpu.arch == arch


def test_windows_answers_through_its_environment_and_its_memory_status(tmp_path: Path) -> None:
    machine = Machine(
        root=tmp_path,
        system="Windows",
        release="11",
        architecture="AMD64",
        processors=12,
        environment={"PROCESSOR_IDENTIFIER": "Intel64 Family 6 Model 158 Stepping 10, GenuineIntel"},
        memory_status=lambda: (32 * GIB, 20 * GIB),
    )
    profile = detect(machine)
    assert (profile.os.name, profile.os.release, profile.os.libc) == ("windows", "11", None)
    assert profile.cpu.model == "Intel64 Family 6 Model 158 Stepping 10, GenuineIntel"
    assert (profile.cpu.arch, profile.cpu.usable) == ("x86_64", 12)
    assert profile.memory.usable == 32 * GIB
    assert profile.volatile["free_memory"] == 20 * GIB


WINDOWS_FEATURES = {
    "AMD64": ({37, 38, 39, 40, 41}, "avx avx2 avx512f sse4_1 sse4_2"),
    "ARM64": ({19, 43, 46, 47, 66, 67, 68, 70}, "bf16 dotprod fp16 i8mm neon sme sve sve2"),
}


@pytest.mark.parametrize("architecture", WINDOWS_FEATURES)
def test_windows_tells_features_by_their_numbers(tmp_path: Path, architecture: str) -> None:
    numbers, features = WINDOWS_FEATURES[architecture]
    machine = Machine(root=tmp_path, system="Windows", processor_feature=lambda number: number in numbers)
    assert detect(machine).cpu.features == tuple(features.split())
    assert detect(replace(machine, processor_feature=lambda _: False)).cpu.features == ()
    assert detect(replace(machine, processor_feature=lambda _: None)).cpu.features is None


@pytest.mark.parametrize("listing", ["", None])
def test_a_mac_that_does_not_list_its_features_leaves_them_unknown(tmp_path: Path, listing: str | None) -> None:
    machine = mac(tmp_path, {})
    assert detect(replace(machine, run=lambda _: listing)).cpu.features is None
    assert detect(mac(tmp_path, {}, optional="hw.optional.avx512f: 0\n")).cpu.features == ()


def test_a_processor_with_none_of_the_features_has_none(tmp_path: Path) -> None:
    assert detect(linux(tmp_path, {"proc/cpuinfo": "flags\t\t: fpu lm\n"})).cpu.features == ()


def test_an_intel_mac_names_its_features_as_linux_does(tmp_path: Path) -> None:
    listing = "hw.optional.avx1_0: 1\nhw.optional.avx2_0: 1\nhw.optional.avx512f: 0\nhw.optional.fma: 1\n"
    machine = mac(tmp_path, {"hw.memsize": str(16 * GIB)}, architecture="x86_64", optional=listing)
    assert detect(machine).cpu.features == ("avx", "avx2", "fma")


def test_free_memory_is_what_can_be_had_without_swapping(tmp_path: Path) -> None:
    assert detect(linux(tmp_path)).volatile["free_memory"] == AVAILABLE_OF_64_GIB


def test_the_disk_of_a_store_that_is_not_there_yet_is_its_nearest_folder_s(tmp_path: Path) -> None:
    machine = replace(linux(tmp_path), store=tmp_path / "not" / "yet" / "there")
    free = detect(machine).volatile["free_disk"]
    assert free is not None
    assert free > 0
    assert detect(linux(tmp_path)).volatile["free_disk"] is None


def test_only_installed_libraries_are_listed(tmp_path: Path) -> None:
    versions = {"faster-whisper": "1.2.1", "pyannote.audio": "4.0.7", "requests": "2.0"}
    installed = lambda names: {name: versions[name] for name in names if name in versions}  # noqa: E731
    machine = replace(linux(tmp_path), installed=installed)
    assert detect(machine).runtimes == {"faster-whisper": "1.2.1", "pyannote.audio": "4.0.7"}


def test_the_libraries_that_are_looked_for_are_those_that_open_weights(tmp_path: Path) -> None:
    asked = detect(replace(linux(tmp_path), installed=lambda names: dict.fromkeys(names, "1"))).runtimes
    assert list(asked) == [
        "ctranslate2",
        "faster-whisper",
        "mlx-whisper",
        "onnxruntime",
        "pyannote.audio",
        "silero-vad",
        "spacy",
        "torch",
        "transformers",
    ]


@pytest.mark.parametrize("garbage", ["", "\x00\xff\xfe", ":::::\n - - -\n", "a:b\n" * 1000, "0::\n", "MemTotal: kB\n"])
def test_no_garbage_in_the_files_of_a_machine_raises(tmp_path: Path, garbage: str) -> None:
    names = ("meminfo", "cpuinfo", "sys/kernel/osrelease", "self/cgroup", "self/mountinfo")
    profile = detect(linux(tmp_path, {f"proc/{name}": garbage for name in names}))
    assert profile.memory.total is None
    assert profile.cpu.model is None
    assert profile.cpu.features is None
    assert profile.cpu.usable == 16
    assert profile.facts.ram is None


def test_a_machine_of_which_nothing_can_be_read_is_all_unknown(tmp_path: Path) -> None:
    profile = detect(Machine(root=tmp_path / "nowhere"))
    assert profile.memory.usable is None
    assert (profile.cpu.logical, profile.cpu.usable) == (None, None)
    assert profile.volatile == {"free_disk": None, "free_memory": None}
    assert profile.os.release is None


def test_a_folder_where_a_file_should_be_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "proc" / "meminfo").mkdir(parents=True)
    assert detect(Machine(root=tmp_path)).memory.total is None


def test_a_total_of_nothing_is_unknown_and_not_zero(tmp_path: Path) -> None:
    assert detect(linux(tmp_path, {"proc/meminfo": "MemTotal:       0 kB\n"})).memory.usable is None
    assert detect(linux(tmp_path)).memory.usable == BYTES_OF_64_GIB


def test_of_a_huge_file_only_a_beginning_is_read(tmp_path: Path) -> None:
    late = "x" * 4 * 2**20 + "\nMemTotal:       1024 kB\n"
    assert detect(linux(tmp_path, {"proc/meminfo": late})).memory.total is None
    early = "MemTotal:       1024 kB\n" + "x" * 4 * 2**20
    assert detect(linux(tmp_path, {"proc/meminfo": early})).memory.total == 2**20
