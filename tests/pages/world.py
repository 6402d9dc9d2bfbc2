"""A machine on which everything is there that the pages speak of, with weights of a few bytes.

Two releases of the lock are in git (`v1.0`, then `main`), both were synced, and upstream has moved on since.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from huggingface_hub import snapshot_download

from tests.cli.environments import make_environment
from tests.cli.offers import weights
from tests.cli.project import ROOT, Project, Result, clean_environment, finished
from tests.cli.speech import TOKEN, offer_diarization, offer_whisper
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.releases import SpacyReleases, make_pipeline

MANIFEST = """\
profiles:
  laptop: {os: darwin, arch: arm64, accelerator: metal, ram: 16GB, vram: 10.7GB, cores: 8}
  server: {os: linux, arch: x86_64, accelerator: cuda, cuda: "12.8", compute_capability: "8.6", vram: 24GB, ram: 64GB}
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}

models:
  asr:
    category: whisper
    runtime: faster-whisper
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

  vad:
    category: vad
    runtime: silero
    source: pypi:silero-vad
    version: ">=5,<7"

  ner:
    category: ner
    runtime: spacy
    source: spacy:en_core_web_md
    version: "~=3.8.0"

  diarization:
    category: diarization
    runtime: pyannote
    optional: true
    variants:
      - {name: cuda, source: "hf:pyannote/speaker-diarization-3.1", when: {accelerator: cuda}, needs: {vram: 1GB}}
      - {name: cpu, source: "hf:pyannote/speaker-diarization-3.1", needs: {ram: 100MB}}

  noise: {source: "file:./noise"}
"""
PROGRAMS = "embed heard named names pipeline program speech transcribe who"
SMALL = "Systran/faster-whisper-small"


@dataclass(frozen=True, slots=True)
class World:
    """One project, its user's home and store, and what stands for the places that the pages name."""

    project: Project
    places: dict[str, str]

    def copied(self, folder: Path) -> "World":
        """The same machine at another place: what happens there happens there only."""
        shutil.copytree(self.project.folder.parent, folder, symlinks=True)
        project = self.project
        home, store = folder / "home", folder / "store"
        moved = {"HOME": str(home), "MODELS_STORE": str(store)}
        return replace(
            self,
            project=Project(folder / "project", home, store, {**project.environment, **moved}),
            places={**self.places, "/media/store": str(folder / "media")},
        )

    def type(self, line: str) -> Result:
        """What the user's shell makes of a line."""
        for name, place in self.places.items():
            line = line.replace(name, place)
        project = self.project
        path = f"{project.folder.parent / 'bin'}{os.pathsep}{project.environment['PATH']}"
        process = subprocess.Popen(
            ["/bin/bash", "-c", line],
            cwd=project.folder,
            env={**project.environment, "PATH": path, "PYTHONPATH": str(ROOT), "CI": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return finished(process)


def make_world(folder: Path, hub: LocalHub, index: PackageIndex, releases: SpacyReleases, files: FileServer) -> World:
    """The machine, below a new folder."""
    home, store, place = folder / "home", folder / "store", folder / "project"
    for one in (home, place):
        one.mkdir(parents=True)
    told = {**clean_environment(home, store, hub.endpoint, index.url), **releases.environment, "HF_TOKEN": TOKEN}
    project = Project(place, home, store, told)
    _furnish(project)
    _offer(hub, index, releases)
    _first_release(project)
    _second_release(project, index)
    project.view.joinpath("huggingface/hub/models--other--model").mkdir()
    project.view.joinpath("huggingface/hub/models--other--model/file").write_text("somebody else's")
    _upstream_goes_on(hub, index)
    snapshot_download(SMALL, cache_dir=home / ".cache/huggingface/hub", endpoint=hub.endpoint, token=False)
    for blob in project.blobs():
        files.put(f"store/{blob.relative_to(store).as_posix()}", blob)
    shutil.copytree(store, folder / "media")
    shutil.copytree(store, place / "models")
    return World(project, {"https://models.example.org": files.origin_of("files")})


def _furnish(project: Project) -> None:
    """What lies in the folder besides, and the commands that a shell finds."""
    (project.folder / "noise").mkdir()
    (project.folder / "noise" / "noise.onnx").write_bytes(weights(300, 8))
    for name in PROGRAMS.split():
        project.folder.joinpath(f"{name}.py").write_text("import sys\n\nprint('heard', *sys.argv[1:])\n")
    shutil.copy(ROOT / "check-models.sh", project.folder)
    make_environment(project.folder / ".venv", pip=False)
    bin_folder = project.folder.parent / "bin"
    bin_folder.mkdir()
    bin_folder.joinpath("python").symlink_to(sys.executable)
    for place in (bin_folder, project.folder / ".venv" / "bin"):
        place.joinpath("models").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m resolver "$@"\n')
        place.joinpath("models").chmod(0o755)


def _offer(hub: LocalHub, index: PackageIndex, releases: SpacyReleases) -> None:
    offer_whisper(hub)
    offer_diarization(hub)
    index.add("silero-vad", "6.2.1", _silero("6.2.1"))
    for name in ("en_core_web_md", "en_core_web_trf"):
        releases.add(name, "3.8.0", make_pipeline(name, "3.8.0", {f"{name}/{name}-3.8.0/model": weights(2000)}))


def _silero(version: str) -> bytes:
    data = {f"silero_vad/data/silero_vad.{end}": weights(3000, 9) for end in ("jit", "onnx")}
    return make_wheel("silero-vad", version, {"silero_vad/__init__.py": b"", "silero_vad/model.py": b"", **data})


def _first_release(project: Project) -> None:
    project.manifest(MANIFEST)
    project.folder.joinpath(".gitignore").write_text(".cache/\n.venv/\nmodels/\nout/\n")
    _git(project, "init", "-q", "-b", "main")
    _done(project, "sync")
    _commit(project, "one")
    _git(project, "tag", "v1.0")


def _second_release(project: Project, index: PackageIndex) -> None:
    index.add("silero-vad", "6.2.3", _silero("6.2.3"))
    _done(project, "lock", "--upgrade-model", "vad")
    _done(project, "sync")
    _done(project, "hardware", "--save")
    _commit(project, "two")


def _upstream_goes_on(hub: LocalHub, index: PackageIndex) -> None:
    hub.commit(SMALL, {"model.bin": weights(5100, 1)})
    index.add("silero-vad", "7.0", _silero("7.0"))


def _commit(project: Project, message: str) -> None:
    _git(project, "add", "models.yaml", "models.lock", ".gitignore")
    author = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    _git(project, *author, "commit", "-q", "-m", message)


def _git(project: Project, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project.folder, check=True, env=dict(project.environment))  # noqa: S607


def _done(project: Project, *arguments: str) -> None:
    result = project.run(*arguments)
    assert result.code == 0, result.text
