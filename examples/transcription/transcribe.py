"""Who said what, and of whom and what they spoke.

    models run -- python transcribe.py meeting.wav
    models run -- python transcribe.py meeting.wav --json meeting.json

Silero hears where somebody speaks, Whisper what is said there, pyannote who it is, and spaCy finds the names. Which
weights those are, with what they are opened and on which device, says models.lock for this machine: the same program
runs large-v3 on a server, MLX on a laptop and tiny in CI.
"""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from silero_vad import get_speech_timestamps, load_silero_vad, read_audio

import resolver

RATE = 16_000
"""Samples a second: what all these models hear."""
LONGEST = 30
"""Seconds that Whisper hears at once."""
PAUSE = 0.8
"""Seconds of silence that end a stretch of speech, and a line."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the recording, in seconds, and what it is: a word, or a speaker's name."""

    start: float
    end: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A name in a text, and of what kind it is."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a speaker said without a pause; `speaker` is None where nobody tells them apart."""

    start: float
    end: float
    speaker: str | None
    text: str
    entities: Sequence[Entity] = ()


def find_speech(samples: torch.Tensor) -> list[Span]:
    """Where somebody speaks."""
    settings: dict[str, Any] = resolver.settings("vad")
    model = load_silero_vad(onnx=settings["onnx"])  # the package that models.lock names: `models run` puts it first
    if not settings["onnx"]:
        model.to(settings["device"])
    found = get_speech_timestamps(
        samples.to(settings["device"]),
        model,
        sampling_rate=RATE,
        min_silence_duration_ms=int(PAUSE * 1000),
        max_speech_duration_s=LONGEST,
        speech_pad_ms=100,
    )
    return [Span(one["start"] / RATE, one["end"] / RATE) for one in found]


def hear_words(samples: torch.Tensor, speech: Sequence[Span]) -> list[Span]:
    """What is said there, word by word, with the library that opens this machine's Whisper."""
    settings: dict[str, Any] = resolver.settings("asr")
    hear = hear_with_mlx if settings["device"] == "metal" else hear_with_faster_whisper
    return hear(samples, speech, str(resolver.path("asr")), settings) if speech else []


def hear_with_faster_whisper(
    samples: torch.Tensor, speech: Sequence[Span], weights: str, settings: Mapping[str, Any]
) -> list[Span]:
    """CTranslate2, on a CUDA device or the processor: several stretches at a time."""
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(weights, device=settings["device"], compute_type=settings["compute_type"])
    parts, _ = BatchedInferencePipeline(model).transcribe(
        samples.numpy(),
        batch_size=settings["batch_size"],
        word_timestamps=True,
        clip_timestamps=[{"start": one.start, "end": one.end} for one in speech],
    )
    return [Span(float(one.start), float(one.end), one.word) for part in parts for one in part.words]


def hear_with_mlx(
    samples: torch.Tensor, speech: Sequence[Span], weights: str, settings: Mapping[str, Any]
) -> list[Span]:
    """MLX, on Apple silicon: one stretch at a time, for `clip_timestamps` of mlx-whisper 0.4.3 leaves no pause out."""
    import mlx_whisper

    half = settings["compute_type"] != "float32"
    found: list[Span] = []
    for one in speech:
        piece = samples[round(one.start * RATE) : round(one.end * RATE)].numpy()
        heard = mlx_whisper.transcribe(piece, path_or_hf_repo=weights, word_timestamps=True, fp16=half)
        words = (word for part in heard["segments"] for word in part["words"])
        found += (Span(one.start + float(at["start"]), one.start + float(at["end"]), at["word"]) for at in words)
    return found


def tell_speakers(samples: torch.Tensor) -> list[Span]:
    """Who speaks when; empty on a machine that has no room for it."""
    try:
        settings: dict[str, Any] = resolver.settings("diarization")
        folder = resolver.path("diarization")
    except resolver.NotPlacedError as without:
        print(f"no speakers: {without}", file=sys.stderr)
        return []
    from pyannote.audio import Pipeline

    with contextlib.chdir(folder):  # a config.yaml of one's own may name files beside it
        pipeline = Pipeline.from_pretrained(folder)
        pipeline.to(torch.device(settings["device"]))
    heard = pipeline({"waveform": samples[None], "sample_rate": RATE})
    turns = heard.exclusive_speaker_diarization.itertracks(yield_label=True)
    return [Span(turn.start, turn.end, speaker) for turn, _, speaker in turns]


def speaker_of(word: Span, turns: Sequence[Span]) -> str | None:
    """Whose turn has most of a word, or is nearest to it."""
    if not turns:
        return None
    return max(turns, key=lambda turn: min(turn.end, word.end) - max(turn.start, word.start)).text


def write_lines(words: Sequence[Span], turns: Sequence[Span]) -> list[Line]:
    """Words in lines: a new one where another speaks, and after a pause."""
    lines: list[Line] = []
    for word in words:
        speaker = speaker_of(word, turns)
        last = lines[-1] if lines else None
        if last and last.speaker == speaker and word.start - last.end < PAUSE:
            lines[-1] = Line(last.start, word.end, speaker, last.text + word.text)
        else:
            lines.append(Line(word.start, word.end, speaker, word.text.lstrip()))
    return lines


def find_names(lines: Sequence[Line]) -> list[Line]:
    """The same lines, with whom and what they name."""
    import spacy

    pipeline = spacy.load(resolver.path("ner"))
    read = pipeline.pipe(line.text for line in lines)
    named = [[Entity(one.text, one.label_) for one in text.ents] for text in read]
    return [replace(line, entities=entities) for line, entities in zip(lines, named, strict=True)]


def transcribe(audio: Path) -> dict[str, Any]:
    """Everything that is heard, and the sha256 of the lock that says with which weights."""
    samples = read_audio(str(audio), sampling_rate=RATE)
    speech = find_speech(samples)
    words = hear_words(samples, speech)
    turns = tell_speakers(samples)
    return {
        "models_lock_sha256": os.environ.get("MODELS_LOCK_SHA256"),
        "speech": [[one.start, one.end] for one in speech],
        "speakers": [asdict(one) for one in turns],
        "lines": [asdict(one) for one in find_names(write_lines(words, turns))],
    }


def show(document: Mapping[str, Any]) -> None:
    """The transcript, and below it the names by kind."""
    names: dict[str, dict[str, None]] = {}
    for line in document["lines"]:
        minutes, seconds = divmod(line["start"], 60)
        print(f"{minutes:4.0f}:{seconds:04.1f}  {line['speaker'] or '-':10}  {line['text']}")
        for one in line["entities"]:
            names.setdefault(one["label"], {})[one["text"]] = None
    print()
    for label, texts in sorted(names.items()):
        print(f"{label:>8}  {', '.join(texts)}")
    print(f"\nheard with models.lock {(document['models_lock_sha256'] or 'unknown')[:12]}")


def main() -> None:
    """Read a recording; show what was said, and write it down where that is asked for."""
    parser = argparse.ArgumentParser(description="Who said what, and of whom and what they spoke.")
    parser.add_argument("audio", type=Path, help="a recording, in any form that ffmpeg knows")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write it down as a document too")
    asked = parser.parse_args()
    if not asked.audio.is_file():
        parser.error(f"there is no file {asked.audio}")
    document = transcribe(asked.audio)
    show(document)
    if asked.json:
        asked.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
