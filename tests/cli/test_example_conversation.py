"""What checks the transcript of examples/transcription/small finds what was heard wrong."""

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.speech import EXAMPLE

PROGRAM = EXAMPLE / "small" / "conversation.py"
SPOKEN = runpy.run_path(str(PROGRAM))["SPOKEN"]
STARTS = (0.0, 6.0, 12.0)
TURN = 5.0

Document = dict[str, Any]


def turns() -> list[Document]:
    return [
        {"voice": voice, "start": start, "end": start + TURN} for start, (voice, _) in zip(STARTS, SPOKEN, strict=True)
    ]


def heard() -> Document:
    """A transcript in which everything is right."""
    people = ("Alice Johnson", "Robert Miller", "Robert")
    lines = [
        {"text": text, "entities": [{"text": name, "label": "PERSON"}]}
        for (_, text), name in zip(SPOKEN, people, strict=True)
    ]
    spans = [[start + 0.1, start + TURN - 0.2] for start in STARTS]
    speakers = [{"start": start, "end": end, "text": name} for (start, end), name in zip(spans, "ABA", strict=True)]
    return {"lines": lines, "speech": spans, "speakers": speakers}


def check(folder: Path, document: Document) -> tuple[int, list[str]]:
    """The exit code, and what was said to be wrong."""
    folder.joinpath("transcript.json").write_text(json.dumps(document))
    folder.joinpath("turns.json").write_text(json.dumps(turns()))
    done = subprocess.run([sys.executable, PROGRAM, "check", folder], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, [line.split()[1] for line in done.stdout.splitlines() if line.startswith("WRONG")]


def test_what_is_right_is_right(tmp_path: Path) -> None:
    assert check(tmp_path, heard()) == (0, [])


def test_one_word_of_forty_may_be_misheard_and_punctuation_is_not_heard(tmp_path: Path) -> None:
    document = heard()
    line = document["lines"][2]
    line["text"] = line["text"].replace("begin", "again").replace(".", "").upper()
    assert check(tmp_path, document) == (0, [])


def no_second_line(document: Document) -> None:
    document["lines"][1]["text"] = ""


def words_that_nobody_said(document: Document) -> None:
    document["lines"][1]["text"] += " Thank you for watching" * 3


def half_a_name(document: Document) -> None:
    document["lines"][0]["entities"][0]["text"] = "Alice"


def a_name_of_a_place(document: Document) -> None:
    document["lines"][1]["entities"][0]["label"] = "GPE"


def speech_in_a_pause(document: Document) -> None:
    document["speech"][0][1] = STARTS[1]


def a_turn_without_speech(document: Document) -> None:
    del document["speech"][1]


def a_turn_half_heard(document: Document) -> None:
    document["speech"][1][1] -= 2


def one_speaker_for_both(document: Document) -> None:
    document["speakers"][1]["text"] = "A"


def two_speakers_for_one(document: Document) -> None:
    document["speakers"][2]["text"] = "C"


def speakers_the_other_way_round(document: Document) -> None:
    document["speakers"][2]["text"] = "B"


def nobody(document: Document) -> None:
    document["speakers"].clear()


@pytest.mark.parametrize(
    ("spoil", "wrong"),
    [
        (no_second_line, "words"),
        (words_that_nobody_said, "words"),
        (half_a_name, "people"),
        (a_name_of_a_place, "people"),
        (speech_in_a_pause, "speech"),
        (a_turn_without_speech, "speech"),
        (a_turn_half_heard, "speech"),
        (one_speaker_for_both, "speakers"),
        (two_speakers_for_one, "speakers"),
        (speakers_the_other_way_round, "speakers"),
        (nobody, "speakers"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, spoil: Callable[[Document], None], wrong: str) -> None:
    document = heard()
    spoil(document)
    assert check(tmp_path, document) == (1, [wrong])
