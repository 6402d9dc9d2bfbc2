"""What `add` and `remove` have in common: a text of models.yaml that was edited is judged, and written whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from resolver.domain.errors import InputError
from resolver.files.atomic import read_if_there, write_atomically
from resolver.workflows.workspace import MANIFEST, Workspace


@dataclass(frozen=True, slots=True)
class Piece:
    """A model's lines in models.yaml, without what stands around them; `line` counts from 1."""

    name: str
    text: str
    line: int


def write_manifest(workspace: Workspace, before: bytes, content: bytes) -> None:
    """Through a link to where the file lies, with the mode that it has, and not over what somebody else wrote.

    Raises:
        InputError: it is no longer what it was before.
        DiskError: it cannot be written.
    """
    place = workspace.manifest_path.resolve()
    if read_if_there(place) != before:
        raise InputError(f"{MANIFEST} was changed meanwhile; it was not touched", hint="run the same command again")
    write_atomically(place, content, mode=place.stat().st_mode & 0o777)


def not_foreseen(what: str, lines: Sequence[str] = ()) -> InputError:
    """The error for a text whose edit does not say what was meant; nothing of it is written."""
    return InputError(
        f"{MANIFEST} is written in a way in which `models` cannot {what}; it was not touched",
        hint="edit it yourself",
        details=lines,
    )
