"""The Python that will open the models, and what is installed for it, by metadata: nothing is run or imported."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE | re.ASCII)
_VERSIONED = re.compile(r"python([0-9]{1,3})\.([0-9]{1,3})", re.ASCII)
_CONDA_BASE = ("base", "root")


def installed_versions(environment: Mapping[str, str], project: Path | None, names: Iterable[str]) -> dict[str, str]:
    """The versions of those of `names` that the chosen interpreter has, under the names as asked.

    The interpreter is that of the active environment (VIRTUAL_ENV, else CONDA_PREFIX) if it is another than our own;
    else that of `project`'s `.venv`; else our own. Conda's base environment, which is active in every shell of some
    users, comes after the project's. Names are compared as packages are (PEP 503): `Pyannote_Audio` is
    `pyannote.audio`. A few names are cheap: one listing of a folder, one small file for each that is found. Packages
    that an environment lets through from its base (`--system-site-packages`) are seen for our own interpreter only.
    """
    folders = _folders(environment, project)
    found = ((name, _version(name, folders)) for name in names)
    return {name: version for name, version in found if version}


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


def _version(name: str, folders: Sequence[str] | None) -> str | None:
    from importlib.metadata import distributions

    if not _NAME.fullmatch(name):
        return None
    found = distributions(name=name) if folders is None else distributions(name=name, path=list(folders))
    return next((version for one in found if (version := _stated(one))), None)


def _stated(distribution: "Distribution") -> str | None:
    """The version in the metadata; the library itself is never imported (torch takes 6 s)."""
    try:
        return next(iter(distribution.metadata.get_all("Version") or ()), None)
    except (OSError, ValueError):
        return None
