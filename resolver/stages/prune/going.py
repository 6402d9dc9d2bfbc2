"""The files that go, and why each of them."""

import re
from collections.abc import Iterator

from resolver.domain.pruning import Leaving
from resolver.files.bytecode import is_cached, source_of
from resolver.stages.prune.scene import Findings, Scene

ELSEWHERE = "for another machine"
EARLIER = "of an earlier lock"
UNKNOWN = "not in models.lock"
COMPILED = "compiled by Python"
_VERSION_OF_PAPERS = re.compile(r"-[^-/]+(?=\.dist-info\Z)")


def leaving(scene: Scene, findings: Findings) -> Iterator[Leaving]:
    """What was placed and is unchanged, and what Python made of it."""
    homes: dict[str, dict[str, None]] = {}
    for path, models in scene.layouts.everywhere.items() if findings.unchanged else ():
        homes.setdefault(_kin(scene.layouts.home(path)), {}).update(dict.fromkeys(models))
    for path in findings.unchanged:
        home = scene.layouts.home(path)
        here, before = scene.layouts.everywhere.get(path, ()), tuple(homes.get(_kin(home), ()))
        because = ELSEWHERE if here else EARLIER if before else UNKNOWN
        yield Leaving(path, home, scene.there.files[path], because, here or before)
    for path, source in bytecode(scene, findings):
        if goes_with(path, source, scene, findings):
            yield Leaving(path, scene.layouts.home(path), scene.there.files[path], COMPILED)


def bytecode(scene: Scene, findings: Findings) -> Iterator[tuple[str, str]]:
    """What was compiled from modules that go or are gone, with the module; nobody placed it."""
    gone = (path for path in scene.traces if not scene.is_wanted(path) and path not in scene.there.files)
    modules = {path for path in (*findings.unchanged, *gone) if path.endswith(".py") and not scene.is_hidden(path)}
    for path, seen in scene.there.files.items() if modules else ():
        source = source_of(path)
        if source in modules and seen.is_file and path not in scene.traces and not scene.is_wanted(path):
            yield path, str(source)


def goes_with(path: str, source: str, scene: Scene, findings: Findings) -> bool:
    """Whether bytecode is nobody's but its module's: Python's own cache, or made from just what we placed."""
    return is_cached(path) or findings.compiled(path, scene.traces[source])


def _kin(home: str) -> str:
    """The home; that of a Python package's papers without the version."""
    return _VERSION_OF_PAPERS.sub("", home)
