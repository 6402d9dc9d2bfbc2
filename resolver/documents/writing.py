"""How keys and values are written: plain where that is safe, else quoted; in block or in flow style."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from resolver.documents.scalars import NOTHING

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/+-]|:(?=[A-Za-z0-9./]))*", re.ASCII)
"""What reads as itself in every context and to every YAML parser; a ':' only within a word, as in `hf:org/name`."""
_LONGEST_COMMENT = 200


class Quotes(NamedTuple):
    """The quotes that names, keys and values get; nothing where they stand plain."""

    name: str = ""
    key: str = ""
    value: str = ""


PLAIN = Quotes()


def scalar(text: str, quote: str = "") -> str:
    """A text as YAML, quoted at least where it has to be."""
    if not quote and _PLAIN.fullmatch(text) and text not in NOTHING:
        return text
    if quote == "'":
        return "'" + text.replace("'", "''") + "'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pairs(said: Mapping[str, str], quotes: Quotes = PLAIN) -> list[str]:
    """Each key with its value; a truth value is never quoted."""
    return [
        f"{scalar(key, quotes.key)}: {value if value in ('true', 'false') else scalar(value, quotes.value)}"
        for key, value in said.items()
    ]


def flow_mapping(said: Mapping[str, str], quotes: Quotes = PLAIN) -> str:
    """All of them on one line, in brackets."""
    return f"{{{', '.join(pairs(said, quotes))}}}"


def flow_entry(name: str, said: Mapping[str, str], quotes: Quotes = PLAIN) -> str:
    """A name with its keys and values on one line."""
    return f"{scalar(name, quotes.name)}: {flow_mapping(said, quotes)}"


def block_entry(name: str, said: Mapping[str, str], step: int = 2, quotes: Quotes = PLAIN) -> list[str]:
    """A name and below it, indented by `step`, its keys and values, one a line."""
    return [f"{scalar(name, quotes.name)}:", *(f"{' ' * step}{one}" for one in pairs(said, quotes))]


def comment(text: str) -> str:
    """A text from outside, fit for a comment: on one line, without what an editor or parser would act on."""
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text[:_LONGEST_COMMENT])
    return f"{shown}…" if len(text) > _LONGEST_COMMENT else shown
