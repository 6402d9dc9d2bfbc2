"""mlx-whisper: a repository or a folder."""

from typing import Any

import mlx.core
import mlx_whisper
import numpy as np
from mlx_whisper.transcribe import ModelHolder


def load(opened: str) -> str:
    """`transcribe` keeps the last model that it opened; this opens it as that does."""
    ModelHolder.get_model(opened, mlx.core.float32)
    return opened


def said(opened: str) -> str:
    """The text of a second of nothing. `fp16=False`: half precision is for graphics processors."""
    heard: dict[str, Any] = mlx_whisper.transcribe(
        np.zeros(16000, np.float32), path_or_hf_repo=opened, temperature=0.0, fp16=False
    )
    return str(heard["text"]).strip()
