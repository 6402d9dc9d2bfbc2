"""`models diff`: locks of revisions and files, as a reviewer, a pull request and a program see them."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, offer, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

MANIFEST = """
profiles: {ci: {os: linux, arch: x86_64}}
models:
  asr: {source: hf:org/name}
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S607
    return done.stdout.strip()


def commit(folder: Path, text: str = "x") -> str:
    git(folder, "add", "models.yaml", "models.lock")
    git(folder, "commit", "-qm", text)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def reviewed(project: Project, run: Run, hub: LocalHub) -> Project:
    """A repository whose HEAD has a lock, and upstream has moved on since."""
    offer(hub)
    project.manifest(MANIFEST)
    assert run("lock").code == 0
    git(project.folder, "init", "-q")
    commit(project.folder, "first")
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(300_100, 9)}, license="mit")
    return project


@pytest.fixture
def moved(reviewed: Project, run: Run, hub: LocalHub) -> Project:
    """And the working tree has the newer pin."""
    assert run("update", "asr").code == 0
    hub.reset_requests()
    return reviewed


def test_nothing_differs_after_a_commit(reviewed: Project, run: Run) -> None:
    result = run("diff", "--exit-code")
    assert (result.code, result.stdout) == (0, "")
    assert "nothing differs" in result.stderr
    assert reviewed.lock_path.exists()


def test_of_one_model_nothing_differs(reviewed: Project, run: Run) -> None:
    assert "nothing of asr differs between HEAD" in run("diff", "--only", "asr").stderr
    assert reviewed.lock_path.exists()


def test_weights_that_moved_are_told_with_the_pins_and_the_machine(moved: Project, run: Run, hub: LocalHub) -> None:
    result = run("diff")
    assert result.code == 0
    assert "org/name" in result.stdout
    assert "weights changed, +100 B (ci): model.bin (300 kB)" in result.stdout
    assert moved.pin("hf:org/name@main")[:8] in result.stdout
    assert hub.requests == []
    assert run("diff", "--exit-code").code == 1


def test_a_readme_that_moved_is_no_change_of_weights(reviewed: Project, run: Run, hub: LocalHub) -> None:
    files = {"config.json": CONFIG, "model.bin": weights(300_000), "README.md": b"# new\n"}
    hub.commit(REPO, files, license="mit")
    assert run("update").code == 0
    (change,) = run("diff", "--json").document["changes"]
    assert (change["model"], change["kind"]) == ("asr", "metadata")
    assert reviewed.lock_path.exists()


def test_two_revisions_are_compared_whatever_the_working_tree_holds(moved: Project, run: Run) -> None:
    before = git(moved.folder, "rev-parse", "HEAD")
    after = commit(moved.folder, "second")
    moved.lock_path.write_text("nonsense")
    kinds = [one["kind"] for one in run("diff", before, after, "--json").document["changes"]]
    assert kinds == ["weights"]
    assert (
        run("diff", "HEAD~1", "main", "--json").document["changes"]
        == run("diff", before, after, "--json").document["changes"]
    )


def test_two_files_need_no_repository(moved: Project, run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.lock"
    old.write_text(git(moved.folder, "show", "HEAD:models.lock") + "\n")
    document = run("diff", str(old), str(moved.lock_path), "--json").document
    assert document["schema"] == "models.diff/1"
    assert [one["kind"] for one in document["changes"]] == ["weights"]
    assert document["changes"][0]["size_delta"] == 100
    assert document["changes"][0]["profiles"] == ["ci"]


def test_a_folder_of_a_repository_is_compared_by_its_own_lock(moved: Project, run: Run) -> None:
    git(moved.folder, "checkout", "-q", "--", "models.lock")
    below = moved.folder / "services" / "speech"
    below.mkdir(parents=True)
    for name in ("models.yaml", "models.lock"):
        below.joinpath(name).write_bytes(moved.folder.joinpath(name).read_bytes())
    result = run("diff", "--project", str(below), "--json")
    assert [one["kind"] for one in result.document["changes"]] == ["added"]


def test_a_lock_that_a_revision_does_not_have_is_empty_and_that_is_said(reviewed: Project, run: Run) -> None:
    git(reviewed.folder, "rm", "-q", "--cached", "models.lock")
    git(reviewed.folder, "commit", "-qm", "without")
    result = run("diff", "--json")
    assert [one["kind"] for one in result.document["changes"]] == ["added"]
    assert "every model counts as new" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("no-such-revision",), "no-such-revision"),
        (("--", "--output=/tmp/x"), "--output=/tmp/x"),
        (("HEAD", "main", "more"), "more"),
    ],
)
def test_what_names_no_lock_is_wrong_input(moved: Project, run: Run, arguments: tuple[str, ...], text: str) -> None:
    result = run("diff", *arguments)
    assert result.code == 2
    assert text in result.stderr
    assert moved.lock_path.exists()


def test_without_a_repository_a_revision_is_wrong_input(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(MANIFEST)
    assert run("lock").code == 0
    result = run("diff", "main")
    assert result.code == 2
    assert "hint:" in result.stderr


def test_markdown_shows_a_hostile_licence_as_code_in_its_cell(moved: Project, run: Run) -> None:
    moved.edit_lock('"license": "mit"', '"license": "a|b`<script>x</script> @team [y](http://z)"')
    result = run("diff", "--format", "markdown")
    assert result.code == 0
    (row,) = [line for line in result.stdout.splitlines() if "script" in line]
    (cell,) = [one for one in row.replace("\\|", "\0").split("|") if "script" in one]
    assert cell.strip().startswith("``")
    assert cell.strip().endswith("``"), "between two signs, so that one inside ends nothing"
    assert "a\0b" in cell


@pytest.mark.usefixtures("moved")
def test_github_shows_a_line_for_each_change(run: Run) -> None:
    (line,) = run("diff", "--format", "github").stdout.splitlines()
    assert line.startswith("::notice file=models.lock,title=asr%3A ")


def test_a_document_has_two_names_and_an_error_is_one(moved: Project, run: Run) -> None:
    assert run("diff", "--format", "json").document == run("diff", "--json").document
    assert json.loads(run("diff", "nonsense", "--format", "json").stdout)["schema"] == "models.error/1"
    assert run("diff", "--json", "--format", "markdown").code == 2
    assert moved.lock_path.exists()


def test_only_some_models_are_told(moved: Project, run: Run) -> None:
    assert run("diff", "--only", "asr", "--json").document["changes"]
    result = run("diff", "--only", "asrr")
    assert result.code == 2
    assert "did you mean 'asr'?" in result.stderr
    assert moved.lock_path.exists()
