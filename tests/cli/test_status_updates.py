"""`models status --check-updates`: the status as always, and what is newer of what this machine gets."""

import pytest

from tests.cli.offers import ASR, KEY, REPO, offer
from tests.cli.project import Project
from tests.cli.upstreams import OTHER, locked, release
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex


@pytest.fixture
def moved(project: Project, run: Run, hub: LocalHub) -> Project:
    """A model that is in its place, and whose branch moved."""
    offer(hub)
    locked(project, ASR)
    assert run("sync").code == 0
    hub.commit(REPO, OTHER)
    hub.reset_requests()
    return project


@pytest.mark.usefixtures("moved")
def test_without_the_flag_nobody_is_asked(run: Run, hub: LocalHub) -> None:
    result = run("status", "--json")
    assert (result.code, result.document["updates"], hub.requests) == (0, None, [])
    assert "Updates" not in run("status").text


@pytest.mark.usefixtures("moved")
def test_what_is_newer_stands_below_the_status(run: Run, hub: LocalHub) -> None:
    result = run("status", "--check-updates")
    before = run("status")
    assert result.code == 0
    assert result.stdout.startswith(before.stdout)
    more = result.stdout.removeprefix(before.stdout).splitlines()
    assert len(more) == 2
    assert f"→ main@{hub.head(REPO).sha[:7]}" in more[0]
    assert more[1] == "Updates 1 of 1 artifact · `models update asr`"


@pytest.mark.usefixtures("moved")
def test_the_document_has_what_outdated_says(run: Run) -> None:
    updates = run("status", "--check-updates", "--json").document["updates"]
    outdated = run("outdated", "--json").document
    assert updates == {"artifacts": outdated["artifacts"], "totals": outdated["totals"]}


def test_what_is_current_is_one_line(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    result = run("status", "--check-updates")
    assert result.stdout.endswith("Updates 0 of 1 artifact\n")


def test_only_what_this_machine_gets_is_asked_about(project: Project, run: Run, hub: LocalHub) -> None:
    for name in ("org/large", "org/small", "org/part", "org/ner"):
        offer(hub, name)
    locked(
        project,
        """
        models:
          asr:
            variants:
              - {source: hf:org/large, when: {accelerator: cuda, vram: ">=900GB"}}
              - {source: hf:org/small, depends: [hf:org/part]}
          ner: {source: hf:org/ner, optional: true, needs: {ram: 900TB}}
        """,
    )
    hub.reset_requests()
    updates = run("status", "--check-updates", "--json").document["updates"]
    assert [one["artifact"] for one in updates["artifacts"]] == ["hf:org/small@main", "hf:org/part@main"]
    assert len(hub.requests) == 2


@pytest.mark.usefixtures("waits")
def test_a_source_that_fails_is_a_warning(moved: Project, run: Run, hub: LocalHub, index: PackageIndex) -> None:
    release(index, "1.0")
    locked(moved, "models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    index.faults = [Fault("", "reset", times=ALWAYS)]
    hub.delete_repository(REPO)
    result = run("status", "--check-updates")
    assert result.code == 0
    assert result.stderr.startswith("warning: vad  pypi:pack: ")
    assert "no such repository, or it is private" in result.stdout
    assert result.stdout.endswith("Updates 0 of 2 artifacts · 1 could not be asked\n")
    updates = run("status", "--check-updates", "--json").document["updates"]
    assert updates["totals"] == {"asked": 2, "updates": 0, "unasked": 1}


@pytest.mark.usefixtures("moved")
def test_a_network_that_may_not_be_used_is_a_warning(run: Run, hub: LocalHub) -> None:
    result = run("status", "--check-updates", "--offline", "--json")
    assert (result.code, result.document["updates"], hub.requests) == (0, None, [])
    assert result.stderr == "warning: the sources have to be asked, and the network may not be used\n"


@pytest.mark.usefixtures("moved")
def test_the_exit_code_is_that_of_the_status(run: Run) -> None:
    assert run("status", "--check-updates", "--exit-code").code == 0


def test_only_the_models_that_are_meant_are_asked_about(project: Project, run: Run, hub: LocalHub) -> None:
    for name in (REPO, "org/ner"):
        offer(hub, name)
    locked(project, "models: {asr: {source: hf:org/name}, ner: {source: hf:org/ner}}\n")
    updates = run("status", "--check-updates", "--only", "asr", "--json").document["updates"]
    assert [one["artifact"] for one in updates["artifacts"]] == [KEY]
