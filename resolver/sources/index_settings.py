"""Where the package index is, read as pip reads it (pip's documentation, "Configuration").

Later ones win: global files, the user's, the environment's own, `PIP_CONFIG_FILE`, then variables.
"""

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_INDEX = "https://pypi.org/simple"


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """The one index that names are looked up at, and those that are configured besides and not asked."""

    url: str
    extra: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"IndexSettings({len(self.extra)} extra)"


def read_index_settings(environment: Mapping[str, str], home: Path, prefix: Path = Path(sys.prefix)) -> IndexSettings:
    """The settings as the environment and pip's files have them; an unreadable file counts as absent."""
    found: dict[str, str] = {}
    for path in _files(environment, home, prefix):
        found.update(_read(path))
    url = (
        environment.get("PIP_INDEX_URL")
        or environment.get("UV_DEFAULT_INDEX")
        or environment.get("UV_INDEX_URL")
        or found.get("index-url")
        or DEFAULT_INDEX
    )
    extra = environment.get("PIP_EXTRA_INDEX_URL") or found.get("extra-index-url", "")
    return IndexSettings(url.strip(), tuple(extra.split()))


def _files(environment: Mapping[str, str], home: Path, prefix: Path) -> Iterator[Path]:
    named = environment.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    if sys.platform == "win32":
        yield Path(environment.get("PROGRAMDATA", "C:/ProgramData")) / "pip" / "pip.ini"
        yield home / "pip" / "pip.ini"
        yield Path(environment.get("APPDATA", str(home / "AppData" / "Roaming"))) / "pip" / "pip.ini"
        yield prefix / "pip.ini"
    else:
        yield from _unix_files(environment, home, replaced=bool(named and Path(named).is_file()))
        yield prefix / "pip.conf"
    if named:
        yield Path(named)


def _unix_files(environment: Mapping[str, str], home: Path, *, replaced: bool) -> Iterator[Path]:
    """The system's files and the user's; a file that `PIP_CONFIG_FILE` names takes the place of the user's."""
    yield Path("/etc/pip.conf")
    if sys.platform == "darwin":
        yield Path("/Library/Application Support/pip/pip.conf")
    else:
        for folder in (environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep):
            if folder.startswith("/"):
                yield Path(folder) / "pip" / "pip.conf"
    if replaced:
        return
    if sys.platform == "darwin":
        yield home / "Library" / "Application Support" / "pip" / "pip.conf"
    yield home / ".pip" / "pip.conf"
    yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf"


def _read(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return {}
    found: dict[str, str] = {}
    for section in ("global", "install", "download"):
        if parser.has_section(section):
            found.update({key.replace("_", "-"): value for key, value in parser.items(section)})
    return found
