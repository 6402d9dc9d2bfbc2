"""`models add`: one more model in models.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from resolver.domain.errors import InputError, ManifestError, UsageError
from resolver.domain.manifest import Manifest
from resolver.domain.names import folded
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES
from resolver.stages.guess import guess, name_for
from resolver.workflows.edited import Piece, not_foreseen, write_manifest
from resolver.workflows.workspace import MANIFEST, Workspace, manifest_bytes, manifest_in

_ORDER = ("category", "runtime", "source", "version", "revision", "optional")


@dataclass(frozen=True, slots=True)
class NewModel:
    """What is to be added. `said` are keys as the manifest has them; what they lack is guessed or left out."""

    source: str
    name: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What was written, or would be: `said` are the model's keys, `guessed` those that nobody had named."""

    project: Path
    piece: Piece
    said: Mapping[str, str]
    guessed: tuple[str, ...]
    dry_run: bool


def add(workspace: Workspace, new: NewModel, *, dry_run: bool) -> AddReport:
    """Write one more model into models.yaml; nothing is asked of its source.

    Raises:
        ManifestError: the manifest is wrong already; nothing is written.
        UsageError: what is to be added cannot be.
        InputError: there is no manifest, the name is taken, or the file cannot be edited.
        DiskError: it cannot be written.
    """
    from resolver.documents.editing import added, says

    before = manifest_bytes(workspace)
    manifest = manifest_in(before)
    source = _source(new.source)
    name = name_for(source) if new.name is None else _name(new.name)
    _refuse_taken(name, manifest)
    said, guessed = _said(new, source)
    _refuse_unprintable(name, said)
    edit = added(before, name, said)
    try:
        manifest_in(edit.content)
    except ManifestError as error:
        raise _of_arguments(error) from error
    if not says(edit.content, before, {name: said}):
        raise not_foreseen(f"add '{name}'", edit.piece.splitlines())
    if not dry_run:
        write_manifest(workspace, before, edit.content)
    return AddReport(workspace.project, Piece(name, edit.piece, edit.line), said, guessed, dry_run)


def _source(text: str) -> str:
    from resolver.documents.entries import spelled_out
    from resolver.documents.kinds import WrongTextError
    from resolver.documents.source import source

    said = {key: str(value) for key, value in spelled_out(text).items()}
    try:
        found = source(said["source"], SOURCES)
    except WrongTextError as error:
        message = error.message if error.whole else f"a source {error.message}"
        raise UsageError(message, hint=_hint(text) or error.hint) from error
    for key in said.keys() - {"source"}:
        flag = f"--{key} '{_range(key, said[key])}'"
        raise UsageError(f"a source cannot be '{text}'", hint=f"write `models add {found} {flag}`")
    return found


def _name(text: str) -> str:
    from resolver.documents import kinds

    try:
        return kinds.name(text)
    except kinds.WrongTextError as error:
        raise UsageError(error.message, hint=error.hint) from error


def _range(key: str, asked: str) -> str:
    """A version that stands alone is meant exactly."""
    return f"=={asked}" if key == "version" and asked[:1].isdigit() else asked


def _hint(text: str) -> str | None:
    """What was meant by something that has a kind for whoever wrote it."""
    if text.startswith(("http://", "https://")):
        scheme, _, rest = text.partition("://")
        host, *path = rest.split("/")
        shown = "/".join([host.rpartition("@")[2], *path])  # no user and no password: a log would keep them
        return f"write url:{scheme}://{shown}; a repository of the hub is hf:organisation/name"
    if text.startswith(("./", "../")):
        return f"write file:{text}"
    return None


def _refuse_taken(name: str, manifest: Manifest) -> None:
    for model in manifest.models:
        if folded(model.name) == folded(name):
            also = "" if model.name == name else ", and case does not count"
            raise InputError(
                f"there is a model '{model.name}' in {MANIFEST} already{also}",
                hint=f"choose another name with `--name NAME`, or `models remove {model.name}` first",
            )


def _said(new: NewModel, source: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The keys of the model in the order in which they are written, and which of them are guesses."""
    if {"version", "revision"} <= new.said.keys():
        raise UsageError("--version and --revision exclude each other", hint="keep one")
    likely = guess(source, RUNTIMES)
    guessed = {"runtime": likely.runtime, "category": likely.category}
    if new.said.get("runtime", likely.runtime) != likely.runtime:
        guessed = {}  # who names another runtime knows better what this is
    found = {**guessed, **new.said, "source": source}
    said = {key: value for key in _ORDER if (value := found.get(key)) is not None}
    return said, tuple(key for key in said if key in guessed and key not in new.said)


def _refuse_unprintable(name: str, said: Mapping[str, str]) -> None:
    for value in (name, *said.values()):
        if not value.isprintable():
            raise UsageError(f"{value!r} holds a character that cannot stand in {MANIFEST}", hint="leave it out")


def _of_arguments(error: ManifestError) -> UsageError:
    """What is wrong is what was to be added, since the rest was right; its place in a text that nobody has is not."""
    first, *others = error.problems
    return UsageError(first.message, hint=first.hint, details=[one.message for one in others])
