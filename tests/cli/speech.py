"""What examples/transcription asks for, under the real names, with weights of a few bytes."""

import pickle

from tests.cli.offers import CONFIG, weights
from tests.cli.project import ROOT
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.releases import SpacyReleases, make_pipeline

EXAMPLE = ROOT / "examples" / "transcription"
TOKEN = "hf_granted0123456789"
CHECKPOINT = pickle.dumps({"state_dict": [0.5, 0.25]})
DIARIZATION = "pyannote/speaker-diarization-3.1"
SEGMENTATION = "pyannote/segmentation-3.0"
SPEAKERS = "pyannote/wespeaker-voxceleb-resnet34-LM"
COMMUNITY = "pyannote/speaker-diarization-community-1"

# The config.yaml that the repository publishes.
PIPELINE = b"""\
version: 3.1.0
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: AgglomerativeClustering
    embedding: pyannote/wespeaker-voxceleb-resnet34-LM
    embedding_batch_size: 32
    embedding_exclude_overlap: true
    segmentation: pyannote/segmentation-3.0
    segmentation_batch_size: 32
params:
  clustering: {method: centroid, min_cluster_size: 12, threshold: 0.7045654963945799}
  segmentation: {min_duration_off: 0.0}
"""

# What that of the community pipeline says: its parts lie in its own repository.
PARTS = b"""\
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    embedding: $model/embedding
    plda: $model/plda
"""


def offer_speech(hub: LocalHub, index: PackageIndex, releases: SpacyReleases) -> None:
    """Everything that the example names or needs."""
    offer_whisper(hub)
    offer_diarization(hub)
    data = {f"silero_vad/data/{name}": weights(3000, 9) for name in ("silero_vad.jit", "silero_vad.onnx", "more.onnx")}
    code = {"silero_vad/__init__.py": b"from silero_vad import model\n", "silero_vad/data/__init__.py": b""}
    wheel = make_wheel("silero-vad", "6.2.3", {**code, **data}, requires=["torch>=1.12.0", "onnxruntime>=1.16.1"])
    index.add("silero-vad", "6.2.3", wheel)
    for name, size in (("en_core_web_trf", 4000), ("en_core_web_md", 2000)):
        releases.add(name, "3.8.0", make_pipeline(name, "3.8.0", {f"{name}/{name}-3.8.0/model": weights(size)}))


def offer_whisper(hub: LocalHub) -> None:
    """The Whispers of two libraries."""
    sizes = ("Systran/faster-whisper-large-v3", "Systran/faster-whisper-small", "Systran/faster-whisper-base")
    for seed, repo in enumerate(
        (*sizes, "mobiuslabsgmbh/faster-whisper-large-v3-turbo", "Systran/faster-whisper-tiny")
    ):
        papers = {"config.json": CONFIG, "tokenizer.json": b"{}", "vocabulary.txt": b"a\n"}
        hub.commit(repo, {**papers, "model.bin": weights(5000, seed)}, license="mit")
    for name in ("whisper-large-v3-turbo", "whisper-large-v3-turbo-q4"):
        hub.commit(f"mlx-community/{name}", {"config.json": CONFIG, "weights.safetensors": weights(4000)})


def offer_diarization(hub: LocalHub) -> None:
    """The pipeline and the three repositories that it opens; all but one are gated."""
    hub.commit(DIARIZATION, {"config.yaml": PIPELINE}, license="mit", gated="auto")
    model = {"config.yaml": b"model: {_target_: x}\n", "pytorch_model.bin": CHECKPOINT}
    hub.commit(SEGMENTATION, model, license="mit", gated="auto")
    hub.commit(SPEAKERS, model, license="cc-by-4.0")
    parts = {f"{name}/pytorch_model.bin": CHECKPOINT for name in ("segmentation", "embedding")}
    plda = {f"plda/{name}.npz": weights(500) for name in ("plda", "xvec_transform")}
    hub.commit(COMMUNITY, {**parts, **plda, "config.yaml": PARTS}, license="cc-by-4.0", gated="auto")
    for repo in (DIARIZATION, SEGMENTATION, COMMUNITY):
        hub.grant(repo, TOKEN)
