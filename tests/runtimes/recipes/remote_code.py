"""A model whose code lies in its repository; the code and the weights carry a number.

`python -m tests.runtimes.recipes.remote_code FOLDER --mark 1`
"""

import argparse
import json
from pathlib import Path

from safetensors.numpy import save_file

from tests.runtimes.recipes.numbers import ones

CONFIGURATION = """\
from transformers import PretrainedConfig


class MarkedConfig(PretrainedConfig):
    model_type = "marked"
"""
MODELING = """\
import torch
from transformers import PreTrainedModel

from .configuration_marked import MarkedConfig


class MarkedModel(PreTrainedModel):
    config_class = MarkedConfig
    mark = {mark}

    def __init__(self, config):
        super().__init__(config)
        self.layer = torch.nn.Linear(1, 1)
        self.post_init()
"""
CONFIG = {
    "model_type": "marked",
    "architectures": ["MarkedModel"],
    "auto_map": {"AutoConfig": "configuration_marked.MarkedConfig", "AutoModel": "modeling_marked.MarkedModel"},
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mark", type=float, required=True)
    asked = parser.parse_args()
    asked.folder.mkdir()
    code = {"configuration_marked.py": CONFIGURATION, "modeling_marked.py": MODELING.format(mark=asked.mark)}
    for name, text in {**code, "config.json": json.dumps(CONFIG)}.items():
        (asked.folder / name).write_text(text, encoding="utf-8")
    layer = {"layer.weight": ones(1, 1), "layer.bias": ones(1) * asked.mark}
    save_file(layer, asked.folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
