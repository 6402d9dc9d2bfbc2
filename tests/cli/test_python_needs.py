"""What the environment of `sync --python` will not satisfy: told, and nothing is refused."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.cli.environments import Environment
from tests.cli.offers import offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.releases import SpacyReleases, make_pipeline, meta_of

NER = "models: {ner: {source: spacy:en_core_web_md, version: ~=3.8.0, allow: [remote_code]}}\n"


@pytest.fixture
def pipeline(project: Project) -> Iterator[Project]:
    """A project with a pipeline, whose METADATA names no spaCy at all."""
    with SpacyReleases() as releases:
        releases.add("en_core_web_md", "3.8.0", make_pipeline("en_core_web_md", "3.8.0"))
        around = replace(project, environment={**project.environment, **releases.environment})
        around.manifest(NER)
        yield around


def warnings(project: Project, venv: Environment, *arguments: str) -> list[str]:
    result = project.run("sync", "--python", str(venv.folder), "--json", *arguments)
    assert result.code == 0, result.text
    found: list[str] = [one for one in result.document["warnings"] if " wants " in one]
    assert [line for line in result.stderr.splitlines() if " wants " in line] == [f"warning: {one}" for one in found]
    return [one.replace(str(venv.folder), "VENV") for one in found]


def test_a_pipeline_for_another_spacy_is_told_once(pipeline: Project, venv: Environment) -> None:
    venv.installed("spacy", "3.7.5")
    expected = [
        "ner: en_core_web_md wants spacy<3.9.0,>=3.8.0, 3.7.5 is installed in VENV; it is installed all the same"
    ]
    assert warnings(pipeline, venv, "--dry-run") == expected
    assert warnings(pipeline, venv) == expected
    assert (venv.packages / "en_core_web_md" / "meta.json").exists()


def test_a_pipeline_without_spacy_is_told(pipeline: Project, venv: Environment) -> None:
    assert warnings(pipeline, venv) == [
        "ner: en_core_web_md wants spacy<3.9.0,>=3.8.0, which is not installed in VENV; it is installed all the same"
    ]


def test_a_spacy_that_suits_is_no_news(pipeline: Project, venv: Environment) -> None:
    venv.installed("spacy", "3.8.7")
    assert warnings(pipeline, venv) == []


def test_what_only_meta_json_says_counts(project: Project, index: PackageIndex, venv: Environment) -> None:
    body = make_pipeline("xx_own_pipe", "1.0", meta=meta_of("xx_own_pipe", "1.0", spacy_version=">=4"))
    index.add("xx-own-pipe", "1.0", body)
    venv.installed("spacy", "3.8.7")
    project.manifest("models: {ner: {source: pypi:xx-own-pipe, runtime: spacy, allow: [remote_code]}}\n")
    assert warnings(project, venv) == [
        "ner: xx-own-pipe wants spacy>=4, 3.8.7 is installed in VENV; it is installed all the same"
    ]


def test_requirements_are_those_of_that_python(project: Project, index: PackageIndex, venv: Environment) -> None:
    requires = ["numpy>=1", "more>=1", 'never; python_version < "3"', 'extra-only; extra == "gpu"', "other==1.0"]
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": b"1"}, requires=requires))
    index.add("more", "0.9", make_wheel("more", "0.9", {"more/w.bin": b"1"}))
    project.manifest("models: {vad: {source: pypi:pack}, ner: {source: pypi:more}}\n")
    assert warnings(project, venv) == [
        "vad: pack wants more>=1, 0.9 is installed in VENV; it is installed all the same",
        "vad: pack wants numpy>=1, which is not installed in VENV; it is installed all the same",
    ]


def test_the_python_itself_is_judged(project: Project, index: PackageIndex, venv: Environment) -> None:
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": b"1"}, python=">=99"))
    project.manifest("models: {vad: {source: pypi:pack}}\n")
    (text,) = warnings(project, venv)
    assert text.startswith("vad: pack wants Python >=99, VENV has 3.")


def test_a_model_that_is_no_wheel_is_compared_with_that_environment(
    project: Project, hub: LocalHub, venv: Environment
) -> None:
    offer(hub)
    project.manifest('models: {asr: {source: hf:org/name, requires: ["faster-whisper>=2"]}}\n')
    assert warnings(project, venv) == [], "what is not installed is no concern of weights"
    venv.installed("faster-whisper", "1.0")
    assert warnings(project, venv) == [
        "asr: name wants faster-whisper>=2, 1.0 is installed in VENV; its weights are placed all the same"
    ]


def test_who_wants_to_hear_nothing_hears_nothing(pipeline: Project, run: Run, venv: Environment) -> None:  # noqa: ARG001
    assert pipeline.run("sync", "-q", "--python", str(venv.folder)).stderr == ""
