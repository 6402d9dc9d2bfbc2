"""onnxruntime, with Silero's model alone: no package of Silero, no torch."""

from typing import Any

import numpy as np
import onnxruntime


def load(opened: str) -> Any:
    return onnxruntime.InferenceSession(opened, providers=["CPUExecutionProvider"])


def said(session: Any) -> float:
    """How probable speech is in silence."""
    state, silence = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64 + 512), np.float32)
    probability, _ = session.run(None, {"input": silence, "state": state, "sr": np.array(16000, np.int64)})
    return float(probability[0][0])
