"""Archives are read whole and safely, or refused; hostile ones are built by hand."""

import bz2
import errno
import gzip
import io
import itertools
import lzma
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from resolver.domain.errors import UnsafeContentError
from resolver.files.archives import Member, entries, list_members, members

FILES = {"config.json": b"{}", "a/b/weights.bin": bytes(range(256)) * 3000, "empty": b"", "a/c.txt": b"text\n"}
PACKINGS = ["plain", "gz", "bz2", "xz"]


def zipped(files: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED, *, attributes: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo("placeholder")
            entry.filename = name
            entry.external_attr = attributes << 16
            archive.writestr(entry, content, method)
    return stream.getvalue()


def tarred(files: Iterable[tuple[str, bytes]], packing: str = "plain", kind: int = tarfile.PAX_FORMAT) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=kind) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed(stream.getvalue(), packing)


def packed(content: bytes, packing: str) -> bytes:
    if packing == "gz":
        return gzip.compress(content, mtime=0)
    if packing == "bz2":
        return bz2.compress(content)
    return lzma.compress(content) if packing == "xz" else content


def special(kind: bytes, target: str = "config.json") -> bytes:
    """A tar with one file and then something that is none."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("config.json"))
        entry = tarfile.TarInfo("special")
        entry.type, entry.linkname = kind, target
        archive.addfile(entry)
    return stream.getvalue()


def found(content: bytes) -> dict[str, bytes]:
    return {member.path: b"".join(member.chunks(member.size)) for member in members(io.BytesIO(content), "the archive")}


def refusal(content: bytes) -> str:
    with pytest.raises(UnsafeContentError) as caught:
        found(content)
    assert caught.value.message.startswith("the archive: ")
    return caught.value.message


def replaced(content: bytes, marker: bytes, offset: int, replacement: bytes, *, last: bool = True) -> bytes:
    at = (content.rindex(marker) if last else content.index(marker)) + offset
    return content[:at] + replacement + content[at + len(replacement) :]


GOOD = {
    "zip": zipped(FILES.items()),
    "zip, stored": zipped(FILES.items(), zipfile.ZIP_STORED),
    **{f"tar {packing}": tarred(FILES.items(), packing) for packing in PACKINGS},
    "tar, GNU": tarred(FILES.items(), "plain", tarfile.GNU_FORMAT),
    "tar, ustar": tarred(FILES.items(), "plain", tarfile.USTAR_FORMAT),
    "tar, names from here": tarred([(f"./{name}", content) for name, content in FILES.items()]),
    "two gzip streams": gzip.compress(tarred(FILES.items())[:700]) + gzip.compress(tarred(FILES.items())[700:]),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_every_member_comes_with_its_bytes_in_order_and_folders_do_not(content: bytes) -> None:
    assert found(content) == FILES
    assert list_members(io.BytesIO(content), "x") == tuple((name, len(data)) for name, data in FILES.items())


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_members_that_nobody_wants_are_passed_over(content: bytes) -> None:
    stream = io.BytesIO(content)
    stream.seek(17)
    wanted = [b"".join(m.chunks(99)) for m in members(stream, "x") if m.path == "a/c.txt"]
    assert wanted == [b"text\n"]


@pytest.mark.parametrize("content", [zipped([]), tarred([]), tarred([], "gz"), bytes(10240)])
def test_an_empty_archive_has_no_members(content: bytes) -> None:
    assert list_members(io.BytesIO(content), "x") == ()


def test_folders_are_skipped() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in (".", "./a", "./a/b", "../outside"):
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE
            archive.addfile(entry)
    assert list_members(stream, "x") == ()
    assert list_members(io.BytesIO(zipped([("a/", b""), ("a/b", b"1")])), "x") == (("a/b", 1),)


def test_long_names_come_whole() -> None:
    name = "/".join(["folder" * 20] * 5) + "/file"
    for kind in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        assert found(tarred([(name, b"x")], "plain", kind)) == {name: b"x"}


def test_sparse_files_come_with_their_holes() -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("GNUSparseFile.0/sparse")
        fields = {"major": "1", "minor": "0", "name": "sparse", "realsize": "3000"}
        entry.pax_headers = {f"GNU.sparse.{key}": value for key, value in fields.items()}
        content = b"1\n1000\n5\n".ljust(512, b"\0") + b"hello"
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    assert found(stream.getvalue()) == {"sparse": bytes(1000) + b"hello" + bytes(1995)}


def test_zip64_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    content = zipped(FILES.items())
    monkeypatch.undo()
    assert b"PK\6\6" in content
    assert found(content) == FILES
    assert "does not lie where it says" in refusal(replaced(content, b"PK\6\7", 8, b"\1"))
    assert "does not lie where it says" in refusal(replaced(content, b"PK\6\6", 0, b"XX"))
    assert "does not lie where it says" in refusal(replaced(content, b"PK\6\6", 48, b"\1"))


def test_a_comment_is_no_harm_and_must_end_the_file() -> None:
    content = replaced(zipped([("a", b"1")]), b"PK\5\6", 20, b"\4\0")
    assert found(content + b"note") == {"a": b"1"}
    assert found(replaced(content, b"PK\5\6", 20, b"\xff\xff") + b"n" * 0xFFFF) == {"a": b"1"}
    assert "goes on after" in refusal(content + b"notes")
    assert "goes on after" in refusal(content + b"not")


def test_zip_members_are_read_in_any_order() -> None:
    listed: list[Member] = list(members(io.BytesIO(GOOD["zip"]), "x"))
    for member in reversed(listed):
        assert b"".join(member.chunks(member.size)) == FILES[member.path]


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for content in GOOD.values():
        found(content)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_disk_is_not_the_archives() -> None:
    class Failing(io.BytesIO):
        def read(self, _: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        list(members(Failing(b"PK"), "x"))


@pytest.mark.parametrize("number", range(20))
def test_a_disk_that_fails_anywhere_in_a_zip_is_not_the_archives(number: int) -> None:
    """zipfile takes what the disk says while it looks for the directory for a word about the file."""
    calls = itertools.count()

    class Failing(io.BytesIO):
        def _call(self) -> None:
            if next(calls) == number:
                raise OSError(errno.EIO, "Input/output error")

        def read(self, size: int | None = -1, /) -> bytes:
            self._call()
            return super().read(size)

        def seek(self, offset: int, whence: int = 0, /) -> int:
            self._call()
            return super().seek(offset, whence)

        def tell(self) -> int:
            self._call()
            return super().tell()

    with pytest.raises(OSError, match="Input/output"):
        [b"".join(member.chunks(member.size)) for member in members(Failing(GOOD["zip"]), "x")]


def test_a_file_that_cannot_even_be_sought_in_is_on_a_failing_disk() -> None:
    class Failing(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise io.UnsupportedOperation(f"not seekable: {offset} {whence}")

    with pytest.raises(OSError, match="Input/output"):
        list(members(Failing(GOOD["zip"]), "x"))


def test_who_only_looks_sees_what_may_not_be_placed() -> None:
    seen = {member.path: member for member in entries(io.BytesIO(special(tarfile.SYMTYPE)), "x")}
    assert seen["config.json"].objection is None
    assert seen["special"].objection is not None
    assert b"".join(seen["special"].chunks(0)) == b""


def test_the_declared_sizes_together_are_bounded() -> None:
    for content in (zipped([("a", b"123"), ("b", b"456")]), tarred([("a", b"123"), ("b", b"456")])):
        with pytest.raises(UnsafeContentError, match="too much in all"):
            list(members(io.BytesIO(content), "x", total=5))
        assert len(list(members(io.BytesIO(content), "x", total=6))) == 2
