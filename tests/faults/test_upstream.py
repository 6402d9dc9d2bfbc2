"""A tag that moves, a revision that goes, a repository that somebody else creates anew."""

import time

import pytest

from tests.cli.offers import CONFIG, REPO, WEIGHTS, offer, weights
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.servers.hub import LocalHub

GENEROUS = 30
"""Seconds, where five are promised: this machine may be busy with other tests."""


@pytest.fixture
def tagged(project: Project, hub: LocalHub) -> Project:
    """A project that has locked a tag, on a machine that has none of it yet."""
    offer(hub)
    hub.tag(REPO, "v1", hub.head(REPO).sha)
    project.manifest("models: {asr: {source: hf:org/name, revision: v1}}\n")
    assert project.run("lock").code == 0
    project.forget_store()
    hub.reset_requests()
    return project


def test_a_tag_that_moved_gives_the_same_bytes(tagged: Project, hub: LocalHub) -> None:
    hub.tag(REPO, "v1", hub.commit(REPO, {"model.bin": weights(300_000, 9)}))
    assert tagged.models("sync").code == 0
    assert tagged.snapshot(REPO) == {"config.json": CONFIG, "model.bin": WEIGHTS}
    assert hub.requested("/api/models") == [], "no name is resolved"
    figure("tag or branch moved", "the lock holds commit and sha256; sync resolves no names", "moved: the same bytes")


def test_a_revision_that_is_gone_is_said_soon(tagged: Project, hub: LocalHub) -> None:
    old = hub.head(REPO).sha
    hub.commit(REPO, {"model.bin": weights(1000, 9)})
    hub.delete_revision(REPO, old)
    started = time.monotonic()
    result = tagged.models("sync")
    seconds = time.monotonic() - started
    assert result.code == 3, result.text
    assert "hint" in result.stderr
    assert seconds < GENEROUS
    assert len(hub.requests) <= 6
    figure(
        "revision deleted", "without a mirror: an error in 5 s with a hint", f"exit 3 with a hint after {seconds:.1f} s"
    )


def test_a_repository_in_other_hands_is_refused(tagged: Project, hub: LocalHub) -> None:
    before = tagged.lock_path.read_bytes()
    hub.recreate(REPO)
    hub.tag(REPO, "v1", hub.commit(REPO, {"model.bin": weights(1000, 9)}))
    result = tagged.run("lock", "--upgrade")
    assert result.code in (1, 2, 3), result.text
    assert tagged.lock_path.read_bytes() == before
    figure("repository re-created by another", "the internal repository id is compared", f"refused, exit {result.code}")
