"""The archive of a commit: other bytes each time, fetched once, and believed only as far as its files go."""

import errno
import gc
import io
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from typing import IO

import pytest

from resolver.concurrency import in_threads
from resolver.domain.errors import (
    DiskError,
    MismatchError,
    NetworkError,
    NotFoundUpstreamError,
    UnsafeContentError,
)
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import WHOLE, Candidate
from resolver.sources.github import GitHub
from resolver.sources.github_archive import Archive
from resolver.transport.client import Client
from tests.bodies import taken
from tests.servers.faults import ALWAYS, Fault
from tests.servers.github import LocalGitHub, make_archive
from tests.unit.domain.values import sha
from tests.unit.sources.github_repository import (
    FILES,
    KEY,
    NAME,
    REQUEST,
    WEIGHTS,
    connected,
    content_of,
    pinned,
)
from tests.unit.sources.shelves import desk


def zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return written.getvalue()


def test_other_bytes_of_the_archive_are_the_same_artifact(hosted: LocalGitHub, sleepless: Client) -> None:
    hosted.commit(NAME, FILES)
    first, second = pinned(connected(hosted, sleepless)), pinned(connected(hosted, sleepless))
    assert first == second
    sizes = {one.sent for one in hosted.requested(origin="codeload")}
    assert len(sizes) == 2, "the server served the same archive twice"


def test_every_file_comes_out_of_one_archive_whoever_asks(hosted: LocalGitHub, sleepless: Client) -> None:
    files = {f"f{number}": bytes([number]) * 300_000 for number in range(20)}
    hosted.commit(NAME, files)
    artifact = pinned(connected(hosted, sleepless))
    hosted.reset_requests()
    github = connected(hosted, sleepless)
    gate = threading.Barrier(4)

    def read(path: str) -> bytes:
        if path in ("f0", "f1", "f2", "f3"):
            gate.wait()
        return content_of(github, artifact, path, piece=1000)

    found = [one.result() for one in in_threads(list(files), read, 4)]
    assert dict(zip(files, found, strict=True)) == files
    assert len(hosted.requested("/zipball/")) == len(hosted.requested(origin="codeload")) == 1


def test_an_archive_is_shared_by_two_requests_for_one_commit(hosted: LocalGitHub, github: GitHub) -> None:
    commit = hosted.commit(NAME, FILES, tags=["v6.0"])
    for version in (None, "v6.0"):
        github.artifact(KEY, REQUEST, Candidate(version, commit), desk())
    assert len(hosted.requested(origin="codeload")) == 1
    assert len(hosted.requests) == 3


TOPS = ["snakers4-silero-vad-0000000", "snakers4-silero-vad", "main", "snakers4-silero-vad-{:.6}", "x/snakers4-{:.7}"]


@pytest.mark.parametrize("top", TOPS)
def test_an_archive_of_another_commit_is_refused(hosted: LocalGitHub, github: GitHub, top: str) -> None:
    commit = hosted.commit(NAME, FILES)
    hosted.archives[commit] = zipped({f"{top.format(commit)}/README.md": b"# VAD\n"})
    with pytest.raises(UnsafeContentError, match="not of that commit"):
        pinned(github)
    with pytest.raises(MismatchError, match="not of that commit"):
        content_of(github, Artifact(KEY, commit, None, ()), "README.md")
    assert len(hosted.requested(origin="codeload")) == 2


def test_a_file_beside_the_top_folder_is_refused(hosted: LocalGitHub, github: GitHub) -> None:
    commit = hosted.commit(NAME, FILES)
    hosted.archives[commit] = zipped({f"o-n-{commit}/a": b"", f"o-n-{commit}": b""})
    with pytest.raises(UnsafeContentError):
        pinned(github)


@pytest.mark.parametrize("top", ["snakers4-silero-vad-{}", "other-name-{}", "x-{:.7}", "a-b-c-{:.12}"])
def test_the_top_folder_may_have_an_older_name_and_more_digits(hosted: LocalGitHub, github: GitHub, top: str) -> None:
    commit = hosted.commit(NAME, FILES)
    hosted.archives[commit] = zipped({f"{top.format(commit)}/sub/a": b"a"})
    assert pinned(github).files == (File("sub/a", 1, sha(b"a")),)


@pytest.mark.parametrize("body", [b"x", b"<html>", b"PK\3\4" + bytes(100), zipped({"a-0000000/x": b""})[:-1]])
def test_what_is_no_archive_is_fetched_once_more_and_then_an_error(
    hosted: LocalGitHub, sleepless: Client, body: bytes
) -> None:
    commit = hosted.commit(NAME, FILES)
    hosted.archives[commit] = body
    github = connected(hosted, sleepless)
    for _ in range(3):
        with pytest.raises(MismatchError):
            content_of(github, Artifact(KEY, commit, None, ()), "README.md")
    assert len(hosted.requested(origin="codeload")) == 2


def test_an_archive_that_was_damaged_on_its_way_is_fetched_once_more(hosted: LocalGitHub, sleepless: Client) -> None:
    commit = hosted.commit(NAME, FILES)
    good = make_archive(hosted.repository(NAME), commit, 1)
    hosted.archives[commit] = good.replace(b"weights", b"wEights", 1)
    github = connected(hosted, sleepless)
    artifact = Artifact(KEY, commit, None, ())
    with pytest.raises(MismatchError, match=r"silero\.jit' cannot be read"):
        content_of(github, artifact, "files/silero.jit")
    with pytest.raises(MismatchError):
        content_of(github, artifact, "files/silero.jit")
    assert content_of(github, artifact, "README.md") == b"# VAD\n"
    assert len(hosted.requested(origin="codeload")) == 2
    hosted.archives.clear()
    again = connected(hosted, sleepless)
    hosted.archives[commit] = good.replace(b"weights", b"wEights", 1)
    with pytest.raises(MismatchError):
        content_of(again, artifact, "files/silero.jit")
    hosted.archives[commit] = good
    assert content_of(again, artifact, "files/silero.jit") == WEIGHTS


def test_a_damaged_archive_cannot_be_locked(hosted: LocalGitHub, github: GitHub) -> None:
    commit = hosted.commit(NAME, FILES)
    hosted.archives[commit] = make_archive(hosted.repository(NAME), commit, 1).replace(b"weights", b"wEights", 1)
    with pytest.raises(MismatchError, match="cannot be read"):
        pinned(github)


def test_archive_and_content_have_bounds(
    hosted: LocalGitHub, sleepless: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosted.commit(NAME, FILES)
    monkeypatch.setattr("resolver.sources.github_archive.LARGEST_CONTENT", len(WEIGHTS))
    with pytest.raises(UnsafeContentError, match="too much in all"):
        pinned(connected(hosted, sleepless))
    monkeypatch.setattr("resolver.sources.github_api.LARGEST_ARCHIVE", 100)
    with pytest.raises(NetworkError, match="longer than 100 bytes"):
        pinned(connected(hosted, sleepless))


def test_a_full_disk_for_temporary_files_is_the_disks_error(
    hosted: LocalGitHub, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosted.commit(NAME, FILES)

    class Full(io.BytesIO):
        def writelines(self, _: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(DiskError, match="No space left") as caught:
        pinned(github)
    assert "TMPDIR" in str(caught.value.hint)


def test_no_folder_for_temporary_files_is_the_disks_error(
    hosted: LocalGitHub, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory")

    hosted.commit(NAME, FILES)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(DiskError, match="No usable"):
        pinned(github)


def test_the_archive_goes_with_the_source_and_those_who_read_it(
    hosted: LocalGitHub, sleepless: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[IO[bytes]] = []
    original = tempfile.TemporaryFile

    def remembered() -> IO[bytes]:
        opened.append(original())
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", remembered)
    hosted.commit(NAME, FILES)
    github = connected(hosted, sleepless)
    body = github.open(pinned(github), File("README.md", 6, ""), WHOLE)
    del github
    gc.collect()
    assert taken(body, 6) == b"# VAD\n"
    body.close()
    del body
    gc.collect()
    assert [one.closed for one in opened] == [True]


def test_an_archive_that_is_none_is_closed(
    hosted: LocalGitHub, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[io.BytesIO] = []

    def remembered() -> io.BytesIO:
        opened.append(io.BytesIO())
        return opened[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", remembered)
    commit = hosted.commit(NAME, FILES)
    hosted.archives[commit] = b"x"
    with pytest.raises(UnsafeContentError):
        pinned(github)
    assert [one.closed for one in opened] == [True, True]


def test_an_archive_that_came_well_the_second_time_is_right(hosted: LocalGitHub, github: GitHub) -> None:
    commit = hosted.commit(NAME, FILES)
    hosted.archives[commit] = make_archive(hosted.repository(NAME), commit)
    end = len(hosted.archives[commit]) - 62  # where the directory's end begins: 22 bytes and the comment
    hosted.faults = [Fault("", "flip", origin="codeload", after_bytes=end)]
    artifact = Artifact(KEY, commit, None, ())
    assert content_of(github, artifact, "README.md") == content_of(github, artifact, "README.md") == b"# VAD\n"
    assert len(hosted.requested(origin="codeload")) == 2


def test_a_disk_that_fails_while_a_file_is_read_is_the_disks_error() -> None:
    class Disk(io.BytesIO):
        fails = False

        def read(self, size: int | None = -1) -> bytes:
            if self.fails:
                raise OSError(errno.EIO, "Input/output error")
            return super().read(size)

    disk = Disk(zipped({f"o-n-{'c' * 7}/a": b"a"}))
    archive = Archive(disk, NAME, "c" * 40)
    disk.fails = True
    with pytest.raises(DiskError, match="Input/output error"):
        taken(archive.open("a", 0), 1)
    assert not archive.damaged


def test_a_repository_that_vanished_is_asked_for_once(hosted: LocalGitHub, sleepless: Client) -> None:
    hosted.commit(NAME, FILES)
    artifact = pinned(connected(hosted, sleepless))
    hosted.delete(NAME)
    hosted.reset_requests()
    github = connected(hosted, sleepless)
    errors = []
    for path in FILES:
        with pytest.raises(NotFoundUpstreamError, match="silero-vad at ") as caught:
            content_of(github, artifact, path)
        errors.append(caught.value)
    assert len(hosted.requests) == 1
    assert len({id(one) for one in errors}) == len(FILES), "who catches an error may add to it"
    assert {one.hint for one in errors} == {"check the name; for a private one set GITHUB_TOKEN"}


def test_an_archive_that_breaks_off_is_begun_again(hosted: LocalGitHub, sleepless: Client) -> None:
    hosted.commit(NAME, FILES)
    artifact = pinned(connected(hosted, sleepless))
    hosted.reset_requests()
    hosted.faults = [Fault("", "reset", after_bytes=300_000, origin="codeload")]  # of a large one; the next is small
    assert content_of(connected(hosted, sleepless), artifact, "README.md") == FILES["README.md"]
    assert len(hosted.requested(origin="codeload")) == 2
    hosted.faults = [Fault("", "reset", times=ALWAYS, after_bytes=100, origin="codeload")]
    hosted.reset_requests()
    with pytest.raises(NetworkError):
        content_of(connected(hosted, sleepless), artifact, "README.md")
    assert len(hosted.requested(origin="codeload")) == 5
