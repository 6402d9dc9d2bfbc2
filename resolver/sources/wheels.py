"""Reading a wheel's members without installing it: from its RECORD where that can be trusted to be complete.

The format is PEP 427 and "Recording installed projects" of the packaging specifications.
"""

import base64
import binascii
import csv
import email.parser
import email.policy
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from typing import BinaryIO

from resolver.domain.errors import UnsafeContentError
from resolver.domain.lock import File
from resolver.domain.names import objections
from resolver.domain.ports import Desk
from resolver.files.digest import digest_of_stream
from resolver.sources.reading import member_stream
from resolver.sources.requirements import python_requirements

MOST_MEMBERS = 1_000_000
LARGEST_METADATA = 1 << 24


# What the standard library raises for archives that are damaged or made to confuse it.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    csv.Error,
    EOFError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class WheelContent:
    """What a wheel holds: the wanted members and their flags; the licence and requirements that METADATA states."""

    files: tuple[File, ...]
    flags: tuple[str, ...]
    license: str | None
    requires: tuple[str, ...]


class Wheel:
    """An open wheel; `name` is its file name, for messages."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        try:
            self._archive = zipfile.ZipFile(stream)
            self._members = {one.filename: one for one in self._archive.infolist() if not one.is_dir()}
            self._check()
        except _UNREADABLE as error:
            raise UnsafeContentError(f"{name} is not a wheel: {error}") from error

    def content(self, desk: Desk) -> WheelContent:
        """The members that the desk wants, with digests from RECORD, or read where RECORD has none.

        Raises:
            UnsafeContentError: a member cannot be read, or RECORD and members differ.
        """
        with self._readable():
            return self._content(desk)

    def prove(self) -> None:
        """Read every member and compare it with RECORD, for a wheel that is here whole.

        Raises:
            UnsafeContentError: a member is not what RECORD says.
        """
        with self._readable():
            lying = [path for path, digest in self._record().items() if self._digest(path) != digest]
        if lying:
            raise UnsafeContentError(
                f"{self.name}: RECORD does not tell the truth of {lying[0]!r}",
                hint="nobody could place it: take another release",
                details=lying[:20],
            )

    def identity(self) -> tuple[str, str]:
        """The name and the version that METADATA states, empty where it states none; raises as `content`."""
        with self._readable():
            metadata = self._metadata()
            return str(metadata.get("Name", "")).strip(), str(metadata.get("Version", "")).strip()

    def text(self, path: str) -> str | None:
        """A member as text, None where there is none of that name; raises as `content`."""
        with self._readable():
            return self._text(path) if path in self._members else None

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise UnsafeContentError(f"{self.name} cannot be read: {error}") from error

    def _content(self, desk: Desk) -> WheelContent:
        recorded = self._record()
        files: list[File] = []
        flags: set[str] = set()
        for path in sorted(self._members):
            if desk.wanted(path):
                files.append(File(path, self._members[path].file_size, recorded.get(path) or self._digest(path)))
                with self._stream(path) as stream:
                    flags |= desk.inspect(path, stream)
        metadata = self._metadata()
        stated = python_requirements(str(one) for one in metadata.get_all("Requires-Dist") or ())
        return WheelContent(tuple(files), tuple(sorted(flags)), _license(metadata), stated)

    def _check(self) -> None:
        infos = [one for one in self._archive.infolist() if not one.is_dir()]
        found = objections(one.filename for one in infos)
        found += [f"{one.filename!r} is a link" for one in infos if (one.external_attr >> 16) & 0o170000 == 0o120000]
        found += [f"{one.filename!r} is encrypted" for one in infos if one.flag_bits & 1]
        found += [f"{one.filename!r} is not for a plain path" for one in infos if ".data/" in one.filename]
        if len(infos) > MOST_MEMBERS:
            found.append(f"it has more than {MOST_MEMBERS} members")
        if found:
            raise UnsafeContentError(f"{self.name}: refused, {found[0]}", details=found[:20])

    def _record(self) -> dict[str, str]:
        path = self._one_of("RECORD")
        recorded: dict[str, str] = {}
        for row in csv.reader(io.StringIO(self._text(path))):
            if len(row) >= 3 and row[1]:
                recorded[row[0]] = self._recorded_digest(row)
        unlisted = sorted(set(self._members) - set(recorded) - {path})
        signatures = (".jws", ".p7s")
        wrong = [one for one in unlisted if not one.endswith(signatures)] + sorted(set(recorded) - set(self._members))
        if wrong:
            raise UnsafeContentError(f"{self.name}: RECORD and members differ at {wrong[0]!r}", details=wrong[:20])
        return recorded

    def _recorded_digest(self, row: list[str]) -> str:
        path, (algorithm, _, encoded), size = row[0], row[1].partition("="), row[2]
        try:
            digest = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).hex()
        except (binascii.Error, ValueError):
            digest = ""
        member = self._members.get(path)
        if algorithm != "sha256" or len(digest) != 64 or (member and size and size != str(member.file_size)):
            raise UnsafeContentError(f"{self.name}: RECORD has no usable sha256 and size for {path!r}")
        return digest

    def _one_of(self, name: str) -> str:
        found = [path for path in self._members if path.count("/") == 1 and path.endswith(f".dist-info/{name}")]
        if len(found) != 1:
            raise UnsafeContentError(f"{self.name}: {len(found)} files are called {name} in a .dist-info folder")
        return found[0]

    def _text(self, path: str) -> str:
        if self._members[path].file_size > LARGEST_METADATA:
            raise UnsafeContentError(f"{self.name}: {path} is larger than {LARGEST_METADATA} bytes")
        with self._stream(path) as stream:
            return stream.read(LARGEST_METADATA).decode("utf-8", "replace")

    def _metadata(self) -> Message:
        text = self._text(self._one_of("METADATA"))
        return email.parser.Parser(policy=email.policy.compat32).parsestr(text, headersonly=True)

    def _digest(self, path: str) -> str:
        with self._stream(path) as stream:
            return digest_of_stream(stream)

    def _stream(self, path: str) -> BinaryIO:
        member = self._members[path]
        return member_stream(member.file_size, lambda: self._archive.open(member))  # type: ignore[arg-type,return-value]  # ZipExtFile is a BinaryIO in all but name


# The classifiers of the licences that weights are published under, by SPDX identifier (spdx.org/licenses).
_CLASSIFIED = {
    "MIT License": "mit",
    "Apache Software License": "apache-2.0",
    "BSD License": "bsd-3-clause",
    "ISC License (ISCL)": "isc",
    "Mozilla Public License 2.0 (MPL 2.0)": "mpl-2.0",
}


def _license(metadata: Message) -> str | None:
    """The licence by PEP 639's expression, else a short `License` field, else a classifier."""
    expression = metadata.get("License-Expression")
    plain = metadata.get("License")
    if expression:
        return str(expression).strip().lower()
    if plain and "\n" not in plain.strip() and len(plain) <= 64 and plain.strip().upper() != "UNKNOWN":
        return str(plain).strip().lower()
    return _classified(metadata.get_all("Classifier") or ())


def _classified(classifiers: Iterable[str]) -> str | None:
    names = [one.rpartition("::")[2].strip() for one in classifiers if one.startswith("License ::")]
    return next((_CLASSIFIED[name] for name in names if name in _CLASSIFIED), None)
