"""Which repositories lie in a cache of the Hub's own client, at which commit; looked at and never written.

Only names, sizes and the beginnings of small config files are read: nothing is hashed, and nobody is asked.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from resolver.domain.caches import CachedRepository, CacheListing, PassedOver, listing
from resolver.domain.errors import TooManyError
from resolver.files.looking import Look

PLACES = ("", "hub", "huggingface/hub", "torch/hub")
"""Where caches lie in the folder that is named: it may be one, HF_HOME, or a `.cache`.

The last is where scripts told faster-whisper to download to.
"""
MODELS = "models--"
_OTHERS = {"datasets--": "a data set", "spaces--": "a space, which is a program"}
_COMMIT = re.compile("[0-9a-f]{40}")
_CONFIGS = ("config.json", "config.yaml")
_LONGEST_CONFIG = 1 << 16
_LONGEST_REF = 64


def repositories(folder: Path) -> CacheListing:
    """Everything that lies there, in each of `PLACES`.

    Raises:
        TooManyError: a cache holds more entries than anybody's would.
    """
    look = Look(folder)
    return listing(one for place in PLACES for one in _in(look, place))


def _in(look: Look, place: str) -> Iterator[CachedRepository | PassedOver]:
    for name in look.folders(place):
        path = f"{place}/{name}" if place else name
        other = next((reason for start, reason in _OTHERS.items() if name.startswith(start)), None)
        if other:
            yield PassedOver(path, other)
        elif name.startswith(MODELS):
            try:
                yield _repository(look, path, name.removeprefix(MODELS).replace("--", "/"))
            except TooManyError as error:
                yield PassedOver(path, error.message)


def _repository(look: Look, place: str, name: str) -> CachedRepository | PassedOver:
    snapshots = [one for one in look.folders(f"{place}/snapshots") if _COMMIT.fullmatch(one)]
    pin = _pin(look, place, snapshots)
    if pin is None:
        reason = "nothing of it was fetched"
        if snapshots:
            some = ", ".join(one[:8] for one in snapshots[:3])
            reason = f"{len(snapshots)} snapshots, and no ref says which is meant: {some}"
        return PassedOver(place, reason)
    commit, because = pin
    snapshot = f"{place}/snapshots/{commit}"
    files = look.files(snapshot)
    paths = tuple(one.path for one in files)
    return CachedRepository(
        source=f"hf:{name}",
        revision=commit,
        because=because,
        place=place,
        files=paths,
        size=sum(one.size or 0 for one in files),
        is_whole=all(one.size is not None for one in files),
        may_be_part=True,
        texts={one: look.read(f"{snapshot}/{one}", _LONGEST_CONFIG) for one in _CONFIGS if one in paths},
    )


def _pin(look: Look, place: str, snapshots: list[str]) -> tuple[str, str] | None:
    """The snapshot that programs get which name no revision, and what says so; else the only one."""
    main = _ref(look, f"{place}/refs/main")
    if main in snapshots:
        return main, "refs/main"
    if len(snapshots) == 1:
        return snapshots[0], "the only snapshot"
    refs = [one.path for one in look.files(f"{place}/refs")]
    named = {commit: ref for ref in reversed(refs) if (commit := _ref(look, f"{place}/refs/{ref}")) in snapshots}
    return next(((commit, f"refs/{ref}") for commit, ref in named.items() if len(named) == 1), None)


def _ref(look: Look, place: str) -> str:
    return look.read(place, _LONGEST_REF).decode("ascii", "replace").strip()
