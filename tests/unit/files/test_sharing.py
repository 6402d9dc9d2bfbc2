"""Reflinks: what Linux says of a stretch of the disk, and what is taken for true where nothing is said.

That btrfs and XFS answer so was seen by hand; here a file system is played.
"""

import struct
import sys
from pathlib import Path

import pytest

from resolver.files.sharing import is_cloned

SHARED, LAST = 0x2000, 0x1


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file on Linux, if nothing else is said."""
    monkeypatch.setattr(sys, "platform", "linux")
    (tmp_path / "file").write_bytes(b"weights")
    return tmp_path / "file"


@pytest.mark.parametrize(
    ("mapped", "flags", "shared"), [(1, SHARED | LAST, True), (1, LAST, False), (0, SHARED, False)]
)
def test_the_first_stretch_tells(
    place: Path, monkeypatch: pytest.MonkeyPatch, *, mapped: int, flags: int, shared: bool
) -> None:
    def answer(_: int, request: int, question: bytearray) -> int:
        assert request == 0xC020660B
        assert struct.unpack_from("=QQLLLL", question) == (0, 2**64 - 1, 0, 0, 1, 0)
        struct.pack_into("=L", question, 20, mapped)
        struct.pack_into("=L", question, 32 + 40, flags)
        return 0

    monkeypatch.setattr("fcntl.ioctl", answer)
    assert is_cloned(place, place.with_name("blob")) is shared


def test_a_file_system_that_does_not_answer_shares_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.ioctl", refuse)
    assert not is_cloned(place, place)


def test_what_was_written_here_is_no_clone(place: Path) -> None:
    assert not is_cloned(place, place)
    assert not is_cloned(place.with_name("nothing"), place)


def test_on_macos_a_file_on_the_disk_of_its_blob_is_taken_for_a_clone(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    place.with_name("blob").write_bytes(b"weights")
    assert is_cloned(place, place.with_name("blob"))
    assert not is_cloned(place, place.with_name("nothing"))


def test_elsewhere_nothing_is_shared(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not is_cloned(place, place)
