"""What libraries do on their own while they open a model: what they leave in the view, in the home, on the network.

`verify` warns of it at most, and what was locked stays as it is.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.speech import DIARIZATION
from tests.conftest import Run
from tests.faults.strikes import strace
from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import ADAPTER, BERT, LAYER, MLX, NER, REMOTE, WHISPER, Made

AUDIO = "first.wav"
PROGRAMS = {
    "faster-whisper": ("open_faster_whisper", WHISPER),
    "mlx-whisper": ("open_mlx_whisper", MLX),
    "transformers": ("open_transformers", BERT),
    "sentences": ("open_sentences", BERT, "a bird sings"),
    "adapter": ("open_peft", ADAPTER),
    "remote-code": ("open_remote_code", REMOTE),
    "pyannote": ("open_pyannote", DIARIZATION, AUDIO),
    "spacy": ("open_spacy", NER, "We met Zorblax."),
    "silero": ("open_silero", "onnx"),
    "torch-hub": ("open_torch_hub", f"{LAYER}:v1.0"),
}

LEFT_IN_VIEW = {
    "remote-code": ("huggingface/modules/",),
    "spacy": ("python/en_core_web_sm/__pycache__/",),
    "silero": ("python/silero_vad/__pycache__/", "python/silero_vad/data/__pycache__/"),
    "torch-hub": ("torch/hub/owner_layers_v1.0/__pycache__/", "torch/hub/trusted_list"),
}
"""How the paths begin that are new in the view; the libraries that are not named leave nothing."""

LEFT_AT_HOME = {"pyannote": (".cache/matplotlib/",)}
"""The same for the user's home."""


def files_in(folder: Path) -> Mapping[str, tuple[int, int, bytes]]:
    """Every file by its path, with what a library could have changed of it."""
    found = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    return {path: (one.stat().st_mode, one.stat().st_mtime_ns, one.read_bytes()) for path, one in found.items()}


def beginnings(paths: set[str], known: tuple[str, ...]) -> set[str]:
    """Which of the known beginnings the paths have; a path that has none stands for itself."""
    return {next((one for one in known if path.startswith(one)), path) for path in paths}


@pytest.mark.parametrize("library", PROGRAMS)
def test_what_a_library_leaves_is_known_and_harms_nothing(
    pin: Pin, run: Run, opens: Opens, made: Made, library: str
) -> None:
    project = pin("transformers" if library == "sentences" else library)
    before = files_in(project.view)
    program = [str(made("audio") / one) if one == AUDIO else one for one in PROGRAMS[library]]
    opened = opens(*program, PYTHONDONTWRITEBYTECODE="")
    assert opened.said is not None
    after = files_in(project.view)
    assert {path: after.get(path) for path in before} == before
    expected = LEFT_IN_VIEW.get(library, ())
    assert beginnings(after.keys() - before.keys(), expected) == set(expected)
    at_home = LEFT_AT_HOME.get(library, ())
    assert beginnings(set(files_in(project.home)), at_home) == set(at_home)
    audited = run("verify")
    assert audited.code == 0, audited.text
    warned = [line for line in audited.stderr.splitlines() if not line.endswith("compiled by Python, not locked")]
    assert warned == []


@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
@pytest.mark.parametrize("library", ["faster-whisper", "pyannote", "silero"])
def test_no_library_reaches_for_the_network_past_python(
    pin: Pin, opens: Opens, made: Made, tmp_path: Path, library: str
) -> None:
    """Every connection that the process and its children begin is seen, whatever language begins it."""
    pin(library)
    log = tmp_path / "calls"
    program = [str(made("audio") / one) if one == AUDIO else one for one in PROGRAMS[library]]
    watched = (strace(), "--follow-forks", "--seccomp-bpf", "--trace=connect,sendto,sendmsg", f"--output={log}")
    assert opens(*program, inside=watched).said is not None
    assert [line for line in log.read_text().splitlines() if "AF_INET" in line] == []
