"""What an update would take of an artifact, what is newer than that, and which constraint excludes it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from resolver.domain.errors import NotFoundUpstreamError, VersionError
from resolver.domain.lock import Artifact, request_in
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate
from resolver.domain.upstream import PRE_RELEASE, YANKED, Excluded, Offer, Outlook, Standing, State, Subject
from resolver.stages.resolve.versions import choose, names_exactly, pep440, wants_pre_releases


def outlook(subject: Subject, standing: Standing) -> Outlook:
    """What could become of an artifact, by what its source says now."""
    artifact = subject.artifact
    if standing.replaced(artifact):
        before, after = artifact.upstream_id, standing.upstream_id
        return Outlook(subject, "replaced", remark=f"another repository has its name now: id {after}, was {before}")
    newer, trouble = _newer(artifact, standing)
    state, remark = _state(artifact, standing, newer)
    said = remark or trouble or _note(newer, standing.offers) or standing.doubt
    return Outlook(subject, state, newer, tuple(_excluded(artifact, standing, newer)), said)


def _note(newer: Candidate | None, offers: Sequence[Offer]) -> str | None:
    """What is worth knowing of what an update takes."""
    notes = (one.note for one in offers if newer is not None and one.name == newer.version)
    return next(notes, None)


def _newer(artifact: Artifact, standing: Standing) -> tuple[Candidate | None, str | None]:
    """What an update takes if that is another pin, and why it would fail where it would."""
    if standing.asked in ("branch", "tag"):
        moved = standing.points_to is not None and standing.points_to != artifact.commit
        return (Candidate(commit=standing.points_to), None) if moved else (None, None)
    if standing.asked != "range" or not standing.offers:
        return None, None
    usable = [Candidate(one.name, one.commit, one.yanked) for one in standing.offers if one.unusable is None]
    try:
        chosen = choose(request_in(artifact.key), usable)
    except (VersionError, NotFoundUpstreamError) as error:
        return None, error.message.removeprefix(f"{artifact.source}: ")
    return (None, None) if _is_pinned(artifact, chosen) else (chosen, None)


def _is_pinned(artifact: Artifact, chosen: Candidate) -> bool:
    """Whether a candidate is what is pinned; one release may have two names."""
    before, after = pep440(artifact.version or ""), pep440(chosen.version or "")
    same = chosen.version == artifact.version or (before is not None and before == after)
    return same and chosen.commit == artifact.commit


def _state(artifact: Artifact, standing: Standing, newer: Candidate | None) -> tuple[State, str | None]:
    """The worst that can be said, and what it is about."""
    pinned = standing.pinned(artifact)
    lost = standing.gone or standing.nameless(artifact)
    if lost:
        return "gone", lost
    if standing.altered:
        first, more = standing.altered[0].path, len(standing.altered) - 1
        return (
            "changed",
            f"{first} and {more} more are not what was pinned" if more else f"{first} is not what was pinned",
        )
    if standing.tag_moved(artifact):
        return "moved", "the tag moved"
    if pinned is not None and pinned.yanked:
        return "yanked", "what is pinned was yanked"
    if standing.asked == "commit":
        return "pinned", None
    return ("newer" if newer else "current"), None


def _excluded(artifact: Artifact, standing: Standing, newer: Candidate | None) -> Iterator[Excluded]:
    request = request_in(artifact.key)
    if standing.asked == "commit":
        head = standing.head
        if head is not None and head.commit != artifact.commit:
            yield Excluded(head.name, head.commit, (f"revision: {request.revision}",))
    elif standing.asked in ("range", "tag"):
        named = (newer.version if newer else None, artifact.version or request.revision)
        known = [version for name in named if name and (version := pep440(name)) is not None]
        if known:
            yield from _Rules(request, max(known)).above(standing.offers)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What keeps an update from a release that is newer than `at`."""

    request: Request
    at: Version
    specifier: SpecifierSet = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "specifier", SpecifierSet(self.request.version or ""))

    @property
    def constraint(self) -> str:
        """The request, as the manifest writes it."""
        revision, version = self.request.revision, self.request.version
        return f"revision: {revision}" if revision is not None else f"version: {version}"

    def above(self, offers: Sequence[Offer]) -> Iterator[Excluded]:
        """From the highest down, one a reason; below one that only the request excludes, just those that it admits."""
        versions = ((version, one) for one in offers if (version := pep440(one.name)) is not None and version > self.at)
        said: set[str] = set()
        for version, one in sorted(versions, key=lambda pair: pair[0], reverse=True):
            reasons = tuple(self._reasons(version, one))
            passed_over = self.constraint in said and self.constraint in reasons
            if reasons and reasons[0] not in said and not passed_over:
                said.add(reasons[0])
                yield Excluded(one.name, one.commit, reasons, one.note)

    def _reasons(self, version: Version, one: Offer) -> Iterator[str]:
        if one.unusable is not None:
            yield one.unusable
        if one.yanked and not names_exactly(self.specifier, version):
            yield YANKED
        wanted = wants_pre_releases(self.specifier) or (self.request.revision is not None and self.at.is_prerelease)
        if version.is_prerelease and not wanted:
            yield PRE_RELEASE
        if self.request.revision is not None or not self.specifier.contains(version, prereleases=True):
            yield self.constraint
