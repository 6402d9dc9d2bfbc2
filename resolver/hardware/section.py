"""An object of a JSON document, read key by key: a missing key or null is unknown, another type is an error."""

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.domain.errors import UsageError
from resolver.domain.quantities import parse_dotted


@dataclass(frozen=True, slots=True)
class Section:
    """The values, and their path from the top (`where`, empty for the top) for messages about `file`.

    Each method raises UsageError for a value of another type, naming the key.
    """

    values: Mapping[str, object]
    file: str
    where: str = ""

    def text(self, key: str) -> str | None:
        """A text."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self.wrong(key, "a text")
        return value

    def word(self, key: str, words: Sequence[str]) -> str | None:
        """One of some words."""
        value = self.text(key)
        if value is not None and value not in words:
            raise self.wrong(key, f"one of {', '.join(words)}")
        return value

    def version(self, key: str) -> str | None:
        """A dotted version."""
        value = self.text(key)
        try:
            return value if value is None or parse_dotted(value) else None
        except ValueError as error:
            raise self.wrong(key, "a version such as 12.8") from error

    def number(self, key: str, least: int = 0) -> int | None:
        """A whole number of at least `least`."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(key, "a whole number" if not least else f"a whole number from {least} on")
        return value

    def flag(self, key: str) -> bool:
        """A truth value; unknown is False, as in the profile itself."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value or False

    def texts(self, key: str) -> tuple[str, ...] | None:
        """A list of texts; None if unknown."""
        values = self._items(key)
        if values is None:
            return None
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) != len(values):
            raise self.wrong(key, "a list of texts")
        return texts

    def section(self, key: str) -> "Section":
        """An object; unknown is an empty one."""
        value = self.values.get(key)
        return self._section(key, {} if value is None else value)

    def sections(self, key: str) -> "tuple[Section, ...] | None":
        """A list of objects; None if unknown."""
        items = self._items(key)
        if items is None:
            return None
        return tuple(self._section(f"{key}[{place}]", item) for place, item in enumerate(items))

    def wrong(self, key: str, expected: str) -> UsageError:
        """The error about a key."""
        return self._wrong(key, expected, self.values.get(key))

    def _wrong(self, key: str, expected: str, found: object) -> UsageError:
        return UsageError(f"{self.file}: {self._path(key)} must be {expected}, not {reprlib.repr(found)}")

    def _items(self, key: str) -> Sequence[object] | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, list | tuple):
            raise self.wrong(key, "a list")
        return value

    def _section(self, key: str, value: object) -> "Section":
        if not isinstance(value, Mapping):
            raise self._wrong(key, "an object", value)
        return Section(value, self.file, self._path(key))

    def _path(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key
