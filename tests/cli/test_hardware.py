"""`models hardware`, and profiles that choose the variants."""

import json

import pytest

from tests.cli.offers import REPO, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

KEYS = {
    "schema",
    "ok",
    "exit_code",
    "name",
    "source",
    "os",
    "cpu",
    "memory",
    "accelerators",
    "runtimes",
    "volatile",
}
LADDER = """
profiles:
  laptop: {os: darwin, arch: arm64, accelerator: metal, ram: 16GB, vram: 10.7GB, cores: 8}
  server: {os: linux, arch: x86_64, accelerator: cuda, cuda: "12.8", compute_capability: "8.6", vram: 24GB, ram: 64GB}
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}
models:
  asr:
    category: whisper
    variants:
      - source: hf:org/whisper-large-v3-turbo
        category: apple-silicon
        when: {accelerator: metal}
        settings: {batch_size: 4}
      - {source: hf:org/faster-whisper-large-v3, when: {accelerator: cuda, compute_capability: ">=7.0"}}
      - {source: hf:org/faster-whisper-small, settings: {compute_type: int8, batch_size: 1}}
"""
CHOICES = {"laptop": "whisper-large-v3-turbo", "server": "faster-whisper-large-v3", "ci": "faster-whisper-small"}


@pytest.fixture
def locked(project: Project, run: Run, hub: LocalHub) -> Project:
    for number, name in enumerate(CHOICES.values()):
        offer(hub, f"org/{name}", seed=number)
    project.manifest(LADDER)
    assert run("lock").code == 0
    hub.reset_requests()
    return project


def test_hardware_needs_no_project(project: Project, run: Run) -> None:
    result = run("hardware")
    assert result.code == 0
    assert "cores" in result.stdout
    document = run("hardware", "--json").document
    assert set(document) == KEYS
    assert list(document.items())[:3] == [("schema", "models.profile/1"), ("ok", True), ("exit_code", 0)]
    assert not list(project.folder.iterdir())


def test_what_hardware_prints_is_accepted_as_a_profile(locked: Project, run: Run) -> None:
    printed = run("hardware", "--json").stdout
    locked.folder.joinpath("here.json").write_text(printed)
    again = run("hardware", "--json", "--profile", "here.json").document
    document = json.loads(printed)
    for key in ("os", "cpu", "memory", "accelerators"):
        assert again[key] == document[key]
    synced = run("sync", "--profile", "here.json", "--json")
    assert synced.code == run("sync").code == 0
    assert set(synced.document["profile"]) == KEYS - {"ok", "exit_code"}


def test_save_writes_what_older_pipelines_read(locked: Project, run: Run) -> None:
    assert run("hardware", "--save", "--profile", "ci").code == 0
    path = locked.folder / "out" / "hardware_cache.json"
    saved = json.loads(path.read_text())
    recommended = {"whisper_model": "small", "compute_type": "int8", "batch_size": 1}
    assert saved["recommended_settings"].items() >= recommended.items()
    assert saved["schema"] == "models.profile/1"
    assert run("status", "--profile", "out/hardware_cache.json").code == 0
    assert run("hardware", "--save", "--profile", "laptop").code == 0
    assert json.loads(path.read_text())["recommended_settings"]["whisper_model"] == "large-v3-turbo"


def test_a_saved_profile_is_no_answer_of_a_command(locked: Project, run: Run) -> None:
    result = run("hardware", "--save", "--json")
    assert (result.code, result.stderr) == (0, "Saved out/hardware_cache.json\n")
    saved = json.loads(locked.folder.joinpath("out", "hardware_cache.json").read_text())
    assert set(saved) == KEYS - {"ok", "exit_code"} | {"recommended_settings"}
    assert result.document["ok"] is True


def test_a_profile_that_cannot_be_saved_is_one_error_and_no_profile(locked: Project, run: Run) -> None:
    locked.folder.joinpath("out").write_text("a file\n")
    result = run("hardware", "--save", "--json")
    assert result.code != 0
    assert result.document["schema"] == "models.error/1"


@pytest.mark.parametrize("content", ["", "[]", "{}", "nonsense", '{"schema": "models.profile/2"}', "[" * 100_000])
def test_a_file_that_is_no_profile_is_wrong_input(locked: Project, run: Run, content: str) -> None:
    locked.folder.joinpath("here.json").write_text(content)
    result = run("sync", "--profile", "here.json")
    assert result.code == 2, result.text
    assert not locked.view.exists()


@pytest.mark.parametrize("profile", CHOICES)
def test_each_machine_gets_its_variant_and_nothing_else(locked: Project, run: Run, profile: str) -> None:
    assert {name: one["selection"]["asr"] for name, one in locked.lock["profiles"].items()} == CHOICES
    assert run("sync", "--profile", profile).code == 0
    assert set(locked.snapshot(f"org/{CHOICES[profile]}")) == {"config.json", "model.bin"}
    others = [name for name in CHOICES.values() if name != CHOICES[profile]]
    assert not any(locked.repository(f"org/{name}").exists() for name in others)
    assert run("verify", "--profile", profile).code == 0


def test_the_lock_alone_is_enough_for_another_machine(locked: Project, run: Run) -> None:
    locked.manifest_path.unlink()
    assert run("sync", "--frozen", "--profile", "server").code == 0
    assert set(locked.snapshot("org/faster-whisper-large-v3")) == {"config.json", "model.bin"}


def test_every_variant_is_pinned_whatever_the_machine(locked: Project) -> None:
    assert set(locked.lock["artifacts"]) == {f"hf:org/{name}@main" for name in CHOICES.values()}


def test_an_unknown_fact_that_would_decide_is_named(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/small", seed=1)
    project.manifest(
        """
        profiles:
          box: {os: linux, accelerator: cuda, ram: 8GB}
        models:
          asr:
            variants:
              - {source: hf:org/name, when: {compute_capability: ">=7.0"}}
              - {source: hf:org/small}
        """
    )
    result = run("lock")
    assert result.code == 2
    assert "profile 'box'" in result.stderr
    assert "compute_capability is unknown" in result.stderr
    assert "'asr'" in result.stderr
    assert not project.lock_path.exists()


def test_where_nothing_suits_every_variant_says_why(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/small", seed=1)
    project.manifest(
        """
        profiles:
          ci: {os: linux, arch: x86_64, accelerator: none, ram: 1GB}
        budget: {ram: 50%}
        models:
          asr:
            variants:
              - {source: hf:org/name, when: {accelerator: cuda}}
              - {source: hf:org/small, needs: {ram: 1.6GB}}
        """
    )
    result = run("lock")
    assert result.code == 2
    assert "profile 'ci': no variant suits for asr" in result.stderr
    assert "asr  name: accelerator must be cuda, is none" in result.stderr
    assert "asr  small: needs 1.6 GB ram, 500 MB left in the budget" in result.stderr
    assert not project.lock_path.exists()


def test_a_machine_that_nothing_suits_syncs_nothing(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest("models: {asr: {source: hf:org/name, needs: {ram: 900TB}}}\n")
    assert run("lock").code == 0, "no declared profile suffers from it"
    for verb in ("sync", "verify", "status"):
        result = run(verb)
        assert result.code == 2
        assert "this machine: no variant suits for asr" in result.stderr
    assert not project.view.exists()


def test_two_selected_artifacts_of_one_repository_must_share_a_commit(
    project: Project, run: Run, hub: LocalHub
) -> None:
    first = offer(hub)
    second = hub.commit(REPO, {"model.bin": b"2"}, branch="develop")
    project.manifest(
        """
        profiles:
          ci: {os: linux, accelerator: none}
        models:
          asr: {source: hf:org/name}
          vad: {source: hf:org/name, revision: develop}
        """
    )
    result = run("lock")
    assert result.code == 2
    assert "one `main` serves all of hf:org/name" in result.stderr
    assert f"'asr' wants hf:org/name@main at {first[:12]}" in result.stderr
    assert f"'vad' wants hf:org/name@develop at {second[:12]}" in result.stderr
    assert not project.lock_path.exists()


def test_variants_that_are_not_selected_together_may_differ(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    second = hub.commit(REPO, {"model.bin": b"2"}, branch="develop")
    project.manifest(
        """
        profiles:
          ci: {os: linux, accelerator: none}
          gpu: {os: linux, accelerator: cuda}
        models:
          asr:
            variants:
              - {source: hf:org/name, when: {accelerator: cuda}}
              - {source: hf:org/name, revision: develop}
        """
    )
    assert run("sync", "--profile", "ci").code == 0
    assert project.pin("hf:org/name@develop") == second
    assert project.snapshot(REPO)["model.bin"] == b"2"


def test_a_revision_that_a_model_states_decides_for_a_dependency_too(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub, "org/pipeline", seed=1)
    offer(hub)
    pinned = hub.commit(REPO, {"model.bin": b"2"}, branch="develop")
    project.manifest(
        """
        models:
          asr: {source: hf:org/name, revision: develop}
          diarization: {source: hf:org/pipeline, depends: [hf:org/name]}
        """
    )
    result = run("sync")
    assert result.code == 0, result.stderr
    assert project.repository(REPO).joinpath("refs/main").read_text() == pinned
