"""What blobs were called: the artifacts of the locks that were synced here.

A blob has no name but its digest, and the lock that named it may be another one by now. The catalogue lets `cache ls`
and `cache gc` say what nobody needs any more. Nothing is decided by it: what is missing or wrong in it costs a name.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.digests import is_sha256
from resolver.domain.errors import DiskError
from resolver.domain.lock import Artifact
from resolver.files.atomic import write_renewable
from resolver.files.guarded import is_ours, read_regular
from resolver.store.rooms import NAMES, Rooms


@dataclass(frozen=True, slots=True)
class Named:
    """An artifact as a lock pinned it, and the digests of its files and archive."""

    key: str
    commit: str | None
    version: str | None
    digests: frozenset[str]


def note(rooms: Rooms, artifacts: Iterable[Artifact]) -> None:
    """Remember what artifacts hold, each whole or not at all; a store that cannot be written stays as it is."""
    folder = rooms.root / NAMES
    for content in map(_text, artifacts) if folder.is_dir() else ():
        path = folder / hashlib.sha256(content).hexdigest()
        with contextlib.suppress(OSError, DiskError):
            found = read_regular(path)
            if found is None or found[0] != content:
                write_renewable(path, content)


def named(rooms: Rooms) -> dict[Path, Named]:
    """What is remembered, by the file that says so; of what others wrote there nothing."""
    found = {}
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(rooms.root / NAMES)):  # noqa: PTH208  # names are all that is wanted
            path = rooms.root / NAMES / name
            one = _read(path)
            if one is not None:
                found[path] = one
    return found


def _text(artifact: Artifact) -> bytes:
    said = {
        "artifact": artifact.key,
        "commit": artifact.commit,
        "version": artifact.version,
        "blobs": sorted(artifact.digests),
    }
    return json.dumps(said).encode() + b"\n"


def _read(path: Path) -> Named | None:
    try:
        content = read_regular(path)
        if content is None or not is_ours(content[1]):
            return None
        said = json.loads(content[0])
        blobs = frozenset(said["blobs"])
        texts = all(one is None or isinstance(one, str) for one in (said["commit"], said["version"]))
        if texts and isinstance(said["artifact"], str) and all(map(is_sha256, blobs)):
            return Named(said["artifact"], said["commit"], said["version"], blobs)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return None
