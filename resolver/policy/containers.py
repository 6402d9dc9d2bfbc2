"""What a file's bytes say of it, through archives and compression; what cannot be read within bounds counts as pickle.

An archive is judged by every member's bytes. Which formats `torch.load`, `numpy.load` and `joblib.load` open, and by
which leading bytes, is theirs: `torch.serialization`, `numpy.lib.npyio`, `joblib.numpy_pickle_utils`.
"""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from resolver.domain.errors import UnsafeContentError
from resolver.domain.manifest import PICKLE
from resolver.files.archives import LARGEST_TOTAL, Member, entries, is_tar_block
from resolver.files.steady import read_up_to
from resolver.policy import arrays, compression, loaders
from resolver.policy.pickles import is_pickle

HEAD = 1 << 16
"""Bytes from which a file's format is told, the first of it, in one read."""

_WHOLE = 1 << 20  # bytes of a member, or of what was compressed, that are read; of a longer one only the head
_INFLATED = 1 << 28  # bytes of a compressed tar that are read past
_INSPECTED = 1 << 30  # bytes of an archive's members that are read together
_MOST_MEMBERS = 10**5
_DEEPEST = 3  # a checkpoint in a zip in a compressed tar is judged, a deeper one is not
_PICKLED = frozenset({PICKLE})
_PICKLE_NAMES = (".pkl", ".pickle")  # torch's readers match them without regard to case
_TAR_MAGIC = slice(257, 262)
_HDF5 = b"\x89HDF\r\n\x1a\n"
_LZ4_FRAME = b"\x04\x22\x4d\x18"  # joblib writes it, the standard library cannot read it


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to judge: its bytes, its size, its head, how many containers it lies in, and how to look further on.

    Of something inside a container `stream` may hold only the beginning; `piece_at` an offset is then None.
    """

    stream: BinaryIO
    size: int
    head: bytes
    piece_at: Callable[[int], bytes | None]
    depth: int = 0

    def inner(self, content: bytes, size: int, piece_at: Callable[[int], bytes | None] | None = None) -> "Sample":
        """Something inside, of which `content` is the beginning or all."""
        return Sample(io.BytesIO(content), size, content[:HEAD], piece_at or _piece_of(content), self.depth + 1)


def _piece_of(content: bytes) -> Callable[[int], bytes | None]:
    return lambda offset: content[offset : offset + HEAD] or None


def sample_of(stream: BinaryIO) -> Sample:
    """The sample of a whole file; one read."""

    def piece_at(offset: int) -> bytes:
        stream.seek(offset)
        return read_up_to(stream, HEAD)

    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return Sample(stream, size, read_up_to(stream, min(size, HEAD)), piece_at)


def content_flags(sample: Sample) -> frozenset[str]:
    """The flags that a file's bytes earn it, whatever it is called."""
    if is_pickle(sample.head, sample.size, sample.piece_at):
        return _PICKLED
    for applies, flags in _FORMATS:
        if applies(sample):
            return flags(sample)
    return frozenset()


def _is_zip(sample: Sample) -> bool:
    if sample.head.startswith((b"PK\3\4", b"PK\5\6", b"PK\7\x08")):
        return True
    at = sample.head.rfind(b"PK\5\6") if sample.size <= len(sample.head) else -1
    return at >= 0 and at + 22 + int.from_bytes(sample.head[at + 20 : at + 22], "little") == sample.size


def _zip_flags(sample: Sample) -> frozenset[str]:
    return _archive_flags(sample, lambda: _names_first(entries(sample.stream, "zip")))


def _names_first(found: Iterable[Member]) -> Iterator[Member]:
    """Members in an order that settles a checkpoint without reading its tensors."""
    return iter(sorted(found, key=lambda member: not member.path.lower().endswith(_PICKLE_NAMES)))


def _is_tar(sample: Sample) -> bool:
    block = sample.head[:512]
    return block[_TAR_MAGIC] == b"ustar" or (any(block) and is_tar_block(block))


def _tar_flags(sample: Sample, total: int = LARGEST_TOTAL) -> frozenset[str]:
    return _archive_flags(sample, lambda: entries(sample.stream, "tar", total=total))


def _archive_flags(sample: Sample, found: Callable[[], Iterator[Member]]) -> frozenset[str]:
    if sample.depth >= _DEEPEST:
        return _PICKLED
    try:
        return _flags_of_members(sample, found())
    except UnsafeContentError:
        return _PICKLED


def _flags_of_members(sample: Sample, found: Iterator[Member]) -> frozenset[str]:
    flags: frozenset[str] = frozenset()
    left = _INSPECTED
    for count, member in enumerate(found):
        if count >= _MOST_MEMBERS or left < 0 or member.path.lower().endswith(_PICKLE_NAMES):
            return _PICKLED
        content = _beginning(member)
        left -= len(content)
        flags |= content_flags(sample.inner(content, member.size))
        if member.path == "config.json":
            flags |= loaders.keras_flags(member.size, content)
        if PICKLE in flags:
            break
    return flags


def _beginning(member: Member) -> bytes:
    """All of a short member, with its checksum, else its head."""
    wanted = member.size if member.size <= _WHOLE else HEAD
    content = bytearray()
    for chunk in member.chunks(member.size, piece=HEAD):
        content += chunk
        if len(content) >= wanted != member.size:
            break
    return bytes(content[:wanted])


def _compressed_flags(sample: Sample) -> frozenset[str]:
    """Gzip, bzip2 and xz: whole, or counted as a pickle."""
    if sample.depth >= _DEEPEST:
        return _PICKLED
    inflated = compression.inflate(sample.stream, sample.head, _WHOLE)
    if inflated.state is compression.State.WHOLE:
        return content_flags(sample.inner(inflated.content, len(inflated.content)))
    if inflated.state is not compression.State.MORE:
        return _PICKLED
    piece_at = partial(compression.inflated_at, sample.stream, sample.head, HEAD)
    inner = sample.inner(inflated.content, sys.maxsize, piece_at)
    return _tar_flags(sample, _INFLATED) if _is_tar(inner) else content_flags(inner)


def _perhaps_compressed_flags(sample: Sample) -> frozenset[str]:
    """Zlib and old lzma, whose first bytes are not distinctive: what can be read of them decides."""
    if sample.depth >= _DEEPEST:
        return frozenset()
    inflated = compression.inflate_perhaps(sample.head, sample.size, _WHOLE)
    more = inflated.state is compression.State.MORE
    size = sys.maxsize if more else len(inflated.content)
    return content_flags(sample.inner(inflated.content, size)) if inflated.content else frozenset()


def _array_flags(sample: Sample) -> frozenset[str]:
    return _PICKLED if arrays.holds_objects(sample.head) else frozenset()


_FORMATS: tuple[tuple[Callable[[Sample], bool], Callable[[Sample], frozenset[str]]], ...] = (
    (_is_zip, _zip_flags),
    (_is_tar, _tar_flags),
    (lambda sample: compression.is_compressed(sample.head), _compressed_flags),
    (lambda sample: sample.head.startswith(arrays.MAGIC), _array_flags),
    (lambda sample: sample.head.startswith(_LZ4_FRAME), lambda _: _PICKLED),
    (lambda sample: sample.head.startswith(_HDF5), lambda sample: loaders.hdf5_flags(sample.head)),
    (lambda sample: compression.is_perhaps_compressed(sample.head), _perhaps_compressed_flags),
)
