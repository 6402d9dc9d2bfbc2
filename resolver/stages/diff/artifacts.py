"""What differs of one artifact: its source, bytes, licence, flags and gate."""

from collections.abc import Iterator
from dataclasses import replace

from resolver.domain.file_kinds import FILES
from resolver.domain.lock import Artifact, File
from resolver.domain.lock_report import Change, FileChange
from resolver.domain.manifest import PICKLE
from resolver.stages.diff.files import file_changes, kind_of_all, size_of
from resolver.stages.diff.sides import Pair
from resolver.stages.diff.values import lists, pin_of

STRANGER = "another repository has this name now"
FORGOTTEN = "the repository's id is no longer recorded, by which `lock` knows another one"
ANOTHER_SOURCE = "another source takes its place"
ANOTHER_INDEX = "another package index"
SAME_PIN = "other bytes under the same pin: somebody edited the lock, or the source what it had published"
REPACKED = "packed anew; every member is the same"


def artifact_changes(pair: Pair) -> Iterator[Change]:
    """Everything that differs: first the bytes, then whose they are and what they may do."""
    yield from content_change(pair)
    yield from _source(pair)
    yield from _license(pair)
    yield from _flags(pair)
    if pair.old.gated != pair.new.gated:
        notes = ("access has to be asked for, and `lock` and `sync` need a token",) if pair.new.gated else ()
        yield replace(_told(pair, "gated", _gate(pair.old), _gate(pair.new)), alerts=notes)
    if sorted(pair.old.requires) != sorted(pair.new.requires):
        change = _told(pair, "requirement", *lists(pair.old.requires, pair.new.requires))
        yield replace(change, subject="python")


def _told(pair: Pair, kind: str, before: str | None, after: str | None) -> Change:
    return Change(pair.model, kind, before, after, profiles=pair.machines, artifact=pair.new.key)


def _source(pair: Pair) -> Iterator[Change]:
    old, new = pair.old, pair.new
    if old.source != new.source:
        change = _told(pair, "source", old.source, new.source)
        yield replace(change, subject="source", alerts=(ANOTHER_SOURCE,))
    elif old.key != new.key:
        yield replace(_told(pair, "requirement", old.key, new.key), subject="request")
    if old.source == new.source and old.upstream_id != new.upstream_id:
        alert = STRANGER if new.upstream_id else FORGOTTEN
        change = _told(pair, "source", old.upstream_id, new.upstream_id)
        yield replace(change, subject="id", alerts=(alert,) if old.upstream_id else ())
    if old.index != new.index:
        yield replace(_told(pair, "source", old.index, new.index), subject="index", alerts=(ANOTHER_INDEX,))


def content_change(pair: Pair) -> Iterator[Change]:
    """The pin, and the files that the model wants: one change, if either is another."""
    old, new = pair.old, pair.new
    files = file_changes(pair.before, pair.after, pickles=PICKLE in (*old.flags, *new.flags))
    repacked = not files and old.archive != new.archive
    if not files and not repacked and _pin(old) == _pin(new):
        return
    if repacked:
        files = file_changes(_archive(old), _archive(new), pickles=False)
    yield replace(
        _told(pair, FILES if repacked else kind_of_all(files), pin_of(old), pin_of(new)),
        size_delta=size_of(pair.after) - size_of(pair.before),
        files=files,
        notes=(REPACKED,) if repacked else (),
        alerts=(SAME_PIN,) if _same_pin(old, new) and _rewritten(files) else (),
    )


def _archive(artifact: Artifact) -> tuple[File, ...]:
    return () if artifact.archive is None else (artifact.archive,)


def _same_pin(old: Artifact, new: Artifact) -> bool:
    return old.key == new.key and any(_pin(old)) and _pin(old) == _pin(new)


def _pin(artifact: Artifact) -> tuple[str | None, str | None]:
    return artifact.commit, artifact.version


def _rewritten(files: tuple[FileChange, ...]) -> bool:
    """Whether a file has other bytes under its old name; others may come and go because other ones are wanted."""
    return any(one.before is not None and one.after is not None and one.moved_from is None for one in files)


def _license(pair: Pair) -> Iterator[Change]:
    old, new = pair.old, pair.new
    if old.license == new.license and old.license_stated == new.license_stated:
        return
    stated = "models.yaml states it now" if new.license_stated else "models.yaml no longer states it"
    notes = () if old.license_stated == new.license_stated else (stated,)
    yield replace(_told(pair, "license", old.license, new.license), notes=notes)


def _flags(pair: Pair) -> Iterator[Change]:
    old, new = pair.old.flags, pair.new.flags
    if sorted(old) != sorted(new):
        gained = tuple(f"new: {flag}" for flag in sorted(set(new) - set(old)))
        yield replace(_told(pair, "flags", *lists(old, new)), alerts=gained)


def _gate(artifact: Artifact) -> str:
    return "gated" if artifact.gated else "open"
