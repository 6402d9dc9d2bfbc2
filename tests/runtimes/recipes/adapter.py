"""A LoRA adapter for the BERT of bert.py, which carries a number of its own.

`python -m tests.runtimes.recipes.adapter FOLDER --base org/name --mark 1`
"""

import argparse
import json
from pathlib import Path

from safetensors.numpy import save_file

from tests.runtimes.recipes.bert import LAYERS, WIDTH
from tests.runtimes.recipes.numbers import ones, zeros

RANK = 2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--base", required=True)
    parser.add_argument("--mark", type=float, required=True)
    asked = parser.parse_args()
    layers = [f"base_model.model.encoder.layer.{place}.attention.self.query" for place in range(LAYERS)]
    first = {f"{layer}.lora_A.weight": ones(RANK, WIDTH) * asked.mark for layer in layers}
    second = {f"{layer}.lora_B.weight": zeros(WIDTH, RANK) for layer in layers}
    config = {
        "peft_type": "LORA",
        "task_type": "FEATURE_EXTRACTION",
        "base_model_name_or_path": asked.base,
        "target_modules": ["query"],
        "r": RANK,
        "lora_alpha": RANK,
        "inference_mode": True,
    }
    asked.folder.mkdir()
    save_file(first | second, asked.folder / "adapter_model.safetensors", metadata={"format": "pt"})
    (asked.folder / "adapter_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
