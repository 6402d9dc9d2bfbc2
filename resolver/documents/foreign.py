"""Other people's documents inside artifacts: configs that name what else is needed. Read as data, under caps."""

import json

from resolver.domain.errors import ManifestError

LARGEST = 1 << 24
"""Bytes; an index of the shards of the largest models has some hundred thousand tensors, or ten million bytes."""


def plain(content: bytes, path: str) -> object:
    """JSON as plain values, YAML with every scalar as text, any other file as text; None if it is not what it says.

    Of YAML only what is read in full counts: with an anchor, an alias or a tag in it, a value would be missing.
    """
    if len(content) > LARGEST:
        return None
    if path.endswith(".json"):
        return _json(content)
    if path.endswith((".yaml", ".yml")):
        return _yaml(content, path)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _yaml(content: bytes, path: str) -> object:
    from resolver.documents.text import read_document

    try:
        document = read_document(content, path)
    except ManifestError:
        return None
    return None if document.lost else document.root
