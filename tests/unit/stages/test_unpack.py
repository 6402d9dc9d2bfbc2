"""Members out of archives: each checked against the lock, none of them stopping another archive."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

import pytest

from resolver.domain.errors import MismatchError, ModelsError, UnsafeContentError
from resolver.domain.lock import File
from resolver.domain.plan import Extraction
from resolver.stages.unpack import unpack
from tests.unit.domain.values import file, sha


class Shelf:
    """A store in memory."""

    def __init__(self, *contents: bytes) -> None:
        self.blobs = {sha(one): one for one in contents}

    def open(self, sha256: str) -> BinaryIO:
        return io.BytesIO(self.blobs[sha256])

    def keep(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        content = b"".join(chunks)
        self.blobs[sha(content)] = content
        return hashlib.sha256(content).hexdigest(), len(content)


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "/"), content)
    return stream.getvalue()


ARCHIVE = packed(a_x=b"first", a_y=b"second", b=b"third")
X, Y, B = file("a/x", b"first"), file("a/y", b"second"), file("b", b"third")


def extraction(*members: File, content: bytes = ARCHIVE, key: str = "pypi:a@*") -> Extraction:
    return Extraction(key, file("a.zip", content), members, ("vad",))


def run(shelf: Shelf, *extractions: Extraction) -> dict[str, ModelsError]:
    return unpack(extractions, shelf, lambda _: True)


def test_the_members_that_are_wanted_come_out_and_no_others() -> None:
    shelf = Shelf(ARCHIVE)
    assert run(shelf, extraction(X, B)) == {}
    assert set(shelf.blobs.values()) == {ARCHIVE, b"first", b"third"}


def test_what_is_not_usable_is_left_alone() -> None:
    assert unpack([extraction(X)], Shelf(), lambda _: False) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        File("a/x", 5, sha(b"FIRST")),
        File("a/x", 6, sha(b"first")),
        file("a/x", b"second"),
        file("nowhere", b"first"),
        file("A/X", b"first"),
    ],
)
def test_a_member_that_is_not_as_locked_is_a_mismatch(wrong: File) -> None:
    failed = run(Shelf(ARCHIVE), extraction(wrong, B))
    assert list(failed) == ["pypi:a@*"]
    assert isinstance(failed["pypi:a@*"], MismatchError)
    assert wrong.path in failed["pypi:a@*"].message


@pytest.mark.parametrize("size", [0, 4])
def test_a_member_that_is_longer_than_locked_is_refused(size: int) -> None:
    failed = run(Shelf(ARCHIVE), extraction(File("a/x", size, sha(b"first"))))
    assert isinstance(failed["pypi:a@*"], MismatchError | UnsafeContentError)


def test_what_is_no_archive_is_refused() -> None:
    failed = run(Shelf(b"no archive"), extraction(X, content=b"no archive"))
    assert isinstance(failed["pypi:a@*"], UnsafeContentError)


def test_an_archive_that_fails_does_not_stop_the_others() -> None:
    shelf = Shelf(ARCHIVE)
    failed = run(shelf, extraction(file("nowhere"), key="pypi:bad@*"), extraction(X))
    assert list(failed) == ["pypi:bad@*"]
    assert b"first" in shelf.blobs.values()
