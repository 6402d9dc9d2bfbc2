"""A wheel is read from its RECORD where that is complete, and refused where it is not."""

import base64
import hashlib
import io
import struct
import warnings
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.errors import UnsafeContentError
from resolver.domain.lock import File
from resolver.sources.wheels import LARGEST_METADATA, Wheel, WheelContent
from tests.servers.wheels import make_broken_wheel, make_wheel
from tests.unit.domain.values import file
from tests.unit.sources.shelves import desk

FILES = {"voices/__init__.py": b"VERSION = 1\n", "voices/v.bin": b"PICKLE" * 100}
INFO = "voices-1.0.dist-info"
RIGHT = make_wheel("voices", "1.0", FILES)


def content(body: bytes, wanted: Callable[[str], bool] = lambda _: True) -> WheelContent:
    return Wheel(io.BytesIO(body), "voices-1.0-py3-none-any.whl").content(desk(wanted))


def refusal(body: bytes) -> str:
    with pytest.raises(UnsafeContentError) as caught:
        content(body)
    assert caught.value.message.startswith("voices-1.0-py3-none-any.whl")
    return caught.value.message


def test_every_member_comes_with_its_digest_and_flags() -> None:
    found = content(RIGHT)
    with zipfile.ZipFile(io.BytesIO(RIGHT)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    assert found.files == tuple(file(path, members[path]) for path in sorted(members))
    assert found.flags == ("code", "pickle")
    assert found.license == "mit"


def test_only_what_is_wanted_comes_and_is_looked_into() -> None:
    found = content(RIGHT, lambda path: path.endswith(".bin"))
    assert [one.path for one in found.files] == ["voices/v.bin"]
    assert found.flags == ("pickle",)


def digest(body: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def built(
    record: str | None = None, extra: dict[str, bytes] | None = None, metadata: str = "Name: voices\nVersion: 1.0\n"
) -> bytes:
    """A wheel with a RECORD of one's own; `{}` in it stands for the right lines."""
    members = {"voices/v.bin": b"weights", f"{INFO}/METADATA": metadata.encode(), f"{INFO}/WHEEL": b"", **(extra or {})}
    right = "".join(f"{path},{digest(body)},{len(body)}\n" for path, body in members.items()) + f"{INFO}/RECORD,,\n"
    members[f"{INFO}/RECORD"] = (right if record is None else record.replace("{}", right)).encode()
    stream = io.BytesIO()
    with warnings.catch_warnings(action="ignore", category=UserWarning), zipfile.ZipFile(stream, "w") as archive:
        for path, body in members.items():
            archive.writestr(path, body)
    return stream.getvalue()


def test_digests_are_those_of_record_and_not_read_again() -> None:
    other = built("{}").replace(digest(b"weights").encode(), digest(b"WEIGHTS").encode())
    # The CRC of RECORD is wrong now, as zip knows it; a wheel that was made so has the right one.
    honest = built(f"voices/v.bin,{digest(b'WEIGHTS')},7\n{INFO}/METADATA,,\n{INFO}/WHEEL,,\n{INFO}/RECORD,,\n")
    with pytest.raises(UnsafeContentError):
        content(other)
    with pytest.raises(UnsafeContentError):
        content(honest)
    rows = built("{}", {"voices/other.bin": b"x"})
    assert content(rows).files[-1] == file("voices/v.bin", b"weights")


def test_record_and_signatures_need_no_digest_in_record() -> None:
    signed = {f"{INFO}/RECORD.jws": b"sig", f"{INFO}/RECORD.p7s": b"sig"}
    lines = "".join(
        f"{path},{digest(body)},{len(body)}\n"
        for path, body in {"voices/v.bin": b"weights", f"{INFO}/METADATA": b"x", f"{INFO}/WHEEL": b""}.items()
    )
    found = content(built(lines, signed, "x"))
    assert {one.path: one for one in found.files}[f"{INFO}/RECORD.jws"] == file(f"{INFO}/RECORD.jws", b"sig")
    assert any(one.path == f"{INFO}/RECORD" for one in found.files)


WRONG_RECORDS = {
    "empty": "",
    "a member is missing": "{}".replace("{}", f"voices/v.bin,{digest(b'weights')},7\n"),
    "a member too many": "{}" + f"voices/ghost,{digest(b'')},0\n",
    "a member without a digest": f"voices/v.bin,,\n{INFO}/METADATA,,\n{INFO}/WHEEL,,\n",
    "another size": "{}" + f"voices/v.bin,{digest(b'weights')},8\n",
    "another algorithm": "{}" + "voices/v.bin,md5=XrY7u-Ae7tCTyyK7j1rNww,7\n",
    "no algorithm": "{}" + f"voices/v.bin,{digest(b'weights').partition('=')[2]},7\n",
    "half a digest": "{}" + f"voices/v.bin,{digest(b'weights')[:-4]},7\n",
    "no base64": "{}" + "voices/v.bin,sha256=\u00e9\u00e9\u00e9\u00e9,7\n",
    "a digest in hexadecimal": "{}" + f"voices/v.bin,sha256={hashlib.sha256(b'weights').hexdigest()},7\n",
    "a field longer than csv takes": "{}" + '"' + "x" * 200_000 + '",,\n',
    "quotes that do not end": '"' + "{}",
}


@pytest.mark.parametrize("record", WRONG_RECORDS.values(), ids=WRONG_RECORDS)
def test_a_record_that_is_not_complete_and_right_is_refused(record: str) -> None:
    refusal(built(record))


def test_a_size_may_be_missing_in_record() -> None:
    without = built("{}").replace(b",7\n", b",\n\n")
    assert len(without) == len(built("{}"))
    lines = f"voices/v.bin,{digest(b'weights')},\n"
    rest = f"{INFO}/METADATA,{digest(b'x')},1\n{INFO}/WHEEL,{digest(b'')},0\n"
    assert file("voices/v.bin", b"weights") in content(built(lines + rest, metadata="x")).files


@pytest.mark.parametrize("flaw", ["record_missing", "duplicate", "symlink", "escape"])
def test_a_wheel_with_a_flaw_is_refused(flaw: str) -> None:
    refusal(make_broken_wheel(flaw))  # type: ignore[arg-type]  # one of its kinds


@pytest.mark.parametrize(
    "extra",
    [
        {"../up": b""},
        {"/absolute": b""},
        {"a\\b": b""},
        {"nul": b""},
        {"VOICES/V.BIN": b""},
        {"voices": b""},
        {"voices/v.bin/x": b""},
        {"voices-1.0.data/scripts/x": b""},
        {"other-2.0.dist-info/RECORD": b""},
        {"other-2.0.dist-info/METADATA": b""},
    ],
    ids=str,
)
def test_members_that_could_do_harm_are_refused(extra: dict[str, bytes]) -> None:
    refusal(built("{}", extra))


def test_an_encrypted_member_is_refused() -> None:
    body = bytearray(built("{}"))
    at = body.find(b"PK\x01\x02")
    struct.pack_into("<H", body, at + 8, 1)
    assert "encrypted" in refusal(bytes(body))


@pytest.mark.parametrize("missing", ["RECORD", "METADATA"])
def test_a_wheel_without_its_papers_is_refused(missing: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in {"RECORD", "METADATA"} - {missing}:
            lines = "" if name == "METADATA" else f"{INFO}/RECORD,,\n"
            archive.writestr(f"{INFO}/{name}", lines)
    assert missing in refusal(stream.getvalue()) or "differ" in refusal(stream.getvalue())


def test_papers_of_absurd_size_are_not_read() -> None:
    assert "larger than" in refusal(built("x" * (LARGEST_METADATA + 1)))


@pytest.mark.parametrize("body", [b"", b"PK", b"no archive", RIGHT[:-10], RIGHT[: len(RIGHT) // 2]])
def test_what_is_no_wheel_is_refused(body: bytes) -> None:
    refusal(body)


def read_or_refused(body: bytes) -> None:
    try:
        found = content(body)
    except UnsafeContentError:
        return
    assert all(isinstance(one, File) for one in found.files)


@pytest.mark.parametrize("change", [lambda old: old ^ 0xFF, lambda _: 0, lambda _: 0x80, lambda old: (old + 1) % 256])
def test_a_wheel_with_any_other_byte_is_read_or_refused(change: Callable[[int], int]) -> None:
    for at in range(len(RIGHT)):
        read_or_refused(RIGHT[:at] + bytes([change(RIGHT[at])]) + RIGHT[at + 1 :])


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(RIGHT) - 1), st.binary(max_size=4)), min_size=1, max_size=4))
def test_a_wheel_with_several_other_bytes_is_read_or_refused(edits: list[tuple[int, bytes]]) -> None:
    body = bytearray(RIGHT)
    for at, put in edits:
        body[at : at + len(put)] = put
    read_or_refused(bytes(body))


LICENCES = {
    "License: MIT\n": "mit",
    "License: \n": None,
    "License: UNKNOWN\n": None,
    "License: unknown\n": None,
    f"License: {'x' * 65}\n": None,
    f"License: {'x' * 64}\n": "x" * 64,
    "License: MIT\n and more\n": None,
    "License-Expression: Apache-2.0\nLicense: MIT\n": "apache-2.0",
    "License-Expression:  BSD-3-Clause \n": "bsd-3-clause",
    "Classifier: License :: OSI Approved :: MIT License\n": "mit",
    "Classifier: License :: OSI Approved :: Apache Software License\n": "apache-2.0",
    "Classifier: License :: OSI Approved\nClassifier: License :: OSI Approved :: BSD License\n": "bsd-3-clause",
    "Classifier: Programming Language :: MIT License\n": None,
    "License: MIT\nClassifier: License :: OSI Approved :: BSD License\n": "mit",
    "": None,
}


@pytest.mark.parametrize(("metadata", "wanted"), LICENCES.items())
def test_a_licence_is_the_one_that_is_stated_best(metadata: str, wanted: str | None) -> None:
    assert content(built(metadata=f"Name: voices\n{metadata}Version: 1.0\n\nLicense: in the text\n")).license == wanted
