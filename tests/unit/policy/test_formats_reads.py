"""What a judgement costs: a read may be a request to a server."""

import gzip
import io
import random

import pytest

from resolver.policy import containers
from resolver.policy.formats import PICKLE, flags_of
from tests.unit.policy.test_formats_pickle import EVIL, TORCH, array, zipped

GIGABYTES_3 = 3 << 30
BLOCK = 1 << 16


class Remote(io.RawIOBase):
    """A file of any size that is made up where it is read, and counts; its reads are short, as those of a socket."""

    def __init__(self, size: int, parts: dict[int, bytes], longest: int = BLOCK) -> None:
        super().__init__()
        self._size = size
        self._parts = parts
        self._longest = longest
        self._position = 0
        self.reads: list[int] = []

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub wants its private Buffer
        count = max(0, min(len(buffer), self._longest, self._size - self._position))
        piece = bytearray(count)
        for start, part in self._parts.items():
            for index in range(max(start, self._position), min(start + len(part), self._position + count)):
                piece[index - self._position] = part[index - start]
        buffer[:count] = piece
        self.reads.append(count)
        self._position += count
        return count


def noise(count: int) -> bytes:
    return random.Random(count).randbytes(count)  # noqa: S311 - the same bytes every time, for a test


@pytest.mark.parametrize(
    "head",
    [
        b"\x08\x07" + noise(BLOCK),
        b"GGUF\3\0\0\0" + noise(BLOCK),
        b"T\0\0\0\x10" + noise(BLOCK),  # as a pickle it would begin with a string of 256 MiB
        b"\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (9,), }".ljust(127) + b"\n",
        b"Paris\nVienna\n" + noise(BLOCK),
    ],
)
def test_three_gigabytes_cost_two_short_reads_at_most(head: bytes) -> None:
    stream = Remote(GIGABYTES_3, {0: head})
    assert flags_of("model.bin", stream) == frozenset()  # type: ignore[arg-type]  # a raw file is one to read from
    assert len(stream.reads) <= 2
    assert max(stream.reads) <= BLOCK


def test_a_pickle_of_three_gigabytes_costs_one_read() -> None:
    stream = Remote(GIGABYTES_3, {0: EVIL[4][:40]})
    assert flags_of("model.bin", stream) == {PICKLE}  # type: ignore[arg-type]  # as above
    assert len(stream.reads) == 1


def test_what_follows_a_long_string_is_looked_at_where_it_is() -> None:
    stream = Remote(GIGABYTES_3, {0: b"T\0\0\0\x10", (1 << 28) + 5: b"0" + EVIL[0]})
    assert flags_of("model.bin", stream) == {PICKLE}  # type: ignore[arg-type]  # as above
    assert len(stream.reads) == 2


def test_a_checkpoint_is_told_from_its_head_and_its_directory() -> None:
    tensor = 1 << 22
    content = zipped(a__data__0=bytes(tensor), a__data_pkl=EVIL[2], a__version=b"3\n")
    stream = Remote(len(content), {0: content[:100], tensor: content[tensor:]})
    assert flags_of("pytorch_model.bin", stream) == {PICKLE}  # type: ignore[arg-type]  # as above
    assert sum(stream.reads) <= 4 * BLOCK


def test_of_long_members_only_the_head_is_read() -> None:
    tensor = array("'<f4'") + bytes(5 << 20)
    content = zipped(a_npy=tensor, b_npy=tensor, c_npy=tensor)
    stream = Remote(len(content), {at: content[at : at + 4096] for at in range(0, len(content), 4096)})
    assert flags_of("a.npz", stream) == frozenset()  # type: ignore[arg-type]  # as above
    assert sum(stream.reads) <= 10 * BLOCK


@pytest.mark.parametrize(("bound", "value"), [("_MOST_MEMBERS", 3), ("_INSPECTED", 30)])
def test_what_exceeds_a_bound_counts_as_a_pickle(monkeypatch: pytest.MonkeyPatch, bound: str, value: int) -> None:
    content = zipped(a=gzip.compress(b"1" * 10), b=b"2" * 10, c=b"3" * 10, d=b"4" * 10)
    assert flags_of("a", io.BytesIO(content)) == frozenset()
    monkeypatch.setattr(containers, bound, value)
    assert flags_of("a", io.BytesIO(content)) == {PICKLE}


@pytest.mark.parametrize("longest", [1, 7, 1000])
def test_short_reads_change_no_verdict(longest: int) -> None:
    for content in (TORCH, EVIL[0], zipped(a=b"text")):
        expected = flags_of("a", io.BytesIO(content))
        assert flags_of("a", Remote(len(content), {0: content}, longest)) == expected  # type: ignore[arg-type]  # as above


def test_the_stream_stays_open_and_is_the_callers() -> None:
    for content in (TORCH, EVIL[0], b"text"):
        stream = io.BytesIO(content)
        flags_of("a", stream)
        assert not stream.closed


def test_an_error_of_the_disk_is_no_verdict() -> None:
    class Failing(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        flags_of("a", Failing(b"\x1f\x8b\x08" + bytes(99)))
