"""The names that a person may type: of models and of declared machines, read in a moment and never judged."""

import json
from dataclasses import dataclass

from resolver.domain.errors import ModelsError
from resolver.files.atomic import read_if_there
from resolver.workflows.workspace import MANIFEST, Workspace

LARGEST_LOCK = 1 << 26


@dataclass(frozen=True, slots=True)
class Names:
    """Models and declared profiles in their order."""

    models: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()


def names(workspace: Workspace) -> Names:
    """Those of models.yaml and of models.lock; of a file that is missing or wrong, none."""
    written, locked = _of_manifest(workspace), _of_lock(workspace)
    return Names(
        tuple(dict.fromkeys((*written.models, *locked.models))),
        tuple(dict.fromkeys((*written.profiles, *locked.profiles))),
    )


def _of_lock(workspace: Workspace) -> Names:
    try:
        content = read_if_there(workspace.lock_path) or b"{}"
        document = json.loads(content) if len(content) <= LARGEST_LOCK else {}
        models = tuple(one["name"] for one in document.get("models", []) if isinstance(one["name"], str))
        return Names(models, tuple(document.get("profiles", {})))
    except (ModelsError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Names()


def _of_manifest(workspace: Workspace) -> Names:
    from resolver.documents.document import entries_in
    from resolver.documents.text import read_document

    try:
        root = entries_in(read_document(read_if_there(workspace.manifest_path) or b"", MANIFEST).root)
    except ModelsError:
        return Names()
    return Names(tuple(entries_in(root.get("models"))), tuple(entries_in(root.get("profiles"))))
