"""What is installed in an environment: who is there, and for some of them what they consist of."""

import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.installation import Distribution, Owner, PythonEnvironment
from resolver.domain.names import canonical_name
from resolver.environments.ground import LINK, NO_FILE, Ground, is_leftover, kind_of
from resolver.environments.records import place_of, recorded, recorded_leniently, text_of
from resolver.files.paths import walk_files

RECORD = "RECORD"
DIST_INFO = ".dist-info"
INFOS = (DIST_INFO, ".egg-info", ".egg-link")
_NOT_OURS_TO_REMOVE = ("python", "pypy", "activate", "deactivate")
"""How names in the folder of scripts begin that an environment itself consists of."""
_LONGEST_HEADERS = 1 << 16
_UNPLAIN = re.compile(r"^[^0-9A-Za-z_]|[\\:]|/[./]")
"""What a path holds that may be another way of writing a plain one: absolute, with `..` or `//`, as Windows does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One `.dist-info`, or what stands for it in older installations; `keys` are the names that it goes by.

    One that is `hollow` holds nothing, but for what a kill left before it had a name.
    """

    place: str
    site: str
    name: str
    version: str
    keys: frozenset[str]
    hollow: bool

    @property
    def title(self) -> str:
        """Name and version, for messages."""
        return f"{self.name} {self.version}".strip()


def entries(environment: PythonEnvironment) -> list[Entry]:
    """Everything that is installed, by folder and name.

    Raises:
        OSError: a folder cannot be read.
    """
    found = []
    for site in environment.sites:
        try:
            names = sorted(entry.name for entry in os.scandir(site))
        except (FileNotFoundError, NotADirectoryError):
            continue
        infos = [name for name in names if name.endswith(INFOS) and not name.startswith(("~", "."))]
        found += [_entry(site, name) for name in infos]
    return found


def _entry(site: str, name: str) -> Entry:
    stem = name.rpartition(".")[0]
    if name.endswith(DIST_INFO):
        called, _, version = stem.rpartition("-")
    else:
        called, _, version = stem.partition("-")
    called = called or stem
    stated = _header(f"{site}/{name}", "name")
    keys = frozenset(canonical_name(one) for one in (called, stated or called))
    hollow = name.endswith(DIST_INFO) and _is_hollow(Path(site, name))
    return Entry(os.path.normpath(f"{site}/{name}"), site, stated or called, version, keys, hollow)


def _header(info: str, key: str) -> str | None:
    text = (text_of(Path(info, "METADATA")) or "")[:_LONGEST_HEADERS]
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if not line.strip():
            return None
        if name.lower() == key:
            return value.strip() or None
    return None


def _is_hollow(info: Path) -> bool:
    return kind_of(str(info)) == "folder" and all(is_leftover(path) for path in walk_files(info))


def distribution(entry: Entry, environment: PythonEnvironment, ground: Ground) -> Distribution:
    """What a distribution consists of, and what speaks against removing it.

    Raises:
        OSError: something of it cannot be looked at.
        DiskError: its metadata cannot be read.
    """
    info = Path(entry.place)
    text = text_of(info / RECORD)
    base = Distribution(
        name=entry.name,
        version=entry.version,
        folder=entry.place,
        record=None if text is None else str(info / RECORD),
        installer=(text_of(info / "INSTALLER") or "").strip() or None,
        editable=_is_editable(text_of(info / "direct_url.json")),
    )
    return base if text is None else _with_files(base, text, entry, _Judge(environment, ground, entry))


def _with_files(base: Distribution, text: str, entry: Entry, judge: "_Judge") -> Distribution:
    """With what its RECORD names."""
    named: set[str] = set()
    objections: list[str] = []
    try:
        named.update(place_of(path, entry.site) for path in recorded(text))
    except ValueError as error:
        objections.append(f"its RECORD cannot be read: {error}")
    inside = {os.path.normpath(f"{entry.place}/{path}") for path in walk_files(Path(entry.place))}
    objections += [found for place in sorted(named | inside) if (found := judge.objection(place))]
    files = {place for place in named | inside if kind_of(place) is not None}
    return Distribution(
        base.name,
        base.version,
        base.folder,
        base.record,
        base.installer,
        base.editable,
        frozenset(named | inside),
        frozenset(files.union(_compiled(named), _left_over(named, judge.ground))),
        tuple(objections),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Says what of a RECORD may be removed: files of packages and scripts, reached without a link."""

    environment: PythonEnvironment
    ground: Ground
    entry: Entry

    def objection(self, place: str) -> str | None:
        """Why what a RECORD names may not be removed, or None."""
        root = self.ground.root_of(place)
        if root is None or "\0" in place:
            return f"its RECORD names {place}, which lies neither in site-packages nor in the folder of scripts"
        reason = self._of_root(place, root) or self.ground.obstacle(place)
        if reason is None and (kind := kind_of(place)) not in (None, "file"):
            reason = f"{place} is {kind if kind == LINK else NO_FILE}"
        return None if reason is None else f"its RECORD names what may not be removed: {reason}"

    def _of_root(self, place: str, root: str) -> str | None:
        first = place[len(root) :].strip(os.sep).partition(os.sep)[0]
        if root == self.environment.roots["scripts"]:
            is_own = first.lower().startswith(_NOT_OURS_TO_REMOVE)
            return f"{place} is a part of the environment itself" if is_own else None
        foreign = first.endswith(INFOS) and os.path.normpath(f"{root}/{first}") != self.entry.place
        return f"{place} is of another distribution" if foreign else None


def _compiled(places: Iterable[str]) -> Iterator[str]:
    """What Python compiled of modules: RECORD need not name it, and it would go on being imported."""
    modules = [Path(place) for place in places if place.endswith(".py")]
    listed: dict[Path, list[str]] = {}
    for module in modules:
        cache = module.parent / "__pycache__"
        if cache not in listed:
            listed[cache] = _plain_files(cache)
        stem = f"{module.stem}."
        yield from (str(cache / name) for name in listed[cache] if name.startswith(stem) and name.endswith(".pyc"))


def _left_over(places: Iterable[str], ground: Ground) -> Iterator[str]:
    """What a kill left beside the places before it had its name."""
    for folder in {str(Path(place).parent) for place in places}:
        if ground.root_of(f"{folder}{os.sep}any") is not None and ground.obstacle(f"{folder}{os.sep}any") is None:
            yield from (f"{folder}{os.sep}{name}" for name in _plain_files(Path(folder)) if is_leftover(name))


def _plain_files(folder: Path) -> list[str]:
    if kind_of(str(folder)) != "folder":
        return []
    return [entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False)]


def _is_editable(direct_url: str | None) -> bool:
    """PEP 660 and "Recording the Direct URL Origin": the package lies elsewhere, and only a pointer here."""
    try:
        document = json.loads(direct_url or "{}")
    except (ValueError, RecursionError):
        return False
    about = document.get("dir_info") if isinstance(document, dict) else None
    return isinstance(about, dict) and about.get("editable") is True


def owners(every: Iterable[Entry], interest: frozenset[str]) -> dict[str, tuple[Owner, ...]]:
    """Which distributions name the places of interest in their RECORD.

    An environment with torch has 50,000 lines of these, so that only what is not written plainly is brought into form.
    """
    found: dict[str, tuple[Owner, ...]] = {}
    for entry in every:
        relative = _relative(interest, entry.site)
        for path in recorded_leniently(Path(entry.place, RECORD)):
            place = relative.get(path)
            if place is None and _UNPLAIN.search(path):
                place = place_of(path, entry.site)
            if place in interest:
                found[place] = (*found.get(place, ()), Owner(entry.title, entry.keys))
    return found


def _relative(interest: Iterable[str], site: str) -> dict[str, str]:
    start = site.rstrip(os.sep) + os.sep
    return {one[len(start) :].replace(os.sep, "/"): one for one in interest if one.startswith(start)}
