"""Sources that offer what a scenario says, from memory."""

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from resolver.domain.errors import NotFoundUpstreamError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Body, Candidate, Desk, Portion, Refusal, Source
from resolver.domain.upstream import Standing
from resolver.sources import SourceKind, SourceSettings


@dataclass(frozen=True, slots=True)
class Offer:
    """What a scenario says of one source; commits are words of hexadecimal digits, filled up with zeros."""

    branches: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    releases: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=lambda: {"model.bin": "1000"})
    contents: Mapping[str, str] = field(default_factory=dict)
    license: str | None = None
    flags: tuple[str, ...] = ()
    gated: str = ""


def commit(word: str) -> str:
    return word.ljust(40, "0")


def offers_from(document: Mapping[str, Any]) -> dict[str, Offer]:
    """The offers of a scenario by source."""
    offers = {source: Offer(**said) for source, said in document.items()}
    return {source: replace(offer, flags=tuple(offer.flags)) for source, offer in offers.items()}


@dataclass
class Memory:
    """Implements Source. `pins` are what a request means regardless of the offers: how an old lock came about.

    `asked` are the sources that were asked for anything.
    """

    offers: Mapping[str, Offer]
    pins: Mapping[str, str]
    asked: list[str] = field(default_factory=list)

    def candidates(self, request: Request) -> Sequence[Candidate]:
        """The pin, or what is offered."""
        self.asked.append(request.source)
        offer = self._offer(request.source)
        wanted = request.version or request.revision or ("*" if request.kind == "pypi" else "main")
        pinned = self.pins.get(f"{request.source}@{wanted}")
        if request.kind == "pypi":
            versions = [pinned] if pinned else list(offer.releases)
            return [Candidate(version=one, yanked=offer.releases.get(one) == "yanked") for one in versions]
        if request.version is not None:
            return [Candidate(name, commit(sha)) for name, sha in offer.tags.items() if pinned in (None, sha)]
        sha = pinned or {**offer.tags, **offer.branches}.get(wanted)
        if sha is None:
            raise NotFoundUpstreamError(f"{request.source}: no such revision '{wanted}'")
        return [Candidate(commit=commit(sha))]

    def probe(self, source: str, candidate: Candidate, path: str | None) -> Refusal | None:
        """What `gated` says; an old lock came about before that."""
        del candidate, path
        reason = "" if self.pins else self._offer(source).gated
        return Refusal(source, reason, f"memory:{source}") if reason else None

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        """Files whose bytes follow from their path and the pin; those with contents are looked into."""
        offer = self._offer(request.source)
        pin = candidate.commit or candidate.version
        flags = set(offer.flags)
        files = [
            File(path, int(size), hashlib.sha256(f"{pin} {path}".encode()).hexdigest())
            for path, size in offer.files.items()
            if desk.wanted(path)
        ]
        for path, text in offer.contents.items():
            if desk.wanted(path):
                flags |= desk.inspect(path, io.BytesIO(text.encode()))
                sha256, size = desk.shelf.keep([text.encode()])
                files.append(File(path, size, sha256))
        return Artifact(
            key=key,
            commit=candidate.commit,
            version=candidate.version,
            files=tuple(files),
            license=offer.license,
            flags=tuple(sorted(flags)),
            gated=bool(offer.gated),
        )

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        """No scenario fetches anything."""
        raise NotImplementedError(io.UnsupportedOperation((artifact.key, file.path, portion)))

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        """No scenario looks at what was pinned before."""
        raise NotImplementedError(artifact.key, wanted)

    def _offer(self, source: str) -> Offer:
        if source not in self.offers:
            raise NotFoundUpstreamError(f"{source}: no such repository, or it is private")
        return self.offers[source]


def registry(memory: Memory) -> dict[str, SourceKind]:
    """`SOURCES` in which every kind is the memory."""
    connect: Callable[[SourceSettings], Source] = lambda _: memory  # noqa: E731 - a name for its type
    return {
        "file": SourceKind(connect, "files"),
        "github": SourceKind(connect, "torch-hub"),
        "hf": SourceKind(connect, "huggingface"),
        "pypi": SourceKind(connect, "python"),
        "url": SourceKind(connect, "files"),
    }
