"""Silero VAD, the package: its TorchScript (`jit`) or its ONNX model (`onnx`)."""

import wave
from typing import Any

import numpy as np
import silero_vad
import torch


def load(opened: str) -> Any:
    return silero_vad.load_silero_vad(onnx=opened == "onnx")


def samples(path: str) -> Any:
    """A file of 16-bit samples; `read_audio` of releases before 6.2 wants an older torchaudio."""
    with wave.open(path) as file:
        whole = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return torch.from_numpy(whole.astype(np.float32) / 32768)


def said(model: Any, *audio: str) -> dict[str, Any]:
    """The version, the package's file, and the seconds in which somebody speaks."""
    spoken = silero_vad.get_speech_timestamps(samples(audio[0]), model, return_seconds=True) if audio else []
    return {
        "version": silero_vad.__version__,
        "package": silero_vad.__file__,
        "speech": [[float(one["start"]), float(one["end"])] for one in spoken],
    }
