"""Apple silicon and ROCm devices, as the tools of their makers tell them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.profile import Accelerator
from resolver.hardware import Machine, detect
from tests.unit.hardware.machines import GIB, M1, M1_FEATURES, M3_MAX, linux, mac, tools
from tests.unit.hardware.nvml_fake import FakeError, FakeGpu, FakeNvml

ROCM_SMI = "rocm-smi --showproductname --showmeminfo vram --json"
AMD_SMI = "amd-smi static --asic --vram --json"
MI300X = {
    "VRAM Total Memory (B)": "206141652992",
    "VRAM Total Used Memory (B)": "298647552",
    "Card Series": "AMD Instinct MI300X",
    "Card Model": "0x74a1",
    "Card Vendor": "Advanced Micro Devices, Inc. [AMD/ATI]",
    "Card SKU": "M3000100",
    "Node ID": "2",
    "GUID": "5656",
    "GFX Version": "gfx942",
}


def _rocm(root: Path, document: object, environment: dict[str, str] | None = None) -> Machine:
    return replace(tools(linux(root), {ROCM_SMI: json.dumps(document)}), environment=environment or {})


def test_an_m1_with_8_gib_lends_two_thirds_to_metal(tmp_path: Path) -> None:
    profile = detect(mac(tmp_path, M1, optional=M1_FEATURES))
    assert profile.accelerators == (Accelerator(kind="metal", name="Apple M1", memory=5726623061, unified=True),)
    assert profile.cpu.features == ("dotprod", "fp16", "neon")
    assert (profile.cpu.model, profile.os.name, profile.os.libc) == ("Apple M1", "darwin", None)
    facts = profile.facts
    assert (facts.os, facts.arch, facts.accelerator, facts.ram) == ("darwin", "arm64", "metal", 8 * GIB)
    assert facts.cores == 8
    assert facts.unified_memory


def test_an_m3_max_with_64_gib_lends_three_quarters(tmp_path: Path) -> None:
    facts = detect(mac(tmp_path, M3_MAX)).facts
    assert (facts.vram, facts.ram) == (48 * GIB, 64 * GIB)


@pytest.mark.parametrize(("memory", "share"), [(16, 11453246122), (36, 24 * GIB), (48, 36 * GIB), (128, 96 * GIB)])
def test_the_share_changes_above_36_gib(tmp_path: Path, memory: int, share: int) -> None:
    assert detect(mac(tmp_path, {**M1, "hw.memsize": str(memory * GIB)})).facts.vram == share


def test_a_limit_that_the_owner_set_decides(tmp_path: Path) -> None:
    assert detect(mac(tmp_path, {**M3_MAX, "iogpu.wired_limit_mb": "57344"})).facts.vram == 56 * GIB


def test_a_mac_that_does_not_tell_its_memory_leaves_it_unknown(tmp_path: Path) -> None:
    facts = detect(mac(tmp_path, {**M1, "hw.memsize": "lots"})).facts
    assert (facts.accelerator, facts.vram, facts.ram) == ("metal", None, None)


def test_python_under_rosetta_does_not_change_the_machine(tmp_path: Path) -> None:
    facts = detect(mac(tmp_path, M1, architecture="x86_64")).facts
    assert (facts.arch, facts.accelerator) == ("arm64", "metal")


def test_an_intel_mac_has_no_accelerator(tmp_path: Path) -> None:
    values = {"machdep.cpu.brand_string": "Intel(R) Core(TM) i9-9980HK CPU @ 2.40GHz", "hw.memsize": str(32 * GIB)}
    profile = detect(mac(tmp_path, values, architecture="x86_64"))
    assert (profile.facts.accelerator, profile.facts.arch) == ("none", "x86_64")
    assert profile.memory.usable == 32 * GIB


def test_nvml_is_not_opened_on_a_mac(tmp_path: Path) -> None:
    nvml = FakeNvml([FakeGpu("NVIDIA L4", "GPU-1", 1)])
    profile = detect(replace(mac(tmp_path, M1), nvml=nvml.open))
    assert (nvml.calls, [device.kind for device in profile.accelerators]) == ([], ["metal"])


def test_the_memory_of_a_mac_is_not_looked_for_in_control_groups(tmp_path: Path) -> None:
    profile = detect(mac(tmp_path, M1))
    assert (profile.memory.limit, profile.volatile["free_memory"]) == (None, None)


def test_two_mi300x_tell_their_names_and_memory(tmp_path: Path) -> None:
    profile = detect(_rocm(tmp_path, {"card1": MI300X, "card0": MI300X, "system": {"Driver version": "6.10.5"}}))
    assert profile.accelerators == (Accelerator(kind="rocm", name="AMD Instinct MI300X", memory=206141652992),) * 2
    facts = profile.facts
    assert (facts.accelerator, facts.vram, facts.cuda, facts.compute_capability) == ("rocm", 206141652992, None, None)


def test_cards_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    cards = {f"card{number}": {"Card series": f"card {number}"} for number in (10, 2, 0)}
    names = [device.name for device in detect(_rocm(tmp_path, cards)).accelerators]
    assert names == ["card 0", "card 2", "card 10"]


@pytest.mark.parametrize("series", ["", " ", "N/A"])
def test_a_series_that_says_nothing_gives_way_to_the_model(tmp_path: Path, series: str) -> None:
    cards = {"card0": {"Card Series": series, "Card Model": "0x744c"}}
    assert detect(_rocm(tmp_path, cards)).accelerators[0].name == "0x744c"


def test_an_older_tool_with_a_warning_and_without_a_series_is_understood(tmp_path: Path) -> None:
    card = {"Card series": "N/A", "Card model": "Radeon RX 7900 XTX", "VRAM Total Memory (B)": 25753026560}
    answer = "WARNING: AMD GPU device(s) is/are in a low-power state.\n\n" + json.dumps({"card0": card})
    profile = detect(tools(linux(tmp_path), {ROCM_SMI: answer}))
    assert profile.accelerators == (Accelerator(kind="rocm", name="Radeon RX 7900 XTX", memory=25753026560),)


@pytest.mark.parametrize("wrapped", [True, False])
def test_where_only_the_newer_tool_is_installed_it_answers_the_same(tmp_path: Path, wrapped: bool) -> None:  # noqa: FBT001  # a parameter of the test
    entry = {
        "gpu": 0,
        "asic": {"market_name": "AMD Instinct MI300X", "vendor_id": "0x1002", "target_graphics_version": "gfx942"},
        "vram": {"type": "HBM3", "vendor": "N/A", "size": {"value": 196592, "unit": "MB"}},
    }
    answer = json.dumps({"gpu_data": [entry]} if wrapped else [entry])
    profile = detect(tools(linux(tmp_path), {AMD_SMI: answer}))
    assert profile.accelerators == (Accelerator(kind="rocm", name="AMD Instinct MI300X", memory=206141652992),)


def test_a_memory_in_a_unit_that_we_do_not_know_is_unknown(tmp_path: Path) -> None:
    entry = {"asic": {"market_name": "N/A"}, "vram": {"size": {"value": 196592, "unit": "furlongs"}}}
    profile = detect(tools(linux(tmp_path), {AMD_SMI: json.dumps([entry])}))
    assert profile.accelerators == (Accelerator(kind="rocm"),)


@pytest.mark.parametrize("answer", [None, "", "ERROR: no GPU", "{", "[1, 2]", '{"card0', "null", "[" * 100_000])
def test_a_device_of_which_no_tool_tells_is_one_of_unknown_memory(tmp_path: Path, answer: str | None) -> None:
    answers = {} if answer is None else {ROCM_SMI: answer, AMD_SMI: answer}
    profile = detect(tools(linux(tmp_path, {"dev/kfd": ""}), answers))
    assert profile.accelerators == (Accelerator(kind="rocm"),)
    assert (profile.facts.accelerator, profile.facts.vram) == ("rocm", None)


def test_without_the_device_and_without_an_answer_there_is_none(tmp_path: Path) -> None:
    assert detect(tools(linux(tmp_path), {ROCM_SMI: "{}", AMD_SMI: "[]"})).facts.accelerator == "none"


@pytest.mark.parametrize("card", ["gone", 5, {"VRAM Total Memory (B)": "many"}, {"VRAM Total Memory (B)": "0"}])
def test_odd_values_of_a_card_are_unknown(tmp_path: Path, card: object) -> None:
    assert detect(_rocm(tmp_path, {"card0": card, "cardX": card})).accelerators == (Accelerator(kind="rocm"),)


@pytest.mark.parametrize(
    ("environment", "count"),
    [
        ({"HIP_VISIBLE_DEVICES": ""}, 0),
        ({"HIP_VISIBLE_DEVICES": "-1"}, 0),
        ({"HIP_VISIBLE_DEVICES": "1"}, 1),
        ({"CUDA_VISIBLE_DEVICES": "0"}, 1),
        ({"HIP_VISIBLE_DEVICES": "0,1", "CUDA_VISIBLE_DEVICES": ""}, 2),
        ({"ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "0"}, 1),
        ({"ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "1"}, 0),
        ({"ROCR_VISIBLE_DEVICES": "GPU-dc91284879207f2b"}, 2),
    ],
)
def test_visibility_variables_hide_rocm_devices(tmp_path: Path, environment: dict[str, str], count: int) -> None:
    profile = detect(_rocm(tmp_path, {"card0": MI300X, "card1": MI300X}, environment))
    assert len(profile.accelerators) == count


def test_a_machine_with_both_makes_lists_both_and_an_unreadable_one_hides_no_other(tmp_path: Path) -> None:
    machine = _rocm(tmp_path, {"card0": MI300X})
    gpu = FakeGpu("NVIDIA L4", "GPU-1", 23034 * 2**20)
    both = detect(replace(machine, nvml=FakeNvml([gpu]).open))
    assert [device.kind for device in both.accelerators] == ["cuda", "rocm"]
    half = detect(replace(machine, nvml=FakeNvml(failure=FakeError()).open))
    assert [device.kind for device in half.accelerators] == ["rocm"]
    assert half.accelerators_known
