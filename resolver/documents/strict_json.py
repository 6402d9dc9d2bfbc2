"""JSON as strictly as a file that people merge needs it: no key twice, no NaN, no endless number, whole characters."""

import json
from typing import NoReturn


def parse(text: bytes) -> object:
    """The value of a text.

    Raises:
        ValueError: it is no JSON, or a key stands twice, or a number is none.
        RecursionError: it is nested too deep.
    """
    return _DECODER.decode(text.decode())


def check_characters(document: object) -> None:
    """Refuse half characters: an escape may be one, which no file system and no terminal takes.

    Raises:
        ValueError: there is one.
    """
    json.dumps(document, ensure_ascii=False).encode()


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]  # add answers nothing, which is the point
        raise ValueError(f"the key {twice!r} stands twice")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:20]} is larger than any number")
    return number


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON value")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite)
