"""`models lock` and `sync` of plain addresses and local folders."""

import gc
import io
import tarfile
import zipfile

import pytest

from tests.cli.offers import CONFIG, WEIGHTS, flipped, sha256, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer

MEMBERS = {"voice/config.json": CONFIG, "voice/model.bin": WEIGHTS, "README.md": b"# Voice\n"}


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            archive.writestr(zipfile.ZipInfo(path), content)
    return file.getvalue()


def tarred(members: dict[str, bytes], link: str | None = None) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for path, content in members.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        if link:
            entry = tarfile.TarInfo("link")
            entry.type, entry.linkname = tarfile.SYMTYPE, link
            archive.addfile(entry)
    return file.getvalue()


def asking(project: Project, url: str, more: str = "") -> str:
    """A manifest with one address; the key of its artifact."""
    project.manifest(f'models: {{voice: {{source: "url:{url}"{more}}}}}\n')
    return f"url:{url}"


def test_an_address_without_a_digest_is_fetched_once_and_recorded(
    project: Project, run: Run, files: FileServer
) -> None:
    digest = files.put("v1/model.bin", WEIGHTS)
    key = asking(project, files.url("v1/model.bin"))
    assert run("lock").code == 0
    assert project.lock["artifacts"][key]["files"] == [{"path": "model.bin", "size": len(WEIGHTS), "sha256": digest}]
    assert files.bytes_sent() == len(WEIGHTS)
    assert run("sync").code == 0
    assert files.bytes_sent() == len(WEIGHTS)
    assert project.placed() == {"files/voice/model.bin": WEIGHTS}
    assert run("path", "voice").stdout.strip() == str(project.view / "files" / "voice" / "model.bin")


def test_an_address_with_a_digest_is_not_fetched_at_lock(project: Project, run: Run, files: FileServer) -> None:
    content = weights(3_000_000)
    asking(project, files.url("model.bin"), f", sha256: {files.put('model.bin', content)}")
    assert run("lock").code == 0
    kept = sum(path.stat().st_size for path in project.store.rglob("*") if path.is_file())
    assert kept == 0
    files.reset_requests()
    assert run("sync").code == 0
    assert files.bytes_sent() == len(content)
    assert project.placed() == {"files/voice/model.bin": content}


def test_a_head_is_enough_to_learn_the_size_of_an_address(project: Project, run: Run, files: FileServer) -> None:
    content = weights(20_000_000)
    asking(project, files.url("model.bin"), f", sha256: {files.put('model.bin', content)}")
    assert run("lock").code == 0
    assert files.bytes_sent() < len(content) // 2


@pytest.mark.parametrize("unpack", ["false", "true"])
def test_a_wrong_stated_digest_is_exit_4_and_nothing_is_kept(
    project: Project, run: Run, files: FileServer, unpack: str
) -> None:
    files.put("voice.zip", zipped(MEMBERS))
    asking(project, files.url("voice.zip"), f", sha256: {'0' * 64}, unpack: {unpack}")
    result = run("sync")
    assert result.code == 4
    assert "0" * 64 in result.stderr
    assert project.placed() == {}


def test_a_stated_digest_without_ranges_is_checked_at_lock(project: Project, run: Run, files: FileServer) -> None:
    files.ranges = False
    files.put("model.bin", WEIGHTS)
    asking(project, files.url("model.bin"), f", sha256: {'0' * 64}")
    assert run("lock").code == 4
    assert not project.lock_path.exists()


@pytest.mark.parametrize("name", ["voice.zip", "voice.tar.gz"])
@pytest.mark.parametrize("stated", [True, False])
def test_an_archive_is_unpacked_and_locked_with_its_members(
    project: Project, run: Run, files: FileServer, name: str, *, stated: bool
) -> None:
    archive = zipped(MEMBERS) if name.endswith(".zip") else tarred(MEMBERS)
    digest = files.put(name, archive)
    key = asking(project, files.url(name), ", unpack: true" + (f", sha256: {digest}" if stated else ""))
    assert run("lock").code == 0
    artifact = project.lock["artifacts"][key]
    assert artifact["archive"] == {"path": name, "size": len(archive), "sha256": digest}
    assert {file["path"]: file["sha256"] for file in artifact["files"]} == {
        path: sha256(content) for path, content in MEMBERS.items()
    }
    project.forget_store()
    assert run("sync").code == 0
    assert project.placed() == {f"files/voice/{path}": content for path, content in MEMBERS.items()}
    assert run("verify").code == 0


@pytest.mark.parametrize(
    "archive",
    [
        tarred({"a": b"1"}, link="/etc/passwd"),
        tarred({"../a": b"1"}),
        zipped({"../a": b"1"}),
        zipped({"CON": b"1"}),
        tarred({"a": b"1", "A": b"2"}),
        zipped(MEMBERS)[:-40],
        b"no archive at all",
    ],
    ids=["link", "tar escape", "zip escape", "device", "collision", "truncated", "text"],
)
def test_an_archive_that_is_not_safe_is_refused(project: Project, run: Run, files: FileServer, archive: bytes) -> None:
    files.put("voice.archive", archive)
    asking(project, files.url("voice.archive"), ", unpack: true")
    assert run("lock").code == 2
    assert not project.lock_path.exists()


def test_an_address_that_gives_other_bytes_later_is_exit_4(project: Project, run: Run, files: FileServer) -> None:
    files.put("model.bin", WEIGHTS)
    asking(project, files.url("model.bin"))
    assert run("lock").code == 0
    project.forget_store()
    files.put("model.bin", flipped(WEIGHTS, 7))
    assert run("sync").code == 4
    assert project.placed() == {}
    files.put("model.bin", WEIGHTS)
    assert run("sync").code == 0


@pytest.mark.parametrize("size", [len(WEIGHTS) - 1, len(WEIGHTS) + 1, 10])
def test_an_address_that_gives_another_size_later_is_exit_4(
    project: Project, run: Run, files: FileServer, size: int, waits: list[float]
) -> None:
    files.put("model.bin", WEIGHTS)
    asking(project, files.url("model.bin"))
    assert run("lock").code == 0
    project.forget_store()
    files.put("model.bin", weights(size, 3))
    result = run("sync")
    assert result.code == 4, result.stderr
    assert len(waits) < 4


def test_a_missing_address_is_exit_3(project: Project, run: Run, files: FileServer) -> None:
    asking(project, files.url("model.bin"))
    result = run("lock")
    assert result.code == 3
    assert "not found at the source" in result.stderr


def test_a_body_without_an_end_is_bounded_at_lock(
    project: Project, run: Run, files: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolver.sources.web.LARGEST_UNTOLD", 1 << 20)
    files.put("model.bin", WEIGHTS)
    files.faults = [Fault("model.bin", "endless", times=ALWAYS)]
    asking(project, files.url("model.bin"))
    assert run("lock").code == 3
    kept = sum(path.stat().st_size for path in project.store.rglob("*") if path.is_file())
    assert kept <= 1 << 20
    gc.collect()  # a connection that was given up is closed: an open one would warn here


def own(project: Project) -> str:
    """A folder of our own beside the manifest, asked for; the key of its artifact."""
    for path, content in MEMBERS.items():
        place = project.folder / "own" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    project.manifest("models: {voice: {source: file:./own}}\n")
    return "file:./own"


def test_a_folder_is_hashed_and_placed(project: Project, run: Run) -> None:
    key = own(project)
    assert run("sync").code == 0
    assert {file["path"] for file in project.lock["artifacts"][key]["files"]} == set(MEMBERS)
    assert project.placed() == {f"files/voice/{path}": content for path, content in MEMBERS.items()}
    assert run("verify").code == 0


def test_what_is_placed_of_a_folder_survives_a_change_of_the_folder(project: Project, run: Run) -> None:
    own(project)
    assert run("sync").code == 0
    project.folder.joinpath("own/voice/model.bin").write_bytes(b"retrained")
    assert project.placed()["files/voice/voice/model.bin"] == WEIGHTS
    assert run("verify").code == 0
    assert run("sync").code == 0


@pytest.mark.parametrize(
    "change",
    [flipped(WEIGHTS, 9), WEIGHTS + b"1", WEIGHTS[:-1], b""],
    ids=["flipped", "longer", "shorter", "emptied"],
)
def test_a_changed_folder_is_exit_4_with_what_to_do(
    project: Project, run: Run, change: bytes, waits: list[float]
) -> None:
    own(project)
    assert run("lock").code == 0
    project.folder.joinpath("own/voice/model.bin").write_bytes(change)
    result = run("sync")
    assert result.code == 4, result.stderr
    assert "voice/model.bin" in result.stderr
    assert "models lock --upgrade-model" in result.stderr, "the hint says how to lock what the folder holds now"
    assert run("lock", "--upgrade-model", "voice").code == 0
    assert run("sync").code == 0
    assert project.placed()["files/voice/voice/model.bin"] == change
    assert len(waits) < 4


def test_a_file_that_went_from_a_folder_is_exit_3(project: Project, run: Run) -> None:
    own(project)
    assert run("lock").code == 0
    project.folder.joinpath("own/voice/model.bin").unlink()
    result = run("sync")
    assert result.code == 3
    assert "restore the folder" in result.stderr


def test_a_missing_folder_and_one_with_unsafe_names_are_refused(project: Project, run: Run) -> None:
    project.manifest("models: {voice: {source: file:./own}}\n")
    assert run("lock").code == 3
    project.folder.joinpath("own").mkdir()
    project.folder.joinpath("own", "aux.bin").write_bytes(b"1")
    assert run("lock").code == 2


def test_one_file_is_a_source_too(project: Project, run: Run) -> None:
    project.folder.joinpath("own.bin").write_bytes(WEIGHTS)
    project.manifest("models: {voice: {source: file:own.bin}}\n")
    assert run("sync").code == 0
    assert project.placed() == {"files/voice/own.bin": WEIGHTS}
