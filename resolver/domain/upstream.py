"""What a source says now of an artifact that was pinned from it, and what follows from that."""

from dataclasses import dataclass
from typing import Literal

from resolver.domain.errors import ModelsError
from resolver.domain.lock import Artifact
from resolver.domain.ports import Candidate
from resolver.domain.verify_report import Finding

Asked = Literal["branch", "tag", "commit", "range", "content"]
"""What a request names: one that moves, one that should not, one that cannot, one of several, or bytes at a place."""

NO_WHEEL = "no py3-none-any wheel"
PRE_RELEASE = "pre-release"
YANKED = "yanked"
LONGEST_SHOWN = 40
"""Characters of a version or a name; the longest that people gave so far have about 30."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A release, tag or branch that a source has now.

    `unusable` says why no lock can take it, `note` what else is worth knowing of it.
    """

    name: str
    commit: str | None = None
    yanked: bool = False
    unusable: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Altered:
    """A file or archive that is not what was pinned; both are a digest, a size or a word."""

    path: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a source says now of one artifact.

    `gone` says why it cannot be had any more. `points_to` is the commit that a branch or tag leads to, None if nothing
    has that name; `head` where the repository is, if the request is a commit; `offers` are tags or releases. `doubt` is
    what was not asked, because it would have cost too much.
    """

    asked: Asked
    upstream_id: str | None = None
    gone: str | None = None
    points_to: str | None = None
    head: Offer | None = None
    offers: tuple[Offer, ...] = ()
    altered: tuple[Altered, ...] = ()
    doubt: str | None = None

    def replaced(self, artifact: Artifact) -> bool:
        """Whether another repository has the name now."""
        return bool(self.upstream_id and artifact.upstream_id and self.upstream_id != artifact.upstream_id)

    def pinned(self, artifact: Artifact) -> Offer | None:
        """The release or tag that was pinned, as it is now."""
        return next((one for one in self.offers if artifact.version is not None and one.name == artifact.version), None)

    def leads_to(self, artifact: Artifact) -> str | None:
        """The commit that the pinned branch or tag leads to now."""
        if self.asked == "range":
            pinned = self.pinned(artifact)
            return pinned.commit if pinned else None
        return self.points_to

    def nameless(self, artifact: Artifact) -> str | None:
        """What is said where the commit is still there, and the name that it was pinned by is not."""
        if artifact.commit is None or self.asked in ("commit", "content") or self.leads_to(artifact):
            return None
        if self.asked == "range":
            return f"no tag '{shortened(artifact.version or '')}' any more; its commit is still there"
        return f"no branch or tag '{artifact.request}' any more; the commit is still there"

    def tag_moved(self, artifact: Artifact) -> bool:
        """Whether a tag leads elsewhere than where it was pinned; that a branch moves is its nature."""
        leads_to = self.leads_to(artifact)
        return self.asked in ("tag", "range") and leads_to is not None and leads_to != artifact.commit


@dataclass(frozen=True, slots=True)
class Subject:
    """An artifact that is asked about, and the models that have a part in it.

    `needed`: no variant is that artifact, it is only a dependency. `optional`: nobody has to have it.
    """

    artifact: Artifact
    models: tuple[str, ...]
    needed: bool = False
    optional: bool = False


State = Literal["current", "newer", "moved", "pinned", "yanked", "changed", "replaced", "gone", "unasked"]


@dataclass(frozen=True, slots=True)
class Excluded:
    """Something newer that an update does not take, and each constraint that excludes it."""

    name: str
    commit: str | None
    because: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What could become of one artifact: `newer` is what an update takes, if that is another pin.

    `remark` says what the state is about where the pins do not; `error` is why it could not be asked.
    """

    subject: Subject
    state: State
    newer: Candidate | None = None
    excluded: tuple[Excluded, ...] = ()
    remark: str | None = None
    error: ModelsError | None = None

    @property
    def updatable(self) -> bool:
        """Whether `models update` would change something."""
        return self.newer is not None or self.state == "changed"


@dataclass(frozen=True, slots=True)
class OutdatedReport:
    """An outlook for each artifact that was asked about, in the order of the manifest."""

    outlooks: tuple[Outlook, ...]
    seconds: float
    stale: bool = False

    @property
    def errors(self) -> tuple[ModelsError, ...]:
        """What kept something that is required from being asked."""
        return tuple(one.error for one in self.outlooks if one.error is not None and not one.subject.optional)


@dataclass(frozen=True, slots=True)
class Unasked:
    """What could not be asked about an artifact, and why."""

    subject: Subject
    error: ModelsError


@dataclass(frozen=True, slots=True)
class UpstreamReport:
    """What the sources hold against a lock, and about which artifacts they could not be asked."""

    asked: int
    findings: tuple[Finding, ...]
    unasked: tuple[Unasked, ...]
    seconds: float
    warnings: tuple[str, ...] = ()


def shortened(text: str) -> str:
    """A name from outside as it is shown."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
