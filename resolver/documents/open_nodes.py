"""A mapping or list whose end has not been read yet."""

from dataclasses import dataclass

from resolver.documents.document import Path, Place, Value

_NOWHERE = Place(1, 1)


@dataclass(slots=True)
class OpenNode:
    """Where the next value goes. `kept` is false within what was refused: it is read past and leads nowhere.

    In a mapping, keys and values alternate; `key` is None before a key and for an entry whose key was refused.
    `count` is of the entries taken in.
    """

    path: Path
    into: Value
    kept: bool
    key: str | None = None
    key_place: Place = _NOWHERE
    count: int = 0
    _value_next: bool = False

    @property
    def expects_key(self) -> bool:
        """Whether what comes next is a key."""
        return isinstance(self.into, dict) and not self._value_next

    def begin_entry(self, key: str, place: Place) -> None:
        """A key was read; its value comes next."""
        self.key, self.key_place, self._value_next = key, place, True

    def begin_lost_entry(self) -> None:
        """A key was refused; its value comes next and is dropped."""
        self.key, self._value_next = None, True

    def put(self, value: Value) -> tuple[Path, bool]:
        """Take the next value in; its path and whether it is kept."""
        self.count += 1
        if isinstance(self.into, list):
            self.into.append(value)
            return (*self.path, len(self.into) - 1), self.kept
        self._value_next = False
        if self.key is None or not isinstance(self.into, dict):
            return self.path, False
        self.into[self.key] = value
        return (*self.path, self.key), self.kept
