"""Another endpoint that speaks the Hub's API: a company's proxy of it, or a regional copy. Only for `hf:`."""

from collections.abc import Callable
from urllib.parse import quote

from resolver.domain.errors import NotFoundUpstreamError
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Body, Portion
from resolver.mirrors.asking import offers, opened
from resolver.transport.client import Client
from resolver.transport.origins import Credential


class HubMirror:
    """Repositories of an endpoint, at the pinned commit. The credential is the configured endpoint's, for it alone."""

    def __init__(self, client: Callable[[], Client], endpoint: str, credential: Credential | None) -> None:
        self._client = client
        self._endpoint = endpoint
        self._credential = credential

    def has(self, artifact: Artifact, file: File) -> bool:
        """Asked with one HEAD; of other sources than `hf:` it has nothing."""
        return artifact.kind == "hf" and offers(self._client(), self._address(artifact, file), file, self._credential)

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """A portion of the file at the pinned commit."""
        if artifact.kind != "hf":
            raise NotFoundUpstreamError(f"{file.path}: not there; an endpoint has only what is hf:")
        return opened(self._client(), self._address(artifact, file), file, portion, self._credential)

    def _address(self, artifact: Artifact, file: File) -> str:
        return f"{self._endpoint}/{quote(artifact.name)}/resolve/{artifact.commit}/{quote(file.path)}"
