"""What a source works with while it pins, in memory."""

import hashlib
import io
from collections.abc import Callable, Iterable
from typing import BinaryIO

from resolver.domain.ports import Desk


class MemoryShelf:
    """Bytes by their sha256."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        content = b"".join(chunks)
        sha256 = hashlib.sha256(content).hexdigest()
        self.kept[sha256] = content
        return sha256, len(content)

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.kept[sha256])


def flags_by_content(path: str, stream: BinaryIO) -> frozenset[str]:
    """An inspector: Python files are code, and what says PICKLE is one, wherever it says it."""
    content = stream.read()
    stream.seek(0)
    assert stream.read() == content
    return frozenset({"code"} if path.endswith(".py") else ()) | frozenset({"pickle"} if b"PICKLE" in content else ())


def desk(wanted: Callable[[str], bool] = lambda _: True, shelf: MemoryShelf | None = None) -> Desk:
    return Desk(wanted, shelf or MemoryShelf(), flags_by_content)
