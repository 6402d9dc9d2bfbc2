"""What a person with 80 columns sees of status, prune and the store, with the names that models really have."""

import re

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import CONFIG, weights
from tests.cli.project import Project
from tests.cli.terminal import on_terminal
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

MANIFEST = """
profiles:
  laptop: {os: darwin, arch: arm64, accelerator: metal, ram: 16GB, vram: 10.7GB, cores: 8}
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}
models:
  asr:
    category: whisper
    variants:
      - source: hf:mlx-community/whisper-large-v3-turbo
        category: apple-silicon
        when: {accelerator: metal}
        needs: {vram: 2.5GB}
      - source: hf:Systran/faster-whisper-large-v3
        when: {accelerator: cuda, compute_capability: ">=7.0"}
        needs: {vram: 6.4GB, ram: 2GB}
        settings: {device: cuda, compute_type: float16, batch_size: 8}
      - source: hf:Systran/faster-whisper-small
        settings: {device: cpu, compute_type: int8, batch_size: 1}
  vad: {source: pypi:silero-vad, category: vad}
"""
DIARIZATION = "  diarization: {source: hf:pyannote/speaker-diarization-3.1, category: diarization}\n"
REPOSITORIES = [
    "mlx-community/whisper-large-v3-turbo",
    "Systran/faster-whisper-large-v3",
    "Systran/faster-whisper-small",
    "pyannote/speaker-diarization-3.1",
]


@pytest.fixture
def crowded(project: Project, run: Run, hub: LocalHub, index: PackageIndex) -> Project:
    """Synced for a laptop, then for the CI machine without the diarization."""
    for seed, name in enumerate(REPOSITORIES):
        hub.commit(name, {"config.json": CONFIG, "model.bin": weights(100_000 * (seed + 1), seed)}, license="mit")
    index.add("silero-vad", "6.2.1", make_wheel("silero_vad", "6.2.1", {"silero_vad/w.bin": weights(20_000, 9)}))
    project.manifest(MANIFEST + DIARIZATION)
    assert run("sync", "--profile", "laptop").code == 0
    project.manifest(MANIFEST)
    index.add("silero-vad", "6.2.3", make_wheel("silero_vad", "6.2.3", {"silero_vad/w.bin": weights(20_000, 8)}))
    assert run("lock", "--upgrade").code == 0
    assert run("sync", "--profile", "ci").code == 0
    theirs = project.view / "huggingface" / "hub" / "models--openai--whisper-large-v3" / "blobs" / "one"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(weights(5000))
    return project


def screen(project: Project, *arguments: str, answer: bytes = b"") -> str:
    """The screen; folders and digests stand as words. Only what is to be copied is wider than it."""
    code, lines = on_terminal(project, *arguments, answer=answer)
    assert code == 0, lines
    assert not [
        line
        for line in lines
        if len(line) > 80 and not re.fullmatch(r"(Lock sha256|Remove it\?|Cache|Store|.* shared:) .*", line)
    ], lines
    text = "\n".join(lines)
    for place, word in ((project.folder, "PROJECT"), (project.store, "STORE")):
        text = text.replace(str(place), word)
    return re.sub(r"\b\d+\.\d s\b", "N s", re.sub(r"[0-9a-f]{64}", "DIGEST", text))


def test_status(crowded: Project) -> None:
    assert screen(crowded, "status", "--profile", "ci") == snapshot("""\
                                  size  version       state
Whisper
  asr    faster-whisper-small   300 kB  main@69fceb8  ready
      batch size 1 · int8 · cpu
VAD
  vad    silero-vad            20.4 kB  6.2.3         ready
Ready 2 · missing 0 · skipped 0 · 320 kB on disk (320 kB shared with the store)
Lock sha256 DIGEST

Not chosen here
  asr  whisper-large-v3-turbo   100 kB  accelerator metal, needs 2.5 GB vram
                                        (laptop)
  asr  faster-whisper-large-v3  200 kB  accelerator cuda, compute_capability
                                        >=7.0, needs 6.4 GB vram, needs 2 GB ram

Machine  ci: linux x86_64 · 2 cores · 7 GB · no accelerator
Cache    PROJECT/.cache
Left     500 kB of earlier locks or other machines
Store    STORE
Token    not found
Next     models prune
""")


def test_prune(crowded: Project) -> None:
    assert screen(crowded, "prune", "--profile", "ci", answer=b"y\n") == snapshot("""\
y
goes                                             files    size
hf:mlx-community/whisper-large-v3-turbo@e381e31      2  100 kB
    asr: for another machine
hf:pyannote/speaker-diarization-3.1@4d03b3b          2  400 kB
    not in models.lock
python/silero_vad-6.2.1.dist-info                    3   436 B
    vad: of an earlier lock
stays                                             files  size
huggingface/hub/models--openai--whisper-large-v3      1  5 kB
    not placed by `models`
To remove: 9 files, 500 kB (frees 400 kB after `models cache gc`, 100 kB are
  needed elsewhere)
Remove it? [y/N]: Removed 9 files, 500 kB; `models cache gc` frees 400 kB
""")
    assert screen(crowded, "prune", "--profile", "ci") == snapshot("""\
stays                                             files  size
huggingface/hub/models--openai--whisper-large-v3      1  5 kB
    not placed by `models`
Nothing to remove
""")


def test_sync(crowded: Project) -> None:
    assert screen(crowded, "sync", "--prune", "--profile", "ci") == snapshot("""\
Profile   ci: linux x86_64 · 2 cores · 7 GB · no accelerator
goes                                             files    size
hf:mlx-community/whisper-large-v3-turbo@e381e31      2  100 kB
    asr: for another machine
hf:pyannote/speaker-diarization-3.1@4d03b3b          2  400 kB
    not in models.lock
python/silero_vad-6.2.1.dist-info                    3   436 B
    vad: of an earlier lock
stays                                             files  size
huggingface/hub/models--openai--whisper-large-v3      1  5 kB
    not placed by `models`
To remove: 9 files, 500 kB (frees 400 kB after `models cache gc`, 100 kB are
  needed elsewhere)
Synced 2 of 2 models in N s: 0 B fetched, 320 kB reused.
`models verify` proves it.
Removed 9 files, 500 kB; `models cache gc` frees 400 kB
""")


def test_ls(crowded: Project) -> None:
    assert screen(crowded, "cache", "ls") == snapshot("""\
                                                    size
hf:Systran/faster-whisper-large-v3@94ca7a4          26 B
    asr in project · 26 B shared · 1 of 2 files
hf:Systran/faster-whisper-small@69fceb8           300 kB
    asr in project · 26 B shared
hf:mlx-community/whisper-large-v3-turbo@e381e31   100 kB
    asr in project · 26 B shared
pypi:silero-vad@6.2.3                            41.3 kB
    vad in project
Nobody wants
  hf:pyannote/speaker-diarization-3.1@4d03b3b     400 kB
  pypi:silero-vad@6.2.1                          41.3 kB
13 blobs, 883 kB; `models cache gc` removes 441 kB of it
""")


def test_size(crowded: Project) -> None:
    assert screen(crowded, "cache", "size") == snapshot("""\
          files    size
total        13  883 kB  each blob once
wanted        8  441 kB  for 1 project
unwanted      5  441 kB  `models cache gc` removes them
parts         0     0 B  of downloads that are not whole
441 kB of its own, 0 B shared: PROJECT
""")


def test_gc(crowded: Project) -> None:
    assert screen(crowded, "cache", "gc", answer=b"y\n") == snapshot("""\
y
       files    size
blobs      5  441 kB  named by no registered lock
parts      0     0 B  of downloads that broke off more than a week ago
kept       8  441 kB  for 1 project
blobs of                                        size
hf:pyannote/speaker-diarization-3.1@4d03b3b   400 kB  1 of 2 files
pypi:silero-vad@6.2.1                        41.3 kB  4 of 5 files
To remove: 5 files, 441 kB (400 kB of it stay on the disk under another name)
Remove it? [y/N]: Removed 5 files, 441 kB (400 kB of it stay on the disk under another name)
""")
