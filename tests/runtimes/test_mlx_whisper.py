"""mlx-whisper opens what was locked, and what it does with a filtered snapshot beside a library's listing."""

import json

import pytest

from tests.cli.project import Project
from tests.conftest import Run
from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import MLX, OFFERS, SENTENCES, Made, Upstream, files_of


@pytest.mark.parametrize("asked", [MLX, "PATH"])
def test_a_repository_and_the_path_mean_the_pin(
    pin: Pin, run: Run, upstream: Upstream, opens: Opens, asked: str
) -> None:
    pin("mlx-whisper")
    path = run("path", "asr").stdout.strip()
    assert opens("open_mlx_whisper", asked.replace("PATH", path)).said == SENTENCES[1]
    assert upstream.requests == []


def test_weights_in_the_older_format_open_too(
    project: Project, run: Run, upstream: Upstream, opens: Opens, made: Made
) -> None:
    upstream.hub.commit(MLX, files_of(made("mlx_whisper", "--npz", "--say", SENTENCES[1])))
    project.manifest(OFFERS["mlx-whisper"].manifest)
    assert run("sync").code == 0
    assert opens("open_mlx_whisper", MLX).said == SENTENCES[1]


def test_a_listing_that_an_online_call_left_makes_the_filtered_snapshot_fail_and_is_warned_of(
    pin: Pin, run: Run, opens: Opens
) -> None:
    """The format is huggingface_hub's (_tree_cache.py of 2.4); mlx-whisper asks for the snapshot without patterns."""
    project = pin("mlx-whisper")
    commit = project.pin(f"hf:{MLX}@main")
    listing = project.repository(MLX) / "trees" / f"{commit}.json"
    listing.parent.mkdir()
    files = {name: {"size": 1, "blob_id": "0" * 40} for name in ("README.md", "config.json", "weights.safetensors")}
    listing.write_text(json.dumps({"format_version": 1, "files": files}))
    opened = opens("open_mlx_whisper", MLX)
    assert opened.code == 1
    assert "IncompleteSnapshotError" in opened.stderr
    assert f"warning: huggingface/hub/models--mlx-community--whisper-tiny/trees/{commit}.json" in opened.stderr
    audited = run("verify")
    assert audited.code == 0
    assert f"trees/{commit}.json: a library's listing, which makes a filtered snapshot fail" in audited.stderr
    listing.unlink()
    assert opens("open_mlx_whisper", MLX).said == SENTENCES[1]
