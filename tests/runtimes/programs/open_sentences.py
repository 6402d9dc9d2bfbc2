"""sentence-transformers: a repository or a folder, with `@revision` if one is meant."""

from typing import Any

from sentence_transformers import SentenceTransformer


def load(opened: str) -> Any:
    name, _, revision = opened.partition("@")
    return SentenceTransformer(name, device="cpu", revision=revision or None)


def said(model: Any, *sentences: str) -> dict[str, Any]:
    """The numbers that the biases carry, and how near the first sentence is to each of the others."""
    vectors = model.encode(list(sentences), normalize_embeddings=True)
    state = model.state_dict()
    return {
        "marks": sorted({float(tensor.flatten()[0]) for name, tensor in state.items() if name.endswith("bias")}),
        "near": [float(vectors[0] @ one) for one in vectors[1:]],
    }
