"""The record of a view: what we placed there.

It is a memory, not an authority: a lost or damaged record costs a hash of what is on disk and nothing else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.domain.plan import Trace
from resolver.files.atomic import read_if_there, write_atomically

NAME = "models-record.json"
RECORD_VERSION = 1


@dataclass(frozen=True, slots=True)
class Record:
    """Traces by path below the view."""

    traces: Mapping[str, Trace] = field(default_factory=dict)


def read_record(root: Path) -> Record:
    """The record of the view at `root`; an empty one if it is missing, damaged or of another version."""
    try:
        content = read_if_there(root / NAME)
        document = json.loads(content or b"{}")
        if document.get("record_version") != RECORD_VERSION:
            return Record()
        traces = {path: Trace(*_checked(values)) for path, values in document["files"].items()}
        return Record(traces)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, DiskError):
        return Record()


def _checked(values: list[object]) -> tuple[int, int, int, str]:
    size, mtime, inode, sha256 = values
    if not (isinstance(size, int) and isinstance(mtime, int) and isinstance(inode, int) and isinstance(sha256, str)):
        raise TypeError("a trace has another form")
    return size, mtime, inode, sha256


def write_record(root: Path, record: Record) -> None:
    """Write the record, one file a line; nothing happens if it is the same.

    Raises:
        DiskError: the view cannot be written.
    """
    lines = [
        f"{json.dumps(path, ensure_ascii=False)}: {json.dumps([one.size, one.mtime, one.inode, one.sha256])}"
        for path, one in sorted(record.traces.items())
    ]
    files = ",\n".join(lines)
    text = f'{{"record_version": {RECORD_VERSION},\n"files": {{\n{files}\n}}}}\n'
    write_atomically(root / NAME, text.encode())
