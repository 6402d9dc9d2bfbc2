"""Digests of files and streams, of any size."""

import hashlib
import io
from pathlib import Path

import pytest

from resolver.files.digest import PIECE, digest_of, digest_of_stream, feed, git_blob_id


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_a_file_is_hashed_whole_and_every_piece_is_told(tmp_path: Path, size: int) -> None:
    content = (b"0123456789abcde" * (size // 15 + 1))[:size]
    (tmp_path / "x").write_bytes(content)
    told: list[int] = []
    assert digest_of(tmp_path / "x", told=told.append) == hashlib.sha256(content).hexdigest()
    assert sum(told) == size
    assert all(0 < piece <= PIECE for piece in told)


def test_a_stream_is_hashed_from_where_it_stands() -> None:
    stream = io.BytesIO(b"skipped rest")
    stream.seek(8)
    assert digest_of_stream(stream) == hashlib.sha256(b"rest").hexdigest()


def test_what_is_fed_is_counted_and_handed_over_in_order() -> None:
    taken: list[bytes] = []
    content = bytes(range(256)) * 5000
    assert feed(io.BytesIO(content), lambda piece: taken.append(bytes(piece))) == len(content)
    assert b"".join(taken) == content


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        digest_of(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "blob_id"),
    [
        (b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        (b"hello world\n", "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"),
        (b"test content\n", "d670460b4b4aece5915caf5c68d12f560a9fe3e4"),
    ],
)
def test_the_blob_id_is_that_of_git(content: bytes, blob_id: str) -> None:
    assert git_blob_id(content) == blob_id
