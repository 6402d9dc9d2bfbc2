"""`requires`: a library that is installed and does not suit is a warning in `sync` and `status`, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.offers import offer
from tests.cli.project import Project
from tests.servers.hub import LocalHub
from tests.servers.releases import SpacyReleases, make_pipeline

MANIFEST = """
profiles:
  server: {os: linux, accelerator: cuda, vram: 24GB, ram: 64GB}
  ci: {os: linux, accelerator: none, ram: 7GB}
models:
  asr:
    variants:
      - {source: hf:org/large, when: {accelerator: cuda}, requires: ["faster-whisper>=2"]}
      - {source: hf:org/name, requires: ["Faster_Whisper>=1.1"]}
  ner: {source: spacy:en_core_web_md, version: ~=3.8.0, allow: [remote_code]}
"""
OLD_SPACY = "ner: en_core_web_md wants spacy<3.9.0,>=3.8.0, 3.7.5 is installed; its weights are placed all the same"
OLD_WHISPER = "asr: name wants Faster_Whisper>=1.1, 1.0.3 is installed; its weights are placed all the same"


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        yield releases


@pytest.fixture
def speech(project: Project, hub: LocalHub, releases: SpacyReleases, tmp_path: Path) -> Project:
    """A locked project whose programs run in an environment of their own."""
    offer(hub)
    offer(hub, "org/large", seed=1)
    releases.add("en_core_web_md", "3.8.0", make_pipeline("en_core_web_md", "3.8.0"))
    active = {"VIRTUAL_ENV": str(tmp_path / "venv"), **releases.environment}
    around = replace(project, environment={**project.environment, **active})
    around.manifest(MANIFEST)
    assert around.run("lock").code == 0
    return around


def install(project: Project, name: str, version: str) -> None:
    folder = Path(project.environment["VIRTUAL_ENV"]) / "lib" / "python3.12" / "site-packages"
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    info.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def warnings(project: Project, verb: str, *arguments: str) -> list[str]:
    """What the document of a verb warns of; people are told the same."""
    said = project.run(verb, "--profile", "ci", *arguments)
    told = project.run(verb, "--profile", "ci", "--json", *arguments)
    assert (said.code, told.code) == (0, 0), said.text
    found: list[str] = told.document["warnings"]
    assert [line for line in said.stderr.splitlines() if " wants " in line] == [f"warning: {one}" for one in found]
    return found


@pytest.mark.parametrize("verb", ["sync", "status"])
def test_what_is_not_installed_is_no_concern(speech: Project, verb: str) -> None:
    assert warnings(speech, verb) == []


@pytest.mark.parametrize("verb", ["sync", "status"])
def test_an_unsuitable_library_is_a_warning(speech: Project, verb: str) -> None:
    install(speech, "spacy", "3.7.5")
    install(speech, "faster_whisper", "1.0.3")
    assert warnings(speech, verb) == [OLD_WHISPER, OLD_SPACY]
    assert warnings(speech, verb, "--only", "ner") == [OLD_SPACY]


def test_a_suitable_library_is_none(speech: Project) -> None:
    install(speech, "spacy", "3.8.7")
    install(speech, "faster-whisper", "1.2.1")
    assert warnings(speech, "sync") == warnings(speech, "status") == []


def test_it_never_selects(speech: Project) -> None:
    install(speech, "faster-whisper", "1.0.3")
    said = speech.run("sync", "--dry-run", "--profile", "server")
    assert "asr: large wants faster-whisper>=2, 1.0.3 is installed" in said.stderr
    assert speech.run("explain", "asr", "--profile", "server", "--json").document["chosen"] == "large"


def test_the_weights_are_placed_all_the_same(speech: Project) -> None:
    install(speech, "spacy", "3.7.5")
    assert speech.run("sync", "--profile", "ci").code == 0
    assert speech.run("verify", "--profile", "ci").code == 0
    assert speech.run("status", "--profile", "ci", "--exit-code").code == 0


def test_who_wants_to_hear_nothing_hears_nothing(speech: Project) -> None:
    install(speech, "spacy", "3.7.5")
    assert speech.run("sync", "--profile", "ci", "-q").stderr == ""
