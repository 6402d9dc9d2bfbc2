"""`models init`: a starter models.yaml, the schema that editors check it by, and what git must know of both."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from resolver.domain.caches import PassedOver
from resolver.domain.errors import InputError
from resolver.domain.manifest import DEFAULT_CACHE
from resolver.files.atomic import read_if_there, write_atomically
from resolver.workflows.workspace import LOCK, MANIFEST

SPEECH = "transcription"
TEMPLATES = ("minimal", SPEECH)
SCHEMA = f"{DEFAULT_CACHE}/models.schema.json"
"""Where the first line of a starter file sends an editor.

An address would need a network and the right release, the installed package lies elsewhere on every machine, and a
copy beside models.yaml would be 900 generated lines in every project. The folder of the view is in every project, and
git ignores it.
"""

_LINES = {".gitattributes": (f"{LOCK} text eol=lf",), ".gitignore": (f"{DEFAULT_CACHE}/",)}
"""What git must be told: a lock has the same bytes on every system, and weights are nobody's commit."""


@dataclass(frozen=True, slots=True)
class Started:
    """A model of a starter file with its keys; `size` are the bytes that are there already."""

    name: str
    said: Mapping[str, str]
    size: int


@dataclass(frozen=True, slots=True)
class Starter:
    """A text to start from. `template` is None where it was made of what was found, which `models` then names."""

    template: str | None
    content: bytes
    models: tuple[Started, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InitReport:
    """What was written whole, and what lines were added to files; paths are relative to `project`."""

    project: Path
    starter: Starter
    written: tuple[str, ...]
    appended: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def template_bytes(template: str) -> bytes:
    """A starter file as it is shipped; `template` is one of `TEMPLATES`."""
    return (files("resolver.documents") / "templates" / f"{template}.yaml").read_bytes()


def from_template(project: Path, template: str) -> Starter:
    """A starter file as it is shipped; a recommendation for this machine that lies in the project is worth a note."""
    from resolver.workflows.hardware import SAVED

    there = template == SPEECH and (project / SAVED).is_file()
    hint = f"{SAVED.as_posix()} is there: `--from-hardware {SAVED.as_posix()}` puts its Whisper first"
    return Starter(template, template_bytes(template), notes=(hint,) if there else ())


def init(project: Path, make: Callable[[], Starter]) -> InitReport:
    """Write the starter file; models.yaml comes last, so that what fails on the way can be run again.

    Raises:
        InputError: there is a models.yaml already; nothing is touched.
        DiskError: the folder cannot be written, or a file in it cannot be read.
    """
    from resolver.documents.schema import schema_text

    manifest = project / MANIFEST
    if manifest.exists() or manifest.is_symlink():
        raise InputError(
            f"there is a {MANIFEST} in {project} already; it was not touched",
            hint="edit it, or name another folder with `--project DIR`",
        )
    starter = make()
    appended = {name: lines for name, lines in _LINES.items() if _told(project, name, lines)}
    written = (
        (SCHEMA, schema_text().encode()),
        (MANIFEST, starter.content),
    )
    for name, content in written:
        write_atomically(project / name, content)
    return InitReport(project, starter, tuple(name for name, _ in written), appended)


def _told(project: Path, name: str, lines: Iterable[str]) -> bool:
    """Tell git what it does not know yet; False if there is no git, or nothing new to it."""
    folders = _within_work_tree(project)
    known = {line.strip() for folder in folders for line in (read_if_there(folder / name) or b"").splitlines()}
    lacking = [line.encode() for line in lines if line.encode() not in known]
    if not folders or not lacking:
        return False
    content = read_if_there(project / name) or b""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    start = content if not content or content.endswith(b"\n") else content + end
    return write_atomically(project / name, start + b"".join(line + end for line in lacking))


def _within_work_tree(project: Path) -> tuple[Path, ...]:
    """The folders from the project up to the top of its git work tree; empty if it is in none."""
    above = (project, *project.parents)
    top = next((index for index, folder in enumerate(above) if (folder / ".git").exists()), None)
    return () if top is None else above[: top + 1]
