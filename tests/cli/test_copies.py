"""Code that a library copied out of the view and imports from there: judged by the lock."""

import sys
from pathlib import Path

import pytest

from tests.cli.offers import REPO
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

CODE = b"class Model: ...\n"
CHANGED = b"class MODEL: ...\n"


@pytest.fixture
def copied(project: Project, run: Run, hub: LocalHub) -> Path:
    """A synced project whose model brings code, and the copy that transformers would make of that."""
    commit = hub.commit(REPO, {"config.json": b"{}", "modeling.py": CODE}, license="mit")
    project.manifest("models: {asr: {source: hf:org/name, allow: [remote_code]}}\n")
    assert run("sync").code == 0
    folder = project.view / "huggingface" / "modules" / "transformers_modules" / "org" / "name" / commit
    folder.mkdir(parents=True)
    folder.joinpath("modeling.py").write_bytes(CODE)
    for marker in (folder, *folder.parents[:4]):
        marker.joinpath("__init__.py").touch()
    return folder / "modeling.py"


def test_a_right_copy_is_no_finding(copied: Path, run: Run) -> None:
    result = run("verify")
    assert (result.code, result.stderr) == (0, "")
    assert copied.exists()


@pytest.mark.parametrize("how", [[], ["--quick"]])
def test_a_changed_copy_is_a_finding_until_it_is_repaired(copied: Path, run: Run, how: list[str]) -> None:
    copied.write_bytes(CHANGED)
    copied.with_name("more.py").write_bytes(CHANGED)
    result = run("verify", *how, "--json")
    assert result.code == 1
    assert [(one["kind"], one["model"], Path(one["path"]).name) for one in result.document["findings"]] == [
        ("unexpected", "asr", "modeling.py"),
        ("unexpected", "asr", "more.py"),
    ]
    assert run("verify", "--repair").code == 0
    assert not copied.exists()
    assert not copied.with_name("more.py").exists()
    assert run("verify").code == 0


def test_nothing_is_run_that_would_import_a_changed_copy(copied: Path, project: Project, run: Run) -> None:
    assert project.models("run", "--", sys.executable, "-c", "print('ran')").stdout == "ran\n"
    copied.write_bytes(CHANGED)
    result = run("run", "--", "true")
    assert result.code == 1
    assert "code would be imported, and is not what was locked, so nothing was run" in result.stderr
    assert f"huggingface/modules/transformers_modules/org/name/{copied.parent.name}/modeling.py" in result.stderr
    assert "models verify --repair" in result.stderr


def test_env_warns_of_a_changed_copy(copied: Path, run: Run) -> None:
    assert run("env").stderr == ""
    copied.write_bytes(CHANGED)
    assert "modeling.py: would be imported, and is not what was locked" in run("env").stderr
    assert run("env").code == 0
