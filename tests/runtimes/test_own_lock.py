"""The main job on real weights: this project's own lock, from the package index, opened by the real runtime."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.project import ROOT, Project
from tests.runtimes.environment import run_program

WEIGHTS = "python/silero_vad/data/silero_vad.onnx"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A synced copy of this project on this machine as it is configured, for the profile `ci`."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("models.yaml", "models.lock"):
        shutil.copy(ROOT / name, folder / name)
    told = {"MODELS_STORE": str(folder / "store"), "MODELS_PROFILE": "ci"}
    project = Project(folder, Path.home(), folder / "store", {**os.environ, **told})
    synced = project.models("sync", "--locked")
    assert synced.code == 0, synced.text
    return project


def findings(project: Project) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = project.models("verify", "--json").document["findings"]
    return found


def test_the_real_runtime_opens_the_weights_that_the_lock_of_this_project_names(own: Project) -> None:
    folder = Path(own.models("path", "vad").stdout.strip())
    said = run_program(own, "open_onnx", folder / "data" / "silero_vad.onnx").said
    assert 0.0 <= said < 0.5, "silence is not speech"


def test_a_flipped_byte_of_real_weights_is_found_and_repaired(own: Project) -> None:
    weights = own.view / WEIGHTS
    before = weights.stat()
    weights.chmod(0o644)
    with weights.open("r+b") as stream:
        stream.seek(1_000_000)
        byte = stream.read(1)[0]
        stream.seek(1_000_000)
        stream.write(bytes([byte ^ 1]))
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [(one["kind"], one["path"]) for one in findings(own)] == [("damaged", WEIGHTS)]
    assert own.models("verify", "--repair").code == 0
    assert findings(own) == []


def test_the_variants_for_other_machines_are_locked_too(own: Project) -> None:
    chosen = json.loads(own.models("lock", "--check", "--json").stdout)["profiles"]
    assert chosen == {"ci": {"vad": "onnx"}, "laptop": {"vad": "onnx"}, "server": {"vad": "torchscript"}}
