"""Profiles as documents: what is printed, saved, and read back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.domain.errors import UsageError
from resolver.domain.facts import ACCELERATORS, ARCHITECTURES, OPERATING_SYSTEMS, Facts
from resolver.domain.profile import DEVICE_KINDS, Accelerator, Memory, OperatingSystem, Processor, Profile
from resolver.hardware import detect, document, profile_from, profile_of_facts, saved_document
from tests.unit.hardware.machines import linux
from tests.unit.hardware.nvml_fake import FakeError, FakeGpu, FakeNvml

SERVER = Profile(
    os=OperatingSystem(name="linux", release="6.8.0", libc="glibc 2.36"),
    cpu=Processor(arch="x86_64", model="Xeon", features=("avx2",), logical=16, usable=8),
    memory=Memory(total=64, limit=None, usable=64),
    accelerators=(
        Accelerator(
            kind="cuda", name="L4", memory=24, compute_capability="8.9", driver="550.54", cuda="12.8", mig=True
        ),
    ),
    runtimes={"torch": "2.13.0", "faster-whisper": "1.2.1"},
    volatile={"free_memory": 3, "free_disk": None},
)


def _minimal(**more: object) -> dict[str, object]:
    return {"schema": "models.profile/1", **more}


def _through_json(values: Mapping[str, object]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json.dumps(values))
    return loaded


def test_the_document_has_exactly_the_keys_of_the_format() -> None:
    assert json.dumps(document(SERVER)) == json.dumps(
        {
            "schema": "models.profile/1",
            "name": None,
            "source": "detected",
            "os": {"name": "linux", "release": "6.8.0", "libc": "glibc 2.36", "wsl": False, "container": False},
            "cpu": {"arch": "x86_64", "model": "Xeon", "features": ["avx2"], "logical": 16, "usable": 8},
            "memory": {"total": 64, "limit": None, "usable": 64},
            "accelerators": [
                {
                    "kind": "cuda",
                    "name": "L4",
                    "memory": 24,
                    "unified": False,
                    "compute_capability": "8.9",
                    "driver": "550.54",
                    "cuda": "12.8",
                    "mig": True,
                }
            ],
            "runtimes": {"faster-whisper": "1.2.1", "torch": "2.13.0"},
            "volatile": {"free_disk": None, "free_memory": 3},
        }
    )


def test_a_detected_profile_is_read_back_as_it_was(tmp_path: Path) -> None:
    gpus = [FakeGpu("NVIDIA GB10", "GPU-1", FakeError()), FakeGpu("NVIDIA L4", "GPU-2", 23034 * 2**20)]
    found = detect(replace(linux(tmp_path), nvml=FakeNvml(gpus).open, store=tmp_path))
    assert profile_from(_through_json(document(found))) == found


def test_unknown_features_stay_unknown_and_none_stays_none() -> None:
    for features, written in ((None, None), ((), [])):
        cpu = Processor(arch="x86_64", features=features)
        shown: Any = document(replace(SERVER, cpu=cpu))
        assert shown["cpu"]["features"] == written
        assert profile_from(shown).cpu.features == features


def test_unknown_accelerators_stay_unknown_and_none_stays_none() -> None:
    none = replace(SERVER, accelerators=())
    unknown = replace(SERVER, accelerators=(), accelerators_known=False)
    assert document(none)["accelerators"] == []
    assert document(unknown)["accelerators"] is None
    assert profile_from(document(none)).facts.accelerator == "none"
    assert profile_from(document(unknown)).facts.accelerator is None


_texts = st.text(max_size=8) | st.none()
_sizes = st.integers(0, 2**63 - 1) | st.none()
_versions = st.sampled_from(["12.8", "8.6", "13"]) | st.none()
_devices = st.builds(
    Accelerator,
    kind=st.sampled_from(DEVICE_KINDS),
    name=_texts,
    memory=_sizes,
    unified=st.booleans(),
    compute_capability=_versions,
    driver=_texts,
    cuda=_versions,
    mig=st.booleans(),
)
_profiles = st.builds(
    Profile,
    os=st.builds(
        OperatingSystem,
        name=st.sampled_from(OPERATING_SYSTEMS),
        release=_texts,
        libc=_texts,
        wsl=st.booleans(),
        container=st.booleans(),
    ),
    cpu=st.builds(
        Processor,
        arch=st.sampled_from(ARCHITECTURES),
        model=_texts,
        features=st.none() | st.lists(st.text(max_size=5)).map(tuple),
        logical=st.integers(1, 2**63 - 1) | st.none(),
        usable=st.integers(1, 2**63 - 1) | st.none(),
    ),
    memory=st.builds(Memory, total=_sizes, limit=_sizes, usable=_sizes),
    accelerators=st.lists(_devices, max_size=3).map(tuple),
    runtimes=st.dictionaries(st.text(max_size=5), st.text(max_size=5)),
    volatile=st.dictionaries(st.text(max_size=5), _sizes),
    name=st.text(min_size=1) | st.none(),
)
_facts = st.builds(
    Facts,
    os=st.sampled_from(OPERATING_SYSTEMS) | st.none(),
    arch=st.sampled_from(ARCHITECTURES) | st.none(),
    accelerator=st.sampled_from(ACCELERATORS) | st.none(),
    cuda=_versions,
    compute_capability=_versions,
    vram=_sizes,
    ram=_sizes,
    cores=st.integers(1, 2**63 - 1) | st.none(),
)


@given(_profiles)
def test_every_profile_is_read_back_as_it_was(profile: Profile) -> None:
    assert profile_from(_through_json(document(profile))) == profile


@given(_facts)
def test_every_declared_profile_keeps_its_facts(facts: Facts) -> None:
    declared = profile_of_facts("server", facts)
    again = profile_from(_through_json(document(declared)), "server.json")
    assert declared.facts == again.facts == facts
    assert again == declared


def test_a_declared_profile_shows_its_facts_where_a_detected_one_has_them() -> None:
    facts = Facts(os="darwin", arch="arm64", accelerator="metal", ram=16, vram=10, cores=8)
    shown = document(profile_of_facts("laptop", facts))
    assert (shown["name"], shown["source"]) == ("laptop", "declared")
    assert shown["facts"] == facts.known()
    again = profile_from({key: value for key, value in shown.items() if key != "facts"})
    assert again.facts == facts
    assert again.accelerators[0].unified


def test_a_declared_profile_without_facts_of_its_own_gives_those_of_its_parts() -> None:
    assert profile_from(_minimal(source="declared", os={"name": "linux"}, facts=None)).facts == Facts(os="linux")


def test_missing_keys_are_unknown() -> None:
    for values in (_minimal(), _minimal(os=None, cpu={}, memory=None, accelerators=None, runtimes=None)):
        profile = profile_from(values)
        assert profile.facts == Facts()
        assert not profile.accelerators_known
        assert (profile.runtimes, profile.volatile) == ({}, {})


def test_a_saved_hardware_file_is_a_profile_with_keys_of_its_own() -> None:
    saved = saved_document(SERVER, {"whisper_model": "large-v3", "batch_size": 8, "beam_size": 5})
    assert saved["recommended_settings"] == {
        "whisper_model": "large-v3",
        "compute_type": None,
        "batch_size": 8,
        "device": None,
        "beam_size": 5,
    }
    assert profile_from(_through_json(saved)) == SERVER


def test_without_a_selected_model_the_old_keys_are_there_and_empty() -> None:
    empty = dict.fromkeys(("whisper_model", "compute_type", "batch_size", "device"))
    assert saved_document(SERVER, {})["recommended_settings"] == empty


def test_unknown_keys_are_ignored_everywhere() -> None:
    values = _through_json(document(SERVER))
    for section in (values, values["os"], values["cpu"], values["memory"], values["accelerators"][0]):
        section["later"] = {"any": ["thing"]}
    values["facts"] = "those of a detected profile are in its parts"
    assert profile_from(values) == SERVER


def test_a_profile_without_a_name_takes_the_one_it_is_given() -> None:
    assert profile_from(document(SERVER), "gpu.json").name == "gpu.json"
    assert profile_from(document(replace(SERVER, name="gpu")), "gpu.json").name == "gpu"


def test_a_newer_version_is_refused_by_saying_so() -> None:
    with pytest.raises(UsageError) as caught:
        profile_from({**document(SERVER), "schema": "models.profile/2"}, "gpu.json")
    assert caught.value.message == (
        "gpu.json: written by a newer release (models.profile/2); this one reads up to models.profile/1"
    )
    assert caught.value.hint == (
        "update `models`, or write the profile again with this release: models hardware --save"
    )


@pytest.mark.parametrize(
    "schema", [None, "", "models.sync/1", "models.profile/x", "models.profile/1.5", "models.profile"]
)
def test_another_document_is_refused(schema: str | None) -> None:
    with pytest.raises(UsageError, match=r"gpu\.json: not a hardware profile"):
        profile_from({"schema": schema, "recommended_settings": {}}, "gpu.json")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"schema": 1}, "schema must be a text, not 1"),
        ({"name": 5}, "name must be a text, not 5"),
        ({"source": "guessed"}, "source must be one of declared, detected, not 'guessed'"),
        ({"os": "linux"}, "os must be an object, not 'linux'"),
        ({"os": ""}, "os must be an object, not ''"),
        ({"os": {"name": "macos"}}, "os.name must be one of darwin, linux, windows, not 'macos'"),
        ({"os": {"wsl": "no"}}, "os.wsl must be true or false, not 'no'"),
        ({"os": {"container": 0}}, "os.container must be true or false, not 0"),
        ({"cpu": {"arch": "AMD64"}}, "cpu.arch must be one of arm64, x86_64, not 'AMD64'"),
        ({"cpu": {"usable": 0}}, "cpu.usable must be a whole number from 1 on, not 0"),
        ({"cpu": {"features": "avx"}}, "cpu.features must be a list, not 'avx'"),
        ({"cpu": {"features": ["avx", 2]}}, "cpu.features must be a list of texts, not ['avx', 2]"),
        ({"memory": {"usable": "16GB"}}, "memory.usable must be a whole number, not '16GB'"),
        ({"memory": {"total": True}}, "memory.total must be a whole number, not True"),
        ({"memory": {"limit": -1}}, "memory.limit must be a whole number, not -1"),
        ({"memory": {"limit": 1.5}}, "memory.limit must be a whole number, not 1.5"),
        ({"accelerators": {}}, "accelerators must be a list, not {}"),
        ({"accelerators": ["cuda"]}, "accelerators[0] must be an object, not 'cuda'"),
        ({"accelerators": [{}]}, "accelerators[0].kind must be one of cuda, intel, metal, rocm, not None"),
        (
            {"accelerators": [{"kind": "none"}]},
            "accelerators[0].kind must be one of cuda, intel, metal, rocm, not 'none'",
        ),
        (
            {"accelerators": [{"kind": "cuda", "cuda": "new"}]},
            "accelerators[0].cuda must be a version such as 12.8, not 'new'",
        ),
        ({"accelerators": [{"kind": "cuda", "memory": "1"}]}, "accelerators[0].memory must be a whole number, not '1'"),
        ({"runtimes": {"torch": 2}}, "runtimes.torch must be a text, not 2"),
        ({"volatile": {"free_disk": "1"}}, "volatile.free_disk must be a whole number, not '1'"),
        ({"source": "declared", "facts": {"gpu": "x"}}, "facts: unknown fact 'gpu'"),
        ({"source": "declared", "facts": {"os": "x"}}, "facts: fact 'os' cannot be 'x'"),
        ({"source": "declared", "facts": []}, "facts must be an object, not []"),
    ],
)
def test_a_value_of_the_wrong_type_names_its_key(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        profile_from(_minimal(**values), "gpu.json")
    assert caught.value.message == f"gpu.json: {message}"


def test_a_document_without_a_name_is_called_the_profile() -> None:
    with pytest.raises(UsageError) as caught:
        profile_from({})
    assert caught.value.message == "the profile: not a hardware profile (its schema is None, not 'models.profile/1')"
    assert caught.value.hint == "write one with `models hardware --save`"


def test_a_profile_that_does_not_say_where_it_comes_from_was_detected() -> None:
    assert profile_from(_minimal(os={"name": "linux"}, cpu={"arch": "arm64"})).source == "detected"


def test_a_long_wrong_value_is_shortened_in_its_message() -> None:
    with pytest.raises(UsageError) as caught:
        profile_from(_minimal(memory={"total": "x" * 10_000}))
    assert len(caught.value.message) < 120
