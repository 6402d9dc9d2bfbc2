"""Archives that were made to do harm: refused, and at no cost."""

import io
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.domain.errors import UnsafeContentError
from resolver.domain.names import objections
from resolver.files import archives
from resolver.files.archives import PIECE, entries, members
from tests.unit.files.test_archives import (
    FILES,
    GOOD,
    PACKINGS,
    found,
    packed,
    refusal,
    replaced,
    special,
    tarred,
    zipped,
)

UNSAFE_NAMES = ["../x", "a/../../x", "/etc/passwd", "C:/x", "C:x", "a\\b", "CON", "a/nul.txt", "x ", "a//b", "a\u202eb"]


@pytest.mark.parametrize("name", UNSAFE_NAMES)
def test_names_that_are_unsafe_anywhere_are_refused(name: str) -> None:
    for content in (zipped([(name, b"x")]), tarred([(name, b"x")])):
        assert "member" in refusal(content)


def test_a_name_with_nul_is_refused_and_not_cut() -> None:
    assert "refuses" in refusal(zipped([("evil.py_txt", b"x")]).replace(b"evil.py_txt", b"evil.py\0txt"))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["a", "a"], "collides with 'a'"),
        (["A/x", "a/X"], "collides with 'A/x'"),
        (["\u00e9", "e\u0301"], "collides with"),
        (["a", "a/b"], "to be a folder"),
        (["a/b/c", "A/B"], "is a folder to another member"),
        (["a", "b", "./a"], "a"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")  # it is what is tested
def test_members_that_would_fall_on_each_other_are_refused(names: list[str], words: str) -> None:
    for content in (zipped([(name, b"x") for name in names]), tarred([(name, b"x") for name in names])):
        assert words in refusal(content)


@given(st.lists(st.text(alphabet="aAbé/.\u0301 ", max_size=5), max_size=6))
def test_the_verdict_on_names_is_that_of_the_domain(names: list[str]) -> None:
    content = tarred([(name, b"") for name in names if name and not name.endswith("/")])
    read = [member.path for member in entries(io.BytesIO(content), "x")]
    refused = any(member.objection for member in entries(io.BytesIO(content), "x"))
    assert refused == bool(objections(read))


KINDS = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"V", b"Z"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target", ["config.json", "../outside"])
def test_a_tar_with_anything_but_files_is_refused(kind: bytes, target: str) -> None:
    assert "member 'special' is a link, a device" in refusal(special(kind, target))


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR])
def test_a_zip_with_anything_but_files_is_refused(mode: int) -> None:
    assert "member 'a' is a link, a device" in refusal(zipped([("a", b"/etc/passwd")], attributes=mode))


def test_an_encrypted_zip_is_refused() -> None:
    assert "member 'a' is encrypted" in refusal(replaced(zipped([("a", b"1")]), b"PK\1\2", 8, b"\1"))


def test_other_compression_in_a_zip_is_refused() -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "compressed by method" in refusal(zipped([("a", b"1")], method))


def test_a_local_header_with_another_name_is_refused() -> None:
    message = refusal(replaced(zipped([("a.txt", b"1")]), b"a.txt", 0, b"b.txt", last=False))
    assert "member 'a.txt' cannot be read" in message


def test_a_wrong_checksum_is_refused() -> None:
    assert "member 'a' cannot be read" in refusal(replaced(zipped([("a", b"1")]), b"PK\1\2", 16, b"\0\1\2\3"))


def test_entries_that_share_bytes_are_refused() -> None:
    content = zipped([("a", bytes(99)), ("b", bytes(99))], zipfile.ZIP_STORED)
    assert "overlaps" in refusal(replaced(content, b"PK\1\2", 42, b"\0\0\0\0"))
    assert "overlaps" in refusal(replaced(content, b"PK\1\2", 20, b"\xff\xff\0\0"))


def test_a_directory_that_hides_entries_is_refused() -> None:
    content = zipped([("a", b"1"), ("b", b"2")])
    assert "announces 1" in refusal(replaced(content, b"PK\5\6", 10, b"\1\0"))
    assert "does not lie where it says" in refusal(replaced(content, b"PK\5\6", 16, b"\0\0"))
    directory = content[content.index(b"PK\1\2") : content.index(b"PK\5\6")]
    assert "does not lie where it says" in refusal(content.replace(b"PK\5\6", directory + b"PK\5\6"))


def test_something_before_or_after_the_archive_is_refused() -> None:
    for content in (zipped([("a", b"1")]), tarred([("a", b"1")]), tarred([("a", b"1")], "gz")):
        assert "neither a zip nor a tar" in refusal(b"junk" + content)
        refusal(content + b"junk")
    assert "does not lie where it says" in refusal(b"PK\3\4" + zipped([("a", b"1")]))
    assert "goes on after its end" in refusal(tarred([("a", b"1")]) + tarred([("b", b"2")]))
    assert "goes on after its end" in refusal(packed(tarred([("a", b"1")]) + bytes(2 << 20), "gz"))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"text\n" * 999, b"\x1f\x8b\x08", packed(b"text", "gz"), b"BZh9", b"\x80\4N."]
)
def test_what_is_no_archive_is_refused(content: bytes) -> None:
    refusal(content)


@pytest.mark.parametrize("content", [GOOD["zip"], *(tarred(FILES.items(), packing) for packing in PACKINGS)])
def test_a_truncated_archive_is_refused_wherever_it_ends(content: bytes) -> None:
    end = len(content.rstrip(b"\0")) if content[257:262] == b"ustar" else len(content)
    for length in range(1, end, max(1, end // 97)):
        refusal(content[:length])


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_tar_without_its_end_is_refused(packing: str) -> None:
    assert "damaged or truncated" in refusal(packed(tarred([("a", b"1")])[:1024], packing))


def test_a_damaged_header_is_refused_and_does_not_end_the_tar() -> None:
    content = tarred([("a", b"1"), ("b", b"2"), ("c", b"3")])
    assert "damaged or truncated" in refusal(content[:1024] + b"X" + content[1025:])


@pytest.mark.parametrize("content", [tarred(FILES.items(), "gz"), tarred(FILES.items(), "xz")])
def test_the_checksum_of_the_whole_is_checked(content: bytes) -> None:
    refusal(replaced(content, content[-8:], 0, bytes(4)))


def test_a_member_larger_than_its_bound_yields_nothing() -> None:
    for content in (zipped([("a", b"12345")]), tarred([("a", b"12345")])):
        (member,) = members(io.BytesIO(content), "x")
        with pytest.raises(UnsafeContentError, match="holds 5 bytes and may hold 4"):
            next(member.chunks(4))


def bomb_in_zip(size: int) -> bytes:
    """Deflated zeros that declare to be 10 bytes."""
    content = zipped([("a", bytes(size))])
    return replaced(content, b"PK\1\2", 24, struct.pack("<I", 10))


def test_a_zip_member_that_lies_about_its_size_gives_no_more_than_it_declares() -> None:
    (member,) = members(io.BytesIO(bomb_in_zip(1 << 28)), "x")
    received: list[bytes] = []
    with pytest.raises(UnsafeContentError, match="cannot be read"):
        received.extend(member.chunks(11))
    assert sum(map(len, received)) <= 11


@pytest.mark.parametrize("mode", ["zip", "gz"])
def test_a_bomb_costs_no_more_memory_than_a_piece(mode: str) -> None:
    zeros = 1 << 28
    if mode == "zip":
        content = zipped([("a", bytes(zeros))])
    else:
        plain = tarred([("a", b"")])
        header = tarfile.TarInfo("a")
        header.size = zeros
        packer = zlib.compressobj(wbits=31)
        content = packer.compress(header.tobuf()) + packer.compress(bytes(zeros) + plain[512:]) + packer.flush()
    assert len(content) < 1 << 20
    tracemalloc.start()
    (size,) = [sum(map(len, member.chunks(member.size))) for member in members(io.BytesIO(content), "x")]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == zeros
    assert peak < 16 * PIECE


def test_the_number_of_entries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 3)
    for build in (zipped, tarred):
        assert len(found(build([(str(n), b"") for n in range(3)]))) == 3
        assert "more than 3 entries" in refusal(build([(str(n), b"") for n in range(4)]))


def test_a_tar_of_many_members_is_not_kept_in_memory() -> None:
    content = tarred([(str(n), b"") for n in range(5000)])
    tracemalloc.start()
    assert sum(1 for _ in members(io.BytesIO(content), "x")) == 5000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 << 20


def endless_header(kind: bytes, size: int) -> bytes:
    header = tarfile.TarInfo("long")
    header.type, header.size = kind, size
    packer = zlib.compressobj(wbits=31)
    return (
        packer.compress(header.tobuf(tarfile.GNU_FORMAT)) + packer.compress(bytes(min(size, 1 << 26))) + packer.flush()
    )


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE])
@pytest.mark.parametrize("size", [1 << 26, 1 << 40])
def test_headers_without_end_are_refused_unread(kind: bytes, size: int) -> None:
    content = endless_header(kind, size)
    tracemalloc.start()
    message = refusal(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "headers too long" in message
    assert peak < 1 << 22


def test_a_chain_of_headers_without_end_is_refused() -> None:
    header = tarfile.TarInfo("x").tobuf()
    chain = tarfile.TarInfo.create_pax_global_header({"a": "b"}) * 1500
    refusal(chain + header + bytes(1024))


@pytest.mark.parametrize("size", [-1, -512, -(1 << 40)])
def test_a_negative_size_is_refused(size: int) -> None:
    header = tarfile.TarInfo("a")
    header.size = size
    content = header.tobuf(tarfile.GNU_FORMAT)
    refusal(tarred([("z", b"1")])[:1024] + content + bytes(1024))


def test_a_tar_member_is_gone_once_the_next_was_asked_for() -> None:
    first, _ = list(members(io.BytesIO(tarred([("a", b"1" * 600), ("b", b"2" * 600)])), "x"))
    with pytest.raises(UnsafeContentError, match="out of order"):
        list(first.chunks(600))


@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for head in (b"", b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08\0", b"BZh91AY&SY", b"\xfd7zXZ\0", GOOD["tar plain"][:512]):
        try:
            found(head + content)
        except UnsafeContentError as error:
            assert error.message.startswith("the archive: ")  # noqa: PT017 - that it is refused is allowed, not required


@given(st.sampled_from(sorted(GOOD)), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_flipped_byte_never_makes_other_paths_escape(name: str, place: int, change: int) -> None:
    content = bytearray(GOOD[name])
    content[place % len(content)] ^= change
    try:
        paths = [member.path for member in members(io.BytesIO(bytes(content)), "x")]
    except UnsafeContentError:
        return
    assert objections(paths) == []
