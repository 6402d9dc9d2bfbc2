"""What `models hardware` shows of devices, and what `--save` recommends to older pipelines."""

import json

from tests.cli.offers import offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub


def test_of_several_whisper_models_the_first_that_is_selected_is_recommended(
    project: Project, run: Run, hub: LocalHub
) -> None:
    for number, name in enumerate(("faster-whisper-large-v3", "faster-distil-whisper-small.en", "faster-whisper-base")):
        offer(hub, f"org/{name}", seed=number)
    project.manifest(
        """
        profiles:
          ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}
          server: {os: linux, arch: x86_64, accelerator: cuda, compute_capability: "8.6", vram: 24GB, ram: 64GB}
        models:
          vad: {source: hf:org/faster-whisper-base, category: vad, settings: {device: vad}}
          zulu:
            category: whisper
            optional: true
            variants:
              - source: hf:org/faster-whisper-large-v3
                when: {accelerator: cuda}
                settings: {device: cuda, compute_type: float16, batch_size: 8}
          alpha:
            source: hf:org/faster-distil-whisper-small.en
            category: whisper
            settings: {device: cpu, beam_size: 1, whisper_model: mine}
        """
    )
    assert run("lock").code == 0

    def recommended(profile: str) -> object:
        assert run("hardware", "--save", "--profile", profile).code == 0
        return json.loads(project.folder.joinpath("out", "hardware_cache.json").read_text())["recommended_settings"]

    server = {"whisper_model": "large-v3", "device": "cuda", "compute_type": "float16", "batch_size": 8}
    none = {"compute_type": None, "batch_size": None}
    assert recommended("server") == server
    assert recommended("ci") == {"whisper_model": "mine", "device": "cpu", "beam_size": 1, **none}


def test_without_a_lock_nothing_is_recommended(project: Project, run: Run) -> None:
    assert run("hardware", "--save").code == 0
    saved = json.loads(project.folder.joinpath("out", "hardware_cache.json").read_text())
    assert set(saved["recommended_settings"].values()) == {None}


def test_devices_are_shown_and_an_intel_one_is_no_accelerator(project: Project, run: Run) -> None:
    device = {"kind": "intel", "name": "Arc Pro B60", "memory": 24385683456, "driver": "7"}
    shared = {"kind": "intel", "unified": True}
    profile = {"schema": "models.profile/1", "accelerators": [device, shared]}
    project.folder.joinpath("here.json").write_text(json.dumps(profile))
    result = run("hardware", "--profile", "here.json")
    assert "no accelerator" in result.stdout
    assert "intel device  Arc Pro B60 · 24.4 GB · driver 7" in result.stdout
    assert "intel device  unnamed · memory unknown · shared with the processor" in result.stdout


def test_the_parts_of_a_declared_profile_are_not_shown_as_devices(project: Project, run: Run) -> None:
    declared = {"source": "declared", "facts": {"accelerator": "cuda"}, "accelerators": [{"kind": "cuda"}]}
    project.folder.joinpath("here.json").write_text(json.dumps({"schema": "models.profile/1", **declared}))
    result = run("hardware", "--profile", "here.json")
    assert "cuda" in result.stdout
    assert "device" not in result.stdout


def test_runtimes_are_those_of_the_active_environment(project: Project, run: Run) -> None:
    place = project.home / "venv" / "lib" / "python3.12" / "site-packages" / "faster_whisper-1.2.1.dist-info"
    place.mkdir(parents=True)
    place.joinpath("METADATA").write_text("Name: faster-whisper\nVersion: 1.2.1\n")
    result = run("hardware", "--json", VIRTUAL_ENV=str(project.home / "venv"))
    assert result.document["runtimes"] == {"faster-whisper": "1.2.1"}
