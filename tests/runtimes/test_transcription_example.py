"""examples/transcription: the one command of its README, on real weights, from two voices to who was named."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.project import ROOT
from tests.runtimes.environment import interpreter
from tests.runtimes.offers import Made

EXAMPLE = ROOT / "examples" / "transcription"
SMALL = EXAMPLE / "small"
LONGEST_RUN = 600
SPOKEN = """
    Good morning my name is Alice Johnson and I work for a bank in London
    Hello Alice I am Robert Miller Last year I moved from Berlin to Chicago
    It is nice to meet you Robert Let us begin the meeting
"""
MLX = """
import json, sys, torch, transcribe
spans = [transcribe.Span(0.0, 4.0), transcribe.Span(6.0, 10.0)]
words = transcribe.hear_with_mlx(torch.zeros(12 * transcribe.RATE), spans, sys.argv[1], {"compute_type": "float32"})
print(json.dumps([[word.start, word.text] for word in words]))
"""


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def surroundings(folder: Path) -> dict[str, str]:
    """This process's, without what says where models lie, and with a store of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "MODELS_", "PYTHON"))}
    return {**kept, "MODELS_STORE": str(folder / "store")}


def run(*command: str | Path, around: dict[str, str]) -> str:
    """What a command printed; it has to succeed."""
    done = subprocess.run(
        [*command],
        env=around,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_RUN,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_two_voices_are_heard_and_told_apart_and_those_they_name_are_found(tmp_path: Path) -> None:
    interpreter()
    around, folder = surroundings(tmp_path), tmp_path / "example"
    shown = run("sh", SMALL / "run.sh", folder, around=around)
    heard: dict[str, Any] = json.loads(folder.joinpath("transcript.json").read_bytes())

    assert words_of(" ".join(line["text"] for line in heard["lines"])) == words_of(SPOKEN)
    found = {one["text"] for line in heard["lines"] for one in line["entities"] if one["label"] == "PERSON"}
    assert found >= {"Alice Johnson", "Robert Miller"}
    assert len(heard["speech"]) == 3, "a stretch for each turn, and a pause between two"
    first, second, third = (line["speaker"] for line in heard["lines"])
    assert first == third != second
    assert None not in (first, second)
    assert shown.count("right ") == 4
    readme = EXAMPLE.joinpath("README.md").read_text(encoding="utf-8")
    assert [line for line in shown.splitlines() if line not in readme and "checked in" not in line] == []

    lock = SMALL.joinpath("models.lock").read_bytes()
    assert heard["models_lock_sha256"] == hashlib.sha256(lock).hexdigest(), "it says with which weights"
    models = [sys.executable, "-m", "resolver"]
    project = ["--project", str(folder)]
    around |= {"PYTHONPATH": str(ROOT)}
    again = json.loads(run(*models, "sync", "--locked", "--offline", "--json", *project, around=around))
    assert again["bytes_fetched"] == 0
    assert {one["state"] for one in again["models"]} == {"present"}
    run(*models, "verify", *project, around=around)


def test_a_laptop_s_library_hears_each_stretch_where_it_is(tmp_path: Path, made: Made) -> None:
    """With a model that always says the same: the program's other half, which is meant for Apple silicon."""
    weights = made("mlx_whisper", "--say", "fixture alpha one")
    around = {**surroundings(tmp_path), "PYTHONPATH": f"{ROOT}{os.pathsep}{EXAMPLE}", "HF_HUB_OFFLINE": "1"}
    words = json.loads(run(interpreter(), "-W", "ignore", "-c", MLX, weights, around=around))
    assert [word for _, word in words] == [" fixture", " alpha", " one"] * 2
    assert [start for start, word in words if word == " fixture"] == [0.0, 6.0]
