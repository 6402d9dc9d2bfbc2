"""PEFT: an adapter's repository or folder; the base model is whatever the adapter names."""

from typing import Any

from peft import AutoPeftModelForFeatureExtraction


def load(opened: str) -> Any:
    return AutoPeftModelForFeatureExtraction.from_pretrained(opened)


def said(model: Any) -> dict[str, list[float]]:
    """The numbers that the adapter carries, and those of the base model."""
    first = {name: float(tensor.flatten()[0]) for name, tensor in model.state_dict().items()}
    return {
        "adapter": sorted({value for name, value in first.items() if "lora_A" in name}),
        "base": sorted({value for name, value in first.items() if name.endswith("bias")}),
    }
