"""torch.hub: a repository of GitHub, with or without `:ref`."""

from typing import Any

import torch


def load(opened: str) -> Any:
    return torch.hub.load(opened, "small")


def said(layer: Any) -> float:
    """The number that its weights carry."""
    return float(layer.bias[0])
