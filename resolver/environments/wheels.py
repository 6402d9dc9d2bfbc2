"""What a locked wheel is once it is installed: PyPA's `installer` says what goes where, and nothing is written yet.

The rules are those of the "binary distribution format" of the packaging specifications. Of `installer` come the order
of things, the scripts of entry points (with the launchers of Windows) and the rows of RECORD. It would also write, but
under final names, and never over what a killed run left.
"""

import configparser
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.parser import HeaderParser

from installer import install
from installer.exceptions import InstallerError

from resolver.domain.errors import UnsafeContentError
from resolver.domain.installation import INSTALLER, LockedWheel, Piece, PythonEnvironment, Wheel
from resolver.domain.names import canonical_name
from resolver.environments.members import LARGEST_PAPER, METADATA, Read, Source
from resolver.environments.pieces import Pieces

_PIPELINE = re.compile(r"[^/]+/meta\.json")
_PAPER = re.compile(r"[^/]+\.dist-info/METADATA")


def installed_form(locked: LockedWheel, environment: PythonEnvironment, read: Read) -> Wheel:
    """What the wheel is in that environment; of one that is not here yet, what the lock alone tells.

    Raises:
        InputError: the lock leaves out what every installed distribution needs.
        UnsafeContentError: it is no wheel that could be installed.
    """
    source = Source(locked, read)
    destination = Pieces(environment, source.archive)
    if source.is_here:
        source.check_identity()
        with _as_refusal(source.archive):
            install(source, destination, {"INSTALLER": f"{INSTALLER}\n".encode(), "REQUESTED": b""})
    else:
        for file in source.members:
            destination.add_locked("purelib", file.path, file)
    return Wheel(
        name=_title(locked, source.distribution),
        version=source.version,
        artifact=locked.artifact.key,
        models=locked.models,
        folder=destination.place(destination.root, source.dist_info_dir),
        pieces=_in_order(destination.pieces, source.dist_info_dir),
        record=destination.record,
    )


def _in_order(pieces: Iterable[Piece], folder: str) -> tuple[Piece, ...]:
    """METADATA and the rest of `.dist-info` first: what is installed in part is listed, and can be removed, as well."""

    def rank(piece: Piece) -> tuple[bool, bool, str]:
        name = piece.place.rpartition(os.sep)[2]
        return (f"{os.sep}{folder}{os.sep}" not in piece.place, name != METADATA, piece.place)

    return tuple(sorted(pieces, key=rank))


@contextmanager
def _as_refusal(archive: str) -> Iterator[None]:
    """What `installer` raises for a wheel that breaks the rules; entry points that are none, it asserts."""
    try:
        yield
    except (InstallerError, configparser.Error, AssertionError, AttributeError, KeyError, ValueError) as error:
        raise UnsafeContentError(f"{archive} cannot be installed: {_reason(error)}") from error


def stated_needs(locked: LockedWheel, read: Read) -> tuple[str | None, tuple[str, ...]]:
    """Which Python the wheel wants by its METADATA, and which spaCy by the `meta.json` of its pipelines.

    A pipeline's METADATA may not name spaCy at all (facts.md), and spaCy itself only warns of a wrong version.
    """
    python, spacy = None, []
    for file in locked.files:
        if file.size > LARGEST_PAPER:
            continue
        if _PAPER.fullmatch(file.path):
            python = _requires_python(read(file))
        elif _PIPELINE.fullmatch(file.path) and (version := _spacy_version(read(file))):
            spacy.append(f"spacy{version}")
    return python, tuple(spacy)


def _requires_python(metadata: bytes | None) -> str | None:
    text = HeaderParser().parsestr((metadata or b"").decode("utf-8", "replace"))["Requires-Python"]
    return str(text).strip() or None if text is not None else None


def _spacy_version(meta: bytes | None) -> str | None:
    try:
        document = json.loads(meta or b"{}")
    except (ValueError, RecursionError):
        return None
    found = document.get("spacy_version") if isinstance(document, dict) else None
    return found if isinstance(found, str) and found else None


def _title(locked: LockedWheel, distribution: str) -> str:
    """The name as the manifest writes it, if it is the same one: a wheel's own files have `_` for `-`."""
    asked = locked.artifact.name
    return asked if canonical_name(asked) == canonical_name(distribution) else distribution


def _reason(error: Exception) -> str:
    return str(error.args[-1]) if error.args else "its entry points are wrong"
