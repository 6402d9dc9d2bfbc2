"""NVIDIA devices as NVML tells them, and which of them CUDA shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.profile import Accelerator, Profile
from resolver.hardware import detect
from tests.unit.hardware.gpus import A100, GB10, GTX_1080, ORIN, RTX_4090
from tests.unit.hardware.machines import linux
from tests.unit.hardware.nvml_fake import (
    MIB,
    FakeDriverNotLoadedError,
    FakeError,
    FakeGpu,
    FakeLibraryNotFoundError,
    FakeNotSupportedError,
    FakeNvml,
)


def _detect(root: Path, nvml: FakeNvml, visible: str | None = None) -> Profile:
    environment = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    return detect(replace(linux(root), nvml=nvml.open, environment=environment))


def _names(profile: Profile) -> list[str | None]:
    return [device.name for device in profile.accelerators]


def test_an_rtx_4090_tells_everything(tmp_path: Path) -> None:
    nvml = FakeNvml([RTX_4090], driver="570.86.10", cuda=12080)
    profile = _detect(tmp_path, nvml)
    assert profile.accelerators == (
        Accelerator(
            kind="cuda",
            name="NVIDIA GeForce RTX 4090",
            memory=25757220864,
            compute_capability="8.9",
            driver="570.86.10",
            cuda="12.8",
        ),
    )
    facts = profile.facts
    assert (facts.accelerator, facts.vram, facts.cuda, facts.compute_capability) == ("cuda", 25757220864, "12.8", "8.9")
    assert nvml.calls == ["init", "shutdown"]


def test_a_gtx_1080_of_an_old_binding_that_answers_in_bytes(tmp_path: Path) -> None:
    gpu = replace(GTX_1080, name=b"NVIDIA GeForce GTX 1080 \xae", uuid=b"GPU-89aa1111")
    profile = _detect(tmp_path, FakeNvml([gpu], driver=b"470.223.02", cuda=11040), "GPU-89")
    assert _names(profile) == ["NVIDIA GeForce GTX 1080 \N{REPLACEMENT CHARACTER}"]
    assert (profile.facts.compute_capability, profile.facts.cuda) == ("6.1", "11.4")
    assert profile.accelerators[0].driver == "470.223.02"


def test_of_two_unlike_gpus_both_are_listed_and_the_larger_gives_the_facts(tmp_path: Path) -> None:
    profile = _detect(tmp_path, FakeNvml([GTX_1080, RTX_4090]))
    assert _names(profile) == ["NVIDIA GeForce GTX 1080", "NVIDIA GeForce RTX 4090"]
    assert (profile.facts.vram, profile.facts.compute_capability) == (24564 * MIB, "8.9")


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("0", ["NVIDIA GeForce GTX 1080"]),
        (" 1 , 0 ", ["NVIDIA GeForce RTX 4090", "NVIDIA GeForce GTX 1080"]),
        ("01", ["NVIDIA GeForce RTX 4090"]),
        ("GPU-89aa1111-0000-4106-c12f-20bd9faed9f6", ["NVIDIA GeForce GTX 1080"]),
        ("GPU-8932", ["NVIDIA GeForce RTX 4090"]),
        ("1,-1,0", ["NVIDIA GeForce RTX 4090"]),
        ("1,7,0", ["NVIDIA GeForce RTX 4090"]),
        ("1,", ["NVIDIA GeForce RTX 4090"]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("all", []),
        ("GPU-89", []),
        ("GPU-ffff", []),
        ("0,0", []),
        ("0,GPU-89aa", []),
        ("9" * 5000, []),
        ("¹", []),
    ],
)
def test_cuda_visible_devices_selects_and_orders(tmp_path: Path, visible: str, names: list[str]) -> None:
    profile = _detect(tmp_path, FakeNvml([GTX_1080, RTX_4090]), visible)
    assert _names(profile) == names
    assert profile.accelerators_known


def test_when_the_larger_gpu_is_hidden_the_facts_are_those_of_the_other(tmp_path: Path) -> None:
    profile = _detect(tmp_path, FakeNvml([GTX_1080, RTX_4090]), "GPU-89aa")
    assert (profile.facts.vram, profile.facts.compute_capability) == (8192 * MIB, "6.1")


def test_when_all_are_hidden_there_is_no_accelerator(tmp_path: Path) -> None:
    facts = _detect(tmp_path, FakeNvml([RTX_4090]), "").facts
    assert facts.accelerator == "none"
    assert facts.of("vram") == 0


def test_slices_stand_for_a_gpu_that_is_cut_up(tmp_path: Path) -> None:
    profile = _detect(tmp_path, FakeNvml([A100]))
    assert [(device.memory, device.mig) for device in profile.accelerators] == [(9728 * MIB, True), (40192 * MIB, True)]
    assert {device.compute_capability for device in profile.accelerators} == {"8.0"}
    assert profile.facts.vram == 40192 * MIB


@pytest.mark.parametrize(
    ("visible", "memory"),
    [
        ("MIG-1c5a4b1e-aaaa-5c1b-9f2e-3b1d0e6f7a10", [9728]),
        ("MIG-1c5a", [9728]),
        ("MIG-7f,MIG-1c", [40192, 9728]),
        ("MIG-", []),
        ("MIG-dead", []),
        ("GPU-a1000000", [9728, 40192]),
        ("0", [9728, 40192]),
        ("MIG-7f,MIG-7f0c", []),
    ],
)
def test_a_slice_is_selected_by_its_own_uuid(tmp_path: Path, visible: str, memory: list[int]) -> None:
    profile = _detect(tmp_path, FakeNvml([A100]), visible)
    assert [device.memory for device in profile.accelerators] == [size * MIB for size in memory]


def test_an_a100_that_could_be_cut_up_and_is_not_is_one_device(tmp_path: Path) -> None:
    profile = _detect(tmp_path, FakeNvml([replace(A100, slices=())]))
    assert [(device.memory, device.mig) for device in profile.accelerators] == [(81920 * MIB, False)]


def test_a_gpu_that_is_cut_up_into_no_slices_yet_runs_nothing(tmp_path: Path) -> None:
    assert _detect(tmp_path, FakeNvml([replace(A100, slices=(None,))])).facts.accelerator == "none"


def test_the_memory_of_a_gb10_is_unknown_and_not_zero(tmp_path: Path) -> None:
    profile = _detect(tmp_path, FakeNvml([GB10], cuda=13000))
    device = profile.accelerators[0]
    assert (device.memory, device.unified) == (None, True)
    assert profile.facts.vram is None
    assert (profile.facts.accelerator, profile.facts.cuda, profile.facts.compute_capability) == ("cuda", "13.0", "12.1")


def test_an_orin_shares_the_machine_s_memory(tmp_path: Path) -> None:
    profile = _detect(tmp_path, FakeNvml([ORIN], cuda=12060))
    assert (profile.accelerators[0].memory, profile.accelerators[0].unified) == (None, True)
    assert profile.facts.unified_memory


def test_a_memory_that_is_told_is_kept_where_it_is_shared(tmp_path: Path) -> None:
    device = _detect(tmp_path, FakeNvml([replace(ORIN, memory=64 * MIB)])).accelerators[0]
    assert (device.memory, device.unified) == (64 * MIB, True)


def test_a_card_that_does_not_tell_its_memory_has_memory_of_its_own(tmp_path: Path) -> None:
    device = _detect(tmp_path, FakeNvml([replace(RTX_4090, memory=FakeNotSupportedError())])).accelerators[0]
    assert (device.memory, device.unified) == (None, False)


def test_a_jetson_without_nvml_has_an_unknown_accelerator(tmp_path: Path) -> None:
    tree = {"proc/device-tree/compatible": "nvidia,p3737-0000+p3701-0000\x00nvidia,p3701-0000\x00nvidia,tegra234\x00"}
    jetson = linux(tmp_path, tree)
    assert detect(jetson).facts.accelerator is None
    for failure in (FakeLibraryNotFoundError(), FakeDriverNotLoadedError()):
        assert detect(replace(jetson, nvml=FakeNvml(failure=failure).open)).facts.accelerator is None
    assert detect(replace(jetson, nvml=FakeNvml([ORIN]).open)).facts.accelerator == "cuda"


def test_another_board_with_a_device_tree_has_none(tmp_path: Path) -> None:
    board = linux(tmp_path, {"proc/device-tree/compatible": "raspberrypi,5-model-b\x00brcm,bcm2712\x00"})
    assert detect(board).facts.accelerator == "none"


def test_a_memory_of_zero_is_unknown_too(tmp_path: Path) -> None:
    device = _detect(tmp_path, FakeNvml([replace(GB10, memory=0)])).accelerators[0]
    assert (device.memory, device.unified) == (None, True)


def test_a_memory_that_may_not_be_read_is_unknown_and_not_unified(tmp_path: Path) -> None:
    device = _detect(
        tmp_path, FakeNvml([replace(RTX_4090, memory=FakeError("Insufficient Permissions"))])
    ).accelerators[0]
    assert (device.memory, device.unified) == (None, False)


@pytest.mark.parametrize("failure", [FakeLibraryNotFoundError(), FakeDriverNotLoadedError()])
def test_without_a_driver_there_is_no_accelerator(tmp_path: Path, failure: Exception) -> None:
    nvml = FakeNvml(failure=failure)
    profile = _detect(tmp_path, nvml)
    assert profile.accelerators == ()
    assert profile.facts.accelerator == "none"
    assert nvml.calls == ["init"]


@pytest.mark.parametrize(
    "nvml",
    [
        FakeNvml([RTX_4090], failure=FakeError("Driver/library version mismatch")),
        FakeNvml([RTX_4090], count_failure=FakeError("Unknown Error")),
        FakeNvml([replace(RTX_4090, lost=True)]),
    ],
)
def test_a_driver_that_cannot_be_asked_leaves_it_unknown(tmp_path: Path, nvml: FakeNvml) -> None:
    profile = _detect(tmp_path, nvml)
    assert profile.accelerators == ()
    assert not profile.accelerators_known
    assert profile.facts.accelerator is None


def test_a_lost_gpu_leaves_the_others_their_indices(tmp_path: Path) -> None:
    nvml = FakeNvml([replace(GTX_1080, lost=True), RTX_4090])
    assert _names(_detect(tmp_path, nvml)) == ["NVIDIA GeForce RTX 4090"]
    assert _names(_detect(tmp_path, nvml, "1")) == ["NVIDIA GeForce RTX 4090"]
    assert _names(_detect(tmp_path, nvml, "0")) == []


def test_what_a_driver_does_not_answer_is_unknown(tmp_path: Path) -> None:
    gpu = FakeGpu(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), FakeError(), 8 * MIB, FakeNotSupportedError())
    profile = _detect(tmp_path, FakeNvml([gpu], driver=FakeError(), cuda=FakeError()))
    assert profile.accelerators == (Accelerator(kind="cuda", memory=8 * MIB),)


def test_without_the_binding_a_loaded_driver_is_unknown_and_none_is_none(tmp_path: Path) -> None:
    assert detect(linux(tmp_path / "bare")).facts.accelerator == "none"
    loaded = linux(tmp_path / "loaded", {"proc/driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 550.54.15\n"})
    assert detect(loaded).facts.accelerator is None


def test_a_gpu_under_wsl2_is_a_gpu(tmp_path: Path) -> None:
    machine = linux(tmp_path, {"proc/sys/kernel/osrelease": "5.15.153.1-microsoft-standard-WSL2\n"})
    profile = detect(replace(machine, nvml=FakeNvml([RTX_4090]).open))
    assert profile.os.wsl
    assert profile.facts.accelerator == "cuda"


@pytest.mark.parametrize("hosts_driver", [False, True])
def test_without_the_driver_s_library_the_binding_is_not_even_opened(tmp_path: Path, *, hosts_driver: bool) -> None:
    """A plain container on a host with GPUs sees the host's /proc and has no library."""
    if hosts_driver:
        version = tmp_path / "proc" / "driver" / "nvidia" / "version"
        version.parent.mkdir(parents=True)
        version.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.86.10\n")
    nvml = FakeNvml([RTX_4090])
    profile = detect(replace(linux(tmp_path), nvml=nvml.open, nvml_library=lambda: False))
    assert (profile.accelerators, profile.accelerators_known, nvml.calls) == ((), True, [])


def test_a_jetson_without_the_library_is_unknown(tmp_path: Path) -> None:
    compatible = tmp_path / "proc" / "device-tree" / "compatible"
    compatible.parent.mkdir(parents=True)
    compatible.write_bytes(b"nvidia,p3450-0000\0nvidia,tegra210\0")
    profile = detect(replace(linux(tmp_path), nvml_library=lambda: False))
    assert (profile.accelerators, profile.accelerators_known) == ((), False)
