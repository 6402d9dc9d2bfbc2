"""What speaks against a scalar before anything is known of its meaning."""

import re

import yaml

from resolver.documents.characters import refused_character
from resolver.documents.syntax import QUOTE

NOTHING = ("", "~", "null", "Null", "NULL")
LONGEST_KEY = 128
LONGEST_TEXT = 4096

Objection = tuple[str, str | None]
"""A message and a hint."""


def objection_to_key(event: yaml.ScalarEvent) -> Objection | None:
    """Why a scalar cannot be a key."""
    key = event.value
    if not event.style and key == "<<":
        return "a merge key ('<<') is not supported", "write the keys out; those of a model are its variants' defaults"
    if not key.strip() or (not event.style and key in NOTHING):
        return "a key is empty", "write `key: value`"
    if len(key) > LONGEST_KEY:
        return f"a key is longer than {LONGEST_KEY} characters", None
    return objection_to_text(event)


def objection_to_text(event: yaml.ScalarEvent) -> Objection | None:
    """Why a scalar cannot be a text."""
    if len(event.value) > LONGEST_TEXT:
        return f"a text is longer than {LONGEST_TEXT} characters", None
    character = refused_character(event.value)
    if character:
        return f"the character {character} is not allowed, escaped or not", "remove it"
    # `version: >5` is YAML for a folded text with five spaces of indentation.
    if event.style == ">" and not event.value.strip():
        return "'>' begins a text of several lines, and there is none", QUOTE
    return None


def objection_to_properties(event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: str) -> tuple[str, int]:
    """What to say of an anchor or tag that `line` begins with, and how long it is."""
    written = re.split(r"[\s,\]}]", line, maxsplit=1)[0]
    if event.anchor is not None:
        return f"an anchor ('&{event.anchor}') is not supported", max(1, len(written))
    return f"a tag ('{written}') is not supported", max(1, len(written))
