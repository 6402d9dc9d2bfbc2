"""Which lock an argument means: that of a file, of a git revision, or of the working tree."""

import os
from dataclasses import dataclass, replace
from pathlib import PurePath

from resolver.documents.conflicts import sides
from resolver.domain.diff_report import Version
from resolver.domain.errors import InputError, LockError, UsageError
from resolver.domain.lock import Lock
from resolver.files.atomic import read_if_there
from resolver.workflows.revisions import Repository
from resolver.workflows.workspace import LOCK, Workspace, lock_in

HEAD = "HEAD"
WORKING_TREE = "working tree"
_NO_OPTION = "no lock is read from a pipe; `./NAME` is a file whose name begins with a dash"


@dataclass(frozen=True, slots=True)
class Found:
    """What was meant: the lock, None if there is none (`lacks` says so), and what is worth a note."""

    version: Version
    lock: Lock | None = None
    lacks: str | None = None
    note: str | None = None


def meant(workspace: Workspace, named: str | None) -> Found:
    """The lock that an argument names, without one that of the working tree.

    A revision wins over a file of its name: else a file called `main`, which a pull request may bring, would be
    compared with in the place of the branch. `./main` is always the file.

    Raises:
        UsageError: it can be neither a file nor a revision.
        InputError: it is neither, or git is needed and does not answer.
        LockError: the lock cannot be read, or holds git conflict markers.
    """
    if named is None:
        return _in_working_tree(workspace)
    if not named or named.startswith("-"):
        raise UsageError(f"'{named}' is neither a file nor a revision", hint=_NO_OPTION)
    if named == os.devnull:  # what git hands to a diff driver for a file that is not there
        return Found(Version(named, there=False), lacks=f"there is no {LOCK} on one side")
    file = _is_file(workspace, named)
    found = None if _says_path(named) else _in_revision_if_any(workspace, named, needed=not file)
    if found is None:
        return _in_file(workspace, named)
    note = f"'{named}' is a file here too; the revision is meant, `./{named}` is the file"
    return replace(found, note=note) if file else found


def place_of(workspace: Workspace, named: str | None) -> str:
    """Where a reviewer's tool finds what was meant: by its path from the top of the repository, where there is one."""
    if named is not None and (_says_path(named) or _is_file(workspace, named)):
        return PurePath(named).as_posix()
    try:
        return f"{_repository(workspace).prefix()}{LOCK}"
    except InputError:
        return LOCK


def _says_path(named: str) -> bool:
    """Whether it can only be a path; no revision begins like this."""
    return named.startswith(("./", "../", ".\\", "..\\")) or PurePath(named).is_absolute()


def _is_file(workspace: Workspace, named: str) -> bool:
    try:
        return (workspace.folder / named).is_file()
    except (OSError, ValueError):
        return False


def _in_working_tree(workspace: Workspace) -> Found:
    content = read_if_there(workspace.lock_path)
    if content is None:
        return Found(Version(WORKING_TREE, there=False), lacks=f"there is no {LOCK} in {workspace.project}")
    if sides(content):
        raise LockError(
            f"{LOCK} holds git conflict markers",
            hint="`models lock` settles them; in a merge, `models diff HEAD MERGE_HEAD` compares the two sides",
        )
    return Found(Version(WORKING_TREE), lock_in(content))


def _in_file(workspace: Workspace, named: str) -> Found:
    content = read_if_there(workspace.folder / named)
    if content is None:
        raise InputError(f"there is no file '{named}'", hint="name a file, or a revision such as main or HEAD~1")
    return Found(Version(named), _read(content, named))


def _in_revision_if_any(workspace: Workspace, named: str, *, needed: bool) -> Found | None:
    """The lock of a revision; where nothing else can be meant, there has to be one."""
    try:
        found = _in_revision(workspace, named)
    except LockError:
        raise
    except InputError as error:
        if not needed:
            return None
        words = error.message if named == HEAD else f"'{named}' is no file, and {error.message}"
        raise InputError(words, hint=error.hint) from error
    if found is None and needed:
        close = _repository(workspace).nearest(_divided(named)[0])
        other = "a file has to be there; in a shallow clone, fetch the revision first"
        raise InputError(
            f"'{named}' is neither a file nor a revision", hint=f"did you mean '{close}'?" if close else other
        )
    return found


def _in_revision(workspace: Workspace, named: str) -> Found | None:
    """The lock of a revision, or None if there is no such revision."""
    revision, path = _divided(named)
    repository = _repository(workspace)
    commit = repository.commit(revision) if revision else ""
    if commit is None:
        unborn = Found(Version(named, there=False), lacks="there is no commit yet")
        return unborn if named == HEAD else None
    content = repository.content(f"{commit}:{f'./{LOCK}' if path is None else path}")
    version = Version(named, commit or None, there=content is not None)
    if content is not None:
        return Found(version, _read(content, named))
    if path is None:
        return Found(version, lacks=f"there is no {LOCK} in {named}")
    raise InputError(
        f"there is no file '{path}' in {revision or 'the index'}", hint="write it like main:dir/models.lock"
    )


def _divided(named: str) -> tuple[str, str | None]:
    """Revision and path of `REVISION:PATH`; a colon within braces belongs to the revision, as in `main@{12:00}`."""
    depth = 0
    for index, character in enumerate(named):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == ":" and depth == 0:
            return named[:index], named[index + 1 :]
    return named, None


def _repository(workspace: Workspace) -> Repository:
    return Repository(workspace.project, workspace.settings.environment)


def _read(content: bytes, name: str) -> Lock:
    """The lock, or its error with the name of the side that is wrong."""
    try:
        return lock_in(content)
    except LockError as error:
        raise LockError(f"{name}: {error.message}", hint=error.hint) from error
