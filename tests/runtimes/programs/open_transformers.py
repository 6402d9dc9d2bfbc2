"""transformers: a repository or a folder, with `@revision` if one is meant."""

from typing import Any

from transformers import AutoModel


def load(opened: str) -> Any:
    name, _, revision = opened.partition("@")
    return AutoModel.from_pretrained(name, revision=revision or "main")


def said(model: Any) -> list[float]:
    """The numbers that the biases carry; from shards of two revisions there would be two."""
    state = model.state_dict()
    return sorted({float(tensor.flatten()[0]) for name, tensor in state.items() if name.endswith("bias")})
