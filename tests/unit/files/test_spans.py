"""A seekable file over spans: the right bytes, in aligned blocks, with few requests."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.files.spans import SpannedFile

CONTENT = bytes(range(256)) * 5 + b"end"


class Remote:
    """Serves spans and keeps count."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.asked: list[tuple[int, int]] = []

    def fetch(self, start: int, length: int) -> bytes:
        self.asked.append((start, length))
        return self.content[start : start + length]


def spanned(remote: Remote, block: int = 100) -> SpannedFile:
    return SpannedFile(len(remote.content), remote.fetch, block)


def test_blocks_are_aligned_and_the_last_is_short() -> None:
    remote = Remote()
    assert io.BufferedReader(spanned(remote)).read() == CONTENT
    assert remote.asked == [(at, min(100, 1283 - at)) for at in range(0, 1283, 100)]


def test_a_block_is_asked_for_once() -> None:
    remote = Remote()
    file = spanned(remote)
    for at in (150, 110, 199, 100):
        file.seek(at)
        assert file.read(1) == CONTENT[at : at + 1]
    assert remote.asked == [(100, 100)]


def test_nothing_is_asked_for_before_it_is_read() -> None:
    remote = Remote()
    file = spanned(remote)
    assert file.seek(0, io.SEEK_END) == len(CONTENT)
    assert file.seek(-5, io.SEEK_CUR) == len(CONTENT) - 5
    assert file.seek(7) == 7
    assert file.tell() == 7
    assert (file.readable(), file.seekable()) == (True, True)
    assert remote.asked == []


def test_a_seek_before_the_beginning_stays_at_the_beginning() -> None:
    file = spanned(Remote())
    assert file.seek(-1, io.SEEK_CUR) == 0
    assert file.seek(-10_000, io.SEEK_END) == 0


def test_there_is_nothing_behind_the_end() -> None:
    remote = Remote()
    file = spanned(remote)
    file.seek(len(CONTENT))
    assert file.read(10) == b""
    file.seek(10**9)
    assert file.read(10) == b""
    assert remote.asked == []


def test_an_empty_file_is_never_asked_for() -> None:
    remote = Remote(b"")
    assert spanned(remote).read(10) == b""
    assert remote.asked == []


@pytest.mark.parametrize("answer", [b"", b"x" * 99, b"x" * 101])
def test_an_answer_of_another_length_is_an_error(answer: bytes) -> None:
    with pytest.raises(EOFError, match="at 0, 100 were asked for"):
        SpannedFile(1000, lambda _start, _length: answer, 100).read(1)


def test_only_the_last_sixty_four_blocks_are_kept() -> None:
    remote = Remote(bytes(100 * 65))
    file = spanned(remote)
    for number in (*range(65), *range(1, 65)):
        file.seek(number * 100)
        file.read(1)
    assert len(remote.asked) == 65
    file.seek(0)
    file.read(1)
    assert len(remote.asked) == 66


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1400), st.integers(0, 300)), max_size=8), st.integers(1, 400))
def test_whatever_is_read_where_it_is_the_same_as_from_memory(reads: list[tuple[int, int]], block: int) -> None:
    file, memory = io.BufferedReader(spanned(Remote(), block), 64), io.BytesIO(CONTENT)
    for at, count in reads:
        file.seek(at)
        memory.seek(at)
        assert file.read(count) == memory.read(count)
