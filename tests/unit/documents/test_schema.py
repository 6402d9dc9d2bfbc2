"""The schema that editors get is the types that judge."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from resolver.documents.complaints import table_at
from resolver.documents.entries import DEFAULT_KEYS
from resolver.documents.kinds import WrongTextError, dotted, size
from resolver.documents.schema import DIALECT, FILE, manifest_schema, schema_text
from resolver.documents.selector_table import SelectorTable
from resolver.documents.tables import EntryTable, FactsTable, ManifestTable, ModelTable, VariantTable
from resolver.domain.facts import type_of_fact
from resolver.domain.selector import SelectorError, parse_selector

SCHEMA = manifest_schema()


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for one in schema.values():
            yield from _parts(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from _parts(one)


def test_the_shipped_file_is_what_the_types_say() -> None:
    shipped = files("resolver.documents").joinpath(FILE).read_text(encoding="utf-8")
    assert shipped == schema_text(), f"write resolver.documents.schema.schema_text() to {FILE}"


def test_the_schema_says_its_dialect_and_title() -> None:
    assert SCHEMA["$schema"] == DIALECT
    assert SCHEMA["title"] == "models.yaml"
    assert SCHEMA["required"] == ["version", "models"]


def test_the_text_is_sorted_and_ends_in_a_newline() -> None:
    assert schema_text() == json.dumps(json.loads(schema_text()), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_every_key_is_described() -> None:
    for part in _parts(SCHEMA):
        for key, value in part.get("properties", {}).items():
            assert "description" in value or "description" in SCHEMA["$defs"][value["$ref"].rpartition("/")[2]], key


def test_no_mapping_is_open_but_settings() -> None:
    for part in _parts(SCHEMA):
        if part.get("type") == "object" and part.get("additionalProperties") is not False:
            assert part["additionalProperties"] == {"not": {"type": "null"}}


def test_nothing_may_be_null() -> None:
    assert not [part for part in _parts(SCHEMA) if part.get("type") == "null" and part != {"type": "null"}]
    assert '"default": null' not in schema_text()


def test_every_example_fits_its_pattern() -> None:
    for part in _parts(SCHEMA):
        for example in part.get("examples", []):
            patterns = [one["pattern"] for one in _parts(part) if "pattern" in one]
            texts = [example] if isinstance(example, str) else example if isinstance(example, list) else []
            for text in texts:
                assert not patterns or any(re.search(pattern, text) for pattern in patterns), (text, patterns)


def test_the_facts_of_profiles_and_selectors_are_those_of_the_domain() -> None:
    assert set(FactsTable.model_fields) == set(type_of_fact)
    names = {field.alias or name for name, field in SelectorTable.model_fields.items()}
    assert names == {*type_of_fact, "any", "not"}


def test_defaults_of_variants_are_the_keys_that_models_and_variants_share() -> None:
    assert set(EntryTable.model_fields) == DEFAULT_KEYS
    assert set(VariantTable.model_fields) - DEFAULT_KEYS == {"name"}
    assert set(ModelTable.model_fields) - DEFAULT_KEYS == {"optional", "group", "allow", "variants"}


def test_the_table_at_a_path_is_found() -> None:
    assert table_at(()) is ManifestTable
    assert table_at(("models", "m")) is ModelTable
    assert table_at(("models", "m", "variants", 0)) is VariantTable
    assert table_at(("profiles", "ci")) is FactsTable


@pytest.mark.parametrize("text", ["6.4GB", "512MiB", "4000000000", "1 gb", "", "GB", "1.5.5GB", "1e9", "-1GB", "1XB"])
def test_the_pattern_of_sizes_agrees_with_the_judge(text: str) -> None:
    pattern = SCHEMA["$defs"]["NeedsTable"]["properties"]["ram"]["pattern"]
    assert bool(re.search(pattern, text)) == _accepted(size, text)


@pytest.mark.parametrize("text", ["12", "12.8", "1.2.3.4", "1.2.3.4.5", "", "12.", "v12", "1234567"])
def test_the_pattern_of_versions_agrees_with_the_judge(text: str) -> None:
    pattern = SCHEMA["$defs"]["FactsTable"]["properties"]["cuda"]["pattern"]
    assert bool(re.search(pattern, text)) == _accepted(dotted, text)


@pytest.mark.parametrize("text", ["8GB", ">=8GB", ">=8GB,<24GB", "> 8GB , < 9GB", ">8GB<9GB", ">=", "a lot", ">=8GB,"])
def test_the_pattern_of_comparisons_agrees_with_the_judge(text: str) -> None:
    pattern = SCHEMA["$defs"]["SelectorTable"]["properties"]["vram"]["anyOf"][0]["pattern"]
    try:
        parse_selector({"vram": text})
    except SelectorError:
        assert not re.search(pattern, text)
    else:
        assert re.search(pattern, text)


def _accepted(judge: Any, text: str) -> bool:
    try:
        judge(text)
    except WrongTextError:
        return False
    return True
