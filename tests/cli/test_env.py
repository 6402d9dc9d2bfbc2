"""`models env`: what makes the programs of a shell open the locked models."""

import hashlib
import os
import subprocess
import sys

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import ASR, REPO, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub


def lines_of(project: Project, text: str) -> list[str]:
    """The lines, with a word for the project's folder."""
    return text.replace(str(project.folder), "PROJECT").replace(lock_digest(project), "DIGEST").splitlines()


def lock_digest(project: Project) -> str:
    return hashlib.sha256(project.lock_path.read_bytes()).hexdigest()


def test_everything_that_is_set_and_taken_away(three: Project, run: Run) -> None:
    result = run("env", "--shell", "bash")
    assert (result.code, result.stderr) == (0, "")
    assert lines_of(three, result.stdout) == snapshot(
        [
            "unset PYTORCH_PRETRAINED_BERT_CACHE",
            "unset PYTORCH_TRANSFORMERS_CACHE",
            "unset SENTENCE_TRANSFORMERS_HOME",
            "unset TRANSFORMERS_CACHE",
            "export DO_NOT_TRACK='1'",
            "export HF_DATASETS_OFFLINE='1'",
            "export HF_EVALUATE_OFFLINE='1'",
            "export HF_HUB_CACHE='PROJECT/.cache/huggingface/hub'",
            "export HF_HUB_DISABLE_TELEMETRY='1'",
            "export HF_HUB_DISABLE_UPDATE_CHECK='1'",
            "export HF_HUB_OFFLINE='1'",
            "export HF_MODULES_CACHE='PROJECT/.cache/huggingface/modules'",
            "export HUGGINGFACE_HUB_CACHE='PROJECT/.cache/huggingface/hub'",
            "export MODELS_LOCK_SHA256='DIGEST'",
            "export ORT_DISABLE_TELEMETRY='1'",
            "export PYANNOTE_CACHE='PROJECT/.cache/huggingface/hub'",
            "export PYANNOTE_METRICS_ENABLED='0'",
            "export PYTHONPATH='PROJECT/.cache/python'",
            "export TORCH_HOME='PROJECT/.cache/torch'",
            "export TRANSFORMERS_OFFLINE='1'",
        ]
    )


def test_a_shell_that_evaluates_it_twice_has_it_once(three: Project) -> None:
    first = three.models("env", "--shell", "dotenv", PYTHONPATH=f"{three.root}:/mine")
    told = dict(line.split("=", 1) for line in first.stdout.splitlines() if not line.startswith("#"))
    assert told["PYTHONPATH"] == f"{three.view}/python:{three.root}:/mine"
    assert three.models("env", "--shell", "dotenv", PYTHONPATH=told["PYTHONPATH"]).stdout == first.stdout


def test_the_shell_of_the_user_is_meant(run: Run, three: Project) -> None:
    assert "set -gx HF_HUB_OFFLINE '1'" in run("env", SHELL="/usr/bin/fish").stdout
    assert run("env", SHELL="/bin/nonsense").stdout == run("env", "--shell", "bash").stdout
    assert three.view.exists()


def test_a_document_has_the_same(three: Project, run: Run) -> None:
    document = run("env", "--json").document
    assert (document["schema"], document["ok"], document["warnings"]) == ("models.env/1", True, [])
    assert document["variables"]["HF_HUB_CACHE"] == f"{three.view}/huggingface/hub"
    assert "TRANSFORMERS_CACHE" in document["removed"]


def test_what_is_not_ready_is_said_and_the_variables_are_the_same(three: Project, run: Run) -> None:
    before = run("env").stdout
    three.forget_view()
    result = run("env")
    assert (result.code, result.stdout) == (0, before)
    assert "warning: asr is missing: `models sync --only asr` brings it" in result.stderr
    assert run("env", "-q").stderr == ""


def test_what_anybody_left_on_the_path_of_python_is_said(three: Project, run: Run) -> None:
    three.view.joinpath("python", "json.py").write_text("import os")
    text = "warning: python: not in models.lock, and programs can import it: json.py"
    assert text in run("env").stderr
    assert text in run("verify").stderr
    assert run("verify").code == 0


def test_a_machine_that_is_named_is_passed_on(three: Project, run: Run) -> None:
    three.manifest("profiles: {ci: {os: linux, arch: x86_64}}\nmodels: {asr: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    assert run("env", "--profile", "ci", "--json").document["variables"]["MODELS_PROFILE"] == "ci"
    assert "MODELS_PROFILE" not in run("env", "--json").document["variables"]


@pytest.mark.parametrize("verb", [("env",), ("run", "--", "true")])
def test_a_folder_that_a_list_of_folders_cannot_name_is_refused(three: Project, verb: tuple[str, ...]) -> None:
    result = three.beside(f"one{os.pathsep}two").run(*verb)
    assert (result.code, result.stdout) == (2, "")
    assert f"has a '{os.pathsep}', which PYTHONPATH cannot name" in result.stderr
    assert "hint: move or rename the project's folder" in result.stderr


def test_without_a_lock_there_is_nothing_to_tell(project: Project, run: Run) -> None:
    project.manifest(ASR)
    result = run("env")
    assert result.code == 2
    assert "models lock" in result.stderr


def test_the_real_client_of_the_hub_opens_the_pin_in_such_a_shell(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    offer(hub, seed=1)
    hub.reset_requests()
    program = f"import huggingface_hub as hub; print(hub.snapshot_download('{REPO}'))"
    script = f'{run("env", "--shell", "bash").stdout}exec {sys.executable} -c "{program}"'
    environment = {**project.environment, "TRANSFORMERS_CACHE": "/elsewhere", "HF_HUB_CACHE": "/elsewhere"}
    done = subprocess.run(["/bin/bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith(f"snapshots/{commit}")
    assert hub.requests == []
