"""What the two Whisper runtimes open besides a model, and what they cannot do without."""

import pytest

from resolver.domain.globs import FileFilter
from tests.unit.runtimes.reading import KEY, check_of, needs_of, refusal_of, wanted

MODEL: dict[str, object] = {"model.bin": ..., "config.json": {}, "vocabulary.json": ["x", ""]}
TINY, ENGLISH = "hf:openai/whisper-tiny", "hf:openai/whisper-tiny.en"


def test_a_model_with_its_own_tokenizer_needs_nothing() -> None:
    assert needs_of("faster-whisper", {**MODEL, "tokenizer.json": ...}) == ()


def test_a_model_without_tokenizer_needs_that_of_the_smallest_model_and_no_more_of_it() -> None:
    found = needs_of("faster-whisper", {**MODEL, "sub/tokenizer.json": ...})
    assert wanted(found) == [TINY]
    assert found[0].because == "faster-whisper 1.2.1: asks for it where a model has no tokenizer.json"
    assert found[0].files == FileFilter(include=("tokenizer.json",))
    assert not found[0].essential, "a model opens without it where its machine is offline"


@pytest.mark.parametrize(
    ("vocabulary", "source"),
    [
        ({"vocabulary.json": ["x", "", "y"]}, TINY),
        ({"vocabulary.json": ["x"] * 51865}, ENGLISH),
        ({"vocabulary.txt": "x\n\ny\n"}, TINY),
        ({"vocabulary.txt": "x\n\n"}, TINY),
        ({"vocabulary.txt": "x\r\n\r\ny\r\n"}, TINY),
        ({"vocabulary.txt": "x\n\r\ny\n"}, ENGLISH),
        ({"vocabulary.txt": "x\n" * 51865}, ENGLISH),
        ({"vocabulary.json": None, "vocabulary.txt": "x\n"}, ENGLISH),
    ],
)
def test_an_empty_token_tells_a_multilingual_model(vocabulary: dict[str, object], source: str) -> None:
    files = {"model.bin": ..., "config.json": {}, **vocabulary}
    assert wanted(needs_of("faster-whisper", files)) == [source]


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("Systran/faster-whisper-small", TINY),
        ("Systran/faster-whisper-small.en", ENGLISH),
        ("distil-whisper/distil-small.en-ct2", ENGLISH),
        ("org/whisper.energy", TINY),
        ("org/whisper-en", TINY),
    ],
)
def test_the_name_tells_where_the_vocabulary_cannot_be_read(name: str, source: str) -> None:
    files = {**MODEL, "vocabulary.json": None}
    assert wanted(needs_of("faster-whisper", files, f"hf:{name}@main")) == [source]


@pytest.mark.parametrize("left_out", MODEL)
def test_a_model_without_one_of_its_files_is_refused(left_out: str) -> None:
    kind = left_out.replace("vocabulary.json", "vocabulary.*")
    found = refusal_of("faster-whisper", {path: one for path, one in MODEL.items() if path != left_out})
    assert found.message == f"{KEY}: faster-whisper 1.2.1 opens {kind}, and there is none among its files"
    assert found.hint is not None
    assert found.hint.startswith(f"write '{kind}' into")


@pytest.mark.parametrize("vocabulary", ["vocabulary.json", "vocabulary.txt"])
def test_a_model_with_any_vocabulary_is_whole_with_and_without_tokenizer(vocabulary: str) -> None:
    files: dict[str, object] = {"model.bin": ..., "config.json": {}, vocabulary: ...}
    check_of("faster-whisper", files)
    check_of("faster-whisper", {**files, "tokenizer.json": ...})


@pytest.mark.parametrize("more", [{}, {"tokenizer.json": ...}])
def test_what_holds_no_model_needs_nothing(more: dict[str, object]) -> None:
    """A folder that somebody depends on, or `model.bin` deeper down, is no model of this library."""
    files = {"config.json": {}, "vocabulary.json": ["x"], "sub/model.bin": ..., **more}
    assert needs_of("faster-whisper", files) == ()
    assert "opens model.bin, and" in refusal_of("faster-whisper", files).message


@pytest.mark.parametrize("source", [TINY, ENGLISH])
def test_the_tokenizers_repository_is_no_model_itself(source: str) -> None:
    assert needs_of("faster-whisper", {"tokenizer.json": ...}, f"{source}@main") == ()


@pytest.mark.parametrize("runtime", ["faster-whisper", "mlx-whisper"])
def test_a_closed_gate_says_nothing(runtime: str) -> None:
    assert needs_of(runtime, {}) == ()
    check_of(runtime, {})


@pytest.mark.parametrize("weights", ["weights.safetensors", "weights.npz"])
def test_mlx_opens_the_config_and_one_file_of_weights(weights: str) -> None:
    whole = {"config.json": {}, weights: ...}
    check_of("mlx-whisper", whole)
    assert needs_of("mlx-whisper", whole) == ()
    for left_out, kind in {"config.json": "config.json", weights: "weights.safetensors or weights.npz"}.items():
        found = refusal_of("mlx-whisper", {path: one for path, one in whole.items() if path != left_out})
        assert found.message == f"{KEY}: mlx-whisper 0.4.3 opens {kind}, and there is none among its files"


def test_weights_of_another_name_are_none_for_mlx() -> None:
    found = refusal_of("mlx-whisper", {"config.json": {}, "model.safetensors": ...})
    assert "opens weights.safetensors or weights.npz, and" in found.message
