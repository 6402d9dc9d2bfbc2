"""The main job on real weights: this project's own lock, from the package index, opened by the real runtime."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIMES = ROOT / ".venv-runtimes"
INSTALL = "python3 -m venv .venv-runtimes && pip --python .venv-runtimes install --group runtimes"

SPEECH = """
import json, sys
import numpy, onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
state = numpy.zeros((2, 1, 128), numpy.float32)
silence = numpy.zeros((1, 64 + 512), numpy.float32)
probability, _ = session.run(None, {"input": silence, "state": state, "sr": numpy.array(16000, numpy.int64)})
json.dump({"speech": float(probability[0][0])}, sys.stdout)
"""


def models(project: Path, *arguments: str, code: int = 0) -> str:
    environment = {**os.environ, "MODELS_STORE": str(project / "store")}
    command = [sys.executable, "-m", "resolver", *arguments, "--project", str(project)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name in ("models.yaml", "models.lock"):
        shutil.copy(ROOT / name, folder / name)
    models(folder, "sync", "--locked", "--profile", "ci")
    return folder


def test_the_real_runtime_opens_the_weights_that_the_lock_of_this_project_names(project: Path) -> None:
    python = RUNTIMES / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    assert python.exists(), f"the runtimes are not installed: {INSTALL}"
    folder = Path(models(project, "path", "vad", "--profile", "ci").strip())
    weights = folder / "data" / "silero_vad.onnx"
    heard = subprocess.run([python, "-c", SPEECH, weights], capture_output=True, text=True, check=True)
    assert 0.0 <= json.loads(heard.stdout)["speech"] < 0.5, "silence is not speech"


def test_a_flipped_byte_of_real_weights_is_found_and_repaired(project: Path) -> None:
    weights = project / ".cache/python/silero_vad/data/silero_vad.onnx"
    before = weights.stat()
    weights.chmod(0o644)
    with weights.open("r+b") as stream:
        stream.seek(1_000_000)
        byte = stream.read(1)[0]
        stream.seek(1_000_000)
        stream.write(bytes([byte ^ 1]))
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    found = json.loads(models(project, "verify", "--profile", "ci", "--json", code=1))["findings"]
    assert [(one["kind"], one["path"]) for one in found] == [("damaged", "python/silero_vad/data/silero_vad.onnx")]
    models(project, "verify", "--repair", "--profile", "ci")
    models(project, "verify", "--profile", "ci")


def test_the_variants_for_other_machines_are_locked_too(project: Path) -> None:
    chosen = json.loads(models(project, "lock", "--check", "--json"))["profiles"]
    assert chosen == {"ci": {"vad": "onnx"}, "laptop": {"vad": "onnx"}, "server": {"vad": "torchscript"}}
