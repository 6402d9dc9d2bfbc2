"""The weights of a torch.hub repository of one layer, which carries a number.

`python -m tests.runtimes.recipes.torch_hub FOLDER --mark 1`
"""

import argparse
from pathlib import Path

from safetensors.numpy import save_file

from tests.runtimes.recipes.numbers import ones

HUBCONF = '''\
"""What torch.hub imports."""

from pathlib import Path

import torch
from safetensors.torch import load_file

dependencies = ["torch", "safetensors"]


def small():
    """A layer with the weights beside this file."""
    layer = torch.nn.Linear(1, 1)
    layer.load_state_dict(load_file(Path(__file__).parent / "weights" / "small.safetensors"))
    return layer
'''


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mark", type=float, required=True)
    asked = parser.parse_args()
    (asked.folder / "weights").mkdir(parents=True)
    (asked.folder / "hubconf.py").write_text(HUBCONF, encoding="utf-8")
    layer = {"weight": ones(1, 1), "bias": ones(1) * asked.mark}
    save_file(layer, asked.folder / "weights" / "small.safetensors")


if __name__ == "__main__":
    main()
