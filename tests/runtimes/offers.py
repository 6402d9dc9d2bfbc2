"""What upstream offers each library: a first release that is locked, and a second that has come since.

`publish(upstream, made, 1)` and then `(…, 2)`: what is opened says the number, or the sentence of it.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cli.project import Project
from tests.cli.speech import COMMUNITY, DIARIZATION, PARTS, PIPELINE, SEGMENTATION, SPEAKERS
from tests.runtimes.environment import interpreter
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.releases import SpacyReleases
from tests.servers.wire import Request

Made = Callable[..., Path]
SENTENCES = ("", "fixture alpha one", "fixture bravo two")

WHISPER = "Systran/faster-whisper-tiny"
TOKENS, ENGLISH_TOKENS = "openai/whisper-tiny", "openai/whisper-tiny.en"
MLX = "mlx-community/whisper-tiny"
BERT = "org/bert"
ADAPTER = "org/adapter"
REMOTE = "org/marked"
LAYER = "owner/layers"
NER = "en_core_web_sm"
CHECKPOINT = "pytorch_model.bin"


@dataclass(frozen=True, slots=True)
class Upstream:
    """Everything that may be asked."""

    hub: LocalHub
    index: PackageIndex
    releases: SpacyReleases
    github: LocalGitHub

    @property
    def requests(self) -> list[Request]:
        """What anybody was asked since the requests were forgotten."""
        return [one for server in (self.hub, self.index, self.releases, self.github) for one in server.requested()]

    @property
    def environment(self) -> Mapping[str, str]:
        """What tells the tool where spaCy's releases and GitHub are."""
        return {**self.releases.environment, **self.github.environment}

    def forget_requests(self) -> None:
        for server in (self.hub, self.index, self.releases, self.github):
            server.reset_requests()


@dataclass(frozen=True, slots=True)
class Offer:
    """A manifest, and what publishes a release of what it asks for."""

    manifest: str
    publish: Callable[[Upstream, Made, int], object]


def pin(project: Project, upstream: Upstream, made: Made, name: str) -> None:
    """Lock and place the first release of what `OFFERS` has by that name, and let upstream move on to the second."""
    offer = OFFERS[name]
    offer.publish(upstream, made, 1)
    project.manifest(offer.manifest)
    synced = project.run("sync")
    assert synced.code == 0, synced.text
    offer.publish(upstream, made, 2)
    upstream.forget_requests()


def files_of(folder: Path) -> Mapping[str, Path]:
    """Every file of a folder by its path in it, as a commit takes them."""
    return {one.relative_to(folder).as_posix(): one for one in sorted(folder.rglob("*")) if one.is_file()}


def _whisper(upstream: Upstream, made: Made, mark: int) -> None:
    folder = made("faster_whisper", "--say", SENTENCES[mark])
    upstream.hub.commit(WHISPER, files_of(folder), tags=[f"v{mark}"])


def _without_tokenizer(*kind: str) -> Callable[[Upstream, Made, int], None]:
    """A model that has none, and the two repositories of which faster-whisper asks one for it."""

    def publish(upstream: Upstream, made: Made, mark: int) -> None:
        files = dict(files_of(made("faster_whisper", "--say", SENTENCES[mark], *kind)))
        tokens = files.pop("tokenizer.json").read_bytes() if mark == 1 else b"{}"
        upstream.hub.commit(WHISPER, files)
        for repository in (TOKENS, ENGLISH_TOKENS):
            upstream.hub.commit(repository, {"tokenizer.json": tokens, "README.md": b"# Whisper\n"})

    return publish


def _mlx(upstream: Upstream, made: Made, mark: int) -> None:
    files = files_of(made("mlx_whisper", "--say", SENTENCES[mark]))
    upstream.hub.commit(MLX, {"README.md": b"# Whisper\n", **files})


def _bert(upstream: Upstream, made: Made, mark: int) -> None:
    upstream.hub.commit(BERT, files_of(made("bert", "--sentences", "--mark", str(mark))), tags=[f"v{mark}.0"])


def _adapter(upstream: Upstream, made: Made, mark: int) -> None:
    _bert(upstream, made, mark)
    upstream.hub.commit(ADAPTER, files_of(made("adapter", "--base", BERT, "--mark", str(mark))))


def _remote(upstream: Upstream, made: Made, mark: int) -> None:
    upstream.hub.commit(REMOTE, files_of(made("remote_code", "--mark", str(mark))))


def _pyannote(upstream: Upstream, made: Made, mark: int) -> None:
    """The two pipelines and what they open."""
    parts, hub = made("pyannote", "--mark", str(mark)), upstream.hub
    hub.commit(DIARIZATION, {"config.yaml": PIPELINE, "README.md": f"{mark}\n".encode()})
    hub.commit(SEGMENTATION, {CHECKPOINT: parts / "segmentation" / CHECKPOINT})
    hub.commit(SPEAKERS, {CHECKPOINT: parts / "embedding" / CHECKPOINT})
    hub.commit(COMMUNITY, {"config.yaml": PARTS, **files_of(parts)})


def _spacy(upstream: Upstream, made: Made, mark: int) -> None:
    version, label = ("3.8.0", "ORG") if mark == 1 else ("3.8.1", "PERSON")
    pipeline = made("spacy", "--version", version, "--label", label)
    inside = {f"{NER}/{NER}-{version}/{path}": one.read_bytes() for path, one in files_of(pipeline).items()}
    code = b"""\
from pathlib import Path
from spacy.util import get_model_meta, load_model_from_init_py
__version__ = get_model_meta(Path(__file__).parent)["version"]
def load(**overrides):
    return load_model_from_init_py(__file__, **overrides)
"""
    package = {f"{NER}/__init__.py": code, f"{NER}/meta.json": (pipeline / "meta.json").read_bytes()}
    upstream.releases.add(NER, version, make_wheel(NER, version, {**package, **inside}))


def _silero(upstream: Upstream, made: Made, mark: int) -> None:
    """The package that is installed with the libraries, under other versions."""
    del made
    version = f"6.0.{mark}"
    library = interpreter().parent.parent / ("Lib" if sys.platform == "win32" else "lib")
    (package,) = library.rglob("site-packages/silero_vad")
    wanted = ("*.py", "data/*.py", "data/silero_vad.jit", "data/silero_vad.onnx")
    files = {f"silero_vad/{one.relative_to(package).as_posix()}": one for glob in wanted for one in package.glob(glob)}
    wheel = make_wheel("silero-vad", version, {path: one.read_bytes() for path, one in files.items()})
    upstream.index.add("silero-vad", version, wheel)


def _torch_hub(upstream: Upstream, made: Made, mark: int) -> None:
    files = files_of(made("torch_hub", "--mark", str(mark)))
    upstream.github.commit(LAYER, {path: one.read_bytes() for path, one in files.items()}, tags=[f"v{mark}.0"])


_ASR = f"models: {{asr: {{source: hf:{WHISPER}, runtime: faster-whisper}}}}\n"
OFFERS: Mapping[str, Offer] = {
    "faster-whisper": Offer(_ASR, _whisper),
    "faster-whisper without tokenizer, english": Offer(_ASR, _without_tokenizer()),
    "faster-whisper without tokenizer, multilingual": Offer(_ASR, _without_tokenizer("--multilingual")),
    "mlx-whisper": Offer(
        f'models: {{asr: {{source: hf:{MLX}, runtime: mlx-whisper, files: {{exclude: ["*.md"]}}}}}}\n', _mlx
    ),
    "transformers": Offer(f'models: {{bert: {{source: hf:{BERT}, version: "==1.0"}}}}\n', _bert),
    "adapter": Offer(f"models: {{adapter: {{source: hf:{ADAPTER}}}}}\n", _adapter),
    "remote-code": Offer(f"models: {{marked: {{source: hf:{REMOTE}}}}}\n", _remote),
    "pyannote": Offer(f"models: {{diarization: {{source: hf:{DIARIZATION}, runtime: pyannote}}}}\n", _pyannote),
    "spacy": Offer(f"models: {{ner: {{source: spacy:{NER}}}}}\n", _spacy),
    "silero": Offer("models: {vad: {source: pypi:silero-vad, runtime: silero}}\n", _silero),
    "torch-hub": Offer(f'models: {{layer: {{source: "github:{LAYER}", version: "==1.0"}}}}\n', _torch_hub),
}
