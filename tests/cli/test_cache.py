"""`models cache gc`, as people and scripts call it."""

import json
import os
import pty
import shutil
import subprocess
import sys
from functools import partial

import pytest

from tests.cli.offers import offer
from tests.cli.project import Project
from tests.cli.terminal import on_terminal
from tests.conftest import Run
from tests.servers.hub import LocalHub

ASR = "models: {asr: {source: hf:org/name}}\n"


@pytest.fixture
def synced(project: Project, run: Run, hub: LocalHub) -> Project:
    """A synced project, and a blob in the store that no lock names."""
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    stray(project, b"nobody's")
    return project


def stray(project: Project, content: bytes) -> None:
    from resolver.store import Store

    Store(project.store).keep([content])


def asked(project: Project, answer: bytes) -> tuple[int, str]:
    """The exit code and what was said, on a terminal where somebody answers."""
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "resolver", "cache", "gc"],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.root)},
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(mine, answer)
    said = b""
    try:
        while piece := os.read(mine, 1024):
            said += piece
    except OSError:  # the terminal is closed from the other side
        pass
    os.close(mine)
    return process.wait(), said.decode()


def test_it_shows_what_goes_and_removes_it(synced: Project, run: Run) -> None:
    kept = len(synced.blobs()) - 1
    result = run("cache", "gc", "-y")
    assert result.code == 0, result.text
    assert "To remove: 1 file, 8 B" in result.stdout
    assert "Removed 1 file, 8 B" in result.stderr
    assert len(synced.blobs()) == kept
    assert run("verify").code == 0
    assert run("cache", "gc").stdout.endswith("Nothing to remove\n")


def test_dry_run_removes_nothing(synced: Project, run: Run) -> None:
    before = synced.blobs()
    result = run("cache", "gc", "--dry-run")
    assert (result.code, synced.blobs()) == (0, before)
    assert "To remove: 1 file, 8 B" in result.stdout
    assert "Removed" not in result.text


def test_what_a_project_still_has_is_not_called_freed(synced: Project, run: Run) -> None:
    os.link(next(one for one in synced.blobs() if one.read_bytes() == b"nobody's"), synced.folder / "another name")
    assert "1 file, 8 B (8 B of it stay on the disk under another name)" in run("cache", "gc", "-y").stderr


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_without_anybody_to_ask_it_refuses(synced: Project, run: Run, flags: tuple[str, ...]) -> None:
    before = synced.blobs()
    result = run("cache", "gc", *flags)
    assert (result.code, synced.blobs()) == (2, before)
    assert "nothing was removed" in result.stderr
    assert "--yes" in result.stderr


@pytest.mark.parametrize(("answer", "code", "left"), [(b"y\n", 0, 0), (b"n\n", 1, 1), (b"\x04", 130, 1)])
def test_on_a_terminal_it_asks(synced: Project, answer: bytes, code: int, left: int) -> None:
    kept = len(synced.blobs()) - 1
    found, said = asked(synced, answer)
    assert (found, len(synced.blobs()) - kept) == (code, left), said
    assert "Remove it?" in said


def test_what_somebody_needs_when_the_answer_comes_stays(synced: Project, run: Run, hub: LocalHub) -> None:
    before = synced.lock_path.read_bytes()
    hub.commit("org/name", {"model.bin": b"newer"})
    assert run("update", "asr").code == 0
    for blob in (one for one in synced.blobs() if one.read_bytes() == b"nobody's"):
        blob.unlink()
    kept = synced.blobs()
    back = partial(synced.lock_path.write_bytes, before)
    code, lines = on_terminal(synced, "cache", "gc", answer=b"y\n", meanwhile=back)
    assert (code, synced.blobs()) == (0, kept), lines
    assert lines[-2] == "Removed nothing: it is needed now"


def test_the_document_says_all_of_it(synced: Project, run: Run) -> None:
    kept = len(synced.blobs()) - 1
    document = run("cache", "gc", "-y", "--json").document
    assert {key: document[key] for key in ("schema", "ok", "exit_code", "dry_run")} == {
        "schema": "models.cache.gc/1",
        "ok": True,
        "exit_code": 0,
        "dry_run": False,
    }
    assert [(one["size"], one["linked"]) for one in document["blobs"]] == [(8, False)]
    assert (document["bytes"], document["bytes_freed"], document["parts"]) == (8, 8, [])
    assert document["kept"]["blobs"] == kept
    assert document["projects"] == [{"path": str(synced.folder), "state": "read", "because": None}]


def test_a_project_that_is_gone_keeps_its_blobs_until_it_is_forgotten(synced: Project) -> None:
    kept = len(synced.blobs()) - 1
    other = synced.beside("other")
    synced.folder.rename(synced.folder.with_name("moved"))
    result = other.run("cache", "gc", "-y")
    assert (result.code, len(synced.blobs())) == (0, kept), result.text
    assert f"note: {synced.folder} cannot be reached, so what it named last is kept" in result.stderr
    assert f"--forget {synced.folder}" in result.stderr
    asked = other.run("cache", "gc", "--forget", "../project")
    assert (asked.code, len(synced.blobs())) == (2, kept)
    assert "`models cache gc --forget ../project --yes`" in asked.stderr
    assert other.run("cache", "gc", "-y", "--forget", "../project").code == 0
    assert synced.blobs() == []
    moved = Project(synced.folder.with_name("moved"), synced.home, synced.store, synced.environment)
    assert moved.run("verify").code == 0, "the view has names of its own"
    moved.forget_view()
    assert moved.run("sync").code == 0


def test_a_project_that_nobody_knows_cannot_be_forgotten(synced: Project, run: Run) -> None:
    result = run("cache", "gc", "-y", "--forget", "nowhere")
    assert result.code == 2
    assert result.stderr.endswith("is registered in the store\nhint: `models cache size` lists those that are\n")
    assert len(synced.blobs()) > 0


def test_quietly_it_says_nothing(synced: Project, run: Run) -> None:
    before = len(synced.blobs())
    result = run("cache", "gc", "-y", "-q")
    assert (result.code, result.text, len(synced.blobs())) == (0, "", before - 1)


def test_a_sync_registers_before_it_relies_on_a_blob(synced: Project, run: Run) -> None:
    (registration,) = (synced.store / "projects").iterdir()
    registration.unlink()
    synced.forget_view()
    assert run("sync", "--dry-run").code == 0
    assert not registration.exists()
    assert run("sync").code == 0
    named = registration.read_bytes().partition(b"\0")[2].decode().split()
    artifacts = json.loads(synced.lock_path.read_bytes())["artifacts"].values()
    assert named == sorted({one["sha256"] for artifact in artifacts for one in artifact["files"]})


def test_what_is_collected_between_the_plan_and_the_placing_is_an_error_that_the_same_command_heals(
    synced: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.forget_view()

    def collected(*_: object) -> None:
        shutil.rmtree(synced.store / "blobs")

    with monkeypatch.context() as patch:
        patch.setattr("resolver.workflows.carry_out.check_disk", collected)
        result = run("sync")
    assert result.code == 3, result.text
    assert "gone or was changed meanwhile" in result.stderr
    assert run("sync").code == 0
    assert run("verify").code == 0


def test_a_repair_registers_too(synced: Project, run: Run) -> None:
    (registration,) = (synced.store / "projects").iterdir()
    registration.unlink()
    synced.forget_view()
    assert run("verify", "--repair").code == 0
    assert registration.exists()


def test_help_names_what_there_is(run: Run) -> None:
    assert "gc" in run("cache", "--help").stdout
    assert run("cache", "nothing").code == 2
