"""A conversation of two voices: spoken by espeak-ng, and compared with what was heard of it.

`python conversation.py speak FOLDER` writes speech.wav, and into turns.json who speaks when.
`python conversation.py check FOLDER` compares transcript.json with both; exit 1 if something was heard wrong.
"""

import argparse
import difflib
import json
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ALICE, ROBERT = "en-us+f4", "en-us"
SPOKEN = (
    (ALICE, "Good morning. My name is Alice Johnson, and I work for a bank in London."),
    (ROBERT, "Hello Alice. I am Robert Miller. Last year I moved from Berlin to Chicago."),
    (ALICE, "It is nice to meet you, Robert. Let us begin the meeting."),
)
PEOPLE = {"Alice Johnson", "Robert Miller"}
PAUSE = 1.0
"""Seconds between two turns."""
ENOUGH = 0.9
"""The share of the words that has to be heard right."""
MOST = 0.8
"""The share of a turn in which speech has to be heard; espeak-ng ends with some silence."""
NEAR = 0.2
"""Seconds of a pause, at either end, that may still count as speech."""

Found = tuple[bool, str]
"""Whether something was heard right, and what was heard."""


def speak(folder: Path) -> None:
    """Let both say what they have to say, one after the other."""
    espeak = shutil.which("espeak-ng")
    if espeak is None:
        raise SystemExit("error: espeak-ng is not installed\nhint: apt-get install $(cat .ci/packages)")
    turns, start = [], 0.0
    with tempfile.TemporaryDirectory() as scratch, wave.open(str(folder / "speech.wav"), "wb") as speech:
        for place, (voice, text) in enumerate(SPOKEN):
            said = str(Path(scratch, f"{place}.wav"))
            subprocess.run([espeak, "-v", voice, "-s", "150", "-w", said, text], check=True)
            with wave.open(said, "rb") as turn:
                if place == 0:
                    speech.setparams(turn.getparams())
                rate, frames = turn.getframerate(), turn.readframes(turn.getnframes())
                silence = bytes(round(PAUSE * rate) * turn.getsampwidth())
                end = start + turn.getnframes() / rate
            speech.writeframes(frames + silence)
            turns.append({"voice": voice, "start": start, "end": end})
            start = end + PAUSE
    folder.joinpath("turns.json").write_text(json.dumps(turns, indent=1) + "\n", encoding="utf-8")


def words_of(text: str) -> list[str]:
    """The words, without what nobody hears."""
    return re.findall(r"[a-z']+", text.lower())


def check_words(heard: Any) -> Found:
    """What was said."""
    said = words_of(" ".join(text for _, text in SPOKEN))
    found = words_of(" ".join(line["text"] for line in heard["lines"]))
    blocks = difflib.SequenceMatcher(None, said, found, autojunk=False).get_matching_blocks()
    right = sum(block.size for block in blocks)
    return right >= ENOUGH * max(len(said), len(found)), f"{right} of {len(said)} words, {len(found)} heard"


def check_people(heard: Any) -> Found:
    """Both full names, as persons."""
    found = {one["text"] for line in heard["lines"] for one in line["entities"] if one["label"] == "PERSON"}
    return found >= PEOPLE, ", ".join(sorted(found)) or "none"


def shared(start: float, end: float, spans: Sequence[Sequence[float]]) -> float:
    """How many seconds between two moments lie in spans."""
    return sum(max(0.0, min(end, to) - max(start, since)) for since, to in spans)


def check_speech(heard: Any, turns: Any) -> Found:
    """Speech in every turn, and none in the pauses between them."""
    spoken = [shared(turn["start"], turn["end"], heard["speech"]) / (turn["end"] - turn["start"]) for turn in turns]
    pauses = [(turn["end"] + NEAR, turn["end"] + PAUSE - NEAR) for turn in turns]
    loud = [pause for pause in pauses if shared(*pause, heard["speech"])]
    right = all(share >= MOST for share in spoken) and not loud
    return right, f"in {', '.join(f'{share:.0%}' for share in spoken)} of the turns, and in {len(loud)} of the pauses"


def speaker_in(heard: Any, turn: Any) -> str:
    """Who was heard most in a turn; empty if nobody."""
    spans: dict[str, list[list[float]]] = {}
    for one in heard["speakers"]:
        spans.setdefault(one["text"], []).append([one["start"], one["end"]])
    return max(spans, key=lambda name: shared(turn["start"], turn["end"], spans[name]), default="")


def check_speakers(heard: Any, turns: Any) -> Found:
    """One speaker for each voice, and another for the other."""
    found = [speaker_in(heard, turn) for turn in turns]
    pairs = {(turn["voice"], speaker) for turn, speaker in zip(turns, found, strict=True)}
    voices = {turn["voice"] for turn in turns}
    return "" not in found and len(pairs) == len(voices) == len(set(found)), ", ".join(found)


def checks(folder: Path) -> Iterator[tuple[str, Found]]:
    """Every question that is asked of the transcript, and its answer."""
    heard = json.loads(folder.joinpath("transcript.json").read_text(encoding="utf-8"))
    turns = json.loads(folder.joinpath("turns.json").read_text(encoding="utf-8"))
    yield "words", check_words(heard)
    yield "people", check_people(heard)
    yield "speech", check_speech(heard, turns)
    yield "speakers", check_speakers(heard, turns)


def check(folder: Path) -> int:
    """Say what was heard right and what not; the exit code."""
    answers = list(checks(folder))
    for name, (right, text) in answers:
        print(f"{'right' if right else 'WRONG'}  {name:8}  {text}")
    return 0 if all(right for _, (right, _) in answers) else 1


def main() -> int:
    """Speak, or check."""
    parser = argparse.ArgumentParser(description="A conversation of two voices.")
    parser.add_argument("what", choices=("speak", "check"))
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    if asked.what == "check":
        return check(asked.folder)
    speak(asked.folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
