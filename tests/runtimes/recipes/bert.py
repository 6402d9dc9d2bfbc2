"""A small BERT in three shards that carries a number: the first element of every bias, so each shard has some of them.

`python -m tests.runtimes.recipes.bert FOLDER --mark 1 [--sentences]`

With `--sentences` it is a model of sentence-transformers too: a tokenizer of words, and mean pooling.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from safetensors.numpy import save_file

from tests.runtimes.recipes.numbers import Dice, ones, zeros

WIDTH, INNER, TOKENS, LAYERS, LONGEST, SHARDS = 64, 128, 512, 2, 64, 3
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "bird", "sings", "the", "car", "is", "red")
TRANSFORMER, POOLING = "sentence_transformers.models.Transformer", "sentence_transformers.models.Pooling"


class Weights:
    """Tensors by name, as transformers names them."""

    def __init__(self, dice: Dice, mark: float) -> None:
        self.dice, self.mark = dice, mark
        self.found: dict[str, Any] = {}

    def bias(self, name: str, width: int) -> None:
        self.found[f"{name}.bias"] = zeros(width)
        self.found[f"{name}.bias"][0] = self.mark

    def table(self, name: str, *shape: int) -> None:
        self.found[f"{name}.weight"] = self.dice.weights(*shape, most=0.125)

    def norm(self, name: str) -> None:
        self.found[f"{name}.weight"] = ones(WIDTH)
        self.bias(name, WIDTH)

    def linear(self, name: str, out: int = WIDTH, into: int = WIDTH) -> None:
        self.table(name, out, into)
        self.bias(name, out)

    def layer(self, name: str) -> None:
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            self.linear(f"{name}.attention.{part}")
        self.norm(f"{name}.attention.output.LayerNorm")
        self.linear(f"{name}.intermediate.dense", INNER)
        self.linear(f"{name}.output.dense", WIDTH, INNER)
        self.norm(f"{name}.output.LayerNorm")


def weights(mark: float) -> dict[str, Any]:
    """The model itself."""
    made = Weights(Dice(0), mark)
    for kind, count in (("word", TOKENS), ("position", LONGEST), ("token_type", 2)):
        made.table(f"embeddings.{kind}_embeddings", count, WIDTH)
    made.norm("embeddings.LayerNorm")
    for place in range(LAYERS):
        made.layer(f"encoder.layer.{place}")
    made.linear("pooler.dense")
    return made.found


def config() -> dict[str, Any]:
    sizes = {"hidden_size": WIDTH, "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": 2}
    names = {"vocab_size": TOKENS, "max_position_embeddings": LONGEST, "type_vocab_size": 2}
    return {"architectures": ["BertModel"], "model_type": "bert", "dtype": "float32", **sizes, **names}


def sentences() -> dict[str, Any]:
    """What makes a model of sentence-transformers of it."""
    special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    modules = [("", TRANSFORMER), ("1_Pooling", POOLING)]
    return {
        "modules.json": [
            {"idx": place, "name": str(place), "path": path, "type": kind} for place, (path, kind) in enumerate(modules)
        ],
        "1_Pooling/config.json": {"word_embedding_dimension": WIDTH, "pooling_mode_mean_tokens": True},
        "sentence_bert_config.json": {"max_seq_length": LONGEST},
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": WORDS[0]},
        "tokenizer.json": {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [{"id": place, "content": word, **special} for place, word in enumerate(WORDS[:4])],
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": None,
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": {word: i for i, word in enumerate(WORDS)}, "unk_token": WORDS[1]},
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mark", type=float, required=True)
    parser.add_argument("--sentences", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir()
    made = weights(asked.mark)
    where: dict[str, str] = {}
    for place in range(SHARDS):
        name = f"model-{place + 1:05d}-of-{SHARDS:05d}.safetensors"
        shard = {tensor: made[tensor] for tensor in sorted(made)[place::SHARDS]}
        save_file(shard, asked.folder / name, metadata={"format": "pt"})
        where |= dict.fromkeys(shard, name)
    index = {"metadata": {"total_size": sum(one.nbytes for one in made.values())}, "weight_map": where}
    documents = {"config.json": config(), "model.safetensors.index.json": index}
    for path, document in (documents | (sentences() if asked.sentences else {})).items():
        (asked.folder / path).parent.mkdir(exist_ok=True)
        (asked.folder / path).write_text(json.dumps(document, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
