"""transformers, with a model whose code lies in its repository: it is copied, and imported from the copy."""

from typing import Any

from transformers import AutoModel


def load(opened: str) -> Any:
    return AutoModel.from_pretrained(opened, trust_remote_code=True)


def said(model: Any) -> list[float]:
    """The numbers that its code and its weights carry."""
    return [float(model.mark), float(model.layer.bias[0])]
