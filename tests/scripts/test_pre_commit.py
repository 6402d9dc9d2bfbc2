"""The hooks that this repository offers, run by the real pre-commit in another repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.offers import ASR, offer
from tests.cli.project import ROOT, Project, Result
from tests.conftest import Run
from tests.servers.hub import LocalHub

CONFIG = "repos: [{repo: REPO, rev: REV, hooks: [{id: models-lock}, {id: models-verify}]}]\n"


def run_in(folder: Path, *command: str, **environment: str) -> Result:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository as pre-commit would clone it: what lies here, committed."""
    folder = tmp_path_factory.mktemp("hooks")
    files = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
    archive = ["tar", "--create", "--files-from=-", "--ignore-failed-read"]
    packed = subprocess.run(archive, cwd=ROOT, input=files.stdout, stdout=subprocess.PIPE, check=True)
    subprocess.run(["tar", "--extract"], cwd=folder, input=packed.stdout, check=True)  # noqa: S607
    _commit(folder)
    return folder


def _commit(folder: Path) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "x")):
        assert run_in(folder, "git", *command).code == 0
    return run_in(folder, "git", "rev-parse", "HEAD").stdout.strip()


def test_the_hooks_refuse_a_stale_lock_and_a_missing_file(
    project: Project, run: Run, hub: LocalHub, hooks: Path, tmp_path: Path
) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    revision = run_in(hooks, "git", "rev-parse", "HEAD").stdout.strip()
    config = CONFIG.replace("REPO", str(hooks)).replace("REV", revision)
    project.folder.joinpath(".pre-commit-config.yaml").write_text(config)
    project.folder.joinpath(".gitignore").write_text(".cache/\n")
    _commit(project.folder)
    around = {"MODELS_STORE": str(project.store), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    checked = (sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose")
    good = run_in(project.folder, *checked, **around)
    assert good.code == 0, good.text
    assert "models.lock is fresh" in good.stdout
    pushed = run_in(project.folder, *checked, "--hook-stage", "pre-push", **around)
    assert (pushed.code, "all as locked" in pushed.stdout) == (0, True), pushed.text
    project.forget_view()
    bare = run_in(project.folder, *checked, "--hook-stage", "pre-push", **around)
    assert (bare.code, "not there" in bare.stdout) == (1, True), bare.text
    project.manifest("models: {asr: {source: hf:org/ner}}\n")
    stale = run_in(project.folder, *checked, **around)
    assert (stale.code, "models.lock is stale" in stale.stdout) == (1, True), stale.text
