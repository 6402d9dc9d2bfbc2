"""What a diarization pipeline of pyannote.audio 4 opens, small and without sense, and each part with a number in it.

`python -m tests.runtimes.recipes.pyannote FOLDER --mark 1`

FOLDER/segmentation and FOLDER/embedding have a `pytorch_model.bin` of the real classes, FOLDER/plda the two arrays of a
PLDA. The number changes nothing that is computed: it is added to all of the classifier's biases alike, and counts
batches that nobody trained on; only the PLDA is scaled by it, which clustering by distance does not ask.
"""

import argparse
import io
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.embedding.wespeaker import WeSpeakerResNet34
from pyannote.audio.models.segmentation import PyanNet

from tests.runtimes.recipes.numbers import Dice

STORAGE = 16384
"""Floats of which all weights of the embedding are overlapping views, so that the file stays small."""
STRIDES = {1: (1,), 2: (5, 1), 3: (3, 7, 2), 4: (3, 7, 2, 1)}
CLASSES, WIDTH = 7, 8
VOICE, REDUCED = 256, 128


def specifications(problem: Problem, resolution: Resolution, duration: float, **more: Any) -> Specifications:
    return Specifications(problem=problem, resolution=resolution, duration=duration, warm_up=(0.0, 0.0), **more)


def segmentation(dice: Dice, mark: int) -> tuple[Any, dict[str, Any]]:
    """A PyanNet with the classes of segmentation-3.0: up to three speakers, two at a time, in ten seconds."""
    model = PyanNet(
        sincnet={"stride": 10},
        lstm={"hidden_size": WIDTH, "num_layers": 1, "bidirectional": True, "monolithic": True},
        linear={"hidden_size": WIDTH, "num_layers": 1},
    )
    speakers = {"classes": ["speaker#1", "speaker#2", "speaker#3"], "powerset_max_classes": 2}
    model.specifications = specifications(
        Problem.MONO_LABEL_CLASSIFICATION, Resolution.FRAME, 10.0, permutation_invariant=True, **speakers
    )
    model.build()
    state = model.state_dict()
    drawn = (name for name in sorted(state) if "filterbank" not in name and "norm1d" not in name)
    state |= {name: torch.from_numpy(dice.weights(*state[name].shape, most=0.5)) for name in drawn}
    state["classifier.weight"] = torch.from_numpy(dice.weights(CLASSES, WIDTH, most=8.0))  # swings with the signal
    state["classifier.bias"] = torch.full((CLASSES,), float(mark))
    return model, state


def embedding(dice: Dice, mark: int) -> tuple[Any, dict[str, Any]]:
    """The real class of wespeaker-voxceleb-resnet34-LM."""
    model = WeSpeakerResNet34()
    model.specifications = specifications(Problem.REPRESENTATION, Resolution.CHUNK, 5.0)
    base = torch.from_numpy(dice.weights(STORAGE))
    return model, {name: _view(base, name, tensor, dice, mark) for name, tensor in model.state_dict().items()}


def _view(base: Any, name: str, tensor: Any, dice: Dice, mark: int) -> Any:
    if not tensor.is_floating_point():
        return torch.full_like(tensor, mark)
    if name.endswith(("running_mean", "bias")):
        return torch.zeros(1).expand(tensor.shape)
    if tensor.dim() == 1:
        return torch.ones(1).expand(tensor.shape)
    strides = STRIDES[tensor.dim()]
    reach = sum((size - 1) * stride for size, stride in zip(tensor.shape, strides, strict=True))
    return base.as_strided(tensor.shape, strides, dice.below(STORAGE - reach))


def write_checkpoint(folder: Path, model: Any, state: dict[str, Any]) -> None:
    """As pyannote.audio saves a model; through memory, because the archive would name its folder after the path."""
    checkpoint = {
        "epoch": 0,
        "global_step": 0,
        "pytorch-lightning_version": "2.0.0",
        "state_dict": state,
        "hparams_name": "kwargs",
        "hyper_parameters": dict(model.hparams),
        "pyannote.audio": {
            "versions": {"pyannote.audio": "4.0.0"},
            "architecture": {"module": type(model).__module__, "class": type(model).__name__},
            "specifications": model.specifications,
        },
    }
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    folder.mkdir(parents=True)
    (folder / "pytorch_model.bin").write_bytes(buffer.getvalue())


def write_plda(folder: Path, dice: Dice, mark: int) -> None:
    """A selection of columns and a permutation: orthonormal, and nothing that a machine could round otherwise."""
    selected = np.zeros((VOICE, REDUCED))
    selected[dice.order(VOICE)[:REDUCED], np.arange(REDUCED)] = 1.0
    folder.mkdir(parents=True)
    np.savez(folder / "xvec_transform.npz", mean1=np.zeros(VOICE), mean2=np.zeros(REDUCED), lda=selected)
    between = np.arange(REDUCED, 0, -1) / REDUCED * mark
    np.savez(folder / "plda.npz", mu=np.zeros(REDUCED), tr=np.eye(REDUCED)[dice.order(REDUCED)], psi=between)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mark", type=int, required=True)
    asked = parser.parse_args()
    dice = Dice(0)
    write_checkpoint(asked.folder / "segmentation", *segmentation(dice, asked.mark))
    write_checkpoint(asked.folder / "embedding", *embedding(dice, asked.mark))
    write_plda(asked.folder / "plda", dice, asked.mark)


if __name__ == "__main__":
    main()
