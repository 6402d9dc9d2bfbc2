"""spaCy: a package or a folder."""

from typing import Any

import spacy


def load(opened: str) -> Any:
    return spacy.load(opened)


def said(pipeline: Any, text: str) -> dict[str, Any]:
    """Its version, and what it finds in a text."""
    found = [[entity.text, entity.label_] for entity in pipeline(text).ents]
    return {"version": pipeline.meta["version"], "entities": found}
