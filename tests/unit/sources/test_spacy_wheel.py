"""A wheel is taken for a release only if its own papers say that it is the one."""

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest

from resolver.domain.errors import MismatchError, ModelsError, UnsafeContentError
from resolver.sources.spacy_wheel import Release, needed_spacy
from resolver.sources.wheels import Wheel
from tests.servers.releases import make_pipeline, meta_of
from tests.servers.wheels import make_wheel

NAME = "en_core_web_md"
WHEEL = "en_core_web_md-3.8.0-py3-none-any.whl"


def needed(body: bytes, version: str = "3.8.0", spacy: Sequence[str] = ("3.8",)) -> str:
    return needed_spacy(Wheel(io.BytesIO(body), WHEEL), Release(NAME, version, spacy))


def refusal(body: bytes, kind: type[ModelsError], version: str = "3.8.0", spacy: Sequence[str] = ("3.8",)) -> str:
    with pytest.raises(ModelsError) as caught:
        needed(body, version, spacy)
    assert type(caught.value) is kind
    assert caught.value.message.startswith(WHEEL)
    assert len(caught.value.message) < 300
    return caught.value.message.removeprefix(WHEEL)


def with_meta(**changed: Any) -> bytes:
    return make_pipeline(NAME, "3.8.0", meta=meta_of(NAME, "3.8.0", **changed))


def test_the_pipeline_that_was_asked_for_says_which_spacy_it_needs() -> None:
    assert needed(make_pipeline(NAME, "3.8.0")) == "spacy<3.9.0,>=3.8.0"
    assert needed(with_meta(spacy_version=">=3.7.2, <3.8.0"), spacy=("3.8", "3.7")) == "spacy<3.8.0,>=3.7.2"


@pytest.mark.parametrize(
    ("name", "version"), [("en-core-web-md", "3.8.0"), ("EN_core.web_md", "3.8"), (NAME, "v3.8.0")]
)
def test_other_spellings_of_name_and_version_are_the_same_in_metadata(name: str, version: str) -> None:
    files = {f"{NAME}/meta.json": json.dumps(meta_of(NAME, "3.8")).encode()}
    assert needed(make_wheel(name, version, files)) == "spacy<3.9.0,>=3.8.0"


def test_a_release_that_the_table_spells_otherwise_is_the_same() -> None:
    meta = meta_of(NAME, "2.0.0a1", spacy_version=">=2.0.0a1")
    assert needed(make_pipeline(NAME, "2.0.0a1", meta=meta), "2.0.0-alpha1", ("2.0.0a1",)) == "spacy>=2.0.0a1"


@pytest.mark.parametrize(("name", "version"), [(NAME, "999.9.9"), (NAME, "3.8.1"), ("en_core_web_sm", "3.8.0")])
def test_a_wheel_of_another_name_or_version_is_refused(name: str, version: str) -> None:
    said = refusal(make_pipeline(name, version), MismatchError)
    assert said == f": expected {NAME} 3.8.0 in METADATA, found '{name} {version}'"


@pytest.mark.parametrize(("name", "version"), [(NAME, ""), ("", "3.8.0"), (NAME, "latest"), ("x" * 200, "3.8.0")])
def test_a_wheel_that_says_no_name_or_version_is_refused(name: str, version: str) -> None:
    assert "in METADATA" in refusal(make_wheel(name, version, {f"{NAME}/meta.json": b"{}"}), MismatchError)


def test_a_stub_that_took_the_name_and_the_version_is_no_pipeline() -> None:
    said = refusal(make_wheel(NAME, "3.8.0", {f"{NAME}/__init__.py": b""}), UnsafeContentError)
    assert said == f" is no spaCy pipeline: expected {NAME}/meta.json, found none"


@pytest.mark.parametrize("meta", [b"", b"{", b"[" * 200_000, b"\xff", b"<html>"])
def test_a_meta_that_is_no_json_is_refused(meta: bytes) -> None:
    said = refusal(make_wheel(NAME, "3.8.0", {f"{NAME}/meta.json": meta}), UnsafeContentError)
    assert said == f": {NAME}/meta.json is not JSON"


@pytest.mark.parametrize("meta", [b"[]", b"null", b'"x"', b"1"])
def test_a_meta_that_is_no_mapping_is_refused(meta: bytes) -> None:
    said = refusal(make_wheel(NAME, "3.8.0", {f"{NAME}/meta.json": meta}), UnsafeContentError)
    assert said == f": {NAME}/meta.json must be a mapping"


@pytest.mark.parametrize("key", ["lang", "name", "version", "spacy_version"])
@pytest.mark.parametrize(
    ("value", "shown"), [(None, "none"), (1, "1"), ("", "''"), (["en"], "['en']"), ("x" * 151, "'xxx")]
)
def test_a_meta_without_its_facts_is_refused(key: str, value: Any, shown: str) -> None:
    said = refusal(with_meta(**{key: value}), UnsafeContentError)
    assert said.startswith(f": expected a text as '{key}' in meta.json, found {shown}")


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"lang": "de"}, "de_core_web_md 3.8.0"),
        ({"name": "core_web_sm"}, "en_core_web_sm 3.8.0"),
        ({"name": "core-web-md"}, "en_core-web-md 3.8.0"),
        ({"version": "999.9.9"}, "en_core_web_md 999.9.9"),
        ({"version": "3.8.0\x1b[2J"}, "en_core_web_md 3.8.0\\x1b[2J"),
    ],
)
def test_a_meta_of_another_release_is_refused(changed: dict[str, str], found: str) -> None:
    said = refusal(with_meta(**changed), MismatchError)
    assert said == f": expected {NAME} 3.8.0 in meta.json, found '{found}'"


@pytest.mark.parametrize("stated", ["3.8.0", "spacy>=3.8", ">=3.8,<", "*", ">=3.8; os_name == 'nt'", ">=3.8\x1b"])
def test_a_spacy_version_that_is_no_specifier_is_refused(stated: str) -> None:
    said = refusal(with_meta(spacy_version=stated), UnsafeContentError)
    assert said == f": expected versions like '>=3.8.0,<3.9.0' as 'spacy_version' in meta.json, found {stated!r}"


@pytest.mark.parametrize("stated", [">=3.7.0,<3.8.0", ">=3.9", "==3.8.100", " ", "===\u202e"])
def test_a_pipeline_for_another_spacy_than_the_table_says_is_refused(stated: str) -> None:
    said = refusal(with_meta(spacy_version=stated), MismatchError)
    assert said == f": expected a pipeline for spaCy 3.8, as the table lists it, found one for {stated!r}"


def test_of_many_versions_of_spacy_the_first_are_named() -> None:
    many = [f"2.0.{patch}" for patch in range(100)]
    said = refusal(with_meta(), MismatchError, spacy=many)
    assert "spaCy 2.0.0, 2.0.1, 2.0.2, 2.0.3, 2.0.4, …, as" in said
    assert "spaCy 2.0.0, 2.0.1, 2.0.2, 2.0.3, 2.0.4, as" in refusal(with_meta(), MismatchError, spacy=many[:5])
