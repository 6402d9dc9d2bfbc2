"""What libraries copied of locked code, and import in its place, against the lock.

transformers 5.24 (dynamic_module_utils.py, get_cached_module_file) copies the code of a repository to
`transformers_modules/<org>/<name>/<commit>/` and never looks at it again while it is there; 4.40 to 4.57 and diffusers
0.35 do the same. Of a folder, transformers makes `transformers_modules/<its name>/<16 digits>/` (4.x: without the
digits), and a snapshot's name is its commit; a name that begins with a digit gets an underscore before it. On the way
Python runs the `__init__.py` of each folder, which all of them leave empty.
"""

import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.lock import File
from resolver.domain.verify_report import Finding
from resolver.domain.view import Originals, View
from resolver.files.bytecode import cached_source
from resolver.files.digest import digest_of
from resolver.files.paths import leads_through_link, walk_files

_MARKER = "__init__.py"
_DIGITS = re.compile(r"[0-9a-f]{16}")
_EMPTY = File(_MARKER, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
_STRANGE = "not in models.lock"
_HINT = "remove it, or `models verify --repair` does; libraries copy it again"


@dataclass(frozen=True, slots=True)
class _Copy:
    """A file in a folder of copies: its place in the view, the commit that it belongs to, its path in the repository.

    Without a path it is the marker of a folder above.
    """

    place: str
    commit: str
    path: str | None = None


def altered(view: View, root: Path) -> list[Finding]:
    """Copies that are not what the lock says, and code beside them that Python would import.

    Copies of other commits are nobody's concern: a program that opens the locked models does not come across them.
    """
    found = []
    for folder, commits in view.copies.items():
        for one in _copies(root, folder, commits):
            wrong = _wrong(root / one.place, one, commits[one.commit])
            owner = _owner(view, commits[one.commit])
            if wrong is not None and owner is not None:
                found.append(Finding("unexpected", *owner, one.place, *wrong, _HINT))
    return found


def _copies(root: Path, folder: str, commits: Mapping[str, Originals]) -> Iterator[_Copy]:
    """Everything that Python could import for our commits; what it compiled follows the file that it was made of."""
    if leads_through_link(root, root / folder / "any"):
        return
    markers: dict[str, str] = {}
    paths = walk_files(root / folder)
    there = frozenset(paths)
    for path in paths:
        parts = path.split("/")
        depth = next((at for at, part in enumerate(parts[:-1]) if part.removeprefix("_") in commits), None)
        if depth is not None and cached_source(path) not in there:
            commit = parts[depth].removeprefix("_")
            markers |= {"/".join([*parts[:above], _MARKER]): commit for above in range(1, depth + 1)}
            yield _Copy(f"{folder}/{path}", commit, _path_of(parts[depth + 1 :]))
    yield from (_Copy(f"{folder}/{path}", markers[path]) for path in paths if path in markers)


def _path_of(parts: list[str]) -> str:
    return "/".join(parts[1:] if _DIGITS.fullmatch(parts[0]) else parts)


def _wrong(place: Path, one: _Copy, originals: Originals) -> tuple[str | None, str] | None:
    """What was expected and what is there; None where that is right."""
    original = None if one.path is None else originals.get(one.path)
    if one.place.endswith(f"/{_MARKER}") and _instead(place, _EMPTY) is None:
        return None
    if original is None:
        return None, _STRANGE
    found = _instead(place, original.file)
    return None if found is None else (original.file.sha256, found)


def _owner(view: View, originals: Originals) -> tuple[str, str] | None:
    """The first model that is looked at and wants the code, and its artifact."""
    owners = ((model, one.artifact) for one in originals.values() for model in one.models if model in view.opens)
    return next(owners, None)


def _instead(place: Path, file: File) -> str | None:
    """What is there in place of a file; None if it is the file."""
    try:
        found = place.lstat()
        if not stat.S_ISREG(found.st_mode):
            return "no regular file"
        if found.st_size != file.size:
            return f"{found.st_size} bytes"
        sha256 = digest_of(place)
    except OSError as error:
        return error.strerror or "unreadable"
    return None if sha256 == file.sha256 else sha256
