"""Settings: the only part of the manifest whose texts become numbers and booleans, because a program reads them."""

import re
from collections.abc import Iterator

from resolver.documents.document import Path, Plain, Value
from resolver.documents.kinds import WrongTextError, shown

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)  # RFC 8259, section 6
_MOST_DIGITS = 18


def leaves(value: Value, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text in a value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from leaves(one, (*path, index))


def typed(value: Value) -> object:
    """A value with JSON's types: plain numbers, `true` and `false` are what they look like, quoted ones are text.

    Raises:
        WrongTextError: a number is larger than programs agree about.
    """
    if isinstance(value, dict):
        return {key: typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [typed(one) for one in value]
    if isinstance(value, Plain):
        return _scalar(str(value))
    return value


def _scalar(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if not _NUMBER.fullmatch(text):
        return text
    hint = f'quote it to keep it as text: "{shown(text)}"'
    if _WHOLE.fullmatch(text):
        if len(text.lstrip("-")) > _MOST_DIGITS:
            raise WrongTextError(f"has a number of more than {_MOST_DIGITS} digits", hint)
        return int(text)
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise WrongTextError("has a number beyond what programs can hold", hint)
    return number
