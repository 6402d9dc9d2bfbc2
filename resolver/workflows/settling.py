"""The lock that was there before, where git may have left conflict markers in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.errors import InputError, LockError
from resolver.domain.lock import Artifact, Lock
from resolver.files.atomic import read_if_there
from resolver.workflows.revisions import Repository
from resolver.workflows.workspace import LOCK, Workspace


@dataclass(frozen=True, slots=True)
class Old:
    """The lock to keep pins from, and whether it is whole.

    Of a conflicted one ours wins over theirs. Of its `doubtful` keys only the pins are believed: git marks the lines
    that both sides changed, so that a file which one of them changed stands among those of the other's commit.
    """

    lock: Lock | None
    is_whole: bool = True
    doubtful: frozenset[str] = frozenset()


def load_old_lock(workspace: Workspace) -> Old:
    """What is there to keep pins from.

    Raises:
        LockError: the lock, or a side of it, cannot be read.
    """
    from resolver.documents.conflicts import sides
    from resolver.documents.lock_reader import read_lock

    content = read_if_there(workspace.lock_path)
    if content is None:
        return Old(None)
    both = sides(content)
    if both is None:
        return Old(read_lock(content))
    ours, theirs = (read_lock(side) for side in both)
    names = {model.name for model in ours.models}
    models = (*ours.models, *(model for model in theirs.models if model.name not in names))
    mixed = {key: one for key, one in ours.artifacts.items() if theirs.artifacts.get(key, one) != one}
    known = _known(workspace, mixed)
    merged = {**theirs.artifacts, **ours.artifacts, **known}
    settled = Lock(models, merged, ours.policy, ours.budget, ours.cache, ours.profiles)
    return Old(settled, is_whole=False, doubtful=frozenset(mixed.keys() - known.keys()))


def _known(workspace: Workspace, mixed: Mapping[str, Artifact]) -> dict[str, Artifact]:
    """Those that git has whole with the same pin; a local folder has none."""
    committed = _committed(workspace) if mixed else {}
    return {key: committed[key] for key, one in mixed.items() if key in committed and _is_pin(one, committed[key])}


def _is_pin(one: Artifact, other: Artifact) -> bool:
    pin = (one.commit, one.version)
    return pin != (None, None) and pin == (other.commit, other.version)


def _committed(workspace: Workspace) -> dict[str, Artifact]:
    """What git has of our side, which no merge has touched; nothing where git cannot say."""
    from resolver.documents.lock_reader import read_lock

    try:
        content = Repository(workspace.project, workspace.settings.environment).content(f"HEAD:./{LOCK}")
        return dict(read_lock(content).artifacts) if content is not None else {}
    except (InputError, LockError):
        return {}
