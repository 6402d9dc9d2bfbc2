"""Whole machines, from what their tools answer to what selectors see."""

from pathlib import Path

import pytest

from resolver.hardware import detect, document, profile_from
from tests.unit.hardware.machines import FACTS, MACHINES


@pytest.mark.parametrize("name", MACHINES)
def test_selectors_see_every_fact_of_the_machine(tmp_path: Path, name: str) -> None:
    profile = detect(MACHINES[name](tmp_path))
    assert profile.facts == FACTS[name]
    assert profile.accelerators_known
    assert profile_from(document(profile)) == profile


def test_every_machine_has_its_facts() -> None:
    assert list(MACHINES) == list(FACTS)


@pytest.mark.parametrize("name", MACHINES)
def test_only_apple_silicon_and_the_spark_share_their_memory(tmp_path: Path, name: str) -> None:
    profile = detect(MACHINES[name](tmp_path))
    shares = name in ("DGX Spark", "M1 8 GB", "M3 Max 64 GB")
    assert profile.facts.unified_memory is shares
    assert any(device.unified for device in profile.accelerators) is shares


def test_both_of_two_unlike_gpus_are_listed(tmp_path: Path) -> None:
    devices = detect(MACHINES["two unlike GPUs"](tmp_path)).accelerators
    assert [device.compute_capability for device in devices] == ["6.1", "8.9"]


def test_a_slice_is_listed_as_one(tmp_path: Path) -> None:
    (device,) = detect(MACHINES["A100 MIG"](tmp_path)).accelerators
    assert (device.name, device.mig, device.driver) == ("NVIDIA A100-SXM4-80GB MIG 1g.10gb", True, "550.54.15")


def test_a_container_and_wsl_say_that_they_are(tmp_path: Path) -> None:
    container = detect(MACHINES["container 4 GB"](tmp_path / "container"))
    assert (container.os.container, container.os.wsl, container.cpu.logical) == (True, False, 16)
    wsl = detect(MACHINES["WSL2"](tmp_path / "wsl"))
    assert (wsl.os.container, wsl.os.wsl) == (False, True)
