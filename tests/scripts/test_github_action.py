"""The GitHub Action, run as a runner runs it: its variables, events of their real form, a server in the API's place."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.offers import CONFIG, REPO, offer, weights
from tests.cli.project import ROOT, Project, Result
from tests.conftest import Run
from tests.servers.base import LocalServer
from tests.servers.hub import LocalHub
from tests.servers.wire import Answer, Request, json_answer

MANIFEST = "profiles: {ci: {os: linux, arch: x86_64}}\nmodels: {asr: {source: hf:org/name}}\n"
TOKEN = "ghs_canary"
COMMENTS = "/repos/team/pipeline/issues/7/comments"


class Api(LocalServer):
    """Comments of one pull request, as GitHub's REST API keeps them (issues/comments)."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = [{"id": 1, "body": "looks good"}]
        self.refuses = False
        super().__init__(api=self._answer)

    def _answer(self, request: Request) -> Answer:
        if self.refuses:
            return json_answer({"message": "Resource not accessible by integration"}, status=403)
        if request.method == "GET":
            return json_answer(self.comments)
        body = json.loads(request.body)["body"]
        if request.method == "POST":
            self.comments.append({"id": len(self.comments) + 1, "body": body})
            return json_answer(self.comments[-1], status=201)
        number = int(request.path.rpartition("/")[2])
        self.comments[number - 1]["body"] = body
        return json_answer(self.comments[number - 1])


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as api:
        yield api


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


@pytest.fixture
def proposed(project: Project, run: Run, hub: LocalHub) -> tuple[Project, str]:
    """A pull request that moves the weights, and the commit that it starts from."""
    offer(hub)
    project.manifest(MANIFEST)
    assert run("lock").code == 0
    git(project.folder, "init", "-q")
    git(project.folder, "add", "-A")
    git(project.folder, "commit", "-qm", "first")
    base = git(project.folder, "rev-parse", "HEAD")
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(300_100, 9)}, license="mit")
    assert run("update").code == 0
    git(project.folder, "commit", "-qam", "second")
    return project, base


def pull_request(base: str) -> dict[str, Any]:
    """Of `pull_request` (synchronize), what counts and what must never be believed."""
    return {
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "number": 7,
            "title": "$(touch owned) `touch owned` ::error::mine",
            "base": {"ref": "main", "sha": base},
            "head": {"ref": "$(touch owned)", "sha": "0" * 40},
        },
        "repository": {"full_name": "team/pipeline"},
    }


def act(project: Project, event: dict[str, Any], api: Api, **inputs: str) -> Result:
    """The second step of the action; the first only installs what these tests have installed."""
    folder = project.home / "runner"
    bin_folder = folder / "bin"
    bin_folder.mkdir(parents=True, exist_ok=True)
    command = bin_folder / "models"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m resolver "$@"\n')
    command.chmod(0o755)
    folder.joinpath("event.json").write_text(json.dumps(event))
    around = {
        **project.environment,
        "PATH": f"{bin_folder}{os.pathsep}{project.environment['PATH']}",
        "GITHUB_API_URL": api.origin_of("api"),
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_REPOSITORY": "team/pipeline",
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_WORKSPACE": str(project.folder),
        "MODELS_ACTION_COMMENT": "true",
        "MODELS_ACTION_TOKEN": TOKEN,
        "MODELS_PROFILE": "ci",
        **{f"MODELS_ACTION_{name.upper()}": value for name, value in inputs.items()},
    }
    script = str(ROOT / "scripts" / "github_action.py")
    done = subprocess.run(
        [sys.executable, script], cwd=project.folder, env=around, capture_output=True, text=True, check=False
    )
    return Result(done.returncode, done.stdout, done.stderr)


def written(project: Project, name: str) -> str:
    path = project.home / "runner" / name
    return path.read_text() if path.exists() else ""


def test_a_pull_request_gets_one_comment_that_follows_it(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    result = act(project, pull_request(base), api)
    assert (result.code, "could not" in result.stdout) == (0, False), result.text
    assert act(project, pull_request(base), api).stdout == result.stdout
    assert len(api.comments) == 2
    assert "weights changed" in api.comments[1]["body"]
    assert "weights changed" in written(project, "summary.md")
    assert "changed=true" in written(project, "output")
    assert "stale=false" in written(project, "output")
    git(project.folder, "checkout", "-q", base, "--", "models.lock")
    assert act(project, pull_request(base), api).code == 0
    assert api.comments[1]["body"].endswith("models.lock is as it was.")
    assert api.comments[0]["body"] == "looks good"
    assert TOKEN not in result.text
    assert not list(project.folder.rglob("owned"))


def test_a_comment_that_quotes_ours_is_somebody_s(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    quoting = "> <!-- models-lock -->\n> weights changed\n\nwhy?"
    api.comments.append({"id": 2, "body": quoting})
    assert act(project, pull_request(base), api).code == 0
    assert [one["body"] for one in api.comments[:2]] == ["looks good", quoting]
    assert "weights changed" in api.comments[2]["body"]


def test_two_projects_of_a_repository_have_a_comment_each(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    other = project.folder / "other -->"
    other.mkdir()
    shutil.copy(project.manifest_path, other)
    shutil.copy(project.lock_path, other)
    for _ in range(2):
        assert act(project, pull_request(base), api).code == 0
        assert act(project, pull_request(base), api, PROJECT="other -->").code == 0
    assert len(api.comments) == 3
    assert "weights changed" in api.comments[1]["body"]
    assert "asr" in api.comments[2]["body"]
    assert api.comments[2]["body"].count("-->") == 1, "a name cannot end the mark"


def test_nothing_to_say_is_not_commented(proposed: tuple[Project, str], api: Api) -> None:
    project, _ = proposed
    assert act(project, pull_request(git(project.folder, "rev-parse", "HEAD")), api).code == 0
    assert len(api.comments) == 1
    assert "changed=false" in written(project, "output")


def test_a_fork_may_not_comment_and_gets_the_summary(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    api.refuses = True
    result = act(project, pull_request(base), api)
    assert result.code == 0
    assert "::warning title=models-lock::the diff could not be commented" in result.stdout
    assert "weights changed" in written(project, "summary.md")
    assert TOKEN not in result.text


def test_a_stale_lock_fails_beside_the_manifest(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    project.manifest("models: {asr: {source: hf:org/other}}\n")
    result = act(project, pull_request(base), api, sync="true")
    assert result.code == 1
    assert "::error file=models.yaml,line=1,title=models.lock is stale::" in result.stdout
    assert "stale=true" in written(project, "output")
    assert not project.view.exists(), "what is stale is not fetched"


def test_weights_are_fetched_and_proved_where_that_is_asked_for(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    result = act(project, pull_request(base), api, sync="true", comment="false")
    assert result.code == 0, result.text
    assert project.repository(REPO).exists()
    assert api.requests == []


@pytest.mark.parametrize(
    "event",
    [
        {"before": "0" * 40, "after": "1" * 40, "ref": "refs/heads/new"},
        {"action": "published", "release": {"tag_name": "v1"}},
        {"pull_request": {"number": "7; rm -rf", "base": {"sha": "--upload-pack=x"}}},
        {"schedule": "0 3 * * *"},
    ],
)
def test_an_event_without_a_commit_to_compare_with_is_checked_all_the_same(
    proposed: tuple[Project, str], api: Api, event: dict[str, Any]
) -> None:
    project, _ = proposed
    result = act(project, event, api)
    assert result.code == 0
    assert "nothing to compare models.lock with" in result.stdout
    assert api.requests == []


def test_a_push_is_compared_with_what_was_there(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    assert act(project, {"before": base, "ref": "refs/heads/main"}, api).code == 0
    assert "weights changed" in written(project, "summary.md")
    assert api.requests == []


def test_a_shallow_checkout_gets_the_commit_that_it_lacks(proposed: tuple[Project, str], api: Api) -> None:
    project, base = proposed
    git(project.folder, "config", "uploadpack.allowReachableSHA1InWant", "true")
    shallow = project.folder.with_name("shallow")
    git(project.folder.parent, "clone", "-q", "--depth=1", f"file://{project.folder}", str(shallow))
    there = Project(shallow, project.home, project.store, project.environment)
    assert act(there, pull_request(base), api).code == 0
    assert "weights changed" in written(there, "summary.md")


def test_the_action_and_the_workflow_are_clean(tmp_path: Path) -> None:
    """As actionlint reads them, which also compares the workflow with the action that it uses."""
    linter = Path(sys.executable).with_name("actionlint")
    assert linter.exists(), "actionlint is not installed: pip install --group test"
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    shutil.copy(ROOT / "action.yml", tmp_path)
    git(tmp_path, "init", "-q")
    done = subprocess.run([linter, "-no-color"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_lies_in_the_checkout_is_not_run_instead_of_pip(tmp_path: Path) -> None:
    """`python -m` looks in the current folder first, and a pull request brings that."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("venv", "pip", "re"):
        checkout.joinpath(f"{name}.py").write_text("open('owned', 'w').close()\nraise SystemExit\n")
    install = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][0]["run"]
    action = tmp_path / "action"
    action.mkdir()
    around = {"PATH": os.environ["PATH"], "MODELS_PYTHON": sys.executable, "GITHUB_ACTION_PATH": str(action)}
    command = ["/bin/bash", "-e", "-c", install]
    done = subprocess.run(
        command, cwd=checkout, env={**around, "RUNNER_TEMP": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert not checkout.joinpath("owned").exists()
    assert "is not installable" in done.stderr, "the real pip was asked"


def test_no_input_is_pasted_into_a_script() -> None:
    steps = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]
    assert [one for one in steps if "${{" in one["run"]] == []
