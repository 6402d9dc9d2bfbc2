"""How long each library takes to import and to open a model under `models run`, and the memory for that.

`python -m tests.runtimes.figures` prints a table; nothing is asserted. The models are small, so what stands there is
the price of the library itself; the real weights of test_real_weights.py follow.
"""

import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cli.project import Project, clean_environment
from tests.cli.speech import DIARIZATION
from tests.runtimes.environment import Opened, Workshop, run_program
from tests.runtimes.offers import ADAPTER, BERT, LAYER, MLX, NER, REMOTE, WHISPER, Upstream, pin
from tests.runtimes.test_real_weights import MANIFEST
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases

RUNS = 3
AUDIO = "first.wav"
FIXTURES: Mapping[str, tuple[str, ...]] = {
    "faster-whisper": ("open_faster_whisper", WHISPER),
    "mlx-whisper": ("open_mlx_whisper", MLX),
    "pyannote": ("open_pyannote", DIARIZATION, AUDIO),
    "silero": ("open_silero", "jit", AUDIO),
    "spacy": ("open_spacy", NER, "We met Zorblax."),
    "transformers": ("open_transformers", BERT),
    "adapter": ("open_peft", ADAPTER),
    "remote-code": ("open_remote_code", REMOTE),
    "torch-hub": ("open_torch_hub", f"{LAYER}:v1.0"),
}
REAL: Mapping[str, tuple[str, ...]] = {
    "asr": ("open_faster_whisper", "PATH", AUDIO),
    "vad": ("open_silero", "onnx", AUDIO),
    "ner": ("open_spacy", "PATH", "Alice works in London."),
    "sentences": ("open_sentences", "PATH", "A man is eating food.", "Someone eats a meal."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What was opened, and the medians: seconds, seconds, bytes."""

    name: str
    imported: float
    loaded: float
    memory: float

    @property
    def line(self) -> str:
        return f"| {self.name} | {self.imported:.2f} | {self.loaded:.2f} | {self.memory / 1e6:.0f} |"


def row(name: str, opened: list[Opened]) -> Row:
    assert all(one.code == 0 for one in opened), opened[0].stderr
    documents = [one.document for one in opened]
    imported, loaded, memory = (
        statistics.median(float(one[key]) for one in documents)
        for key in ("import_seconds", "load_seconds", "most_memory")
    )
    return Row(name, imported, loaded, memory)


@contextlib.contextmanager
def everything(folder: Path) -> Iterator[tuple[Project, Upstream]]:
    """An empty project, and servers on loopback."""
    project, home, store = folder / "project", folder / "home", folder / "store"
    for one in (project, home):
        one.mkdir(parents=True)
    with LocalHub(folder / "hub") as hub, PackageIndex() as index, SpacyReleases() as spacy, LocalGitHub() as github:
        upstream = Upstream(hub, index, spacy, github)
        environment = clean_environment(home, store, hub.endpoint, index.url)
        yield Project(project, home, store, {**environment, **upstream.environment}), upstream


def measured(project: Project, name: str, program: tuple[str, ...], audio: Path) -> Row:
    arguments = [str(audio) if one == AUDIO else one for one in program]
    return row(name, [run_program(project, *arguments) for _ in range(RUNS)])


def fixtures(folder: Path, made: Workshop) -> Iterator[Row]:
    for name, program in FIXTURES.items():
        with everything(folder / name) as (project, upstream):
            pin(project, upstream, made, name)
            yield measured(project, f"{name}, {program[1]}", program, made("audio") / AUDIO)


def real(folder: Path, made: Workshop) -> Iterator[Row]:
    project = Project(folder, Path.home(), folder / "store", {**os.environ, "MODELS_STORE": str(folder / "store")})
    project.manifest(MANIFEST)
    synced = project.models("sync")
    assert synced.code == 0, synced.text
    for name, program in REAL.items():
        path = project.models("path", name).stdout.strip()
        asked = tuple(one.replace("PATH", path) for one in program)
        yield measured(project, f"{program[0].removeprefix('open_')}, real ({name})", asked, made("audio") / AUDIO)


def main() -> None:
    head = ["| library, what | import, s | open, s | memory, MB |", "|---|---|---|---|"]
    sys.stdout.write("\n".join([*head, ""]))
    with tempfile.TemporaryDirectory() as temporary:
        made, weights = Workshop(Path(temporary)), Path(temporary, "real")
        weights.mkdir()
        for rows in (fixtures(Path(temporary), made), real(weights, made)):
            for one in rows:
                sys.stdout.write(f"{one.line}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
