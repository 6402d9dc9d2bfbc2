"""examples/transcription/transcribe.py on the team's own manifest, under the real names, with models out of recipes.

What they hear means nothing; that each library opens what this machine was given, offline, is the question.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.project import ROOT, Project
from tests.cli.speech import EXAMPLE, TOKEN, offer_diarization, offer_whisper
from tests.runtimes.environment import interpreter, without_network
from tests.runtimes.offers import OFFERS, Made, Upstream, files_of
from tests.servers.releases import make_pipeline

SAID = "Zorblax met us"
NAMER = "3.8.0"
LONGEST_RUN = 300


def offer(upstream: Upstream, made: Made) -> None:
    """All that the manifest names; what is opened here can be opened."""
    offer_whisper(upstream.hub)
    whisper = files_of(made("faster_whisper", "--say", SAID, "--multilingual"))
    for size in ("base", "small"):
        upstream.hub.commit(f"Systran/faster-whisper-{size}", whisper)
    offer_diarization(upstream.hub)
    for library in ("pyannote", "silero"):
        OFFERS[library].publish(upstream, made, 1)
    pipeline = files_of(made("spacy", "--version", NAMER, "--label", "PERSON"))
    for name in ("en_core_web_md", "en_core_web_trf"):
        inside = {f"{name}/{name}-{NAMER}/{path}": one.read_bytes() for path, one in pipeline.items()}
        upstream.releases.add(name, NAMER, make_pipeline(name, NAMER, inside))


@pytest.fixture
def team(project: Project, upstream: Upstream, made: Made) -> Project:
    """The manifest of the example, locked."""
    offer(upstream, made)
    shutil.copy(EXAMPLE / "models.yaml", project.folder)
    around = replace(project, environment={**project.environment, "HF_TOKEN": TOKEN})
    locked = around.run("lock")
    assert locked.code == 0, locked.text
    return around


def transcript(project: Project, audio: Path, profile: str) -> tuple[dict[str, Any], str]:
    """What the program writes down on a machine, where it has no network, and what it says besides."""
    program = ["-W", "ignore", str(EXAMPLE / "transcribe.py"), str(audio), "--json", "transcript.json"]
    done = subprocess.run(
        [*without_network(), sys.executable, "-m", "resolver", "run", "--", str(interpreter()), *program],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(ROOT), "MODELS_PROFILE": profile},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_RUN,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(project.folder.joinpath("transcript.json").read_bytes())
    return document, done.stderr


@pytest.mark.parametrize("profile", ["ci", "office"])
def test_a_machine_hears_with_what_it_was_given(team: Project, upstream: Upstream, made: Made, profile: str) -> None:
    """The smaller one has no room for diarization, and its transcript no speakers."""
    assert team.run("sync", "--profile", profile).code == 0
    upstream.forget_requests()
    heard, said = transcript(team, made("audio") / "both.wav", profile)
    assert heard["lines"][0]["text"].startswith(SAID)
    assert {(one["text"], one["label"]) for line in heard["lines"] for one in line["entities"]} == {
        ("Zorblax", "PERSON")
    }
    told_apart = profile == "office"
    assert [line["speaker"] is not None for line in heard["lines"]] == [told_apart] * len(heard["lines"])
    assert bool(heard["speakers"]) == told_apart
    assert ("no speakers: 'diarization' is skipped" in said) != told_apart
    assert upstream.requests == []
    assert team.run("verify", "--profile", profile).code == 0
