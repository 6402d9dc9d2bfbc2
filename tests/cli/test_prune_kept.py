"""What `models prune` leaves: what others put there, what was changed, and everything where nobody says yes."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.offers import offer, weights
from tests.cli.project import Project
from tests.cli.pruning import BOTH, ONE_LESS, OTHER, pruned, record, there, without_ner
from tests.conftest import Run
from tests.servers.hub import LocalHub


@pytest.mark.parametrize("how", ["written", "replaced", "linked", "folder"])
def test_what_was_changed_stays_and_says_so(prunable: Project, how: str) -> None:
    place = next(prunable.repository(OTHER).rglob("model.bin"))
    without_ner(prunable)
    place.unlink()
    if how == "written":
        place.write_bytes(b"mine")
    elif how == "replaced":
        place.write_bytes(weights(300_000, 99))
    elif how == "linked":
        place.symlink_to(prunable.manifest_path)
    else:
        place.mkdir()
        (place / "mine").write_bytes(b"1")
    result = pruned(prunable)
    assert result.code == 0, result.text
    assert os.path.lexists(place)
    assert prunable.manifest_path.exists()
    assert (prunable.repository(OTHER) / "refs" / "main").exists(), "it names a folder in which something stays"
    assert "changed since it was placed" in result.stdout or how == "folder"
    assert record(prunable) >= {place.relative_to(prunable.view).as_posix()} or how == "folder"


def test_what_others_put_there_stays_and_is_named(prunable: Project) -> None:
    theirs = {
        "huggingface/hub/models--their--own/snapshots/1/model.bin": "huggingface/hub/models--their--own",
        "huggingface/hub/models--org--other/trees/listing.json": "huggingface/hub/models--org--other",
        "huggingface/modules/transformers_modules/__init__.py": "huggingface/modules",
        "torch/hub/trusted_list": "torch/hub/trusted_list",
        "CACHEDIR.TAG": "CACHEDIR.TAG",
    }
    for path in theirs:
        place = prunable.view / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"1")
    without_ner(prunable)
    document = pruned(prunable, "--json").document
    assert {one["path"] for one in document["kept"]} == set(theirs.values())
    assert {one["because"] for one in document["kept"]} == {"not placed by `models`"}
    assert all((prunable.view / path).exists() for path in theirs)
    assert list(prunable.repository(OTHER).rglob("*.bin")) == []


def test_nothing_is_reached_through_a_link(prunable: Project) -> None:
    outside = prunable.folder.parent / "outside"
    prunable.repository(OTHER).rename(outside)
    prunable.repository(OTHER).symlink_to(outside)
    before = sorted(one.name for one in outside.rglob("*"))
    without_ner(prunable)
    result = pruned(prunable)
    assert result.code == 0
    assert "behind a link" in result.stdout
    assert sorted(one.name for one in outside.rglob("*")) == before
    prunable.repository(OTHER).unlink()
    outside.rename(prunable.repository(OTHER))
    assert pruned(prunable).code == 0
    assert not prunable.repository(OTHER).exists(), "the record had not forgotten"


def test_a_view_that_a_link_leads_out_of_the_project_is_refused(prunable: Project) -> None:
    outside = prunable.folder.parent / "outside"
    prunable.view.rename(outside)
    prunable.view.symlink_to(outside)
    assert pruned(prunable).code == 2
    assert (outside / "models-record.json").exists()


def test_a_lost_record_means_that_nothing_goes(prunable: Project) -> None:
    before = there(prunable)
    (prunable.view / "models-record.json").unlink()
    without_ner(prunable)
    assert pruned(prunable).code == 0
    assert there(prunable) == before


@pytest.mark.parametrize(
    "path", ["../../models.yaml", "/etc/hostname", "a\0b", "", "con", "huggingface/../../models.yaml"]
)
def test_a_forged_record_leads_nowhere(prunable: Project, path: str) -> None:
    without_ner(prunable)
    place = prunable.view / "models-record.json"
    found = json.loads(place.read_bytes())
    manifest = prunable.manifest_path.stat()
    found["files"][path] = [manifest.st_size, manifest.st_mtime_ns, manifest.st_ino, "0" * 64]
    found["references"][path] = prunable.manifest_path.read_text()
    place.write_text(json.dumps(found))
    assert pruned(prunable).code == 0
    assert prunable.manifest_path.exists()
    assert not prunable.repository(OTHER).exists()


def test_a_reference_that_a_program_moved_is_its_own(prunable: Project) -> None:
    main = prunable.repository(OTHER) / "refs" / "main"
    main.write_text("0" * 40)
    without_ner(prunable)
    assert "names another commit now" in pruned(prunable).stdout
    assert main.read_text() == "0" * 40


def test_a_reference_that_is_right_is_known_as_ours_and_a_wrong_one_is_not(prunable: Project, run: Run) -> None:
    place = prunable.view / "models-record.json"
    found = json.loads(place.read_bytes())
    wanted = found.pop("references")
    assert len(wanted) == 2
    place.write_text(json.dumps(found))
    main = prunable.repository(OTHER) / "refs" / "main"
    before = main.read_text()
    main.write_text("0" * 40)
    assert run("verify", "--quick", "--profile", "small").code == 1
    assert json.loads(place.read_bytes())["references"].keys() == wanted.keys() - {
        main.relative_to(prunable.view).as_posix()
    }
    main.write_text(before)
    assert run("sync", "--profile", "small").code == 0
    assert json.loads(place.read_bytes())["references"] == wanted


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_without_anybody_to_ask_it_refuses(prunable: Project, run: Run, flags: tuple[str, ...]) -> None:
    before = there(prunable)
    without_ner(prunable)
    result = run("prune", "--profile", "small", *flags)
    assert (result.code, there(prunable)) == (2, before)
    assert "nothing was removed: there is nobody to ask" in result.stderr
    assert "`models prune --yes`" in result.stderr


def test_dry_run_removes_nothing(prunable: Project, run: Run) -> None:
    before = there(prunable), record(prunable)
    without_ner(prunable)
    result = run("prune", "--dry-run", "--profile", "small")
    assert (result.code, (there(prunable), record(prunable))) == (0, before)
    assert "To remove: 3 files, 300 kB" in result.stdout
    assert "Removed" not in result.text


def test_what_cannot_be_removed_is_exit_3_and_the_others_go(prunable: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002  # as pathlib has it
        if path.name == "model.bin":
            raise PermissionError(1, "Operation not permitted")
        unlink(path, missing_ok)

    without_ner(prunable)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        result = pruned(prunable, "--json")
    assert (result.code, result.document["ok"]) == (3, False)
    ((failed,)) = result.document["failed"]
    assert failed["because"] == "Operation not permitted"
    assert "cannot be removed: Operation not permitted" in result.stderr
    assert failed["path"] in record(prunable)
    assert record(prunable) == there(prunable)
    assert pruned(prunable).code == 0
    assert not prunable.repository(OTHER).exists()


def test_without_a_lock_it_is_exit_2(project: Project, run: Run) -> None:
    project.manifest(BOTH)
    assert run("prune", "-y").code == 2


def test_a_project_that_was_never_synced_has_nothing(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    assert run("prune", "-y").stdout == "Nothing to remove\n"
    assert not project.view.exists()


def test_a_stale_lock_is_said(prunable: Project) -> None:
    prunable.manifest(ONE_LESS)
    result = pruned(prunable)
    assert "models.lock is stale" in result.stderr
    assert result.stdout == "Nothing to remove\n", "the lock counts, not the manifest"
    assert pruned(prunable, "--json").document["stale"] is True
