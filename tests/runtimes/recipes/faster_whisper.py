"""A Whisper for faster-whisper that says one sentence, whatever it hears: which revision was opened can be heard.

`python -m tests.runtimes.recipes.faster_whisper FOLDER --say "fixture alpha one" [--multilingual]`

The sentence lies in the decoder's position embeddings: each position adds, sixteenfold, the embedding of the token that
is to come, and the projection is the embedding itself. Everything else is small or nought.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs.whisper_spec import WhisperSpec

from tests.runtimes.recipes.numbers import Dice, ones, zeros
from tests.runtimes.recipes.tokens import END, SPECIAL, TIMESTAMPS, alphabet, spelled, timestamp

WIDTH, HEADS, TEXT, AUDIO, MELS = 32, 2, 448, 1500, 80


def vocabulary(*, multilingual: bool) -> list[str]:
    """Every token, in the order of Whisper: text, special ones, timestamps.

    CTranslate2 takes a model for multilingual that has an empty token (src/models/whisper.cc, since 4.7).
    """
    return [*alphabet(), *[""] * multilingual, *SPECIAL, *TIMESTAMPS]


def embeddings(dice: Dice, count: int) -> Any:
    """A row for each token, all different."""
    rows: dict[bytes, Any] = {}
    while len(rows) < count:
        rows |= {row.tobytes(): row for row in dice.balanced_rows(count - len(rows), WIDTH)}
    return np.stack(list(rows.values())).astype(np.float32)


def script(sentence: str, *, multilingual: bool) -> list[str]:
    """What each position says next; after <|startoftranscript|> a multilingual model gets language and task."""
    given = ["<|en|>", "<|transcribe|>"] if multilingual else []
    said = [*given, timestamp(0.0), *spelled(sentence), timestamp(2.0)]
    return [*said, *[END] * (TEXT - len(said))]


class Parts:
    """Fills the parts of a specification."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice

    def norm(self, spec: Any) -> None:
        spec.gamma, spec.beta = ones(WIDTH), zeros(WIDTH)

    def linear(self, spec: Any, out: int, into: int = WIDTH, *, silent: bool = False) -> None:
        spec.weight = zeros(out, into) if silent else self.dice.weights(out, into)
        spec.bias = zeros(out)

    def convolution(self, spec: Any, channels: int) -> None:
        spec.weight, spec.bias = self.dice.weights(WIDTH, channels, 3), zeros(WIDTH)

    def attention(self, spec: Any, *widths: int) -> None:
        self.norm(spec.layer_norm)
        for linear, width in zip(spec.linear, (*widths, WIDTH), strict=True):
            self.linear(linear, width, silent=linear is spec.linear[-1])

    def layer(self, spec: Any) -> None:
        self.attention(spec.self_attention, 3 * WIDTH)
        self.norm(spec.ffn.layer_norm)
        self.linear(spec.ffn.linear_0, 4 * WIDTH)
        self.linear(spec.ffn.linear_1, WIDTH, 4 * WIDTH, silent=True)


def specification(dice: Dice, tokens: list[str], said: list[str]) -> Any:
    """The model itself."""
    spec, parts = WhisperSpec(1, HEADS, 1, HEADS), Parts(dice)
    number = {token: place for place, token in enumerate(tokens)}
    embedded = embeddings(dice, len(tokens))
    parts.convolution(spec.encoder.conv1, MELS)
    parts.convolution(spec.encoder.conv2, WIDTH)
    spec.encoder.position_encodings.encodings = dice.weights(AUDIO, WIDTH)
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = embedded
    spec.decoder.position_encodings.encodings = embedded[[number[token] for token in said]] * 16
    for half in (spec.encoder, spec.decoder):
        parts.norm(half.layer_norm)
        parts.layer(half.layer[0])
    parts.attention(spec.decoder.layer[0].attention, WIDTH, 2 * WIDTH)
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [number[END]]
    spec.config.lang_ids = [number["<|en|>"]]
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.optimize()
    return spec


def tokenizer(tokens: list[str]) -> dict[str, Any]:
    """tokenizer.json: bytes without merges; timestamps are none of its tokens."""
    text = [token for token in tokens if token not in (*SPECIAL, *TIMESTAMPS)]
    bytewise = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": tokens.index(token), "content": token, **plain} for token in SPECIAL],
        "normalizer": None,
        "pre_tokenizer": bytewise,
        "post_processor": None,
        "decoder": bytewise,
        "model": {"type": "BPE", "vocab": {token: place for place, token in enumerate(text)}, "merges": []},
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--say", required=True)
    parser.add_argument("--multilingual", action="store_true")
    asked = parser.parse_args()
    tokens = vocabulary(multilingual=asked.multilingual)
    spec = specification(Dice(0), tokens, script(asked.say, multilingual=asked.multilingual))
    asked.folder.mkdir()
    spec.save(str(asked.folder))
    heard = {"chunk_length": 30, "feature_size": MELS, "hop_length": 160, "n_fft": 400, "sampling_rate": 16000}
    for name, document in (("tokenizer.json", tokenizer(tokens)), ("preprocessor_config.json", heard)):
        (asked.folder / name).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
