"""spaCy's table is read as spaCy reads it, and not believed to be one before it was judged."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from resolver.sources import spacy_table
from resolver.sources.spacy_table import admits, is_release, read_table


def test_every_release_comes_with_the_versions_of_spacy_that_list_it() -> None:
    listed = {
        "3.8": {"en_core_web_md": ["3.8.0"], "xx_ent_wiki_sm": ["3.8.0"]},
        "3.7.0.dev0": {"en_core_web_md": ["3.7.0a2", "3.7.0a1"]},
        "3.0.1": {"en_core_web_md": ["3.0.0", "3.0.0"]},
        "3.0.0": {"en_core_web_md": ["3.0.0"]},
        "2.0.0a1": {"en_core_web_md": ["2.0.0-alpha"]},
    }
    assert read_table(json.dumps({"spacy": listed, "more": 1}).encode()) == {
        "en_core_web_md": {
            "3.8.0": ("3.8",),
            "3.7.0a2": ("3.7.0.dev0",),
            "3.7.0a1": ("3.7.0.dev0",),
            "3.0.0": ("3.0.1", "3.0.0"),
            "2.0.0-alpha": ("2.0.0a1",),
        },
        "xx_ent_wiki_sm": {"3.8.0": ("3.8",)},
    }


UNTRUE: list[Any] = [
    None,
    [],
    "spacy",
    {},
    {"spacy": None},
    {"spacy": []},
    {"spacy": {"3.8": None}},
    {"spacy": {"3.8": ["en_core_web_md"]}},
    {"spacy": {"3.8": {"en_core_web_md": None}}},
    {"spacy": {"3.8": {"en_core_web_md": "3.8.0"}}},
    {"spacy": {"3.8": {"en_core_web_md": {"3.8.0": 1}}}},
    *[{"spacy": {"3.8": {"en_core_web_md": [one]}}} for one in (None, 3.8, ["3.8.0"], "", "x", "3.8 ", "v3.8")],
    *[
        {"spacy": {"3.8": {"en_core_web_md": [one]}}}
        for one in ("../3.8", "3.8/../x", "3.8%2f", "3..8", "3.8-", "3" * 65)
    ],
    *[{"spacy": {one: {"en_core_web_md": ["3.8.0"]}}} for one in ("", "latest", ">=3.8", "3.8\n")],
    *[
        {"spacy": {"3.8": {one: ["3.8.0"]}}}
        for one in ("", "..", "../en", "en-core", "En_core", "ab", "e\u00e9_x", "a" * 101)
    ],
]


@pytest.mark.parametrize("document", UNTRUE, ids=ascii)
def test_an_untrue_table_is_none(document: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        read_table(json.dumps(document).encode())


@pytest.mark.parametrize("text", [b"", b"{", b"<html>", b"\xff\xfe", b'{"spacy": {"3.8": \x01}}', b"[" * 200_000])
def test_what_is_no_json_is_no_table(text: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        read_table(text)


def test_what_is_wrong_is_said_shortly() -> None:
    wrong: list[Any] = [{"x" * 10_000: {}}, {"3.8": {"X" * 10_000: []}}, {"3.8": {"abc": ["y" * 10_000]}}]
    for listed in wrong:
        with pytest.raises(ValueError, match=r"'") as caught:
            read_table(json.dumps({"spacy": listed}).encode())
        assert len(str(caught.value)) < 100


def test_a_table_is_no_larger_than_any_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"spacy": {"3.8": {"abc": ["1.0"]}, "3.7": {"abd": ["1.0"]}}}).encode()
    for name, wrong in (("MOST_SPACY_VERSIONS", "versions of spaCy"), ("MOST_NAMES", "pipelines")):
        with monkeypatch.context() as patch:
            patch.setattr(spacy_table, name, 2)
            assert len(read_table(text)) == 2
            patch.setattr(spacy_table, name, 1)
            with pytest.raises(ValueError, match=wrong):
                read_table(text)


@pytest.mark.parametrize(
    ("specifiers", "spacy", "admitted"),
    [
        (">=3.8.0,<3.9.0", "3.8", True),
        (">=3.7.2,<3.8.0", "3.7", True),
        (">=3.3.0.dev0,<3.4.0", "3.3", True),
        (">3.8.17", "3.8", True),
        (">=3.8.100", "3.8", False),
        ("==3.8.18", "3.8", True),
        ("<3.8", "3.8", False),
        (">=3.8.0,<3.9.0", "3.7", False),
        (">=3.8.0,<3.9.0", "3.9", False),
        (">=3.0.1,<3.1.0", "3.0.0", False),
        (">=3.0.0,<3.1.0", "3.0.9", True),
        (">=3.7.0.dev0,<3.8.0", "3.7.0.dev0", True),
        (">=2.1.0a4", "2.1.0a6", True),
        (">=2.1.0a4", "2.1.0a3", False),
    ],
)
def test_a_minor_stands_for_its_patches_and_anything_else_for_itself(
    specifiers: str,
    spacy: str,
    admitted: bool,  # noqa: FBT001  # what the case expects
) -> None:
    assert admits(SpecifierSet(specifiers), spacy) == admitted


@given(st.text("ae_-./\\%0\u00e9 ", max_size=8), st.text("019.+-a/\\% ", max_size=8))
def test_nothing_in_a_release_leads_elsewhere(name: str, version: str) -> None:
    if is_release(name, version):
        assert not set(f"{name}{version}") & set("/\\% \u00e9")
        assert name[0].isalpha()
        assert version[0].isdigit()
