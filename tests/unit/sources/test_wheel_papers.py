"""What a wheel's METADATA states of name, version and requirements, and members read as text."""

import io
from collections.abc import Iterator

import pytest

from resolver.domain.errors import UnsafeContentError
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate
from resolver.sources.index_settings import IndexSettings
from resolver.sources.package_index import PackageIndex
from resolver.sources.wheels import LARGEST_METADATA, Wheel
from resolver.transport.client import Client
from tests.servers.index import PackageIndex as Server
from tests.servers.wheels import make_wheel
from tests.unit.sources.shelves import desk
from tests.unit.transport.clients import client_with

STATED = ["torch (>=1.12,<3) ; python_version >= '3.9'", "numpy", "numpy", "pytest; extra == 'test'", "?"]
KEPT = ("numpy", 'torch<3,>=1.12; python_version >= "3.9"')
BODY = make_wheel("voices", "1.0", {"voices/t.txt": "\u00e9".encode(), "voices/b.bin": b"\xff"}, requires=STATED)


def opened(body: bytes) -> Wheel:
    return Wheel(io.BytesIO(body), "voices.whl")


@pytest.fixture
def client() -> Iterator[Client]:
    with client_with() as client:
        yield client


def test_a_wheel_states_its_name_and_version() -> None:
    assert opened(BODY).identity() == ("voices", "1.0")


def test_a_wheel_that_states_neither_says_so() -> None:
    for name, version, stated in (("", "1.0", ("", "1.0")), ("voices", "", ("voices", ""))):
        assert opened(make_wheel(name, version, {})).identity() == stated


def test_a_wheel_states_its_requirements_without_those_of_extras() -> None:
    assert opened(BODY).content(desk()).requires == KEPT
    assert opened(make_wheel("voices", "1.0", {})).content(desk()).requires == ()


def test_a_wheel_from_an_index_is_locked_with_its_requirements(client: Client) -> None:
    with Server() as server:
        server.add("voices", "1.0", BODY)
        index = PackageIndex(lambda: client, IndexSettings(server.url))
        assert index.artifact("k", Request("pypi:voices"), Candidate("1.0"), desk()).requires == KEPT


def test_a_member_is_read_as_text() -> None:
    wheel = opened(BODY)
    assert wheel.text("voices/t.txt") == "\u00e9"
    assert wheel.text("voices/b.bin") == "\ufffd"
    assert wheel.text("voices/absent") is None


def test_a_member_that_cannot_be_read_is_refused() -> None:
    body = make_wheel("voices", "1.0", {"voices/t.txt": b"text"}, compress=False)
    for wrong in (body.replace(b"text", b"TEXT"), body.replace(b"Name: voices", b"Name: v0ices")):
        wheel = opened(wrong)
        with pytest.raises(UnsafeContentError, match=r"^voices\.whl cannot be read"):
            (wheel.text("voices/t.txt"), wheel.identity())


def test_a_text_of_absurd_size_is_not_read() -> None:
    body = make_wheel("voices", "1.0", {"voices/t.txt": bytes(LARGEST_METADATA + 1)})
    with pytest.raises(UnsafeContentError, match="larger than"):
        opened(body).text("voices/t.txt")
