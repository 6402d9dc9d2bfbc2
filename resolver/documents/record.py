"""The record of a view: what we placed there.

It is a memory, not an authority: a lost or damaged record costs a hash of what is on disk and nothing else.
"""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from resolver.domain.errors import DiskError
from resolver.domain.plan import Trace
from resolver.files.atomic import read_if_there, write_atomically

NAME = "models-record.json"
RECORD_VERSION = 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """By path below the view: the traces of files, and the texts of references."""

    traces: Mapping[str, Trace] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


def read_record(root: Path) -> Record:
    """The record of the view at `root`; an empty one if it is missing, damaged or of another version."""
    try:
        return _record_in(read_if_there(root / NAME))
    except DiskError:
        return Record()


def _record_in(content: bytes | None) -> Record:
    try:
        document = json.loads(content or b"{}")
        if document.get("record_version") != RECORD_VERSION:
            return Record()
        traces = {path: Trace(*_checked(values)) for path, values in document["files"].items()}
        return Record(traces, _texts(document.get("references", {})))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Record()


def _checked(values: list[object]) -> tuple[int, int, int, str]:
    size, mtime, inode, sha256 = values
    if not (isinstance(size, int) and isinstance(mtime, int) and isinstance(inode, int) and isinstance(sha256, str)):
        raise TypeError("a trace has another form")
    return size, mtime, inode, sha256


def _texts(references: Mapping[object, object]) -> dict[str, str]:
    found = {path: text for path, text in references.items() if isinstance(path, str) and isinstance(text, str)}
    if len(found) != len(references):
        raise TypeError("a reference has another form")
    return found


def renew_record(
    root: Path, traces: Mapping[str, Trace | None], references: Mapping[str, str | None] | None = None
) -> None:
    """Remember what is said of these paths, and forget those of which nothing is said (None).

    A record that cannot be written costs a hash next time, and nothing else. One that cannot be read stays as it is,
    because what it says besides would be forgotten.
    """
    with contextlib.suppress(DiskError):
        before = _record_in(read_if_there(root / NAME))
        after = Record(_renewed(before.traces, traces), _renewed(before.references, references or {}))
        if after != before:
            write_record(root, after)


def _renewed(before: Mapping[str, T], news: Mapping[str, T | None]) -> dict[str, T]:
    return {path: one for path, one in {**before, **news}.items() if one is not None}


def write_record(root: Path, record: Record) -> None:
    """Write the record, one file a line; nothing happens if it is the same.

    Raises:
        DiskError: the view cannot be written.
    """
    traces = {path: [one.size, one.mtime, one.inode, one.sha256] for path, one in record.traces.items()}
    references = f',\n"references": {_table(record.references)}' if record.references else ""
    text = f'{{"record_version": {RECORD_VERSION},\n"files": {_table(traces)}{references}}}\n'
    write_atomically(root / NAME, text.encode())


def _table(entries: Mapping[str, object]) -> str:
    lines = (f"{json.dumps(path, ensure_ascii=False)}: {json.dumps(one)}" for path, one in sorted(entries.items()))
    return "{\n" + ",\n".join(lines) + "\n}"
