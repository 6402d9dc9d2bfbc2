"""`spacy:`, a pipeline that spaCy's makers release: what their table lists, the wheel from their place of releases.

Both addresses are those of `spacy download` (spacy/about.py and spacy/cli/download.py, 3.8). A package index is never
asked: several of these names are stubs there (999.9.9).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from resolver.concurrency import Once
from resolver.domain.errors import NetworkError, NotFoundUpstreamError, UnsafeContentError, UsageError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.names import nearest
from resolver.domain.ports import Body, Candidate, Desk, Portion
from resolver.domain.upstream import Offer, Standing
from resolver.sources.reading import at_address, translated
from resolver.sources.requirements import MOST_KEPT
from resolver.sources.spacy_table import LARGEST_TABLE, Table, is_release, read_table
from resolver.sources.spacy_wheel import Release, needed_spacy
from resolver.sources.wheels import Wheel
from resolver.transport.client import Client
from resolver.transport.errors import StatusError

COMPATIBILITY = "MODELS_SPACY_COMPATIBILITY"
DOWNLOADS = "MODELS_SPACY_DOWNLOADS"
LARGEST_WHEEL = 1 << 32
"""The largest so far have half a gigabyte."""


@dataclass(frozen=True, slots=True)
class Places:
    """The address of the table, and the one that releases lie under."""

    compatibility: str = "https://raw.githubusercontent.com/explosion/spacy-models/master/compatibility.json"
    downloads: str = "https://github.com/explosion/spacy-models/releases/download"


def places_from(environment: Mapping[str, str]) -> Places:
    """The addresses that the variables name, spaCy's own where they name none.

    Raises:
        UsageError: one is no address.
    """
    known = Places()
    return Places(
        _address(environment, COMPATIBILITY, known.compatibility),
        _address(environment, DOWNLOADS, known.downloads).rstrip("/"),
    )


def _address(environment: Mapping[str, str], name: str, default: str) -> str:
    text = environment.get(name) or default
    if not _is_plain(text):
        raise UsageError(
            f"{name} is no plain http address",
            hint=f"write it like {default}, without a user, a password, '?' and '#'",
        )
    return text


def _is_plain(text: str) -> bool:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and "@" not in parts.netloc and bool(re.fullmatch(r"[!-~]+", text)) and not re.search(r"[?#]", text)


class Spacy:
    """The releases that one table lists; no credential is ever sent."""

    def __init__(self, client: Callable[[], Client], places: Places) -> None:
        self._client = client
        self._places = places
        self._table: Once[None, Table] = Once()

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """Every release of the name, whatever spaCy it is for."""
        return [Candidate(version=version) for version in self._releases(request.source)]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> None:
        """Releases have no gates."""
        del source, candidate, path

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """The wheel, fetched whole because nothing tells its digest, and its wanted members."""
        release = self._release(request.source, str(candidate.version))
        try:
            archive = self._kept(release, desk)
        except StatusError as error:
            hint = f"the table lists it; a release from before spaCy 3 has no wheel. Is {DOWNLOADS} right?"
            raise translated(error, f"{request.source}: {_filename(release.name, release.version)}", hint) from error
        with desk.shelf.open(archive.sha256) as stream:
            wheel = Wheel(stream, archive.path)
            spacy = needed_spacy(wheel, release)
            wheel.prove()
            content = wheel.content(desk)
        return Artifact(
            key=key,
            commit=None,
            version=release.version,
            files=content.files,
            license=content.license,
            flags=content.flags,
            archive=archive,
            requires=tuple(sorted({spacy, *content.requires[: MOST_KEPT - 1]})),
        )

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """The wheel of the locked release, from an offset on."""
        url = self._url(artifact.name, str(artifact.version))
        try:
            return self._client().open(url, portion=portion)
        except StatusError as error:
            hint = f"was the release withdrawn? `models lock --upgrade-model NAME` takes another; is {DOWNLOADS} right?"
            raise translated(error, f"{artifact.source}: {file.path}", hint) from error

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        """The table, which serves all pipelines, and the size of the wheel: its digest stands nowhere."""
        del wanted
        releases, version = self._known(artifact.source).get(artifact.name, {}), str(artifact.version)
        offers = tuple(_offer(one, releases[one], releases.get(version, ())) for one in releases)
        if version not in releases or artifact.archive is None:
            lost = version if releases else "such pipeline"
            return Standing("range", offers=offers, gone=f"spaCy's table has no {lost} any more")
        try:
            found = at_address(self._client(), self._url(artifact.name, version), artifact.archive)
        except StatusError as error:
            raise translated(error, f"{artifact.source}: {artifact.archive.path}") from error
        return replace(found, asked="range", offers=offers)

    def _kept(self, release: Release, desk: Desk) -> File:
        url = self._url(release.name, release.version)

        def attempt() -> tuple[str, int]:
            return desk.shelf.keep(self._client().open(url).pieces(LARGEST_WHEEL))

        sha256, size = self._client().patiently(attempt)
        return File(_filename(release.name, release.version), size, sha256)

    def _url(self, name: str, version: str) -> str:
        if not is_release(name, version):
            raise UnsafeContentError(
                f"spacy: {name!r} {version!r} is no release", hint="was models.lock edited by hand?"
            )
        return f"{self._places.downloads}/{quote(f'{name}-{version}/{_filename(name, version)}')}"

    def _release(self, source: str, version: str) -> Release:
        releases = self._releases(source)
        if version not in releases:
            raise NotFoundUpstreamError(
                f"{source}: spaCy's table has no {version} any more",
                hint="`models lock --upgrade-model NAME` takes another release",
            )
        return Release(source.partition(":")[2], version, releases[version])

    def _releases(self, source: str) -> Mapping[str, tuple[str, ...]]:
        table = self._known(source)
        name = source.partition(":")[2]
        if name not in table:
            close = nearest(name, table)
            raise NotFoundUpstreamError(
                f"{source}: spaCy's makers release no such pipeline",
                hint=f"did you mean '{close}'?" if close else "what others publish is a hf:, pypi: or url: source",
            )
        return table[name]

    def _known(self, source: str) -> Table:
        url = self._places.compatibility
        try:
            return self._table.answer(None, lambda: read_table(self._client().get(url, limit=LARGEST_TABLE).body))
        except StatusError as error:
            raise translated(error, f"{source}: spaCy's table of releases", f"is {COMPATIBILITY} right?") from error
        except (ValueError, TypeError, RecursionError) as error:
            raise NetworkError(
                f"{source}: what is at {url} is not spaCy's table of releases ({error})",
                hint=f"is {COMPATIBILITY} right, and no login page in between?",
            ) from error


def _offer(version: str, spacy: Sequence[str], now: Sequence[str]) -> Offer:
    """A release; for which spaCy it is, where that is none that the pinned one is for."""
    other = bool(now) and set(spacy).isdisjoint(now)
    return Offer(version, note=f"for spaCy {', '.join(spacy[:3])}" if other else None)


def _filename(name: str, version: str) -> str:
    return f"{name}-{version}-py3-none-any.whl"
