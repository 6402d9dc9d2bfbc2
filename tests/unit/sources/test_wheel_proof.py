"""A wheel that is here whole is compared with its RECORD before anybody relies on that."""

import io
import json

import pytest

from resolver.domain.errors import UnsafeContentError
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate
from resolver.sources.spacy import Spacy, places_from
from resolver.sources.wheels import Wheel
from tests.servers.releases import SpacyReleases, meta_of
from tests.servers.wheels import make_bomb, make_broken_wheel, make_wheel
from tests.unit.sources.shelves import desk
from tests.unit.transport.clients import client_with

NAME = "voices-1.0-py3-none-any.whl"
FILES = {"voices/__init__.py": b"VERSION = 1\n", "voices/v.bin": b"weights" * 100}


def wheel(body: bytes) -> Wheel:
    return Wheel(io.BytesIO(body), NAME)


def test_a_record_that_tells_the_truth_is_proved() -> None:
    wheel(make_wheel("voices", "1.0", FILES)).prove()


def test_a_record_that_lies_is_refused_with_the_member_that_it_lies_of() -> None:
    with pytest.raises(UnsafeContentError) as caught:
        wheel(make_broken_wheel("record_hash", "voices", "1.0", FILES)).prove()
    assert caught.value.message == f"{NAME}: RECORD does not tell the truth of 'voices/v.bin'"
    assert list(caught.value.details) == ["voices/v.bin"]
    assert caught.value.exit_code == 2


def test_a_member_that_cannot_be_read_is_refused() -> None:
    true = make_wheel("voices", "1.0", FILES, compress=False)
    with pytest.raises(UnsafeContentError, match="cannot be read"):
        wheel(true.replace(b"weights", b"WEIGHTS")).prove()
    with pytest.raises(UnsafeContentError):
        wheel(make_bomb("voices", "1.0", 1 << 20)).prove()


def test_a_pipeline_of_spacy_is_proved_when_it_is_pinned() -> None:
    name = "en_core_web_md"
    files = {f"{name}/meta.json": json.dumps(meta_of(name, "3.8.0")).encode(), f"{name}/vectors": b"weights"}
    with SpacyReleases() as server, client_with() as client:
        server.add(name, "3.8.0", make_broken_wheel("record_hash", name, "3.8.0", files))
        source = Spacy(lambda: client, places_from(server.environment))
        with pytest.raises(UnsafeContentError, match=f"RECORD does not tell the truth of '{name}/vectors'"):
            source.artifact(f"spacy:{name}@*", Request(f"spacy:{name}"), Candidate("3.8.0"), desk())
