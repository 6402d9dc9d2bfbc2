"""From what sources say of what was pinned: the findings. That a branch moved is none; that is what branches do."""

from collections.abc import Iterator

from resolver.domain.lock import Artifact
from resolver.domain.upstream import Standing, Subject
from resolver.domain.verify_report import Finding

MOST_FILES = 20
"""Files of one artifact that are named; a folder may have been rewritten whole."""


def upstream_findings(subject: Subject, standing: Standing) -> Iterator[Finding]:
    """What does not stand any more; of a repository in other hands nothing else is worth saying."""
    artifact = subject.artifact
    if standing.replaced(artifact):
        hint = "another repository has its name now; trust it only if you know whose it is"
        yield _moved(subject, f"id {artifact.upstream_id}", f"id {standing.upstream_id}", hint)
    elif standing.gone is not None:
        left = bool(standing.points_to or standing.head or standing.offers)
        yield gone(subject, standing.gone, left=left)
    else:
        yield from _names(subject, standing)
        yield from _files(subject, standing)


def upstream_warnings(subject: Subject, standing: Standing) -> Iterator[str]:
    """What still stands, and is worth a warning."""
    pinned = standing.pinned(subject.artifact)
    if pinned is not None and pinned.yanked and standing.gone is None:
        yield f"{subject.models[0]}  {subject.artifact.source} {pinned.name} was yanked; `models outdated` shows others"


def gone(subject: Subject, what: str, path: str = "", *, left: bool = True) -> Finding:
    """The finding that something is not to be had any more; `path` names a file if it is about one.

    `left` says whether the source has anything in its place.
    """
    artifact = subject.artifact
    then = f"{update(subject)} takes what there is" if left else "there is nothing to update to"
    hint = f"keep the store or a mirror that has it; {then}"
    return Finding("upstream-gone", subject.models[0], artifact.key, path, _pin(artifact), what, hint, subject.optional)


def update(subject: Subject) -> str:
    """The command that moves the pin."""
    return f"`models update {subject.models[0]}`"


def _names(subject: Subject, standing: Standing) -> Iterator[Finding]:
    artifact = subject.artifact
    nameless = standing.nameless(artifact)
    if nameless is not None:
        yield gone(subject, nameless)
    elif standing.tag_moved(artifact):
        hint = f"find out why a tag moved before {update(subject)} takes it"
        yield _moved(subject, artifact.commit, standing.leads_to(artifact), hint)


def _files(subject: Subject, standing: Standing) -> Iterator[Finding]:
    hint = f"{update(subject)} takes what is there now"
    for one in standing.altered[:MOST_FILES]:
        yield _moved(subject, one.expected, one.found, hint, one.path)
    more = len(standing.altered) - MOST_FILES
    if more > 0:
        yield _moved(subject, "what was pinned", f"{more} more files differ", hint)


def _moved(subject: Subject, expected: str | None, found: str | None, hint: str, path: str = "") -> Finding:
    return Finding("upstream-moved", subject.models[0], subject.artifact.key, path, expected, found, hint)


def _pin(artifact: Artifact) -> str | None:
    return artifact.commit or artifact.version
