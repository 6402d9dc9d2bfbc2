"""`url:`, one file, or an archive to unpack, pinned by its sha256."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from resolver.domain.errors import InputError, MismatchError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.names import path_objection
from resolver.domain.ports import Body, Candidate, Desk, Portion
from resolver.domain.upstream import Standing
from resolver.files.archives import members
from resolver.sources.reading import at_address, remote_file, translated
from resolver.transport.client import Client
from resolver.transport.errors import StatusError

LARGEST_MEMBER = 1 << 40
LARGEST_UNTOLD = 1 << 30
"""A body whose size the server does not tell may be this long, and no longer."""


class Web:
    """Any http address; no credential is ever sent."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """The address itself."""
        del request
        return [Candidate()]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> None:
        """A plain address has no gates."""
        del source, candidate, path

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """The file; fetched whole into the shelf unless the manifest states its sha256 and it is not unpacked."""
        del candidate
        name = _file_name(request.name)
        try:
            if request.unpack:
                return self._unpacked(key, request, name, desk)
            file, flags = self._stated(request, name, desk) or self._fetched(request, name, desk)
        except StatusError as error:
            raise translated(error, request.source) from error
        files = (file,) if desk.wanted(name) else ()
        return Artifact(key=key, commit=None, version=None, files=files, flags=tuple(sorted(flags)))

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """The bytes at the address."""
        try:
            return self._client().open(artifact.name, portion=portion)
        except StatusError as error:
            raise translated(error, f"{artifact.source}: {file.path}") from error

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        """Whether something is there, and of which size: more would be to fetch it."""
        del wanted
        pinned = artifact.archive or next(iter(artifact.files), None)
        if pinned is None:
            return Standing("content")
        try:
            found = at_address(self._client(), artifact.name, pinned)
        except StatusError as error:
            raise translated(error, artifact.source) from error
        return replace(found, doubt="only its size was compared")

    def _stated(self, request: Request, name: str, desk: Desk) -> tuple[File, frozenset[str]] | None:
        if request.sha256 is None:
            return None
        answer = self._client().patiently(lambda: self._client().open(request.name))
        answer.close()
        if answer.total is None or answer.headers.get("accept-ranges") != "bytes":
            return None
        flags = desk.inspect(name, remote_file(self._client(), request.name, answer.total))
        return File(name, answer.total, request.sha256), flags

    def _fetched(self, request: Request, name: str, desk: Desk) -> tuple[File, frozenset[str]]:
        file = self._kept(request, name, desk)
        with desk.shelf.open(file.sha256) as stream:
            return file, desk.inspect(name, stream)

    def _kept(self, request: Request, name: str, desk: Desk) -> File:
        def attempt() -> tuple[str, int]:
            answer = self._client().open(request.name)
            return desk.shelf.keep(answer.pieces(answer.total or LARGEST_UNTOLD))

        sha256, size = self._client().patiently(attempt)
        if request.sha256 not in (None, sha256):
            raise MismatchError(f"{request.source}: the manifest states sha256 {request.sha256}, found {sha256}")
        return File(name, size, sha256)

    def _unpacked(self, key: str, request: Request, name: str, desk: Desk) -> Artifact:
        archive = self._kept(request, name, desk)
        files: list[File] = []
        flags: set[str] = set()
        with desk.shelf.open(archive.sha256) as stream:
            for member in members(stream, name):
                if desk.wanted(member.path):
                    sha256, size = desk.shelf.keep(member.chunks(LARGEST_MEMBER))
                    files.append(File(member.path, size, sha256))
                    with desk.shelf.open(sha256) as kept:
                        flags |= desk.inspect(member.path, kept)
        return Artifact(
            key=key, commit=None, version=None, files=tuple(files), flags=tuple(sorted(flags)), archive=archive
        )


def _file_name(url: str) -> str:
    name = unquote(urlsplit(url).path.rpartition("/")[2])
    objection = path_objection(name)
    if objection or "/" in name:
        raise InputError(f"url:{url}: the last part of the address is no file name")
    return name
