"""What another user, or an older program, may have left in the store, in staging and in the view."""

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.offers import weights
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.faults.whole import ONE, SIZE, is_whole, nothing_wrong
from tests.servers.hub import LocalHub

THREAT = "another user's hand in the store"
DIGEST = hashlib.sha256(ONE).hexdigest()
OTHER_USER = 12345


def blob(project: Project) -> Path:
    """Where the blob of one.bin belongs."""
    place = project.store / "blobs" / "sha256" / DIGEST[:2] / DIGEST
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def part(project: Project) -> Path:
    """Where bytes of one.bin lie while they come."""
    place = project.store / "staging" / f"{DIGEST}.part"
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def lock_of_part(project: Project) -> Path:
    return part(project).with_name(f"{DIGEST}.part.lock")


def file_of_view(project: Project) -> Path:
    """Where one.bin belongs in the view."""
    commit = str(project.pin("hf:org/name@main"))
    place = project.repository("org/name") / "snapshots" / commit / "one.bin"
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def folder_of_view(project: Project) -> Path:
    """A folder on the way to the files of the view."""
    folder = project.repository("org/name")
    folder.parent.mkdir(parents=True, exist_ok=True)
    return folder


def given_away(place: Path, content: bytes) -> None:
    """A file that belongs to somebody else."""
    place.write_bytes(content)
    os.chown(place, OTHER_USER, OTHER_USER)


PLACES: dict[str, Callable[[Project], Path]] = {
    "blob": blob,
    "part": part,
    "lock of a part": lock_of_part,
    "file of the view": file_of_view,
    "folder of the view": folder_of_view,
}
PLANTED: dict[str, Callable[[Path, Path], object]] = {
    "link": lambda place, outside: place.symlink_to(outside / "file"),
    "link to a folder": lambda place, outside: place.symlink_to(outside),
    "link to nothing": lambda place, outside: place.symlink_to(outside / "new"),
    "pipe": lambda place, _: os.mkfifo(place),
    "other bytes": lambda place, _: place.write_bytes(weights(SIZE, 77)),
    "other owner": lambda place, _: given_away(place, weights(SIZE, 78)),
}


@pytest.mark.parametrize("where", PLACES)
def test_what_was_planted_is_refused_or_replaced_and_never_used(locked: Project, tmp_path: Path, where: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"theirs")
    found = []
    for what in (one for one in PLANTED if one != "other owner" or os.geteuid() == 0):
        for folder in (locked.store, locked.view):
            shutil.rmtree(folder, ignore_errors=True)
        place = PLACES[where](locked)
        PLANTED[what](place, outside)
        result = locked.models("sync") if what == "pipe" else locked.run("sync")
        assert result.code in (0, 3), f"{what}: {result.text}"
        assert "Traceback" not in result.text
        assert [one.name for one in outside.iterdir()] == ["file"], f"{what}: something was written through it"
        assert (outside / "file").read_bytes() == b"theirs"
        nothing_wrong(locked)
        if result.code:
            assert str(place.parent) in result.text, f"{what}: the place is not named"
            place.unlink(missing_ok=True)
            assert locked.run("sync").code == 0
        is_whole(locked)
        found.append(f"{what} {'refused' if result.code else 'replaced'}")
    figure(THREAT, "planted links, pipes and bytes: refused, or replaced by right ones", f"{where}: {', '.join(found)}")


def test_a_link_in_the_place_of_staging_or_blobs_leads_nobody_out(locked: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(locked.store)
    locked.store.mkdir()
    (locked.store / "staging").symlink_to(outside / "nowhere")
    result = locked.models("sync")
    assert result.code == 3, result.text
    assert str(locked.store) in result.text
    assert list(outside.iterdir()) == []


def test_a_store_that_everybody_may_write_is_closed_and_its_blobs_are_hashed(locked: Project, hub: LocalHub) -> None:
    locked.store.chmod(0o777)
    blob(locked).write_bytes(weights(SIZE, 79))
    blob(locked).parent.chmod(0o777)
    assert locked.models("sync").code == 0
    assert locked.store.stat().st_mode & 0o077 == 0
    is_whole(locked)
    assert hub.bytes_sent(origin="cdn") == 2 * SIZE
    figure(
        THREAT, "a store that others may write: closed, and what lies in it is hashed", "closed; 1 wrong blob replaced"
    )


if os.geteuid() == 0:

    def test_a_store_of_another_user_is_refused(locked: Project, hub: LocalHub) -> None:
        for path in (locked.store, *locked.store.rglob("*")):
            os.chown(path, OTHER_USER, OTHER_USER)
        result = locked.models("sync")
        assert result.code == 3, result.text
        assert "belongs to another user" in result.text
        assert "MODELS_STORE" in result.text
        assert hub.bytes_sent(origin="cdn") == 0
        figure(THREAT, "a store of another user: refused", "exit 3, nothing fetched")
