"""What PyPA's `installer` would write into an environment, kept as values."""

import hashlib
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from installer.destinations import WheelDestination
from installer.records import Hash, RecordEntry
from installer.scripts import Script
from installer.utils import Scheme, construct_record_file, fix_shebang, get_launcher_kind

from resolver.domain.errors import UnsafeContentError
from resolver.domain.installation import Piece, PythonEnvironment
from resolver.domain.lock import File
from resolver.domain.names import folded, path_objection
from resolver.environments.members import Member, encoded

if TYPE_CHECKING:
    from installer.scripts import ScriptSection

_SITES = ("purelib", "platlib")


class Pieces(WheelDestination):
    """Takes what `installer` would write, and keeps it as pieces."""

    def __init__(self, environment: PythonEnvironment, archive: str) -> None:
        self._environment = environment
        self._archive = archive
        self._found: dict[str, Piece] = {}
        self.root = "purelib"
        self.record: Piece | None = None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All but RECORD."""
        return tuple(self._found.values())

    def place(self, scheme: str, path: str) -> str:
        """Where a path of a scheme lies."""
        if scheme not in self._environment.roots or path_objection(path):
            raise UnsafeContentError(f"{self._archive}: {scheme} {path!r} has no place in an environment")
        return os.path.normpath(f"{self._environment.roots[scheme]}/{path}")

    def add_locked(self, scheme: str, path: str, file: File) -> RecordEntry:
        """A member as it is locked."""
        return self._add(path, Piece(self.place(scheme, path), file.size, file.sha256))

    def _add_made(self, scheme: str, path: str, content: bytes, *, executable: bool = False) -> RecordEntry:
        digest = hashlib.sha256(content).hexdigest()
        return self._add(path, Piece(self.place(scheme, path), len(content), digest, content, executable))

    def _add(self, path: str, piece: Piece) -> RecordEntry:
        key = folded(piece.place)
        if key in self._found:
            raise UnsafeContentError(f"{self._archive}: two of its files would lie at {piece.place}")
        self._found[key] = piece
        algorithm, _, value = encoded(piece.sha256).partition("=")
        return RecordEntry(path, Hash(algorithm, value), piece.size)

    def write_script(self, name: str, module: str, attr: str, section: "ScriptSection") -> RecordEntry:
        """The script of an entry point, which begins with the interpreter of that environment."""
        script, content = Script(name, module, attr, section).generate(
            self._environment.executable, get_launcher_kind()
        )
        return self._add_made("scripts", script, content, executable=True)

    def write_file(
        self,
        scheme: Scheme,
        path: str | os.PathLike[str],
        stream: BinaryIO,
        is_executable: bool,  # noqa: FBT001  # the signature is `installer`'s
    ) -> RecordEntry:
        """A member, or what `installer` adds."""
        if isinstance(stream, Member) and scheme in _SITES:
            return self.add_locked(scheme, os.fspath(path), stream.file)
        with fix_shebang(stream, self._environment.executable) if scheme == "scripts" else stream as fixed:
            return self._add_made(scheme, os.fspath(path), fixed.read(), executable=is_executable)

    def finalize_installation(
        self, scheme: Scheme, record_file_path: str, records: Iterable[tuple[Scheme, RecordEntry]]
    ) -> None:
        """RECORD: what was written elsewhere than beside it stands there by the way to it."""
        roots = self._environment.roots

        def prefix(other: Scheme) -> str | None:
            return None if other == scheme else f"{_way(roots[scheme], roots[other])}/"

        with construct_record_file(records, prefix) as stream:
            content = stream.read()
        self.root = scheme
        self.record = Piece(
            self.place(scheme, record_file_path), len(content), hashlib.sha256(content).hexdigest(), content
        )


def _way(start: str, to: str) -> str:
    try:
        return os.path.relpath(to, start)
    except ValueError:  # another drive
        return to
