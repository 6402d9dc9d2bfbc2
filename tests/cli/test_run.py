"""`models run`: a command in which `main` means the lock and nothing is fetched."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.cli.offers import ASR, REPO, offer, weights
from tests.cli.project import Project, finished
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be replaced there")
PYTHON = sys.executable
GONE = Fault("", "status", times=ALWAYS, status=404)
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"
OPEN = f"import huggingface_hub as hub; print(hub.snapshot_download('{REPO}'))"


def test_a_command_sees_the_view_and_nothing_else(three: Project, models: Run) -> None:
    elsewhere = {"TRANSFORMERS_CACHE": "/x", "SENTENCE_TRANSFORMERS_HOME": "/x", "HF_HUB_CACHE": "/x", "MINE": "kept"}
    result = models("run", "--", PYTHON, "-c", SHOW, **elsewhere)
    assert (result.code, result.stderr) == (0, "")
    seen = json.loads(result.stdout)
    assert seen["HF_HUB_CACHE"] == f"{three.view}/huggingface/hub"
    assert seen["HF_HUB_OFFLINE"] == "1"
    assert seen["PYTHONPATH"] == f"{three.view}/python:{three.root}"
    assert seen["MINE"] == "kept"
    assert not {"TRANSFORMERS_CACHE", "SENTENCE_TRANSFORMERS_HOME"} & seen.keys()
    assert seen["MODELS_LOCK_SHA256"] == json.loads(models("status", "--json").stdout)["lock_sha256"]


def test_main_is_the_pin_though_upstream_has_moved(project: Project, models: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    project.manifest(ASR)
    assert models("sync").code == 0
    hub.commit(REPO, {"model.bin": weights(1000, 5)})
    hub.reset_requests()
    result = models("run", "--", PYTHON, "-c", OPEN)
    assert result.stdout.strip() == f"{project.repository(REPO)}/snapshots/{commit}"
    assert hub.requests == []


def test_the_exit_code_and_the_words_are_those_of_the_command(three: Project, models: Run) -> None:
    result = models(
        "run", "--", "sh", "-c", 'printf "%s|" "$@"; echo no >&2; exit 7', "sh", "--json", "two words", "-v"
    )
    assert (result.code, result.stdout, result.stderr) == (7, "--json|two words|-v|", "no\n")
    assert models("run", "sh", "-c", "exit 3").code == 3
    assert three.view.exists()


def test_a_signal_is_the_command_s_own(three: Project) -> None:
    ready = three.folder / "ready"
    script = f"trap 'exit 42' TERM; touch {ready}; while :; do sleep 0.05; done"
    process = three.start("run", "--", "sh", "-c", script)
    while not ready.exists() and process.poll() is None:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGTERM)
    assert finished(process).code == 42


@pytest.mark.parametrize("command", ["no-such-command", "/", "./absent"])
def test_a_command_that_cannot_be_run_is_an_error(three: Project, models: Run, command: str) -> None:
    result = models("run", "--", command)
    assert result.code == 2
    assert f"error: {command} cannot be run" in result.stderr
    assert three.view.exists()


def test_no_command_is_an_error(three: Project, run: Run) -> None:
    result = run("run")
    assert result.code == 2
    assert "models run -- python" in result.stderr
    assert three.view.exists()


def test_nothing_is_run_where_a_required_model_is_wanting(three: Project, run: Run) -> None:
    three.forget_view()
    trace = three.folder / "ran"
    result = run("run", "--", "touch", str(trace))
    assert result.code == 1
    assert "'asr', 'vad' are not ready, so nothing was run" in result.stderr
    assert "ner" not in result.stderr
    assert not trace.exists()


def test_a_moved_reference_is_wanting(three: Project, run: Run) -> None:
    three.repository(REPO).joinpath("refs", "main").write_text("0" * 40)
    result = run("run", "--", "true")
    assert result.code == 1
    assert "asr  moved  models verify --repair --only asr" in result.stderr


def test_an_optional_model_that_is_wanting_is_a_warning(three: Project, models: Run) -> None:
    snapshot = next(three.repository("org/ner").joinpath("snapshots").iterdir())
    snapshot.joinpath("model.bin").unlink()
    result = models("run", "--", "true")
    assert result.code == 0
    assert "warning: ner is incomplete: `models sync --only ner` brings it" in result.stderr
    assert models("run", "-q", "--", "true").stderr == ""


def test_what_is_missing_is_brought_first_where_that_is_asked_for(three: Project, models: Run, hub: LocalHub) -> None:
    three.forget_view()
    three.forget_store()
    result = models("run", "--sync", "--", "echo", "ran")
    assert (result.code, result.stdout) == (0, "ran\n")
    assert hub.requests
    hub.reset_requests()
    assert models("run", "--sync", "--", "true").code == 0
    assert hub.requests == []


def test_what_is_brought_is_what_the_lock_says(three: Project, models: Run) -> None:
    before = three.lock_path.read_bytes()
    three.manifest("models: {asr: {source: hf:org/name}, other: {source: hf:org/ner}}\n")
    result = models("run", "--sync", "--", "echo", "ran")
    assert (result.code, result.stdout) == (1, "")
    assert "stale" in result.stderr
    three.manifest_path.unlink()
    assert models("run", "--sync", "--", "true").code == 0
    assert three.lock_path.read_bytes() == before


def test_a_failure_to_bring_runs_nothing(three: Project, models: Run, hub: LocalHub) -> None:
    three.forget_view()
    three.forget_store()
    hub.faults = [GONE]
    result = models("run", "--sync", "--", "echo", "ran")
    assert (result.code, result.stdout) == (3, "")
    offline = models("run", "--sync", "--offline", "--", "echo", "ran")
    assert (offline.code, offline.stdout) == (3, "")


def test_an_error_is_no_document_because_the_command_has_a_flag_of_that_name(three: Project, run: Run) -> None:
    three.forget_view()
    for arguments in (("--", "tool", "--json"), ("tool", "--json")):
        result = run("run", *arguments)
        assert (result.code, result.stdout) == (1, "")


def test_path_brings_what_is_missing_where_that_is_asked_for(three: Project, run: Run, hub: LocalHub) -> None:
    there = run("path", "asr").stdout
    three.forget_view()
    assert run("path", "asr").code == 1
    result = run("path", "asr", "--sync")
    assert (result.code, result.stdout) == (0, there)
    assert Path(there.strip(), "model.bin").exists()
    assert not three.view.joinpath("python").exists(), "only what is named is brought"
    assert hub.requests == []
