"""A pipeline as the old scripts left it: stand-ins that only note their calls, and the `.cache/` that those filled."""

import json
from collections.abc import Iterable
from pathlib import Path

from huggingface_hub import snapshot_download

from tests.cli.offers import CONFIG, weights
from tests.cli.speech import COMMUNITY, DIARIZATION, SEGMENTATION, SPEAKERS, TOKEN, offer_diarization
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub

WHISPERS = ("Systran/faster-whisper-base", "Systran/faster-whisper-large-v3")
GATED = (DIARIZATION, SEGMENTATION, SPEAKERS, COMMUNITY)
SILERO = "snakers4/silero-vad"
SILERO_FILES = {
    "hubconf.py": b"dependencies = ['torch']\n",
    "src/silero_vad/data/silero_vad.jit": weights(2_300, 5),
}
HARDWARE = {"recommended_settings": {"whisper_model": "base", "compute_type": "int8", "batch_size": 4}}
STAND_IN = """\
import pathlib, sys
with pathlib.Path("calls.log").open("a") as log:
    print("NAME", *sys.argv[1:], file=log)
"""
BOOTSTRAP = """\
#!/usr/bin/env bash
set -e
PROJECT_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
log_info() { echo "[INFO] $*"; }

log_info "Starting parallel model downloads..."
cd "$PROJECT_ROOT" && python "shared/model_downloader.py" --max-workers 3
log_info "The pipeline is ready"
"""
CHECKER = """\
#!/usr/bin/env bash
PROJECT_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$PROJECT_ROOT" && python "shared/model_checker.py" "$@"
"""


def publish(hub: LocalHub, github: LocalGitHub, seed: int = 0) -> None:
    """What the repositories hold; with another seed, what those of Whisper hold later."""
    papers = {"config.json": CONFIG, "tokenizer.json": b"{}", "vocabulary.txt": b"a\n"}
    for number, repo in enumerate(WHISPERS, seed + 1):
        hub.commit(repo, {**papers, "model.bin": weights(50_000 * number, number)}, license="mit")
    if not seed:
        offer_diarization(hub)
        github.commit(SILERO, SILERO_FILES, branch="master", license="mit")


def lay_out(folder: Path, hub: LocalHub) -> None:
    """Its files, with the cache in the old layout: Whisper and Silero below torch/hub, pyannote below huggingface."""
    texts = {
        "shared/model_downloader.py": STAND_IN.replace("NAME", "downloader"),
        "shared/model_checker.py": STAND_IN.replace("NAME", "checker"),
        "scripts/bootstrap.sh": BOOTSTRAP,
        "check-models.sh": CHECKER,
        "out/hardware_cache.json": json.dumps(HARDWARE, indent=2),
        "config/secrets.json": json.dumps({"hf_token": TOKEN}),
    }
    for path, text in texts.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(0o755 if place.suffix == ".sh" else 0o644)
    _fetched(hub, WHISPERS, folder / ".cache" / "torch" / "hub")
    _fetched(hub, GATED, folder / ".cache" / "huggingface" / "hub")
    for path, content in SILERO_FILES.items():
        place = folder / ".cache" / "torch" / "hub" / "snakers4_silero-vad_master" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def _fetched(hub: LocalHub, repos: Iterable[str], cache: Path) -> None:
    for repo in repos:
        snapshot_download(repo, cache_dir=cache, endpoint=hub.endpoint, token=TOKEN)
