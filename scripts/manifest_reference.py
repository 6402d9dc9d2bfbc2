"""The keys of models.yaml as a page, from the JSON Schema that is made of the types that judge it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

HEAD = """\
# Keys of models.yaml

Generated from the manifest's JSON Schema by `scripts/generate.py`. How the file is read, and what the lock makes of it,
is in [lock-format.md](lock-format.md).
"""

_TITLES = {
    "ModelTable": "A model",
    "VariantTable": "A variant",
    "SelectorTable": "`when`",
    "NeedsTable": "`needs`",
    "FilesTable": "`files`",
    "DependencyTable": "A source under `depends`",
    "FactsTable": "A profile",
    "BudgetTable": "`budget`",
    "PolicyTable": "`policy`",
    "LicensesTable": "`policy.licenses`",
}
_REFERENCE = "#/$defs/"
Schema = Mapping[str, Any]


def manifest_reference(schema: Schema, words: Mapping[str, Sequence[str]]) -> str:
    """A table for the file and for each kind of mapping in it; `words` of a key are those that there are.

    Raises:
        KeyError: the schema has a kind of mapping that this page has no title for.
    """
    tables = schema["$defs"]
    order = [*_TITLES, *(name for name in tables if name not in _TITLES)]
    sections = [f"## The file\n\n{_table(schema, words)}"]
    sections += [f"## {_TITLES[name]}\n\n{_table(tables[name], words)}" for name in order]
    return "\n".join([HEAD, *sections])


def _table(schema: Schema, words: Mapping[str, Sequence[str]]) -> str:
    rows = "\n".join(_rows(schema, words))
    return f"{schema['description']}\n\n| key | what it is | example |\n|---|---|---|\n{rows}\n"


def _rows(schema: Schema, words: Mapping[str, Sequence[str]]) -> Iterator[str]:
    required = schema.get("required", ())
    for key, value in schema["properties"].items():
        about = " ".join([value.get("description", ""), *_more(key in required, value, words.get(key, ()))]).strip()
        yield f"| `{key}` | {_cell(about)} | {_cell(_example(value))} |"


def _more(required: bool, value: Schema, known: Sequence[str]) -> Iterator[str]:  # noqa: FBT001  # a fact of the key
    if required:
        yield "Required."
    words = [*_words(value), *known]
    if words:
        yield f"One of {', '.join(f'`{one}`' for one in words)}."
    if "default" in value:
        yield f"Default `{_json(value['default'])}`."
    if _REFERENCE in (found := value.get("$ref", "")):
        yield f"See *{_TITLES[found.removeprefix(_REFERENCE)].replace('`', '')}*."


def _words(value: Schema) -> Iterator[str]:
    """The closed set of words that a value, or one of a list, may be."""
    for one in (value, *value.get("anyOf", ())):
        yield from (str(word) for word in one.get("enum", ()) if isinstance(word, str))


def _example(value: Schema) -> str:
    examples = value.get("examples", ())
    return f"`{_json(examples[0])}`" if examples else ""


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
