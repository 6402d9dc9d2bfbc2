"""What is not wanted and stays: ours that was changed, and everything that others put there."""

from collections.abc import Iterable, Iterator

from resolver.domain.pruning import Staying
from resolver.files.bytecode import is_cached, source_of
from resolver.stages.prune.going import bytecode
from resolver.stages.prune.scene import Findings, Scene

CHANGED = "changed since it was placed"
BEHIND = "behind a link, or where not everything can be looked at"
SPELLED = "may be a wanted file under another spelling"
MOVED = "names another commit now"
INHABITED = "names a folder in which files stay"
IMPORTABLE = "bytecode of a module that goes, made by an unknown hand; Python goes on importing it"
FOREIGN = "not placed by `models`"


def kept(scene: Scene, findings: Findings, ours: Iterable[str]) -> Iterator[Staying]:
    """What we placed and leave alone, each with the reason."""
    for path in ours:
        seen = scene.there.files.get(path)
        yield Staying(path, 1, seen.size if seen else 0, _why(path, scene, findings))


def _why(path: str, scene: Scene, findings: Findings) -> str:
    if scene.is_hidden(path):
        return BEHIND
    if path in scene.twins:
        return SPELLED
    if path in scene.references:
        return INHABITED if findings.texts.get(path) == scene.references[path] else MOVED
    return CHANGED


def strange(scene: Scene, findings: Findings, others: Iterable[str]) -> Iterator[Staying]:
    """What others put there: home by home, but one by one what Python would still import."""
    importable = {path for path, _ in bytecode(scene, findings)}
    homes: dict[str, dict[tuple[int, int], int]] = {}
    counts: dict[str, int] = {}
    for path in others:
        seen = scene.there.files[path]
        if path in importable:
            yield Staying(path, 1, seen.size, IMPORTABLE)
        elif path not in scene.layouts.own and not _is_cache_of_wanted(path, scene):
            home = scene.layouts.home(path)
            homes.setdefault(home, {})[seen.device, seen.inode] = seen.size
            counts[home] = counts.get(home, 0) + 1
    yield from (Staying(home, counts[home], sum(sizes.values()), FOREIGN) for home, sizes in homes.items())
    yield from (Staying(folder, 0, 0, reason) for folder, reason in sorted(scene.there.closed.items()))


def _is_cache_of_wanted(path: str, scene: Scene) -> bool:
    return is_cached(path) and source_of(path) in scene.view.placements
