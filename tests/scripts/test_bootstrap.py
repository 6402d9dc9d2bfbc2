"""The scripts that a pipeline calls, in copies of this repository whose environment is already there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.offers import REPO, offer
from tests.cli.project import ROOT, Project, Result
from tests.scripts.clones import make_clone
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts for Windows are others")
MANIFEST = """
models:
  asr: {category: whisper, source: hf:org/name}
  ner: {category: ner, source: hf:org/ner, optional: true}
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return make_clone(tmp_path / "a clone")


@pytest.fixture
def pipeline(project: Project, hub: LocalHub) -> Project:
    """A pipeline of two models, locked and not synced."""
    offer(hub)
    offer(hub, "org/ner", seed=1)
    project.manifest(MANIFEST)
    assert project.run("lock").code == 0
    project.forget_store()
    return project


def script(path: Path, pipeline: Project, *arguments: str, **environment: str) -> Result:
    done = subprocess.run(
        [path, *arguments],
        cwd=pipeline.home,
        env={**pipeline.environment, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def bootstrap(clone: Path, pipeline: Project, *arguments: str, **environment: str) -> Result:
    return script(
        clone / "scripts" / "bootstrap.sh", pipeline, "--project", str(pipeline.folder), *arguments, **environment
    )


def test_a_pipeline_gets_its_models_and_sees_them_by_category(clone: Path, pipeline: Project) -> None:
    result = bootstrap(clone, pipeline, "--max-workers", "5")
    assert result.code == 0
    for text in ("2 models, 4 files", "all as locked", "Whisper", "NER", "Ready 2 · missing 0", "on disk"):
        assert text in result.stdout
    assert "Synced 2 of 2 models" in result.stderr


@pytest.mark.parametrize("form", ["--project=FOLDER", "--project FOLDER"])
def test_arguments_may_stand_anywhere_and_hold_blanks(clone: Path, pipeline: Project, form: str) -> None:
    folder = pipeline.folder.rename(pipeline.folder.with_name("a pipe 'line'"))
    named = [word.replace("FOLDER", str(folder)) for word in form.split(" ")]
    result = script(
        clone / "scripts" / "bootstrap.sh", pipeline, "--only", "asr", *named, "--hook", "--max-workers", "1"
    )
    assert (result.code, "Synced 1 of 1 models" in result.stderr) == (0, True)
    assert script(clone / "scripts" / "bootstrap.sh", pipeline, "--project").code == 2


def test_a_required_model_that_fails_stops_a_bootstrap_and_not_a_pipeline(
    clone: Path, pipeline: Project, hub: LocalHub
) -> None:
    hub.faults = [Fault(REPO, "status", times=ALWAYS, status=404)]
    alone = bootstrap(clone, pipeline)
    assert alone.code == 3
    hooked = bootstrap(clone, pipeline, "--hook")
    assert hooked.code == 0
    assert "warning: not all models are ready (exit code 3); going on without" in hooked.stderr
    assert "models sync --only asr" in hooked.stdout, "what is missing stands in the table, with what brings it"
    assert bootstrap(clone, pipeline, "--hook", "--strict").code == 3


def test_an_optional_model_that_fails_counts_under_strict(clone: Path, pipeline: Project, hub: LocalHub) -> None:
    hub.faults = [Fault("org/ner", "status", times=ALWAYS, status=404)]
    assert bootstrap(clone, pipeline).code == 0
    assert bootstrap(clone, pipeline, "--strict").code == 3
    assert bootstrap(clone, pipeline, "--strict", "--hook").code == 3


@pytest.mark.parametrize(("arguments", "code"), [((), 3), (("--hook",), 0), (("--hook", "--strict"), 3)])
def test_a_tool_that_cannot_be_installed_breaks_no_pipeline(
    clone: Path, pipeline: Project, arguments: tuple[str, ...], code: int
) -> None:
    (clone / ".venv" / "bin" / "models").unlink()
    result = bootstrap(clone, pipeline, *arguments, PIP_FAILS="1")
    assert result.code == code
    assert "error: the tool could not be installed; no model was looked at" in result.stderr
    assert ("the tool is not ready (exit code 3); going on without" in result.stderr) == (code == 0)
    assert "not all models are ready" not in result.text


@pytest.mark.parametrize("arguments", [(), ("--hook",), ("--hook", "--strict")])
def test_where_no_index_answers_the_tool_that_is_there_goes_on(
    clone: Path, pipeline: Project, arguments: tuple[str, ...]
) -> None:
    result = bootstrap(clone, pipeline, *arguments, PIP_FAILS="1")
    assert result.code == 0
    assert "warning: the installation could not be refreshed; going on with the tool that is there" in result.stderr
    assert "Synced 2 of 2 models" in result.stderr
    for text in ("all as locked", "Ready 2 · missing 0"):
        assert text in result.stdout


def test_a_tool_that_is_there_says_that_models_fail(clone: Path, pipeline: Project, hub: LocalHub) -> None:
    hub.faults = [Fault(REPO, "status", times=ALWAYS, status=404)]
    result = bootstrap(clone, pipeline, "--hook", PIP_FAILS="1")
    assert (result.code, "not all models are ready (exit code 3)" in result.stderr) == (0, True)
    assert bootstrap(clone, pipeline, PIP_FAILS="1").code == 3


def test_offline_runs_no_pip(clone: Path, pipeline: Project) -> None:
    assert bootstrap(clone, pipeline).code == 0
    offline = bootstrap(clone, pipeline, "--offline", PIP_FAILS="1")
    assert (offline.code, "Ready 2" in offline.stdout) == (0, True)
    assert "refreshed" not in offline.stderr
    (clone / ".venv" / "bin" / "models").unlink()
    bare = bootstrap(clone, pipeline, "--offline")
    assert (bare.code, "--offline forbids to fetch it" in bare.stderr) == (3, True)
    assert bootstrap(clone, pipeline, "--offline", "--hook").code == 0


def test_an_old_python_is_said(clone: Path, pipeline: Project, tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    result = bootstrap(clone, pipeline, PYTHON=str(old))
    assert result.code == 2
    assert "Python 3.11 or newer is needed" in result.stderr
    assert bootstrap(clone, pipeline, "--hook", PYTHON=str(old)).code == 0


def test_a_stale_lock_is_not_written_by_a_hook(clone: Path, pipeline: Project) -> None:
    before = pipeline.lock_path.read_bytes()
    pipeline.manifest("models: {asr: {source: hf:org/ner}}\n")
    result = bootstrap(clone, pipeline, "--hook")
    assert (result.code, "stale" in result.stderr) == (0, True)
    assert pipeline.lock_path.read_bytes() == before


def test_the_checker_passes_everything_on(clone: Path, pipeline: Project) -> None:
    bootstrap(clone, pipeline)
    checker = clone / "check-models.sh"
    shown = script(checker, pipeline, "--project", str(pipeline.folder))
    assert (shown.code, "Ready 2" in shown.stdout) == (0, True)
    pipeline.forget_view()
    arguments = ("--project", str(pipeline.folder), "--only", "asr", "--exit-code", "--json")
    answer = script(checker, pipeline, *arguments)
    assert (answer.code, answer.document["totals"]["missing"]) == (1, 1)
    assert script(checker, pipeline, "--project", str(pipeline.folder), "--nonsense").code == 2


def test_without_an_environment_the_checker_says_how_to_get_one(clone: Path, pipeline: Project) -> None:
    shutil.rmtree(clone / ".venv")
    result = script(clone / "check-models.sh", pipeline)
    assert (result.code, "scripts/bootstrap.sh" in result.stderr) == (2, True)


def test_the_scripts_can_be_run(clone: Path) -> None:
    for path in (ROOT / "scripts" / "bootstrap.sh", ROOT / "scripts" / "test.sh", ROOT / "check-models.sh"):
        assert os.access(path, os.X_OK)
        subprocess.run(["/bin/sh", "-n", path], check=True)
    assert clone.exists()
