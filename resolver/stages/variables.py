"""From what libraries heed to the variables that a program gets."""

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.environment import Environment, Variables
from resolver.domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program will run: the view's absolute path, what separates folders in a list, and its variables."""

    root: str
    separator: str
    environment: Mapping[str, str]


def variables(told: Environment, place: Place, more: Mapping[str, str]) -> Variables:
    """Every variable, by name; a list of folders begins with ours, once, and goes on as it was.

    Raises:
        InputError: a list cannot name our folder; programs would open what is installed in its place.
    """
    if told.paths and place.separator in place.root:
        raise InputError(
            f"{place.root} has a '{place.separator}', which {', '.join(sorted(told.paths))} cannot name",
            hint="move or rename the project's folder",
        )
    folders = {name: _below(place.root, folder) for name, folder in told.folders.items()}
    paths = {name: _in_front(_below(place.root, folder), name, place) for name, folder in told.paths.items()}
    values = {**told.values, **folders, **paths, **more}
    return Variables(dict(sorted(values.items())), tuple(sorted(told.removed)))


def _below(root: str, folder: str) -> str:
    """In the system's own writing: with backslashes where the root has them."""
    separator = "\\" if "\\" in root and "/" not in root else "/"
    return separator.join([root.rstrip("/\\"), *folder.split("/")])


def _in_front(folder: str, name: str, place: Place) -> str:
    listed = [one for one in place.environment.get(name, "").split(place.separator) if one and one != folder]
    return place.separator.join([folder, *listed])
