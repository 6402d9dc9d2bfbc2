"""`models remove`: models.yaml without some of its models, and nothing else."""

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

BEFORE = """\
version: 1

models:
  # speech
  asr:
    source: hf:org/name # as ever

  # where somebody speaks
  vad: {source: hf:org/name}

  ner:
    source: hf:org/ner
    optional: true

# the end
"""


@pytest.fixture
def written(project: Project) -> Project:
    project.manifest_path.write_text(BEFORE)
    return project


@pytest.mark.usefixtures("no_network")
def test_models_go_with_their_comments(written: Project, run: Run) -> None:
    result = run("remove", "ner", "asr")
    assert (result.code, result.stdout) == (0, "")
    assert result.stderr == snapshot("""\
Removed asr from models.yaml, 3 lines
Removed ner from models.yaml, 3 lines
""")
    assert written.manifest_path.read_text() == snapshot("""\
version: 1

models:
  # where somebody speaks
  vad: {source: hf:org/name}

# the end
""")


def test_what_the_lock_still_has_is_said(written: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/ner", seed=1)
    assert run("sync").code == 0
    result = run("remove", "asr", "ner")
    assert result.stderr == snapshot("""\
Removed asr from models.yaml, 3 lines
Removed ner from models.yaml, 3 lines
models.lock still has asr, and other models need all that it brings
models.lock still has ner (1 artifact, 300 kB)
hint: `models lock` takes that out of the lock, and `models prune` then its files from this machine
""")
    assert run("lock").code == 0
    assert [one["name"] for one in written.lock["models"]] == ["vad"]
    assert run("remove", "ner").code == 2


def test_a_lock_that_cannot_be_read_is_no_obstacle(written: Project, run: Run) -> None:
    written.lock_path.write_text("<<<<<<< ours\n")
    result = run("remove", "ner")
    assert (result.code, result.stderr) == (0, "Removed ner from models.yaml, 3 lines\n")


def test_the_document_keeps_what_was_removed(written: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/ner", seed=1)
    assert run("lock").code == 0
    result = run("remove", "ner", "--json", "-q")
    assert result.stderr == ""
    assert result.document == {
        "schema": "models.remove/1",
        "ok": True,
        "exit_code": 0,
        "changed": True,
        "dry_run": False,
        "manifest": "models.yaml",
        "project": str(written.folder),
        "removed": [{"name": "ner", "line": 11, "text": "  ner:\n    source: hf:org/ner\n    optional: true"}],
        "left": [{"name": "ner", "artifacts": ["hf:org/ner@main"], "bytes": 300_026}],
    }


def test_a_dry_run_shows_it_and_removes_nothing(written: Project, run: Run) -> None:
    result = run("remove", "asr", "asr", "vad", "--dry-run")
    assert result.code == 0
    assert result.stdout == snapshot("""\
  # speech
  asr:
    source: hf:org/name # as ever
  # where somebody speaks
  vad: {source: hf:org/name}
""")
    assert result.stderr == "Would remove asr from models.yaml, 3 lines\nWould remove vad from models.yaml, 2 lines\n"
    assert written.manifest_path.read_text() == BEFORE


def test_a_name_that_does_not_exist_removes_nothing(written: Project, run: Run) -> None:
    result = run("remove", "asr", "nerr")
    assert result.code == 2
    assert result.stderr == "error: no model 'nerr'\nhint: did you mean 'ner'?\n"
    assert written.manifest_path.read_text() == BEFORE


def test_the_last_model_stays(written: Project, run: Run) -> None:
    result = run("remove", "asr", "vad", "ner")
    assert result.code == 2
    assert "no model would be left" in result.stderr
    assert written.manifest_path.read_text() == BEFORE


def test_a_model_has_to_be_named(written: Project, run: Run) -> None:
    assert run("remove").code == 2
    assert written.manifest_path.read_text() == BEFORE


def test_lines_of_a_file_from_windows_are_shown_without_their_ends(project: Project, run: Run) -> None:
    project.manifest_path.write_bytes(BEFORE.replace("\n", "\r\n").encode())
    assert run("remove", "vad", "--dry-run").stdout == "  # where somebody speaks\n  vad: {source: hf:org/name}\n"
    assert run("remove", "vad").code == 0
    content = project.manifest_path.read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n") == 12
