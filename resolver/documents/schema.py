"""The JSON Schema of models.yaml for editors, made of the types that judge it.

It cannot say everything: what needs two keys at once, or a machine's sources, is judged when the manifest is read.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from resolver.documents.tables import ManifestTable

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILE = "models.schema.json"
"""Shipped beside this module; a test holds it to `schema_text`."""


def manifest_schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    schema = ManifestTable.model_json_schema(schema_generator=_ForPeople)
    return {"$schema": DIALECT, "title": "models.yaml", **schema}


def schema_text() -> str:
    """The schema as the shipped file holds it."""
    return json.dumps(manifest_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


class _ForPeople(GenerateJsonSchema):
    """Says what a person can write: nothing is null in a manifest, and a title that repeats the key is noise."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if isinstance(schema.get("default"), bool | str):
            return super().default_schema(schema)
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        found = super().dict_schema(schema)
        if "patternProperties" in found:
            found["additionalProperties"] = False
        return found

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        found = super().model_schema(schema)
        found.pop("title", None)
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002  # the signature is pydantic's
        return False
