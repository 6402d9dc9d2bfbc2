"""`models prune`: what is ours and not wanted goes, and it is said what that frees."""

import py_compile
import shutil
import subprocess
import sys

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.cli.pruning import BOTH, MODULE, OTHER, pruned, record, there, without_ner
from tests.cli.terminal import on_terminal
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel


@pytest.mark.usefixtures("prunable", "no_network")
def test_after_a_sync_there_is_nothing_to_prune(prunable: Project) -> None:
    before = there(prunable)
    result = pruned(prunable)
    assert (result.code, result.stdout, result.stderr) == (0, "Nothing to remove\n", "")
    assert there(prunable) == before


def test_a_model_that_was_dropped_goes_with_its_snapshot_and_refs(prunable: Project, run: Run) -> None:
    before = there(prunable)
    without_ner(prunable)
    result = pruned(prunable)
    assert result.code == 0, result.text
    assert "hf:org/other@" in result.stdout
    assert "not in models.lock" in result.stdout
    assert not prunable.repository(OTHER).exists()
    assert there(prunable) == {path for path in before if "org--other" not in path}
    assert record(prunable) == there(prunable)
    assert run("verify", "--profile", "small").code == 0
    assert pruned(prunable).stdout == "Nothing to remove\n"


def test_a_variant_for_another_machine_goes_and_the_store_still_has_it(
    prunable: Project, run: Run, hub: LocalHub
) -> None:
    assert run("sync", "--profile", "large").code == 0
    result = pruned(prunable)
    assert "for another machine" in result.stdout
    assert "are needed elsewhere" in result.stdout, "the lock names it for the large machine"
    assert not prunable.repository("org/large").exists()
    hub.reset_requests()
    assert run("sync", "--profile", "large", "--offline").code == 0
    assert hub.requests == []


def test_an_earlier_commit_goes_and_the_new_one_stays(prunable: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": weights(1000, 9)})
    assert run("lock", "--upgrade-model", "asr").code == 0
    assert run("sync", "--profile", "small").code == 0
    assert len(list((prunable.repository(REPO) / "snapshots").iterdir())) == 2
    result = pruned(prunable)
    assert "of an earlier lock" in result.stdout
    assert prunable.snapshot(REPO) == {"config.json": CONFIG, "model.bin": weights(1000, 9)}
    assert run("verify", "--profile", "small").stdout.endswith("all as locked\n")


def test_an_earlier_release_of_a_package_leaves_nothing_that_python_imports(
    prunable: Project, run: Run, index: PackageIndex
) -> None:
    for cached in (True, False):
        target = None if cached else str(prunable.view / "python" / "pack" / "old.pyc")
        py_compile.compile(str(prunable.view / "python" / "pack" / "old.py"), target, doraise=True)
    index.add("pack", "1.1", make_wheel("pack", "1.1", {name: MODULE[name] for name in MODULE if "old" not in name}))
    assert run("lock", "--upgrade-model", "vad").code == 0
    assert run("sync", "--profile", "small").code == 0
    assert imports(prunable, "pack.old"), "a sync removes nothing"
    assert pruned(prunable).code == 0
    assert not imports(prunable, "pack.old")
    assert imports(prunable, "pack")
    assert [one.name for one in (prunable.view / "python").iterdir() if one.suffix] == ["pack-1.1.dist-info"]


def test_a_package_that_was_dropped_cannot_be_imported_even_as_a_namespace(prunable: Project, run: Run) -> None:
    py_compile.compile(str(prunable.view / "python" / "pack" / "old.py"), doraise=True)
    prunable.manifest(BOTH.replace("  vad: {source: pypi:pack}\n", ""))
    assert run("lock").code == 0
    assert pruned(prunable).code == 0
    assert not imports(prunable, "pack")
    assert not (prunable.view / "python").exists()


def imports(project: Project, module: str) -> bool:
    process = subprocess.run(
        [sys.executable, "-c", f"import {module}"],
        env={**project.environment, "PYTHONPATH": str(project.view / "python")},
        capture_output=True,
        check=False,
    )
    return process.returncode == 0


def test_plain_files_of_a_model_that_was_dropped_go(project: Project, run: Run) -> None:
    (project.folder / "voices").mkdir()
    (project.folder / "voices" / "a.bin").write_bytes(weights(1000))
    project.manifest("models: {voice: {source: file:./voices}, other: {source: file:./voices}}\n")
    assert run("sync").code == 0
    project.manifest("models: {other: {source: file:./voices}}\n")
    assert run("lock").code == 0
    result = run("prune", "-y")
    assert "files/voice" in result.stdout
    assert list(project.placed()) == ["files/other/a.bin"]


def test_the_same_bytes_with_another_inode_are_still_ours(prunable: Project, run: Run) -> None:
    """A project that was copied: CI caches, a moved folder."""
    copy = prunable.view.with_name("copy")
    shutil.copytree(prunable.view, copy)
    prunable.forget_view()
    copy.rename(prunable.view)
    without_ner(prunable)
    assert pruned(prunable).code == 0
    assert not prunable.repository(OTHER).exists()
    assert run("verify", "--profile", "small").code == 0


def test_what_the_user_removed_is_forgotten_with_its_empty_folders(prunable: Project) -> None:
    for place in [one for one in prunable.repository(OTHER).rglob("*") if one.is_file()]:
        place.unlink()
    without_ner(prunable)
    result = pruned(prunable)
    assert (result.code, result.stdout) == (0, "Nothing to remove\n")
    assert record(prunable) == there(prunable)
    assert not prunable.repository(OTHER).exists()


def test_hard_links_are_free_after_gc_and_copies_at_once(prunable: Project, run: Run) -> None:
    without_ner(prunable)
    linked = run("prune", "--dry-run", "--profile", "small", "--json").document
    assert (linked["bytes_freed"], linked["bytes_after_gc"]) == (0, 300_000)
    assert linked["bytes"] == 300_000 + len(CONFIG), "the config is needed for asr"
    prunable.forget_view()
    prunable.manifest(BOTH)
    assert run("lock").code == 0
    assert run("sync", "--profile", "small", MODELS_LINK_MODE="copy").code == 0
    without_ner(prunable)
    copied = run("prune", "--dry-run", "--profile", "small", "--json").document
    assert (copied["bytes_freed"], copied["bytes_after_gc"]) == (300_000 + len(CONFIG), 0)


def test_what_gc_is_said_to_free_it_frees(prunable: Project, run: Run) -> None:
    without_ner(prunable)
    promised = pruned(prunable, "--json").document["bytes_after_gc"]
    freed = run("cache", "gc", "-y", "--json").document
    assert promised == 300_000
    assert freed["bytes_freed"] == promised
    assert [one["source"] for one in freed["artifacts"]] == ["hf:org/other"]


def test_another_project_keeps_the_bytes(prunable: Project) -> None:
    other = prunable.beside("other")
    assert other.run("sync", "--profile", "small").code == 0
    without_ner(prunable)
    document = pruned(prunable, "--json").document
    assert (document["bytes_freed"], document["bytes_after_gc"]) == (0, 0)
    assert other.run("verify", "--profile", "small").code == 0


def test_what_the_own_lock_names_is_needed_though_the_store_does_not_know_the_project(prunable: Project) -> None:
    assert prunable.run("sync", "--profile", "large").code == 0
    shutil.rmtree(prunable.store / "projects")
    document = pruned(prunable, "--json").document
    assert document["bytes"] > 300_000
    assert (document["bytes_freed"], document["bytes_after_gc"]) == (0, 0)


def test_quietly_it_says_nothing(prunable: Project) -> None:
    without_ner(prunable)
    result = pruned(prunable, "-q")
    assert (result.code, result.text) == (0, "")
    assert not prunable.repository(OTHER).exists()


def test_the_document_says_all_of_it(prunable: Project) -> None:
    without_ner(prunable)
    document = pruned(prunable, "--json").document
    assert {name: document[name] for name in ("schema", "ok", "exit_code", "dry_run", "stale", "files", "kept")} == {
        "schema": "models.prune/1",
        "ok": True,
        "exit_code": 0,
        "dry_run": False,
        "stale": False,
        "files": 2,
        "kept": [],
    }
    (removed,) = document["removed"]
    assert removed["name"].startswith("hf:org/other@")
    assert {name: removed[name] for name in ("models", "path", "because", "files", "bytes")} == {
        "models": [],
        "path": "huggingface/hub/models--org--other",
        "because": "not in models.lock",
        "files": 2,
        "bytes": 300_026,
    }
    assert document["references"] == ["huggingface/hub/models--org--other/refs/main"]
    assert document["profile"]["name"] == "small"


def test_what_is_wanted_again_when_the_answer_comes_stays(prunable: Project, run: Run) -> None:
    """Between the question and the answer somebody changes the branch."""
    wanted = prunable.lock_path.read_bytes()
    without_ner(prunable)
    before = there(prunable)

    def back() -> None:
        prunable.lock_path.write_bytes(wanted)

    code, lines = on_terminal(prunable, "prune", "--profile", "small", answer=b"y\n", meanwhile=back)
    assert (code, there(prunable)) == (0, before), lines
    assert lines[-2] == "Removed nothing: it is wanted now"
    assert run("verify", "--profile", "small").code == 0


def test_what_is_not_wanted_since_the_question_was_not_shown_and_stays(prunable: Project) -> None:
    before = there(prunable)
    assert prunable.run("sync", "--profile", "large").code == 0
    code, lines = on_terminal(
        prunable, "prune", "--profile", "small", answer=b"y\n", meanwhile=lambda: without_ner(prunable)
    )
    assert (code, there(prunable)) == (0, before), lines


def test_nobody_is_asked_about_what_was_not_shown(prunable: Project) -> None:
    without_ner(prunable)
    before = there(prunable)
    code, lines = on_terminal(prunable, "prune", "--quiet", "--profile", "small", answer=b"y\n")
    assert (code, there(prunable)) == (2, before), lines
    assert "--quiet does not show what would go" in " ".join(lines)


def test_a_question_that_is_left_removes_nothing_and_says_so(prunable: Project) -> None:
    without_ner(prunable)
    before = there(prunable)
    code, lines = on_terminal(prunable, "prune", "--profile", "small", answer=b"\x04", meanwhile=lambda: None)
    assert code == 130
    assert lines[-2:] == ["error: interrupted; nothing was removed", ""]
    assert there(prunable) == before
