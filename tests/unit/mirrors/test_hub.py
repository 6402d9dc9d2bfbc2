"""Another endpoint: asked for files by their names, and only for what is `hf:`."""

import pytest

from resolver.domain.errors import NotFoundUpstreamError
from resolver.domain.ports import WHOLE
from resolver.mirrors.hub import HubMirror
from resolver.transport.origins import Credential
from tests.bodies import taken
from tests.servers.files import FileServer
from tests.unit.domain.values import COMMIT, artifact, file, wheel
from tests.unit.transport.clients import client_with

ODD = file("a folder/100%#1?.bin", b"weights")


def test_names_are_escaped_and_the_credential_is_shown_to_this_endpoint() -> None:
    with FileServer() as server, client_with() as client:
        server.put(f"proxy/org/name/resolve/{COMMIT}/{ODD.path}", b"weights")
        endpoint = f"{server.origin_of('files')}/proxy"
        mirror = HubMirror(lambda: client, endpoint, Credential(endpoint, "Bearer word"))
        asking = artifact("hf:org/name@main", ODD)
        assert mirror.has(asking, ODD)
        body = mirror.open(asking, ODD, WHOLE)
        assert taken(body, 100) == b"weights"
        body.close()
        assert [one.bearer() for one in server.requests] == ["word", "word"]


def test_what_is_not_hf_is_not_asked_for() -> None:
    packed = wheel()
    assert packed.archive is not None
    with FileServer() as server, client_with() as client:
        mirror = HubMirror(lambda: client, server.origin_of("files"), None)
        assert not mirror.has(packed, packed.archive)
        with pytest.raises(NotFoundUpstreamError, match="only what is hf:"):
            mirror.open(packed, packed.archive, WHOLE)
        assert server.requests == []
