"""Blobs behind an address: a store that a web server shows, or a bucket that is public."""

from collections.abc import Callable

from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Body, Portion
from resolver.mirrors.asking import offers, opened
from resolver.mirrors.blobs import blob_path
from resolver.transport.client import Client


class HttpMirror:
    """Whatever lies below an address; no credential is ever sent."""

    def __init__(self, client: Callable[[], Client], address: str) -> None:
        self._client = client
        self._address = address

    def has(self, artifact: Artifact, file: File) -> bool:
        """Asked with one HEAD."""
        del artifact
        return offers(self._client(), f"{self._address}/{blob_path(file)}", file)

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """A portion of the blob."""
        del artifact
        return opened(self._client(), f"{self._address}/{blob_path(file)}", file, portion)
