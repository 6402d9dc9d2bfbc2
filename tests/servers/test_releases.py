"""The place of releases answers as spaCy's does: `spacy download` asks these addresses in this order."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest

from tests.servers.client import fetch
from tests.servers.releases import SpacyReleases, make_pipeline, meta_of

WHEEL = make_pipeline("en_core_web_md", "3.8.0", {"en_core_web_md/x": b"x"})


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        yield releases


def address(releases: SpacyReleases, version: str = "3.8.0") -> str:
    return f"{releases.downloads_url}/en_core_web_md-{version}/en_core_web_md-{version}-py3-none-any.whl"


def test_the_table_lists_releases_by_version_of_spacy_newest_first(releases: SpacyReleases) -> None:
    releases.add("en_core_web_md", "3.8.0", WHEEL)
    releases.add("en_core_web_md", "3.8.1", WHEEL, ["3.8", "3.9"])
    releases.add("en_core_web_md", "3.8.0", b"other")
    _, body = fetch(releases.compatibility_url)
    assert json.loads(body) == {
        "spacy": {"3.8": {"en_core_web_md": ["3.8.1", "3.8.0"]}, "3.9": {"en_core_web_md": ["3.8.1"]}}
    }
    releases.table_body = b"x"
    assert fetch(releases.compatibility_url)[1] == b"x"
    assert fetch(releases.compatibility_url + "x")[0].status == 404


def test_a_wheel_lies_behind_a_redirect_to_another_origin(releases: SpacyReleases) -> None:
    releases.add("en_core_web_md", "3.8.0", WHEEL)
    answer, _ = fetch(address(releases))
    assert answer.status == 302
    location = str(answer.headers["Location"])
    assert location.startswith(releases.origin_of("objects"))
    assert fetch(location)[1] == WHEEL
    part, body = fetch(location, Range="bytes=10-19")
    assert (part.status, body) == (206, WHEEL[10:20])


def test_a_release_without_a_wheel_is_not_found(releases: SpacyReleases) -> None:
    releases.add("en_core_web_md", "3.8.0", WHEEL)
    releases.add("en_core_web_md", "2.0.0", None)
    location = str(fetch(address(releases))[0].headers["Location"])
    releases.remove("en_core_web_md", "3.8.0")
    for gone in (address(releases), address(releases, "2.0.0"), location, releases.origin_of("downloads") + "/x"):
        assert fetch(gone)[0].status == 404


def test_a_pipeline_says_what_it_is_beside_its_code_and_with_its_weights() -> None:
    with zipfile.ZipFile(io.BytesIO(WHEEL)) as archive:
        for path in ("en_core_web_md/meta.json", "en_core_web_md/en_core_web_md-3.8.0/meta.json"):
            assert json.loads(archive.read(path)) == meta_of("en_core_web_md", "3.8.0")
        assert archive.read("en_core_web_md/x") == b"x"
    assert meta_of("en_core_web_md", "3.8.0", lang=None, name="x") == {
        "name": "x",
        "version": "3.8.0",
        "license": "MIT",
        "spacy_version": ">=3.8.0,<3.9.0",
    }
