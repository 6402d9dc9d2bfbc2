"""What lies in an environment of what concerns some wheels: looked at once, and judged elsewhere."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from resolver.domain.installation import Installed, PythonEnvironment, Wheel
from resolver.environments.distributions import distribution, entries, owners
from resolver.environments.ground import Ground, is_leftover, kind_of, seen_at
from resolver.files.atomic import disk_error
from resolver.files.bytecode import cached_source
from resolver.files.paths import walk_files


def look(environment: PythonEnvironment, wheels: Sequence[Wheel]) -> Installed:
    """Everything that decides what may be written and removed; every file that is wanted is read.

    Raises:
        DiskError: something cannot be read.
    """
    try:
        return _looked(environment, wheels)
    except OSError as error:
        raise disk_error(error, Path(error.filename or environment.prefix)) from error


def _looked(environment: PythonEnvironment, wheels: Sequence[Wheel]) -> Installed:
    ground = Ground(environment.roots.values())
    every = entries(environment)
    keys = {one.key for one in wheels}
    own = [entry for entry in every if keys & entry.keys]
    found = {entry: distribution(entry, environment, ground) for entry in own if not entry.hollow}
    pieces = [piece for wheel in wheels for piece in wheel.all_pieces]
    blocked = {one.place: why for one in pieces if (why := ground.obstacle(one.place)) is not None}
    strangers = {wheel.key: frozenset(_beside(wheel, environment)) for wheel in wheels}
    removable = (one.files for one in found.values())
    owned = owners(every, frozenset(one.place for one in pieces).union(*removable, *strangers.values()))
    return Installed(
        distributions={key: tuple(one for entry, one in found.items() if key in entry.keys) for key in keys},
        owners=owned,
        seen={one.place: None if one.place in blocked else seen_at(one.place, one.size) for one in pieces},
        blocked=blocked,
        hollow={key: tuple(one.place for one in own if one.hollow and key in one.keys) for key in keys},
        strangers={key: tuple(sorted(places.difference(owned))) for key, places in strangers.items()},
    )


def _beside(wheel: Wheel, environment: PythonEnvironment) -> Iterator[str]:
    """Every other file in the folders of a wheel's packages but bytecode of a module there; a link is not entered."""
    own = {piece.place for piece in wheel.all_pieces}
    for folder in sorted(_packages(wheel, environment)):
        paths = walk_files(Path(folder)) if kind_of(folder) == "folder" else []
        there = frozenset(paths)
        for path in paths:
            place = os.path.normpath(f"{folder}/{path}")
            if place not in own and cached_source(path) not in there and not is_leftover(path.rpartition("/")[2]):
                yield place


def _packages(wheel: Wheel, environment: PythonEnvironment) -> set[str]:
    found = set()
    for site in environment.sites:
        start = site.rstrip(os.sep) + os.sep
        inner = (piece.place[len(start) :] for piece in wheel.pieces if piece.place.startswith(start))
        found |= {start + path.partition(os.sep)[0] for path in inner if os.sep in path}
    return found - {wheel.folder}
