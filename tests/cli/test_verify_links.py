"""Links in the view: one that leads out is replaced, and nothing is ever written or removed through it."""

import os
from pathlib import Path

import pytest

from tests.cli.offers import ASR, CONFIG, REPO, WEIGHTS, flipped, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel


@pytest.fixture
def synced(project: Project, run: Run, hub: LocalHub) -> Project:
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    return project


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of somebody else, with files that are theirs."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("model.bin", "config.json", "precious.txt", "main"):
        folder.joinpath(name).write_bytes(b"theirs")
    return folder


def untouched(outside: Path) -> bool:
    return {path.name: path.read_bytes() for path in outside.iterdir()} == dict.fromkeys(
        ("model.bin", "config.json", "precious.txt", "main"), b"theirs"
    )


@pytest.mark.parametrize("verb", [("sync",), ("verify", "--repair")])
@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_a_file_that_is_a_link_out_is_replaced(
    synced: Project, run: Run, outside: Path, verb: tuple[str, ...], name: str
) -> None:
    place = next(synced.repository(REPO).rglob(name))
    place.unlink()
    place.symlink_to(outside / name)
    assert run("verify").code == 1
    assert run(*verb).code == 0
    assert not place.is_symlink()
    assert synced.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}
    assert untouched(outside)


@pytest.mark.parametrize("verb", [("sync",), ("verify", "--repair")])
@pytest.mark.parametrize("level", ["huggingface", "hub", "repository", "snapshots", "snapshot", "refs"])
def test_a_folder_that_is_a_link_out_is_replaced_and_not_emptied(
    synced: Project, run: Run, outside: Path, verb: tuple[str, ...], level: str
) -> None:
    repository = synced.repository(REPO)
    (snapshot,) = (repository / "snapshots").iterdir()
    folder = {
        "huggingface": synced.view / "huggingface",
        "hub": synced.view / "huggingface" / "hub",
        "repository": repository,
        "snapshots": repository / "snapshots",
        "snapshot": snapshot,
        "refs": repository / "refs",
    }[level]
    folder.rename(synced.folder / "moved-away")
    folder.symlink_to(outside)
    assert run("verify").code == 1
    result = run(*verb)
    assert untouched(outside), result.text
    assert result.code == 0, result.text
    assert not folder.is_symlink()
    assert synced.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}
    assert run("verify").code == 0


@pytest.mark.parametrize("verb", [("sync",), ("verify", "--repair")])
def test_a_package_folder_that_is_a_link_out_is_replaced_and_not_emptied(
    project: Project, run: Run, index: PackageIndex, outside: Path, verb: tuple[str, ...]
) -> None:
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/__init__.py": b"", "pack/w.bin": WEIGHTS}))
    project.manifest("models: {vad: {source: pypi:pack}}\n")
    assert run("sync").code == 0
    folder = project.view / "python" / "pack"
    folder.rename(project.folder / "moved-away")
    folder.symlink_to(outside)
    result = run(*verb)
    assert untouched(outside), result.text
    assert result.code == 0, result.text
    assert folder.joinpath("w.bin").read_bytes() == WEIGHTS


def test_a_link_inside_an_unexpected_folder_is_removed_and_not_what_it_means(
    synced: Project, run: Run, outside: Path
) -> None:
    (snapshot,) = (synced.repository(REPO) / "snapshots").iterdir()
    snapshot.joinpath("extra").symlink_to(outside)
    snapshot.joinpath("extra.txt").symlink_to(outside / "precious.txt")
    result = run("verify", "--json")
    assert [one["kind"] for one in result.document["findings"]] == ["unexpected", "unexpected"]
    assert run("verify", "--repair").code == 0
    assert untouched(outside)
    assert not snapshot.joinpath("extra").is_symlink()


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("verb", [("sync",), ("verify", "--repair")])
def test_a_reference_that_is_a_link_out_is_replaced(
    synced: Project, run: Run, outside: Path, verb: tuple[str, ...], *, right: bool
) -> None:
    reference = synced.repository(REPO) / "refs" / "main"
    commit = reference.read_text()
    reference.unlink()
    reference.symlink_to(outside / "main")
    if right:
        outside.joinpath("main").write_text(commit)
    assert run("verify").code == 1, "who owns the file can move the pin"
    assert run(*verb).code == 0
    assert not reference.is_symlink()
    assert reference.read_text() == commit
    assert outside.joinpath("main").read_text() == (commit if right else "theirs")


def test_links_that_stay_inside_the_view_are_the_caches_own(synced: Project, run: Run) -> None:
    """The hub's own cache links its snapshots to `blobs`."""
    place = next(synced.repository(REPO).rglob("model.bin"))
    blob = synced.repository(REPO) / "blobs" / "abc"
    blob.parent.mkdir()
    place.rename(blob)
    place.symlink_to("../../blobs/abc")
    assert run("verify").code == 0
    assert run("sync", "--offline").code == 0
    assert place.is_symlink()
    blob.chmod(0o600)
    blob.write_bytes(flipped(WEIGHTS, 8))
    assert run("verify").code == 1
    assert run("verify", "--repair").code == 0
    assert blob.read_bytes() == flipped(WEIGHTS, 8), "what a link means is not ours to write"
    assert place.read_bytes() == WEIGHTS


def test_a_view_that_leads_out_of_the_project_is_refused(synced: Project, run: Run, tmp_path: Path) -> None:
    """A commit can hold such a link; what lies behind it is not ours (formats.md: `cache:` lies inside the project)."""
    synced.view.rename(tmp_path / "elsewhere")
    synced.view.symlink_to(tmp_path / "elsewhere")
    for arguments in (("sync", "--offline"), ("verify", "--repair"), ("status",)):
        result = run(*arguments)
        assert result.code == 2
        assert "MODELS_STORE" in result.stderr
    assert synced.view.is_symlink()


@pytest.mark.parametrize("verb", [("sync",), ("verify", "--repair")])
@pytest.mark.parametrize("name", ["model.bin", "refs/main", "snapshot"])
def test_a_link_that_goes_round_in_a_circle_is_replaced(
    synced: Project, run: Run, verb: tuple[str, ...], name: str
) -> None:
    (snapshot,) = (synced.repository(REPO) / "snapshots").iterdir()
    place = {
        "model.bin": snapshot / "model.bin",
        "refs/main": synced.repository(REPO) / "refs" / "main",
        "snapshot": snapshot,
    }[name]
    place.rename(synced.folder / "moved-away")
    place.symlink_to(place.name)
    result = run("verify")
    assert result.code == 1, result.text
    result = run(*verb)
    assert result.code == 0, result.text
    assert not place.is_symlink()
    assert synced.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}


@pytest.mark.parametrize("what", ["folder", "fifo"])
def test_what_is_no_file_is_damage(synced: Project, run: Run, what: str) -> None:
    place = next(synced.repository(REPO).rglob("model.bin"))
    place.unlink()
    if what == "fifo":
        os.mkfifo(place)
    else:
        place.mkdir()
    assert run("verify").code == 1
    result = run("verify", "--repair")
    assert result.code == 0, result.text
    assert run("verify").code == 0


def test_a_damaged_blob_is_hashed_before_it_is_linked_again(synced: Project, run: Run) -> None:
    other = synced.beside("other")
    for blob in synced.blobs():
        content = blob.read_bytes()
        blob.unlink()
        blob.write_bytes(flipped(content, 1))
    assert other.run("sync").code == 0
    assert other.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}
    assert other.run("verify").code == run("verify").code == 0


def test_a_blob_that_was_written_through_a_link_is_found_by_repair(synced: Project, run: Run) -> None:
    """A flip in the view is a flip in the store where they share bytes, and its time may be the old one."""
    synced.forget_view()
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    place = next(synced.repository(REPO).rglob("model.bin"))
    before = place.stat()
    place.chmod(0o600)
    with place.open("r+b") as stream:
        stream.write(b"spoiled")
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run("verify").code == 1
    assert run("verify", "--repair").code == 0
    assert run("verify").code == 0


@pytest.mark.parametrize("kind", ["link", "other bytes"])
def test_what_another_hand_put_into_the_store_is_not_used(synced: Project, run: Run, outside: Path, kind: str) -> None:
    synced.forget_view()
    for blob in synced.blobs():
        blob.unlink()
        if kind == "link":
            blob.symlink_to(outside / "model.bin")
        else:
            blob.write_bytes(b"theirs")
    assert run("sync").code == 0
    assert synced.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}
    assert untouched(outside)
