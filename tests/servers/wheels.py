"""Wheels made in memory (PEP 427), right ones and every kind of broken one."""

import base64
import hashlib
import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypedDict, Unpack

LOCAL_SIZE_OFFSET = 22  # of the uncompressed size in a local header (APPNOTE.TXT, 4.3.7)
DECLARED_BYTES = 100

Flaw = Literal[
    "record_hash",  # one RECORD line has the digest of something else
    "record_missing",  # one member is not in RECORD
    "duplicate",  # a member twice, the second with other bytes
    "symlink",  # a member that is a link out of the archive
    "escape",  # a member named ../…
    "bomb",  # a member that declares 100 bytes and inflates to many
]
Member = tuple[zipfile.ZipInfo, bytes]


class WheelOptions(TypedDict, total=False):
    """`license` goes to METADATA, `requires` become Requires-Dist, `python` is Requires-Python.

    `compress` is False for stored members.
    """

    license: str
    requires: Iterable[str]
    python: str
    compress: bool


def make_wheel(name: str, version: str, files: Mapping[str, bytes], **options: Unpack[WheelOptions]) -> bytes:
    """A pure Python wheel with a right RECORD; the same arguments give the same bytes."""
    return _archive(_members(name, version, files, options))


def wheel_filename(name: str, version: str) -> str:
    return f"{_escaped(name)}-{version}-py3-none-any.whl"


def make_broken_wheel(
    flaw: Flaw, name: str = "broken", version: str = "1.0", files: Mapping[str, bytes] | None = None
) -> bytes:
    """A wheel with one flaw; apart from that, and from what the flaw needs, it is `make_wheel`'s."""
    chosen = files or {f"{_escaped(name)}/__init__.py": b"VERSION = 1\n", f"{_escaped(name)}/weights.bin": bytes(1000)}
    return FLAWS[flaw](name, version, chosen)


def make_bomb(name: str, version: str, inflates_to: int) -> bytes:
    """A wheel whose `bomb.bin` says it has 100 bytes; the deflate stream holds `inflates_to` zeros."""
    members = _members(name, version, {"bomb.bin": bytes(DECLARED_BYTES)}, {})
    members[0] = (members[0][0], bytes(inflates_to))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for info, body in members:
            archive.writestr(info, body)
        members[0][0].file_size = DECLARED_BYTES  # the central directory is written at the end
    raw = bytearray(file.getvalue())
    struct.pack_into("<I", raw, members[0][0].header_offset + LOCAL_SIZE_OFFSET, DECLARED_BYTES)
    return bytes(raw)


def _escaped(name: str) -> str:
    return name.replace("-", "_").replace(".", "_").lower()


def _members(name: str, version: str, files: Mapping[str, bytes], options: WheelOptions) -> list[Member]:
    info = f"{_escaped(name)}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {requirement}\n" for requirement in options.get("requires", ()))
    requires += f"Requires-Python: {options['python']}\n" if "python" in options else ""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nLicense: {options.get('license', 'MIT')}\n"
    every = {
        **dict(sorted(files.items())),
        f"{info}/METADATA": (metadata + requires).encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: tests (1.0)\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    every[f"{info}/RECORD"] = _record(every, info)
    method = zipfile.ZIP_DEFLATED if options.get("compress", True) else zipfile.ZIP_STORED
    return [_member(path, body, method) for path, body in every.items()]


def _member(path: str, body: bytes, method: int = zipfile.ZIP_DEFLATED, mode: int = 0o100644) -> Member:
    info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = mode << 16
    info.compress_type = method
    return info, body


def _record(files: Mapping[str, bytes], info: str) -> bytes:
    rows = [f"{path},{_digest(body)},{len(body)}\n" for path, body in files.items()]
    return "".join([*rows, f"{info}/RECORD,,\n"]).encode()


def _digest(body: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


def _archive(members: Iterable[Member]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for info, body in members:
            archive.writestr(info, body)
    return file.getvalue()


def _swapped(name: str, version: str, files: Mapping[str, bytes], change: Callable[[str], str]) -> bytes:
    """A right wheel whose RECORD went through `change`, line by line."""
    members = _members(name, version, files, {})
    info, record = members[-1]
    lines = [change(line) for line in record.decode().splitlines(keepends=True)]
    return _archive([*members[:-1], (info, "".join(lines).encode())])


def _wrong_hash(name: str, version: str, files: Mapping[str, bytes]) -> bytes:
    victim = max(files)
    wrong = f"{victim},{_digest(b'something else')},{len(files[victim])}\n"
    return _swapped(name, version, files, lambda line: wrong if line.startswith(f"{victim},") else line)


def _unrecorded(name: str, version: str, files: Mapping[str, bytes]) -> bytes:
    victim = max(files)
    return _swapped(name, version, files, lambda line: "" if line.startswith(f"{victim},") else line)


def _duplicate(name: str, version: str, files: Mapping[str, bytes]) -> bytes:
    first = _member(max(files), b"the other one")
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # zipfile says that the name is a duplicate
        return _archive([first, *_members(name, version, files, {})])


def _symlink(name: str, version: str, files: Mapping[str, bytes]) -> bytes:
    return _with_extra(name, version, files, "linked", b"/etc/passwd", 0o120777)


def _escape(name: str, version: str, files: Mapping[str, bytes]) -> bytes:
    return _with_extra(name, version, files, "../escaped.txt", b"out", 0o100644)


def _with_extra(name: str, version: str, files: Mapping[str, bytes], path: str, body: bytes, mode: int) -> bytes:
    """One more member, duly recorded, so that only its name or mode is wrong."""
    members = _members(name, version, {path: body, **files}, {})
    return _archive([_member(path, body, mode=mode) if info.filename == path else (info, b) for info, b in members])


FLAWS: dict[Flaw, Callable[[str, str, Mapping[str, bytes]], bytes]] = {
    "record_hash": _wrong_hash,
    "record_missing": _unrecorded,
    "duplicate": _duplicate,
    "symlink": _symlink,
    "escape": _escape,
    "bomb": lambda name, version, _: make_bomb(name, version, 64 * 1024 * 1024),
}
