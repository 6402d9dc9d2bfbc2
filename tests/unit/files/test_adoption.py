"""Taking another program's file: judged under a name of ours, and never changed."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from resolver.domain.lock import File
from resolver.domain.plan import Taking
from resolver.files import links
from resolver.files.adoption import Offer, Taken, must_copy, take
from resolver.files.guarded import SETTLED_AFTER
from resolver.files.links import LINK_MODES
from tests.unit.domain.values import file

CONTENT = bytes(range(256)) * 5000
FILE = file("model.bin", CONTENT)
LONG_AGO = 1_600_000_000


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    path = tmp_path / "theirs" / "blob"
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    path.chmod(0o664)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


@pytest.fixture
def no_reflinks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_reflink", lambda *_: refuse(errno.EOPNOTSUPP))


def refuse(number: int) -> None:
    raise OSError(number, os.strerror(number))


def taken(
    origin: Path,
    modes: tuple[str, ...] = LINK_MODES,
    wanted: File = FILE,
    told: Callable[[int], None] = lambda _: None,
) -> Taken:
    """What becomes of an offer; nothing is ever left in staging."""
    root = origin.parent.parent
    (root / "staging").mkdir(exist_ok=True)
    place_of(origin).parent.mkdir(parents=True, exist_ok=True)
    found = take(Offer(wanted, origin, modes), root / "staging" / "1-a.keep", place_of(origin), told)
    assert list((root / "staging").iterdir()) == []
    assert place_of(origin).exists() == (found.taking.how is not None)
    return found


def place_of(origin: Path) -> Path:
    return origin.parent.parent / "blobs" / "ab" / "abc"


def state(path: Path) -> tuple[int, int, int]:
    """What of a file may not change when it is linked."""
    seen = path.stat()
    return seen.st_mode, seen.st_size, seen.st_mtime_ns


@pytest.mark.usefixtures("no_reflinks")
def test_a_file_is_linked_and_keeps_its_mode(origin: Path) -> None:
    before = state(origin)
    told: list[int] = []
    found = taken(origin, told=told.append)
    assert found.taking == Taking("hardlink", mtime=LONG_AGO * 10**9)
    assert place_of(origin).samefile(origin)
    assert state(origin) == before
    assert sum(told) == len(CONTENT), "one pass"
    assert found.stamp is not None
    assert (found.stamp.st_size, found.stamp.st_mtime_ns) == before[1:]


@pytest.mark.usefixtures("no_reflinks")
@pytest.mark.parametrize(("behind", "stamped"), [(SETTLED_AFTER * 2, True), (0, False), (-SETTLED_AFTER, False)])
def test_a_link_to_what_was_just_written_gets_no_stamp(origin: Path, behind: int, stamped: bool) -> None:  # noqa: FBT001 - a column of the table
    now = origin.parent.stat().st_mtime_ns
    os.utime(origin, ns=(now - behind, now - behind))
    found = taken(origin)
    assert (found.stamp is not None, found.taking.mtime is not None) == (stamped, stamped)


def test_a_clone_is_a_file_of_our_own(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_reflink", lambda source, target: target.write_bytes(source.read_bytes()))
    before = state(origin)
    found = taken(origin)
    assert found.taking == Taking("reflink")
    own(origin, found)
    assert state(origin) == before


def own(origin: Path, found: Taken) -> None:
    """The blob is ours alone, read-only, and stamped as it lies there."""
    place = place_of(origin)
    assert place.read_bytes() == CONTENT
    assert not place.samefile(origin)
    assert stat.S_IMODE(place.stat().st_mode) == 0o444
    assert found.stamp is not None
    assert (found.stamp.st_size, found.stamp.st_mtime_ns) == (place.stat().st_size, place.stat().st_mtime_ns)


@pytest.mark.usefixtures("no_reflinks")
@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EACCES])
def test_what_cannot_be_linked_is_copied_in_one_pass(
    origin: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(os, "link", lambda *_: refuse(number))
    before, told = state(origin), list[int]()
    found = taken(origin, told=told.append)
    assert found.taking == Taking("copy")
    assert sum(told) == len(CONTENT)
    own(origin, found)
    assert state(origin) == before


@pytest.mark.usefixtures("no_reflinks")
def test_another_user_s_file_is_not_linked(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: ours + 1)
    assert taken(origin).taking == Taking("copy")
    assert origin.stat().st_nlink == 1


@pytest.mark.parametrize("modes", [("hardlink",), ("copy",)])
@pytest.mark.parametrize(
    ("wanted", "because"),
    [
        (file("model.bin", CONTENT[:-1] + b"?"), "it has other bytes"),
        (file("model.bin", CONTENT[:-1]), "bytes"),
        (file("model.bin", CONTENT + b"?"), "bytes"),
    ],
)
def test_a_wrong_file_is_not_taken_and_stays(origin: Path, modes: tuple[str, ...], wanted: File, because: str) -> None:
    before = state(origin)
    found = taken(origin, modes, wanted)
    assert found.taking.how is None
    assert because in (found.taking.because or "")
    assert state(origin) == before
    assert origin.read_bytes() == CONTENT


def test_a_file_that_changes_while_it_is_read_is_not_taken(origin: Path) -> None:
    def write(_: int) -> None:
        with origin.open("r+b") as stream:
            stream.write(b"behind the reader")

    assert taken(origin, ("hardlink",), told=write).taking == Taking(because="it changed while it was read")


def test_a_copy_is_right_whatever_is_written_behind_the_reader(origin: Path) -> None:
    def write(_: int) -> None:
        with origin.open("r+b") as stream:
            stream.write(b"behind the reader")

    assert taken(origin, ("copy",), told=write).taking == Taking("copy")
    assert place_of(origin).read_bytes() == CONTENT


@pytest.mark.parametrize(("modes", "because"), [(("hardlink",), "grew"), (("copy",), "other bytes")])
def test_a_file_that_grows_is_read_to_its_size(origin: Path, modes: tuple[str, ...], because: str) -> None:
    told: list[int] = []

    def grow(count: int) -> None:
        told.append(count)
        with origin.open("ab") as stream:
            stream.write(bytes(1 << 20))

    found = taken(origin, modes, told=grow)
    assert because in (found.taking.because or "")
    assert sum(told) <= len(CONTENT) + (1 << 20)


@pytest.mark.parametrize("modes", [("hardlink",), ("copy",)])
@pytest.mark.parametrize("kind", ["gone", "fifo", "folder", "broken"])
def test_what_turned_into_something_else_is_not_taken(origin: Path, modes: tuple[str, ...], kind: str) -> None:
    origin.unlink()
    if kind == "fifo":
        os.mkfifo(origin)
    elif kind == "folder":
        origin.mkdir()
    elif kind == "broken":
        origin.symlink_to("nowhere")
    assert taken(origin, modes).taking.because


def test_a_link_put_in_the_place_of_a_copied_file_is_not_followed(origin: Path) -> None:
    real = origin.with_name("real")
    origin.rename(real)
    origin.symlink_to(real)
    assert taken(origin, ("copy",)).taking == Taking(because=os.strerror(errno.ELOOP))


def test_what_must_be_copied_is_known_by_one_look(origin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = origin.stat().st_dev
    assert not must_copy(origin, device, LINK_MODES)
    assert must_copy(origin, device + 1, LINK_MODES)
    assert must_copy(origin, device, ("copy",))
    assert not must_copy(origin.with_name("gone"), device, LINK_MODES)
    ours = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: ours + 1)
    assert must_copy(origin, device, LINK_MODES)
