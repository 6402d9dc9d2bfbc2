"""pyannote.audio: a pipeline's repository or folder."""

from typing import Any

from pyannote.audio import Pipeline


def load(opened: str) -> Any:
    return Pipeline.from_pretrained(opened)


def said(pipeline: Any, audio: str) -> dict[str, Any]:
    """The number that each part carries, and who speaks when in a file."""
    heard = pipeline(audio)
    found = getattr(heard, "speaker_diarization", heard)
    return {
        "segmentation": float(pipeline._segmentation.model.classifier.bias[0]),
        "embedding": int(pipeline._embedding.model_.resnet.bn1.num_batches_tracked),
        "plda": round(float(pipeline._plda.phi[0]), 6),
        "turns": [[turn.start, turn.end, speaker] for turn, _, speaker in found.itertracks(yield_label=True)],
    }
