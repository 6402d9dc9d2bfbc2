"""Where spaCy's table and releases are: spaCy's own places, or those that variables name."""

import pytest

from resolver.domain.errors import UnsafeContentError, UsageError
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import WHOLE
from resolver.sources.spacy import Places, Spacy, places_from
from resolver.transport.client import Client


def test_without_variables_the_places_are_spacys_own() -> None:
    assert places_from({"MODELS_SPACY_DOWNLOADS": ""}) == Places(
        "https://raw.githubusercontent.com/explosion/spacy-models/master/compatibility.json",
        "https://github.com/explosion/spacy-models/releases/download",
    )


def test_variables_name_other_places() -> None:
    named = {"MODELS_SPACY_COMPATIBILITY": "http://h:1/c.json", "MODELS_SPACY_DOWNLOADS": "https://h/spacy//"}
    assert places_from(named) == Places("http://h:1/c.json", "https://h/spacy")


@pytest.mark.parametrize("name", ["MODELS_SPACY_COMPATIBILITY", "MODELS_SPACY_DOWNLOADS"])
@pytest.mark.parametrize(
    "address",
    [
        "x",
        "file:///etc/passwd",
        "ftp://host/x",
        "https://",
        "http://[",
        "http://host:99999/",
        "http://host:0/",
        "https://user:s3cret@host/x",
        "https://@host/x",
        "https://host/x?",
        "https://host/x#y",
        "https://host/a b",
        "https://h\u00f6st/x",
        " https://host/x",
        "https://host/\x1b",
    ],
)
def test_a_variable_that_names_no_address_is_wrong_usage(name: str, address: str) -> None:
    with pytest.raises(UsageError, match=f"^{name} is no plain http address$") as caught:
        places_from({name: address})
    assert "https://" in str(caught.value.hint)
    assert "s3cret" not in str(caught.value.hint)


def unreachable() -> Client:
    raise AssertionError("nobody may be asked")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("en_core_web_md", "../../../other/x"),
        ("en_core_web_md", None),
        ("en_core_web_md", "latest"),
        ("en_core_web_md", ""),
        ("../../evil/repo", "1.0"),
        ("EN", "1.0"),
    ],
)
def test_an_edited_lock_leads_nowhere_else(name: str, version: str | None) -> None:
    wheel = File("x.whl", 1, "a" * 64)
    edited = Artifact(f"spacy:{name}@*", None, version, (), archive=wheel)
    with pytest.raises(UnsafeContentError, match="is no release"):
        Spacy(unreachable, Places()).open(edited, wheel, WHOLE)
