"""`--mirror`, `mirrors:` and `--no-origin`: where bytes come from, and who is never asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.mirrored import FILES, LARGE, blob, fill, fill_folder, is_right
from tests.cli.offers import ASR, CONFIG, KEY, REPO, flipped
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

pytestmark = pytest.mark.usefixtures("nothing_left_open")
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens on the port for throwing things away."""


@pytest.fixture
def second() -> Iterator[FileServer]:
    with FileServer() as second:
        yield second


@pytest.fixture
def other_hub(tmp_path: Path) -> Iterator[LocalHub]:
    with LocalHub(tmp_path / "other") as other:
        yield other


@pytest.fixture
def locked(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project whose lock is written and of which nothing is fetched."""
    hub.commit(REPO, FILES, license="mit")
    project.manifest(ASR)
    assert run("lock").code == 0
    project.forget_store()
    hub.reset_requests()
    return project


def test_what_a_web_mirror_has_is_not_asked_for_at_the_source(
    locked: Project, run: Run, hub: LocalHub, files: FileServer
) -> None:
    is_right(locked, run("sync", "--mirror", fill(files) + "/"))
    assert hub.requests == []
    assert [one.method for one in files.requests] == ["HEAD", "GET", "GET"], "one question, then the bytes"


def test_a_folder_is_a_mirror_and_so_is_a_store(locked: Project, run: Run, hub: LocalHub, tmp_path: Path) -> None:
    is_right(locked, run("sync", "--mirror", fill_folder(tmp_path / "share")))
    assert hub.requests == []
    other = locked.beside("other")
    is_right(other, other.run("sync", "--mirror", str(locked.store), MODELS_STORE=str(tmp_path / "new")))
    assert hub.requests == []


def test_a_folder_of_the_command_line_is_seen_from_the_current_one(locked: Project, hub: LocalHub) -> None:
    fill_folder(locked.folder / "inner" / "share")
    inner = Project(locked.folder / "inner", locked.home, locked.store, locked.environment)
    is_right(locked, inner.run("sync", "--mirror", "./share"))
    assert hub.requests == []


def test_a_folder_of_the_manifest_is_seen_from_the_project(locked: Project, hub: LocalHub) -> None:
    fill_folder(locked.folder / "share")
    locked.manifest("mirrors: [./share]\n" + ASR)
    inner = Project(locked.folder / "inner", locked.home, locked.store, locked.environment)
    inner.folder.mkdir()
    is_right(locked, inner.run("sync"))
    assert hub.requests == []


def test_an_endpoint_is_a_mirror_of_what_is_hf(
    locked: Project, run: Run, hub: LocalHub, other_hub: LocalHub, index: PackageIndex
) -> None:
    other_hub.commit(REPO, FILES, license="mit")
    assert other_hub.head(REPO).sha == locked.pin(KEY)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": LARGE}))
    locked.manifest("models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    assert run("lock").code == 0
    hub.reset_requests()
    other_hub.reset_requests()
    is_right(locked, run("sync", "--mirror", f"hf:{other_hub.endpoint}/"))
    assert hub.requests == []
    assert other_hub.requested("pack") == [], "a wheel is nothing that an endpoint has"


def test_the_wheel_of_a_package_comes_from_a_mirror_too(
    project: Project, run: Run, files: FileServer, index: PackageIndex
) -> None:
    wheel = make_wheel("pack", "1.0", {"pack/w.bin": LARGE})
    index.add("pack", "1.0", wheel)
    project.manifest("models: {vad: {source: pypi:pack}}\n")
    assert run("lock").code == 0
    index.requests.clear()
    assert run("sync", "--no-origin", "--mirror", fill(files, wheel)).code == 0
    assert index.requests == []
    assert project.placed()["python/pack/w.bin"] == LARGE


def test_mirrors_are_asked_in_order_those_of_the_command_line_first(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer
) -> None:
    locked.manifest(f"mirrors: ['{fill(second)}']\n{ASR}")
    is_right(locked, run("sync", "--mirror", fill(files, CONFIG)))
    assert hub.requests == []
    assert second.requested(blob(CONFIG)) == []
    assert len(second.requested(blob(LARGE), method="GET")) == 1
    assert [one.status for one in files.requested(blob(LARGE), method="GET")] == [404]


def test_what_no_mirror_has_comes_from_the_source(locked: Project, run: Run, hub: LocalHub, files: FileServer) -> None:
    result = run("sync", "--mirror", fill(files, CONFIG), "--json")
    is_right(locked, result)
    assert hub.requested("model.bin", method="GET")
    assert result.document["warnings"] == [], "that a mirror lacks a file is nothing that is wrong"


def test_a_mirror_in_the_manifest_does_not_make_the_lock_stale(locked: Project, run: Run, files: FileServer) -> None:
    locked.manifest(f"mirrors: ['{fill(files)}']\n{ASR}")
    before = locked.lock_path.read_bytes()
    assert run("lock", "--check").code == 0
    assert run("sync", "--locked").code == 0
    assert locked.lock_path.read_bytes() == before
    assert b"127.0.0.1" not in before
    assert files.requests


def test_frozen_reads_no_manifest_and_takes_the_mirrors_of_the_command_line(
    locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer
) -> None:
    locked.manifest(f"mirrors: ['{fill(second)}']\nmodels: [nonsense\n")
    is_right(locked, run("sync", "--frozen", "--mirror", fill(files)))
    assert hub.requests == second.requests == []
    locked.forget_view()
    locked.forget_store()
    is_right(locked, run("sync", "--frozen"))
    assert second.requests == []
    assert hub.requests


def test_a_sync_with_nothing_to_do_asks_no_mirror(locked: Project, run: Run, files: FileServer) -> None:
    location = fill(files)
    assert run("sync", "--mirror", location).code == 0
    files.reset_requests()
    assert run("sync", "--mirror", location, "--no-origin").code == 0
    assert run("sync", "--mirror", NOWHERE).code == 0
    locked.forget_store()
    locked.forget_view()
    assert run("sync", "--dry-run", "--mirror", location).code == 0
    assert run("sync", "--dry-run", "--no-origin").code == 0, "what would be fetched, wherever from"
    assert files.requests == []


def test_a_repair_asks_mirrors(locked: Project, run: Run, hub: LocalHub, files: FileServer) -> None:
    location = fill(files)
    assert run("sync", "--mirror", location).code == 0
    locked.forget_view()
    locked.forget_store()
    assert run("verify", "--repair", "--no-origin", "--mirror", location).code == 0
    locked.forget_view()
    locked.forget_store()
    locked.manifest(f"mirrors: ['{location}']\n{ASR}")
    files.put(blob(CONFIG), flipped(CONFIG, 1))
    result = run("verify", "--repair", "--json")
    assert result.code == 0, result.text
    assert [text for text in result.document["warnings"] if "wrong bytes for config.json" in text]
    assert hub.requested("config.json", method="GET")
    assert hub.requested("model.bin") == []


@pytest.mark.parametrize("flag", [("--mirror", "/mnt/x"), ("--no-origin",)])
def test_verify_without_repair_asks_nobody(run: Run, flag: tuple[str, ...]) -> None:
    result = run("verify", *flag)
    assert result.code == 2
    assert "--repair" in result.stderr


@pytest.mark.parametrize("text", ["s3://x", "https://user:word@host/x", "https://host/x?key=1", "host/x", "", "~/x"])
def test_a_mirror_that_is_none_is_wrong_usage(locked: Project, run: Run, text: str) -> None:
    result = run("sync", "--mirror", text)
    assert result.code == 2, result.text
    assert "--mirror" in result.stderr
    assert "hint:" in result.stderr
    assert "word" not in result.stderr
    assert not locked.view.exists()


class TestWithoutOrigin:
    """`--no-origin`: 0 requests at the source, whatever happens."""

    def test_everything_comes_from_mirrors(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer
    ) -> None:
        is_right(locked, run("sync", "--no-origin", "--mirror", fill(files, LARGE), "--mirror", fill(second, CONFIG)))
        assert hub.requests == []

    def test_what_is_in_no_mirror_is_exit_3_and_says_who_was_asked(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer, second: FileServer
    ) -> None:
        places = fill(files, CONFIG), fill(second, CONFIG)
        result = run("sync", "--no-origin", "--mirror", places[0], "--mirror", places[1])
        assert result.code == 3
        assert hub.requests == []
        for place in places:
            assert f"mirror {place}: model.bin: not there (HTTP 404)" in result.stderr
        assert "model.bin" not in str(locked.placed())

    @pytest.mark.parametrize("more", [(), ("--frozen",)])
    def test_without_a_mirror_it_is_wrong_usage(
        self, locked: Project, run: Run, hub: LocalHub, more: tuple[str, ...]
    ) -> None:
        result = run("sync", "--no-origin", *more)
        assert result.code == 2
        assert "--mirror" in result.stderr
        assert hub.requests == []
        assert not locked.view.exists()

    def test_a_stale_lock_is_refused_because_nothing_can_be_locked(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer
    ) -> None:
        locked.manifest("models: {asr: {source: hf:org/name}, more: {source: hf:org/more}}\n")
        result = run("sync", "--no-origin", "--mirror", fill(files))
        assert result.code == 1
        assert "stale" in result.stderr
        assert hub.requests == []

    def test_a_folder_of_the_project_is_no_origin_that_is_far(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer
    ) -> None:
        own = locked.folder / "own"
        own.mkdir()
        own.joinpath("w.bin").write_bytes(LARGE[:1000])
        locked.manifest("models: {asr: {source: hf:org/name}, own: {source: 'file:./own'}}\n")
        assert run("lock").code == 0
        hub.reset_requests()
        is_right(locked, run("sync", "--no-origin", "--mirror", fill(files)))
        assert hub.requests == []

    @pytest.mark.parametrize("there", [CONFIG, LARGE], ids=["the first", "the second"])
    def test_a_gate_is_not_asked_when_a_mirror_lacks_a_file(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer, there: bytes
    ) -> None:
        hub.commit(REPO, gated="auto")
        assert run("sync", "--no-origin", "--mirror", fill(files, there)).code == 3
        assert hub.requests == files.requested(method="HEAD") == []
        assert locked.placed() == {}


class TestWithoutTheSource:
    """A revision that was deleted, a gate that was closed, a hub that is not there."""

    def test_a_deleted_revision_is_had_from_a_mirror(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer
    ) -> None:
        hub.delete_repository(REPO)
        is_right(locked, run("sync", "--mirror", fill(files)))
        locked.forget_store()
        locked.forget_view()
        result = run("sync")
        assert result.code == 3
        assert "hint:" in result.stderr

    def test_a_closed_gate_does_not_matter_where_a_mirror_has_the_file(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer
    ) -> None:
        hub.commit(REPO, gated="auto")
        is_right(locked, run("sync", "--mirror", fill(files)))

    def test_a_closed_gate_is_exit_5_before_any_byte_where_no_mirror_has_the_file(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer
    ) -> None:
        hub.commit(REPO, gated="auto")
        result = run("sync", "--mirror", fill(files, b"other"))
        assert result.code == 5
        assert f"accept at {hub.endpoint}/{REPO}" in result.stderr
        assert files.requested(method="GET") == []
        assert locked.placed() == {}

    def test_a_hub_that_is_not_there_does_not_matter_where_a_mirror_has_the_file(
        self, locked: Project, run: Run, files: FileServer, waits: list[float]
    ) -> None:
        is_right(locked, run("sync", "--mirror", fill(files), HF_ENDPOINT=NOWHERE))
        assert waits == []

    def test_a_gate_that_a_mirror_only_pretended_to_open_stays_what_it_is(
        self, locked: Project, run: Run, hub: LocalHub, files: FileServer
    ) -> None:
        hub.commit(REPO, gated="auto")
        location = fill(files)
        files.faults = [Fault("blobs", "status", times=ALWAYS, status=404, method="GET")]
        result = run("sync", "--mirror", location)
        assert result.code == 5
        assert f"{hub.endpoint}/{REPO}" in result.stderr
        assert f"mirror {location}: " in result.stderr
        assert locked.placed() == {}


class TestOffline:
    """`--offline` forbids the network, and a folder is none."""

    def test_a_folder_is_a_mirror_without_a_network(
        self, locked: Project, run: Run, tmp_path: Path, no_network: None
    ) -> None:
        del no_network
        is_right(locked, run("sync", "--offline", "--mirror", fill_folder(tmp_path / "share")))

    def test_only_what_no_folder_has_is_listed(
        self, locked: Project, run: Run, tmp_path: Path, files: FileServer
    ) -> None:
        location = fill_folder(tmp_path / "share", LARGE)
        result = run("sync", "--offline", "--mirror", location, "--mirror", fill(files))
        assert result.code == 3
        assert "config.json" in result.stderr
        assert "model.bin" not in result.stderr
        assert files.requests == []
        assert files.origin_of("files") not in result.stderr, "what is not asked has not failed"
        assert locked.placed() == {}

    def test_a_folder_that_is_not_there_is_named(self, locked: Project, run: Run) -> None:
        result = run("sync", "--offline", "--mirror", "/no/such/folder")
        assert result.code == 3
        assert "mirror /no/such/folder: not asked again: there is no such folder" in result.stderr
        assert not locked.view.exists()

    def test_a_repair_takes_folders_too(self, locked: Project, run: Run, tmp_path: Path) -> None:
        location = fill_folder(tmp_path / "share")
        assert run("verify", "--repair", "--offline").code == 3
        assert run("verify", "--repair", "--offline", "--mirror", location).code == 0
        assert locked.snapshot(REPO) == FILES

    def test_a_folder_that_has_other_bytes_is_exit_4(self, locked: Project, run: Run, tmp_path: Path) -> None:
        location = fill_folder(tmp_path / "share")
        (tmp_path / "share" / blob(LARGE)).write_bytes(flipped(LARGE, 77))
        result = run("sync", "--offline", "--mirror", location)
        assert result.code == 4, result.text
        assert f"mirror {location}: wrong bytes for model.bin" in result.stderr
        assert not any("model.bin" in path for path in locked.placed())
