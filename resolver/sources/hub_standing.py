"""What a hub says now of a pinned repository: where the request leads, and whether the commit is still there."""

from collections.abc import Callable
from dataclasses import replace

from resolver.domain.digests import is_commit
from resolver.domain.errors import NotFoundUpstreamError
from resolver.domain.lock import Artifact, request_in
from resolver.domain.manifest import MAIN, Request
from resolver.domain.upstream import Offer, Standing
from resolver.sources.hub_api import Head, Refs

HeadOf = Callable[[str], Head | None]
"""What a revision of the repository means, None if it has no such revision."""


def standing(artifact: Artifact, head: HeadOf, refs: Callable[[], Refs]) -> Standing:
    """Two questions, one where `main` has not moved; `refs` is only asked of a repository that is there.

    Raises:
        ModelsError: there is no answer; that the repository is gone is one.
    """
    request, pin = request_in(artifact.key), str(artifact.commit)
    try:
        if request.revision is None and request.version is None:
            return _of_main(pin, head)
        there = head(pin)
        found = _of_name(request, refs(), head)
        known = there or head(MAIN)
    except NotFoundUpstreamError as error:
        return Standing("content", gone=error.message.removeprefix(f"{artifact.source}: "))
    return _known(found, there, known, pin)


def _of_main(pin: str, head: HeadOf) -> Standing:
    main = head(MAIN)
    there = main if main and main.commit == pin else head(pin)
    return _known(Standing("branch", points_to=main.commit if main else None), there, there or main, pin)


def _known(found: Standing, there: Head | None, known: Head | None, pin: str) -> Standing:
    gone = None if there else f"it has no commit {pin[:8]} any more"
    return replace(found, upstream_id=known.upstream_id if known else None, gone=gone)


def _of_name(request: Request, refs: Refs, head: HeadOf) -> Standing:
    """What a version, branch, tag or commit means now."""
    offers = tuple(Offer(tag, commit) for tag, commit in refs.tags.items())
    if request.version is not None:
        return Standing("range", offers=offers)
    revision = str(request.revision)
    if revision in refs.branches:
        return Standing("branch", points_to=refs.branches[revision])
    if revision in refs.tags:
        return Standing("tag", points_to=refs.tags[revision], offers=offers)
    main = refs.branches.get(MAIN)
    pinned = Standing("commit", head=Offer(MAIN, main) if main else None)
    if is_commit(revision):
        return pinned
    meant = head(revision)
    short = meant is not None and meant.commit.startswith(revision)
    return pinned if short else Standing("branch", points_to=meant.commit if meant else None)
