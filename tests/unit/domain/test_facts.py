"""Facts: what is unknown stays unknown, and plain values are checked before they are believed."""

from typing import Any

import pytest

from resolver.domain.facts import ACCELERATORS, Facts, facts_from, type_of_fact
from resolver.domain.profile import DEVICE_KINDS, Accelerator, Memory, OperatingSystem, Processor, Profile

LINUX = OperatingSystem("linux")
PROCESSOR = Processor("x86_64", usable=4)


def test_every_fact_has_a_type() -> None:
    assert set(Facts.__dataclass_fields__) == set(type_of_fact)


def test_known_and_unknown_facts_are_named_in_order() -> None:
    facts = Facts(ram=5, os="linux", cores=0)
    assert list(facts.known().items()) == [("cores", 0), ("os", "linux"), ("ram", 5)]
    assert facts.unknown() == ("accelerator", "arch", "compute_capability", "cuda", "vram")


def test_without_an_accelerator_vram_is_known_to_be_nought() -> None:
    assert Facts(accelerator="none").of("vram") == 0
    assert "vram" not in Facts(accelerator="none").unknown()
    assert Facts(accelerator="cuda").of("vram") is None
    assert Facts().of("vram") is None
    assert Facts(accelerator="none").of("ram") is None


def test_cuda_does_not_apply_without_an_accelerator() -> None:
    none, cuda = Facts(accelerator="none"), Facts(accelerator="cuda")
    assert [name for name in sorted(type_of_fact) if none.does_not_apply(name)] == ["compute_capability", "cuda"]
    assert not any(cuda.does_not_apply(name) or Facts().does_not_apply(name) for name in type_of_fact)


def test_of_whole_kinds_only_metal_shares_its_memory() -> None:
    assert [one for one in ("cuda", "metal", "none", "rocm", None) if Facts(accelerator=one).unified_memory] == [
        "metal"
    ]


@pytest.mark.parametrize("capability", ["5.3", "6.2", "7.2", "8.7", "10.1", "11.0", "11", "12.1", "12.1.0"])
def test_nvidia_devices_without_memory_of_their_own_share_the_machine_s(capability: str) -> None:
    assert Facts(accelerator="cuda", compute_capability=capability).unified_memory
    assert not Facts(accelerator="rocm", compute_capability=capability).unified_memory
    assert not Facts(compute_capability=capability).unified_memory


@pytest.mark.parametrize("capability", [None, "5.2", "6.1", "7.0", "8.0", "8.6", "8.9", "9.0", "10.0", "10.3", "12.0"])
def test_other_nvidia_devices_do_not(capability: str | None) -> None:
    assert not Facts(accelerator="cuda", compute_capability=capability).unified_memory


def test_facts_come_back_from_plain_values() -> None:
    facts = Facts("linux", "x86_64", "cuda", "12.8", "8.6", 24_000_000_000, 64_000_000_000, 16)
    assert facts_from(facts.known()) == facts
    assert facts_from({}) == Facts()
    assert facts_from({"vram": 0, "cores": 0}) == Facts(vram=0, cores=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gpu", "cuda"),
        ("os", "Linux"),
        ("os", 1),
        ("os", None),
        ("os", ["linux"]),
        ("arch", "amd64"),
        ("accelerator", ""),
        ("accelerator", None),
        ("cuda", 12.8),
        ("cuda", 12),
        ("cuda", ""),
        ("cuda", ">=12"),
        ("compute_capability", None),
        ("vram", "24GB"),
        ("vram", -1),
        ("vram", 1.0),
        ("vram", True),
        ("ram", None),
        ("ram", False),
        ("cores", "8"),
        ("cores", -1),
        ("cores", True),
    ],
)
def test_a_fact_that_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"unknown fact|cannot be|is not a version"):
        facts_from({"ram": 1, name: value})


def test_a_profile_without_a_device_has_the_accelerator_none() -> None:
    facts = Profile(LINUX, PROCESSOR, Memory(usable=8)).facts
    assert facts == Facts(os="linux", arch="x86_64", accelerator="none", ram=8, cores=4)


def test_a_profile_whose_devices_nobody_knows_has_an_unknown_accelerator() -> None:
    assert Profile(LINUX, PROCESSOR, Memory(usable=8), accelerators_known=False).facts.accelerator is None


def test_the_facts_are_those_of_the_largest_device_and_of_the_first_of_equals() -> None:
    small = Accelerator("cuda", "small", 8, cuda="12.8", compute_capability="9.0")
    first = Accelerator("cuda", "first", 24, cuda="12.8", compute_capability="8.6")
    second = Accelerator("cuda", "second", 24, cuda="12.8", compute_capability="7.0")
    facts = Profile(LINUX, PROCESSOR, Memory(), (small, first, second)).facts
    assert (facts.vram, facts.compute_capability, facts.cuda) == (24, "8.6", "12.8")


def test_a_device_that_does_not_tell_its_memory_could_be_the_largest() -> None:
    known = Accelerator("cuda", "known", 24, cuda="12.8", compute_capability="8.6")
    silent = Accelerator("cuda", "silent", None, cuda="12.8", compute_capability="12.1")
    for devices in ((known, silent), (silent, known)):
        facts = Profile(LINUX, PROCESSOR, Memory(), devices).facts
        assert (facts.accelerator, facts.cuda) == ("cuda", "12.8")
        assert (facts.vram, facts.compute_capability) == (None, None)
    other = Profile(LINUX, PROCESSOR, Memory(), (known, Accelerator("rocm", "silent", None))).facts
    assert (other.accelerator, other.vram, other.cuda) == (None, None, None)


def test_an_intel_gpu_alone_is_no_accelerator_and_never_gives_the_facts() -> None:
    intel, cuda = Accelerator("intel", "B60", 24), Accelerator("cuda", "small", 8)
    assert Profile(LINUX, PROCESSOR, Memory(), (intel,)).facts.of("vram") == 0
    assert Profile(LINUX, PROCESSOR, Memory(), (intel,)).facts.accelerator == "none"
    assert Profile(LINUX, PROCESSOR, Memory(), (intel,), accelerators_known=False).facts.accelerator is None
    both = Profile(LINUX, PROCESSOR, Memory(), (intel, cuda)).facts
    assert (both.accelerator, both.vram) == ("cuda", 8)


def test_every_accelerator_that_selectors_know_is_a_kind_of_device() -> None:
    assert set(DEVICE_KINDS) == {*ACCELERATORS, "intel"} - {"none"}


def test_a_device_that_does_not_tell_its_memory_has_unknown_memory() -> None:
    facts = Profile(LINUX, PROCESSOR, Memory(), (Accelerator("cuda", memory=None),)).facts
    assert (facts.accelerator, facts.vram, facts.ram) == ("cuda", None, None)


def test_declared_facts_stand_for_the_rest() -> None:
    declared = Facts(os="darwin")
    assert Profile(LINUX, PROCESSOR, Memory(), declared=declared).facts is declared


def test_an_unnamed_system_is_unknown() -> None:
    facts = Profile(OperatingSystem(""), Processor(""), Memory()).facts
    assert (facts.os, facts.arch) == (None, None)
