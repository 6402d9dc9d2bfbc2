"""Which repositories lie in a cache of torch.hub: `<owner>_<name>_<ref>/hubconf.py` (torch/hub.py, torch 2.13).

A folder says which branch or tag it was made of, and never which commit.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from resolver.domain.caches import CachedRepository, CacheListing, PassedOver, listing
from resolver.domain.errors import TooManyError
from resolver.files.looking import Look

# An owner has no underscore; of a name and a ref that have some, only these two refs can be told.
_NAME = re.compile(r"([A-Za-z0-9-]+)_(?:([^_]+)_([^_]+)|(.+)_(main|master))", re.DOTALL)
_CHECKPOINTS = "checkpoints"


def repositories(folder: Path) -> CacheListing:
    """Everything that lies there; the folder may be a `.cache`, TORCH_HOME, or `hub` in that.

    Raises:
        TooManyError: a cache holds more entries than anybody's would.
    """
    look = Look(folder)
    # One folder of torch.hub serves all that name no ref, so that two of one repository would conflict.
    return listing(one for place in _places(folder) for one in _in(look, place))


def _places(folder: Path) -> tuple[str, ...]:
    inner = {"torch": ("hub",), "hub": ("",) if folder.parent.name == "torch" else ()}.get(folder.name, ())
    return (*inner, "torch/hub")


def _in(look: Look, place: str) -> Iterator[CachedRepository | PassedOver]:
    names = look.folders(place)
    # What names a tag or commit says more than what names a branch, which may be a copy of it.
    for name in sorted(names, key=lambda one: (one.endswith(("_main", "_master")), one)):
        path = f"{place}/{name}" if place else name
        try:
            one = _repository(look, path, name)
        except TooManyError as error:
            one = PassedOver(path, error.message)
        if one:
            yield one


def _repository(look: Look, place: str, name: str) -> CachedRepository | PassedOver | None:
    """None where no repository lies there."""
    files = look.files(place) if name == _CHECKPOINTS or look.read(f"{place}/hubconf.py", 1) else []
    if name == _CHECKPOINTS and files:
        return PassedOver(place, f"{len(files)} from addresses that nobody wrote down: add them as url: sources")
    if not files:
        return None
    parts = _NAME.fullmatch(name)
    if parts is None:
        return PassedOver(place, "where its name ends and its ref begins cannot be told: add it as github:owner/name")
    owner, project, ref = parts[1], parts[2] or parts[4], parts[3] or parts[5]
    return CachedRepository(
        source=f"github:{owner}/{project}",
        revision=ref,
        because="the folder's name; it does not say which commit",
        place=place,
        files=tuple(one.path for one in files),
        size=sum(one.size or 0 for one in files),
        is_whole=all(one.size is not None for one in files),
    )
