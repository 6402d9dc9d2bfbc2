"""The Python that will open the models, and what is installed for it, by metadata: nothing is run or imported.

Metadata is read as `importlib.metadata` would find it, without importing that: it takes 17 ms, and every `sync` asks.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from resolver.domain.names import canonical_name

_NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE | re.ASCII)
_VERSIONED = re.compile(r"python([0-9]{1,3})\.([0-9]{1,3})", re.ASCII)
_CONDA_BASE = ("base", "root")
_METADATA = {"dist-info": "METADATA", "egg-info": "PKG-INFO"}
_LONGEST_HEADERS = 1 << 16  # bytes of metadata; its version stands near its beginning


def installed_versions(environment: Mapping[str, str], project: Path | None, names: Iterable[str]) -> dict[str, str]:
    """The versions of those of `names` that the chosen interpreter has, under the names as asked.

    The interpreter is that of the active environment (VIRTUAL_ENV, else CONDA_PREFIX) if it is another than our own;
    else that of `project`'s `.venv`; else our own. Conda's base environment, which is active in every shell of some
    users, comes after the project's. Names are compared as packages are (PEP 503): `Pyannote_Audio` is
    `pyannote.audio`. A few names are cheap: one listing of a folder, one small file for each that is found. Packages
    that an environment lets through from its base (`--system-site-packages`) are seen for our own interpreter only.
    """
    folders = _folders(environment, project)
    return versions_in(sys.path if folders is None else folders, names)


def versions_in(folders: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """The versions of those of `names` that are installed in one of the folders, under the names as asked."""
    asked = {name: canonical_name(name) for name in names if _NAME.fullmatch(name)}
    stated = _versions(frozenset(asked.values()), folders)
    return {name: stated[canonical] for name, canonical in asked.items() if canonical in stated}


def _folders(environment: Mapping[str, str], project: Path | None) -> Sequence[str] | None:
    """The folders of the chosen interpreter's packages; None for our own, which has `sys.path`."""
    for prefix in _prefixes(environment, project):
        if _is_own(prefix):
            return None
        folders = _site_packages(prefix)
        if folders:
            return folders
    return None


def _prefixes(environment: Mapping[str, str], project: Path | None) -> list[Path]:
    conda = environment.get("CONDA_PREFIX")
    is_base = environment.get("CONDA_DEFAULT_ENV") in _CONDA_BASE
    active = [Path(path) for path in (environment.get("VIRTUAL_ENV"), None if is_base else conda) if path]
    local = [project / ".venv"] if project else []
    base = [Path(conda)] if conda and is_base else []
    return [*(path for path in active if not _is_own(path)), *local, *base]


def _is_own(prefix: Path) -> bool:
    try:
        return prefix.samefile(sys.prefix)
    except OSError:
        return False


def _site_packages(prefix: Path) -> list[str]:
    """Where an environment keeps packages ("Installation paths", documentation of `sysconfig`); empty if it is none.

    Of several Python releases in one environment the newest is meant: it was upgraded in place.
    """
    try:
        windows = prefix / "Lib" / "site-packages"
        places = [place for library in ("lib", "lib64") for place in (prefix / library).glob("py*/site-packages")]
        newest = max(map(_release, places), default=())
        return [str(place) for place in (windows, *places) if place.is_dir() and _release(place) in ((), newest)]
    except OSError:
        return []


def _release(place: Path) -> tuple[int, ...]:
    """(3, 12) of `lib/python3.12/site-packages`; empty for `Lib`, PyPy's and free-threaded folders: always taken."""
    match = _VERSIONED.fullmatch(place.parent.name)
    return (int(match[1]), int(match[2])) if match else ()


def _versions(wanted: frozenset[str], folders: Iterable[str]) -> dict[str, str]:
    """The version of each, from the first folder that states one."""
    found: dict[str, str] = {}
    for folder in folders:
        for name, metadata in _metadata_in(folder):
            if name in wanted and name not in found and (version := _stated(metadata)):
                found[name] = version
    return found


def _metadata_in(folder: str) -> Iterator[tuple[str, str]]:
    """What is installed in a folder: canonical names, and where the metadata lies ("Recording installed projects")."""
    try:
        entries = sorted(entry.name for entry in os.scandir(folder or "."))
    except (OSError, ValueError):
        return
    for entry in entries:
        stem, _, suffix = entry.rpartition(".")
        if suffix in _METADATA:
            yield canonical_name(stem.partition("-")[0]), f"{folder or '.'}/{entry}/{_METADATA[suffix]}"


def _stated(metadata: str) -> str | None:
    """The version that metadata states; the library itself is never imported (torch takes 6 s)."""
    try:
        with Path(metadata).open("rb") as stream:
            headers = stream.read(_LONGEST_HEADERS).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None
    for line in headers.splitlines():
        key, _, value = line.partition(":")
        if not line.strip() or key.lower() == "version":
            return value.strip() or None
    return None
