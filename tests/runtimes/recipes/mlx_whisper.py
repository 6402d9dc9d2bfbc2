"""A Whisper for mlx-whisper that says one sentence, whatever it hears; as faster_whisper.py, in the layout of MLX.

`python -m tests.runtimes.recipes.mlx_whisper FOLDER --say "fixture alpha one" [--npz]`

mlx-whisper brings its own tokenizer, so the vocabulary has Whisper's real size; at sixteen numbers a token that is what
the file weighs. Sixteen have only 12,870 balanced rows, so tokens share theirs, but for those that are said.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from tests.runtimes.recipes.numbers import Dice, apart, ones, zeros
from tests.runtimes.recipes.tokens import byte_order

WIDTH, HEADS, TEXT, AUDIO, MELS = 16, 2, 448, 1500, 80
TOKENS, END = 51864, 50256
FIRST_TIMESTAMP = END + 107
TWO_SECONDS = FIRST_TIMESTAMP + 100


def script(sentence: str) -> list[int]:
    """What each position says next."""
    places = byte_order()
    said = [FIRST_TIMESTAMP, *(places[byte] for byte in f" {sentence}".encode()), TWO_SECONDS]
    return said + [END] * (TEXT - len(said))


class Weights:
    """Tensors by name, as mlx-whisper names them."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.found: dict[str, Any] = {}

    def norm(self, name: str) -> None:
        self.found |= {f"{name}.weight": ones(WIDTH), f"{name}.bias": zeros(WIDTH)}

    def linear(
        self, name: str, out: int = WIDTH, into: int = WIDTH, *, silent: bool = False, bias: bool = True
    ) -> None:
        self.found[f"{name}.weight"] = zeros(out, into) if silent else self.dice.weights(out, into)
        if bias:
            self.found[f"{name}.bias"] = zeros(out)

    def convolution(self, name: str, channels: int) -> None:
        """MLX puts the channels last."""
        self.found |= {f"{name}.weight": self.dice.weights(WIDTH, 3, channels), f"{name}.bias": zeros(WIDTH)}

    def attention(self, name: str) -> None:
        for part in ("query", "key", "value", "out"):
            self.linear(f"{name}.{part}", silent=part == "out", bias=part != "key")
        self.norm(f"{name}_ln")

    def block(self, name: str) -> None:
        self.attention(f"{name}.attn")
        self.linear(f"{name}.mlp1", 4 * WIDTH)
        self.linear(f"{name}.mlp2", WIDTH, 4 * WIDTH, silent=True)
        self.norm(f"{name}.mlp_ln")


def weights(dice: Dice, said: list[int]) -> dict[str, Any]:
    """The model itself, in half precision."""
    embedded = apart(dice.balanced_rows(TOKENS, WIDTH), said)
    made = Weights(dice)
    made.convolution("encoder.conv1", MELS)
    made.convolution("encoder.conv2", WIDTH)
    made.block("encoder.blocks.0")
    made.norm("encoder.ln_post")
    made.block("decoder.blocks.0")
    made.attention("decoder.blocks.0.cross_attn")
    made.norm("decoder.ln")
    made.found["decoder.ln.weight"] = ones(WIDTH) * 4  # sharpens the scores
    made.found["decoder.positional_embedding"] = embedded[said].astype(np.float32) * 16
    made.found["decoder.token_embedding.weight"] = embedded
    return {name: tensor.astype(np.float16) for name, tensor in made.found.items()}


def config() -> dict[str, Any]:
    audio = {"n_mels": MELS, "n_audio_ctx": AUDIO, "n_audio_state": WIDTH, "n_audio_head": HEADS, "n_audio_layer": 1}
    text = {"n_vocab": TOKENS, "n_text_ctx": TEXT, "n_text_state": WIDTH, "n_text_head": HEADS, "n_text_layer": 1}
    return {**audio, **text, "model_type": "whisper"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--say", required=True)
    parser.add_argument("--npz", action="store_true")
    asked = parser.parse_args()
    made = weights(Dice(0), script(asked.say))
    asked.folder.mkdir()
    (asked.folder / "config.json").write_text(json.dumps(config(), indent=4), encoding="utf-8")
    if asked.npz:
        np.savez(asked.folder / "weights.npz", **made)
    else:
        save_file(made, asked.folder / "weights.safetensors", metadata={"format": "mlx"})


if __name__ == "__main__":
    main()
