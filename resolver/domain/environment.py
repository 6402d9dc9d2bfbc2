"""What a program has to be told so that its libraries find the view, and nothing else: environment variables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Environment:
    """What one library heeds.

    `values` are set as they are; `folders` name a folder of the view, by its path relative to that; `paths` are
    variables that list folders, in front of which one of the view's is put; `removed` would lead elsewhere, and are
    taken away.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables as a program gets them, in order, and the names that it must not have."""

    values: Mapping[str, str]
    removed: tuple[str, ...]

    def applied(self, environment: Mapping[str, str]) -> dict[str, str]:
        """An environment with these variables and without the removed ones."""
        kept = {name: value for name, value in environment.items() if name not in self.removed}
        return {**kept, **self.values}


def joined(environments: Iterable[Environment]) -> Environment:
    """What all of them say together; what one sets, none takes away."""
    values: dict[str, str] = {}
    folders: dict[str, str] = {}
    paths: dict[str, str] = {}
    removed: set[str] = set()
    for one in environments:
        values |= one.values
        folders |= one.folders
        paths |= one.paths
        removed |= one.removed
    return Environment(values, folders, paths, frozenset(removed - {*values, *folders, *paths}))
