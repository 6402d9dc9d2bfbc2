"""A speech pipeline by its real names, which are what makes tables wide; all its sources are local."""

import pickle
from dataclasses import dataclass

from tests.cli.offers import CONFIG, weights
from tests.cli.project import Project
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.releases import SpacyReleases, make_pipeline

TOKEN = "hf_granted0123456789"
SMALL, LARGE = "Systran/faster-whisper-small", "Systran/faster-whisper-large-v3"
TURBO = "mlx-community/whisper-large-v3-turbo"
SPEAKERS = "pyannote/speaker-diarization-3.1"
SEGMENTS, VOICES = "pyannote/segmentation-3.0", "pyannote/wespeaker-voxceleb-resnet34-LM"
NER = "en_core_web_md"
PARTS = f"""\
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params: {{segmentation: {SEGMENTS}, embedding: {VOICES}}}
"""
MANIFEST = """
profiles:
  laptop: {os: darwin, arch: arm64, accelerator: metal, ram: 16GB, vram: 10.7GB, cores: 8}
  server: {os: linux, arch: x86_64, accelerator: cuda, cuda: "12.8", compute_capability: "8.6", vram: 24GB, ram: 64GB}
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}
policy:
  licenses: {allow: [mit, apache-2.0, cc-by-4.0]}
models:
  asr:
    category: whisper
    variants:
      - source: hf:mlx-community/whisper-large-v3-turbo
        runtime: mlx-whisper
        category: apple-silicon
        when: {accelerator: metal}
        needs: {vram: 2.5GB}
      - source: hf:Systran/faster-whisper-large-v3
        when: {accelerator: cuda, compute_capability: ">=7.0"}
        needs: {vram: 6.4GB, ram: 2GB}
        settings: {device: cuda, compute_type: float16, batch_size: 8}
      - source: hf:Systran/faster-whisper-small
        needs: {ram: 1.6GB}
        settings: {device: cpu, compute_type: int8, batch_size: 1}
  diarization:
    category: diarization
    runtime: pyannote
    source: hf:pyannote/speaker-diarization-3.1
    needs: {ram: 2GB}
  voices:
    category: diarization
    source: hf:pyannote/wespeaker-voxceleb-resnet34-LM
    optional: true
    needs: {ram: 4GB}
  vad: {category: vad, source: pypi:silero-vad, version: ">=6,<7", allow: [remote_code]}
  ner: {category: ner, source: "spacy:en_core_web_md", version: "~=3.8.0"}
"""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A project, and the servers that it knows."""

    project: Project
    hub: LocalHub
    index: PackageIndex
    releases: SpacyReleases

    def offer(self) -> None:
        """What is upstream at first, and the manifest."""
        for seed, (name, size) in enumerate({TURBO: 300_000, LARGE: 900_000, SMALL: 486_000}.items()):
            self.hub.commit(name, {"config.json": CONFIG, "model.bin": weights(size, seed)}, license="mit")
        self.hub.commit(SPEAKERS, {"config.yaml": PARTS.encode()}, license="mit", gated="auto")
        self.hub.commit(SEGMENTS, {"pytorch_model.bin": pickle.dumps([0.5])}, license="mit", gated="auto")
        self.hub.commit(VOICES, {"pytorch_model.bin": pickle.dumps([0.25])}, license="cc-by-4.0")
        for name in (SPEAKERS, SEGMENTS):
            self.hub.grant(name, TOKEN)
        self._release("6.2.1")
        self.releases.add(NER, "3.8.0", make_pipeline(NER, "3.8.0"))
        self.project.manifest(MANIFEST)

    def move_on(self) -> None:
        """What happens upstream in a month."""
        self.hub.commit(SMALL, {"config.json": CONFIG, "model.bin": weights(520_000, 9)}, license="apache-2.0")
        self.hub.commit(SPEAKERS, {"config.yaml": PARTS.encode(), "README.md": b"more\n"}, license="mit", gated="auto")
        self.hub.delete_repository(VOICES)
        self._release("6.2.3")
        self._release("7.0.0")

    def _release(self, version: str) -> None:
        module = {"silero_vad/__init__.py": b"", "silero_vad/data/silero_vad.jit": weights(20_000, len(version))}
        self.index.add("silero-vad", version, make_wheel("silero_vad", version, module))
