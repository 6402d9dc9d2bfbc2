"""Intel GPUs, as `xpu-smi` tells of them: they are listed, and selectors do not see them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.profile import Accelerator
from resolver.hardware import Machine, detect, document, profile_from
from tests.unit.hardware.gpus import GTX_1080
from tests.unit.hardware.machines import linux, mac, tools
from tests.unit.hardware.nvml_fake import FakeError, FakeNvml

LIST = "xpu-smi discovery -j"
MAX_1100 = {  # release 1.2: every value is text
    "device_id": 0,
    "device_name": "Intel(R) Data Center GPU Max 1100",
    "device_stepping": "B4",
    "device_type": "GPU",
    "driver_version": "I915_23.10.72_PSB_231129.76",
    "gfx_firmware_version": "unknown",
    "memory_free_size_byte": "51493543936",
    "memory_physical_size_byte": "51522830336",
    "number_of_tiles": "1",
    "vendor_name": "Intel(R) Corporation",
}
B60 = {  # release 2.0: sizes are numbers
    "device_id": 1,
    "device_name": "Intel(R) Arc(TM) Pro B60 Graphics",
    "device_state": "normal",
    "driver_version": "unknown",
    "memory_physical_size_byte": 24385683456,
    "device_type": "GPU",
}
LISTED = ("device_id", "device_name", "device_type", "vendor_name")


def _answers(*devices: Mapping[str, object]) -> dict[str, str]:
    entries = [{key: device[key] for key in LISTED if key in device} for device in devices]
    one_by_one = {f"xpu-smi discovery -d {one['device_id']} -j": json.dumps(one, indent=4) for one in devices}
    return {LIST: json.dumps({"device_list": entries}, indent=4), **one_by_one}


def _intel(root: Path, *devices: Mapping[str, object]) -> Machine:
    return tools(linux(root), _answers(*devices))


def test_devices_of_old_and_new_releases_tell_name_memory_and_driver(tmp_path: Path) -> None:
    profile = detect(_intel(tmp_path, MAX_1100, B60))
    assert profile.accelerators == (
        Accelerator(
            kind="intel",
            name="Intel(R) Data Center GPU Max 1100",
            memory=51522830336,
            driver="I915_23.10.72_PSB_231129.76",
        ),
        Accelerator(kind="intel", name="Intel(R) Arc(TM) Pro B60 Graphics", memory=24385683456),
    )
    assert profile_from(document(profile)) == profile


def test_selectors_see_no_accelerator(tmp_path: Path) -> None:
    facts = detect(_intel(tmp_path, MAX_1100)).facts
    assert (facts.accelerator, facts.of("vram")) == ("none", 0)


def test_a_small_device_that_selectors_know_gives_the_facts(tmp_path: Path) -> None:
    profile = detect(replace(_intel(tmp_path, MAX_1100), nvml=FakeNvml([GTX_1080]).open))
    assert [device.kind for device in profile.accelerators] == ["cuda", "intel"]
    assert (profile.facts.accelerator, profile.facts.compute_capability) == ("cuda", "6.1")


def test_beside_an_nvidia_gpu_that_cannot_be_asked_the_accelerator_stays_unknown(tmp_path: Path) -> None:
    profile = detect(replace(_intel(tmp_path, MAX_1100), nvml=FakeNvml(failure=FakeError()).open))
    assert profile.facts.accelerator is None
    assert profile_from(document(profile)).facts.accelerator is None


def test_a_device_that_is_not_described_keeps_its_name(tmp_path: Path) -> None:
    answers = {LIST: _answers(MAX_1100)[LIST]}
    expected = (Accelerator(kind="intel", name="Intel(R) Data Center GPU Max 1100"),)
    assert detect(tools(linux(tmp_path), answers)).accelerators == expected
    answers["xpu-smi discovery -d 0 -j"] = '{"error": "device not found", "errno": 4}'
    assert detect(tools(linux(tmp_path), answers)).accelerators == expected


@pytest.mark.parametrize(("told", "name"), [(" Arc ", "Arc"), ("", None), ("N/A", None), ("unknown", None), (5, None)])
def test_a_name_that_says_nothing_is_unknown(tmp_path: Path, told: object, name: str | None) -> None:
    assert detect(_intel(tmp_path, {**B60, "device_name": told})).accelerators[0].name == name


@pytest.mark.parametrize("memory", ["0", 0, None, "", "N/A", "16384.00 MiB", -1, True, [1]])
def test_a_memory_that_says_nothing_is_unknown(tmp_path: Path, memory: object) -> None:
    profile = detect(_intel(tmp_path, {**B60, "memory_physical_size_byte": memory}))
    assert profile.accelerators[0].memory is None


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        "[]",
        "null",
        '{"device_list": null}',
        '{"device_list": "No device discovered"}',
        '{"device_list": {"device_id": 0}}',
        '{"device_list": [null, 5, "GPU"]}',
        '{"error": "Level Zero Initialization Error"}',
    ],
)
def test_an_answer_without_devices_is_none(tmp_path: Path, answer: str) -> None:
    assert detect(tools(linux(tmp_path), {LIST: answer})).accelerators == ()


@pytest.mark.parametrize("number", ["../0", -1, None, "0; reboot", {"a": 1}])
def test_only_a_whole_number_is_asked_for(tmp_path: Path, number: object) -> None:
    asked = []

    def run(command: object) -> str:
        asked.append(command)
        return json.dumps({"device_list": [{"device_id": number, "device_name": "GPU"}]})

    assert detect(replace(linux(tmp_path), run=run)).accelerators == (Accelerator(kind="intel", name="GPU"),)
    assert not any("-d" in command for command in asked if isinstance(command, list))


def test_no_more_than_64_devices_are_asked(tmp_path: Path) -> None:
    devices = [{**B60, "device_id": number} for number in range(70)]
    assert len(detect(_intel(tmp_path, *devices)).accelerators) == 64


def test_a_mac_is_not_asked(tmp_path: Path) -> None:
    machine = mac(tmp_path, {})
    assert detect(tools(machine, _answers(B60))).accelerators == ()
    assert len(detect(replace(tools(linux(tmp_path), _answers(B60)), system="Windows")).accelerators) == 1
