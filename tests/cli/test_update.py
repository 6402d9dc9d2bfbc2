"""`models update`: what `lock --upgrade-model` does, and what it leaves behind because something excludes it."""

import pytest

from tests.cli.offers import ASR, KEY, REPO, offer
from tests.cli.project import Project
from tests.cli.upstreams import OTHER, excluded, locked, release, tagged
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases, make_pipeline

TWO = "models: {asr: {source: hf:org/name}, ner: {source: hf:org/ner}}\n"


@pytest.fixture
def two(project: Project, hub: LocalHub) -> Project:
    """Two models whose branches have moved since they were locked."""
    offer(hub)
    offer(hub, "org/ner", seed=1)
    locked(project, TWO)
    hub.commit(REPO, OTHER)
    hub.commit("org/ner", OTHER)
    hub.reset_requests()
    return project


def test_only_what_is_named_moves(two: Project, run: Run, hub: LocalHub) -> None:
    before = two.pin("hf:org/ner@main")
    assert run("update", "asr").code == 0
    assert (two.pin(KEY), two.pin("hf:org/ner@main")) == (hub.head(REPO).sha, before)
    assert hub.requested("org/ner") == []


def test_without_a_name_everything_moves(two: Project, run: Run, hub: LocalHub) -> None:
    assert run("update").code == 0
    assert (two.pin(KEY), two.pin("hf:org/ner@main")) == (hub.head(REPO).sha, hub.head("org/ner").sha)


def test_it_writes_what_lock_would(two: Project, run: Run) -> None:
    before = two.lock_path.read_bytes()
    assert run("lock", "--upgrade-model", "asr").code == 0
    after = two.lock_path.read_bytes()
    two.lock_path.write_bytes(before)
    assert run("update", "asr").code == 0
    assert two.lock_path.read_bytes() == after != before
    assert run("lock", "--check").code == 0


def test_a_dry_run_shows_the_same_and_writes_nothing(two: Project, run: Run) -> None:
    before = two.lock_path.read_bytes()
    shown = run("update", "asr", "--dry-run", "--json")
    assert shown.code == 0
    assert two.lock_path.read_bytes() == before
    written = run("update", "asr", "--json")
    assert shown.document | {"dry_run": False} == written.document
    assert [one["model"] for one in written.document["changes"]] == ["asr"]
    assert (written.document["schema"], written.document["changed"]) == ("models.update/1", True)


def test_what_is_needed_moves_along(project: Project, run: Run, hub: LocalHub) -> None:
    for name in ("org/pipeline", "org/part", "org/name"):
        offer(hub, name)
    locked(project, "models: {d: {source: hf:org/pipeline, depends: [hf:org/part]}, asr: {source: hf:org/name}}\n")
    for name in ("org/part", "org/name"):
        hub.commit(name, OTHER)
    before = project.pin(KEY)
    assert run("update", "d").code == 0
    assert (project.pin("hf:org/part@main"), project.pin(KEY)) == (hub.head("org/part").sha, before)


@pytest.mark.parametrize("name", ["asrr", "hf:org/name"])
def test_a_name_that_does_not_exist_is_an_error_and_nothing_moves(
    two: Project, run: Run, hub: LocalHub, name: str
) -> None:
    before = two.lock_path.read_bytes()
    result = run("update", "ner", name)
    assert (result.code, two.lock_path.read_bytes(), hub.requests) == (2, before, [])
    assert result.stderr.startswith(f"error: no model '{name}'\nhint: ")
    assert "did you mean 'asr'?" in run("update", "asrr").stderr


def test_what_a_range_excludes_is_said(project: Project, run: Run, releases: SpacyReleases) -> None:
    name, around = "en_core_web_md", releases.environment
    releases.add(name, "3.8.0", make_pipeline(name, "3.8.0"))
    locked(project, f'models: {{ner: {{source: "spacy:{name}", version: "~=3.8.0"}}}}\n', **around)
    releases.add(name, "3.9.0", make_pipeline(name, "3.9.0"))
    result = run("update", "ner", **around)
    assert result.code == 0
    assert "ner: 3.9.0 exists, `version: ~=3.8.0` excludes it\n" in result.stderr
    assert "models.lock is up to date" in result.stderr


def test_what_is_excluded_is_said_of_the_new_lock(project: Project, run: Run, index: PackageIndex) -> None:
    release(index, "1.0")
    locked(project, 'models: {vad: {source: pypi:pack, version: ">=1,<2"}}\n')
    release(index, "1.5", "2.0", "3.0rc1")
    index.reset_requests()
    document = run("update", "--json").document
    (held,) = document["held"]
    assert held["pinned"] == {"version": "1.5", "commit": None}
    assert (held["newer"], excluded(held)) == (
        None,
        {"3.0rc1": ["pre-release", "version: >=1,<2"], "2.0": ["version: >=1,<2"]},
    )
    assert len(index.requested("/simple/")) == 1, "what was asked for the lock is not asked again"


def test_a_commit_that_was_stated_holds_a_model_where_it_is(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    locked(project, f"models: {{asr: {{source: hf:org/name, revision: {commit}}}}}\n")
    hub.commit(REPO, OTHER)
    result = run("update", "asr")
    assert result.code == 0
    assert f"asr: main@{hub.head(REPO).sha[:7]} exists, `revision: {commit[:8]}…` excludes it" in result.stderr


@pytest.mark.usefixtures("two")
def test_a_branch_has_nothing_newer_than_itself_and_nobody_asks(run: Run, hub: LocalHub) -> None:
    assert run("update").code == 0
    assert hub.requested("expand=sha") == hub.requested("/refs") == []


def test_that_nobody_says_what_is_excluded_is_a_warning(project: Project, run: Run, hub: LocalHub) -> None:
    commit = tagged(hub, "v1.0")
    locked(project, "models: {asr: {source: hf:org/name, revision: v1.0}}\n")
    hub.faults = [Fault("/refs", "status", status=404, times=ALWAYS)]
    result = run("update", "--json")
    assert (result.code, project.pin("hf:org/name@v1.0")) == (0, commit)
    (warning,) = result.document["warnings"]
    assert warning.startswith("asr  what is newer could not be asked: hf:org/name: the endpoint does not tell")
    assert result.document["held"] == []


def test_a_gate_is_refused_as_lock_refuses_it(two: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, gated="auto")
    before = two.lock_path.read_bytes()
    result = run("update", "asr")
    assert (result.code, two.lock_path.read_bytes()) == (5, before)
    assert "accept at" in result.stderr


def test_a_policy_is_judged_as_lock_judges_it(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, "policy: {licenses: {allow: [mit]}}\n" + ASR)
    hub.commit(REPO, OTHER, license="gpl-3.0")
    before = project.lock_path.read_bytes()
    assert (run("update").code, project.lock_path.read_bytes()) == (2, before)


def test_a_repository_in_other_hands_is_refused(two: Project, run: Run, hub: LocalHub) -> None:
    hub.recreate(REPO)
    before = two.lock_path.read_bytes()
    assert (run("update", "asr").code, two.lock_path.read_bytes()) == (3, before)


def test_without_a_lock_it_makes_one(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("update", "asr").code == 0
    assert project.pin(KEY) == hub.head(REPO).sha


def test_where_nothing_moved_nothing_is_written(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    before = project.lock_path.stat().st_mtime_ns
    result = run("update")
    assert (result.code, project.lock_path.stat().st_mtime_ns) == (0, before)
    assert "models.lock is up to date" in result.stderr


@pytest.mark.usefixtures("two")
def test_quiet_says_nothing(run: Run) -> None:
    result = run("update", "-q")
    assert (result.code, result.text) == (0, "")
