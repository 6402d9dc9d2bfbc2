"""sentence-transformers: modules.json names the folders of a model's parts, and every part has to be there.

Read in sentence-transformers 6.2.0 and 3.4.1: base/model.py (_load_modules), base/modules/router.py (load),
base/modules/normalize.py, models/Asym.py.
"""

from collections import deque
from collections.abc import Iterable
from pathlib import PurePosixPath

from resolver.domain.errors import InputError
from resolver.domain.lock import Artifact
from resolver.domain.names import path_objection
from resolver.domain.ports import Reader
from resolver.runtimes.named import below, paths_of, readable, shown
from resolver.runtimes.whole import NAMED, write_globs

MODULES = "modules.json"

# What a module at the top is not made of: lists of parts, the card, git's own.
_NO_PART = frozenset({MODULES, "config_sentence_transformers.json", "README.md", ".gitattributes"})

# 3.4.1, models/Normalize.py: `save` writes nothing; 6.2.0, base/modules/normalize.py: `load` takes nothing as enough.
_WRITES_NOTHING = "Normalize"

# Modules that hold others in folders of their own: 6.2.0 Router, 3.4.1 Asym; `types` maps folder to class.
_HOLDERS = ("Router", "Asym")
_HOLDER_CONFIGS = ("router_config.json", "config.json")


def module_types(artifact: Artifact, read: Reader) -> dict[str, str]:
    """The folder of each part (empty: the top) and the class that opens it; none where there is no modules.json.

    Raises:
        InputError: modules.json cannot be read, or names a folder outside.
    """
    paths = paths_of(artifact)
    found: dict[str, str] = {}
    waiting = deque(_listed(artifact, readable(artifact, MODULES, read)) if MODULES in paths else ())
    while waiting:
        folder, kind = waiting.popleft()
        if folder not in found:
            found[folder] = kind
            config = next((path for name in _HOLDER_CONFIGS if (path := below(folder, name)) in paths), None)
            if config and kind.rpartition(".")[2] in _HOLDERS:
                waiting += _held(artifact, folder, read(config))
    return found


def check_modules(artifact: Artifact, modules: dict[str, str]) -> None:
    """Refuse a filter that leaves some parts and not the others; none at all means that it is not opened as a whole.

    What classes of others write is unknown: they are not judged.

    Raises:
        InputError: the files of a part are missing; the hint has the glob to write.
    """
    present = _folders(paths_of(artifact) - _NO_PART)
    absent = [folder for folder in modules if folder not in present]
    missing = [folder for folder in absent if _writes(modules[folder])]
    if missing and len(absent) < len(modules):
        parts = ", ".join(shown(folder or "the top folder") for folder in missing[:NAMED])
        raise InputError(
            f"{artifact.key}: {MODULES} names parts whose files are left out: {parts}",
            hint=write_globs(below(folder, "**" if folder else "*") for folder in missing[:NAMED]),
        )


def _listed(artifact: Artifact, document: object) -> list[tuple[str, str]]:
    """A document that is no list is another library's."""
    entries = [one for one in document if isinstance(one, dict)] if isinstance(document, list) else []
    found = []
    for one in entries:
        path, kind = one.get("path"), one.get("type")
        if isinstance(path, str) and isinstance(kind, str):
            found.append((_folder(artifact, path), kind))
    return found


def _folder(artifact: Artifact, path: str) -> str:
    folder = str(PurePosixPath(path))
    if folder == ".":
        return ""
    if path_objection(folder) is not None:
        raise InputError(
            f"{artifact.key}: {MODULES} names '{shown(path)}', which is no folder of a repository",
            hint="pin another revision of it",
        )
    return folder


def _held(artifact: Artifact, folder: str, document: object) -> list[tuple[str, str]]:
    """The parts inside a part, by the part's own config."""
    types = document.get("types") if isinstance(document, dict) else None
    named = types.items() if isinstance(types, dict) else ()
    return [
        (_folder(artifact, below(folder, name)), kind)
        for name, kind in named
        if isinstance(name, str) and isinstance(kind, str)
    ]


def _folders(paths: Iterable[str]) -> set[str]:
    """Every folder that holds a file, at any depth; the top (empty) only where a file lies in it itself."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0] or folder
    return found


def _writes(kind: str) -> bool:
    return kind.startswith("sentence_transformers.") and kind.rpartition(".")[2] != _WRITES_NOTHING
