"""A project's page of a package index: its wheels that run everywhere, and the versions that have none.

The shape is that of PEP 691 and 700; what is not as it should be is passed over, as by installers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from resolver.domain.digests import is_sha256
from resolver.domain.names import path_objection
from resolver.domain.upstream import NO_WHEEL, Offer


@dataclass(frozen=True, slots=True)
class Release:
    """One wheel that runs everywhere (`py3-none-any`), as the index lists it."""

    version: str
    build: tuple[int, str]
    filename: str
    url: str
    sha256: str
    size: int | None
    yanked: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The usable wheels of a project, and every version of which the index has any file."""

    releases: tuple[Release, ...]
    versions: tuple[str, ...]

    @property
    def best(self) -> dict[str, Release]:
        """One wheel for each version: not yanked before yanked, then the highest build."""
        ordered = sorted(self.releases, key=lambda one: (not one.yanked, one.build, one.filename))
        return {one.version: one for one in ordered}

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Every version, also those that no lock can take."""
        best = self.best
        return tuple(
            Offer(one, yanked=best[one].yanked) if one in best else Offer(one, unusable=NO_WHEEL)
            for one in self.versions
        )


def read_page(url: str, document: Mapping[str, object], name: str) -> Page:
    """The page of a project, by its canonical name; addresses on it are seen from `url`."""
    files = document.get("files")
    entries = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    releases = [release for entry in entries if (release := _release(url, name, entry)) is not None]
    return Page(tuple(releases), tuple(dict.fromkeys(_versions(name, entries))))


def _versions(name: str, entries: list[dict[str, object]]) -> Iterator[str]:
    for entry in entries:
        filename = str(entry.get("filename"))
        try:
            project, version = parse_wheel_filename(filename)[:2]
        except InvalidWheelFilename:
            try:
                project, version = parse_sdist_filename(filename)
            except InvalidSdistFilename:
                continue
        if project == name:
            yield str(version)


def _release(base: str, name: str, entry: dict[str, object]) -> Release | None:
    filename, hashes, size = str(entry.get("filename")), entry.get("hashes"), entry.get("size")
    sha256 = hashes.get("sha256") if isinstance(hashes, dict) else None
    try:
        project, version, build, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return None
    everywhere = any(str(tag) == "py3-none-any" for tag in tags)
    if project != name or not everywhere or path_objection(filename) or not is_sha256(str(sha256)):
        return None
    return Release(
        version=str(version),
        build=(build[0], build[1]) if build else (-1, ""),
        filename=filename,
        url=_joined(base, str(entry.get("url"))),
        sha256=str(sha256),
        size=size if isinstance(size, int) and size > 0 else None,
        yanked=bool(entry.get("yanked")),
    )


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return ""
