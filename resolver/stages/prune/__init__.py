"""From what was placed and what is wanted now: what goes.

Only what we placed goes, and only as long as it is as it was placed; with a module goes what Python compiled from it.
"""

from collections.abc import Iterable, Iterator

from resolver.domain.pruning import Pruning
from resolver.stages.prune.going import leaving
from resolver.stages.prune.scene import Findings, Layouts, Scene
from resolver.stages.prune.staying import kept, strange

__all__ = ["Findings", "Layouts", "Scene", "prune"]


def prune(scene: Scene, findings: Findings) -> Pruning:
    """What goes, what stays, and what the record names though it is gone."""
    files = tuple(sorted(leaving(scene, findings), key=lambda one: one.path))
    going = frozenset(one.path for one in files)
    left = [path for path in scene.there.files if not scene.is_wanted(path) and path not in going]
    references = _references(scene, findings, left)
    gone = [path for path in scene.unwanted if path not in scene.there.files and not scene.is_hidden(path)]
    ours = frozenset(scene.unwanted) - going - references.keys() - set(gone)
    others = [path for path in left if path not in references and path not in ours]
    staying = (*kept(scene, findings, sorted(ours)), *strange(scene, findings, others))
    return Pruning(files, references, tuple(gone), staying)


def _references(scene: Scene, findings: Findings, left: Iterable[str]) -> dict[str, str]:
    """Those that say what they said, unless something stays in what they name: then it is somebody else's too."""
    unchanged = {
        path: text
        for path, text in sorted(scene.references.items())
        if not scene.is_wanted(path) and path not in scene.twins and findings.texts.get(path) == text
    }
    inhabited = {folder for path in left for folder in _above(path)} if unchanged else set()
    return {path: text for path, text in unchanged.items() if scene.layouts.named(path, text) not in inhabited}


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
