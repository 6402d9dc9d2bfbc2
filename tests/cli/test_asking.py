"""Verbs that ask the sources: where the network is forbidden, all say the same, before anything else."""

import pytest

from tests.cli.offers import ASR, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

ASKING = (
    ("outdated",),
    ("outdated", "--only", "asr"),
    ("update",),
    ("update", "asr"),
    ("update", "--dry-run"),
    ("lock", "--upgrade"),
    ("lock", "--upgrade-model", "asr"),
    ("verify", "--upstream"),
    ("verify", "--upstream-only"),
)


@pytest.fixture
def synced(project: Project, run: Run, hub: LocalHub) -> Project:
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    hub.reset_requests()
    return project


@pytest.mark.parametrize("asking", ASKING, ids=" ".join)
def test_a_flag_that_forbids_it_is_wrong_usage(synced: Project, run: Run, hub: LocalHub, asking: tuple[str]) -> None:
    before = synced.lock_path.read_bytes()
    result = run(*asking, "--offline")
    assert (result.code, result.stdout, hub.requests) == (2, "", [])
    assert result.stderr == (
        "error: the sources have to be asked, and --offline forbids it\nhint: leave out --offline\n"
    )
    assert synced.lock_path.read_bytes() == before


@pytest.mark.usefixtures("synced")
@pytest.mark.parametrize("asking", ASKING, ids=" ".join)
def test_a_variable_that_forbids_it_is_as_a_network_that_is_down(run: Run, hub: LocalHub, asking: tuple[str]) -> None:
    result = run(*asking, HF_HUB_OFFLINE="1")
    assert (result.code, result.stdout, hub.requests) == (3, "", [])
    assert result.stderr == (
        "error: the sources have to be asked, and HF_HUB_OFFLINE forbids it\n"
        "hint: unset HF_HUB_OFFLINE for this command (`models env` sets it)\n"
    )


@pytest.mark.usefixtures("synced")
def test_every_variable_that_forbids_it_is_named(run: Run) -> None:
    result = run("outdated", MODELS_OFFLINE="1", HF_HUB_OFFLINE="1")
    assert "MODELS_OFFLINE and HF_HUB_OFFLINE forbid it" in result.stderr
    assert "hint: unset MODELS_OFFLINE and HF_HUB_OFFLINE for this command\n" in result.stderr


@pytest.mark.usefixtures("synced")
def test_the_flag_counts_beside_a_variable(run: Run) -> None:
    assert run("outdated", "--offline", MODELS_OFFLINE="1").code == 2


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("asking", ASKING, ids=" ".join)
def test_what_lies_in_the_project_is_asked_all_the_same(project: Project, run: Run, asking: tuple[str]) -> None:
    project.folder.joinpath("own").mkdir()
    project.folder.joinpath("own", "w.bin").write_bytes(b"1")
    project.manifest("models: {asr: {source: file:./own}}\n")
    assert run("sync").code == 0
    assert run(*asking, "--offline").code == 0


def test_a_lock_that_must_ask_names_what_is_needed_and_how_to_have_it(project: Project, run: Run) -> None:
    project.manifest(ASR)
    result = run("lock", "--offline")
    assert result.code == 3
    assert "is needed and the network may not be used\nhint: run it without --offline" in result.stderr
