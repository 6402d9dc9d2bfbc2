"""What the tools of a maker print, as values: never trusted to be whole, or to be JSON at all."""

import re
from collections.abc import Mapping


def json_in(answer: str | None) -> object:
    """The document in a tool's answer, which may begin with warnings; None if there is none."""
    import json

    start = re.search(r"^[\[{]", answer or "", re.MULTILINE)
    try:
        return json.loads(start.string[start.start() :]) if start else None
    except (ValueError, RecursionError):
        return None


def object_in(value: object) -> Mapping[object, object]:
    """An object; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def telling(value: object) -> str | None:
    """A text that says something; None for the words by which tools say that they do not know."""
    text = value.strip() if isinstance(value, str) else ""
    return None if text.lower() in ("", "n/a", "unknown") else text
