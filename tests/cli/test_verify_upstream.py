"""`models verify --upstream`: whether what is pinned still stands where it came from, besides what is on disk."""

import pytest

from tests.cli.offers import ASR, KEY, REPO, offer
from tests.cli.project import Project, Result
from tests.cli.upstreams import OTHER, locked, release, tagged
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases, make_pipeline

TAG = "models: {asr: {source: hf:org/name, revision: v1.0}}\n"
RANGE = 'models: {asr: {source: hf:org/name, version: "~=1.0"}}\n'
PACK = "models: {vad: {source: pypi:pack}}\n"


def upstream(run: Run, *arguments: str, **environment: str) -> Result:
    """Of a machine that has only the lock."""
    return run("verify", "--upstream-only", "--json", *arguments, **environment)


def kinds(result: Result) -> list[str]:
    return [one["kind"] for one in result.document["findings"]]


@pytest.fixture
def synced(project: Project, run: Run, hub: LocalHub) -> Project:
    """A model by a tag, and everything of it in its place."""
    tagged(hub, "v1.0")
    locked(project, TAG)
    assert run("sync").code == 0
    hub.reset_requests()
    return project


@pytest.mark.usefixtures("synced")
def test_what_stands_is_exit_0_with_three_requests_and_no_weights(run: Run, hub: LocalHub) -> None:
    result = run("verify", "--upstream", "--json")
    assert (result.code, result.document["findings"]) == (0, [])
    assert result.document["checked"]["files"] == 2, "this machine is verified as always"
    told = result.document["upstream"]
    assert (told["asked"], told["unasked"]) == (1, [])
    assert len(hub.requests) == 3
    assert hub.bytes_sent(origin="cdn") == 0


def test_a_branch_that_stands_takes_two_requests(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    hub.reset_requests()
    assert upstream(run).code == 0
    assert len(hub.requests) == 2


@pytest.mark.usefixtures("synced")
def test_without_the_flag_no_source_is_asked(run: Run, hub: LocalHub) -> None:
    result = run("verify", "--json")
    assert (result.code, result.document["upstream"], hub.requests) == (0, None, [])


@pytest.mark.usefixtures("synced")
def test_a_tag_that_moved_is_a_finding_with_both_commits(run: Run, hub: LocalHub) -> None:
    before, after = hub.head(REPO).sha, hub.commit(REPO, OTHER)
    hub.tag(REPO, "v1.0", after)
    result = run("verify", "--upstream", "--json")
    assert result.code == 1
    (found,) = result.document["findings"]
    assert found == {
        "kind": "upstream-moved",
        "model": "asr",
        "artifact": "hf:org/name@v1.0",
        "path": "",
        "expected": before,
        "found": after,
        "hint": "find out why a tag moved before `models update asr` takes it",
        "optional": False,
        "where": "view",
    }


def test_the_tag_of_a_version_may_not_move_either(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "v1.0")
    locked(project, RANGE)
    hub.tag(REPO, "v1.0", hub.commit(REPO, OTHER, tags=["v1.1"]))
    assert kinds(upstream(run)) == ["upstream-moved"]


def test_that_a_branch_moved_or_a_release_came_is_no_finding(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex
) -> None:
    tagged(hub, "v1.0")
    offer(hub, "org/ner")
    release(index, "1.0")
    models = "asr: {source: hf:org/name, version: '>=1'}, ner: {source: hf:org/ner}, vad: {source: pypi:pack}"
    locked(project, f"models: {{{models}}}\n")
    hub.commit(REPO, OTHER, tags=["v2.0"])
    hub.commit("org/ner", OTHER)
    release(index, "2.0")
    result = upstream(run)
    assert (result.code, result.document["findings"]) == (0, [])


def test_a_revision_that_is_gone_is_a_finding(project: Project, run: Run, hub: LocalHub) -> None:
    before = offer(hub)
    locked(project, ASR)
    hub.commit(REPO, OTHER)
    hub.delete_revision(REPO, before)
    result = upstream(run)
    (found,) = result.document["findings"]
    assert (result.code, found["kind"], found["expected"]) == (1, "upstream-gone", before)
    assert found["found"] == f"it has no commit {before[:8]} any more"


def test_a_tag_that_is_gone_is_a_finding_though_its_commit_is_there(project: Project, run: Run, hub: LocalHub) -> None:
    for manifest in (TAG, RANGE):
        tagged(hub, "v1.0")
        locked(project, manifest)
        hub.delete_revision(REPO, "v1.0")
        result = upstream(run)
        assert (result.code, kinds(result)) == (1, ["upstream-gone"])
        assert "is still there" in result.document["findings"][0]["found"]


def test_a_repository_that_is_gone_is_a_finding(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    hub.delete_repository(REPO)
    for token in ({}, {"HF_TOKEN": "hf_reader"}):
        hub.add_token("hf_reader")
        result = upstream(run, **token)
        (found,) = result.document["findings"]
        assert (result.code, found["kind"]) == (1, "upstream-gone")
        assert found["found"] == "no such repository, or it is private"


def test_a_repository_in_other_hands_is_a_finding_with_both_ids(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    before = project.lock["artifacts"][KEY]["upstream_id"]
    after = hub.recreate(REPO)
    result = upstream(run)
    (found,) = result.document["findings"]
    assert (result.code, found["kind"], found["expected"], found["found"]) == (
        1,
        "upstream-moved",
        f"id {before}",
        f"id {after}",
    )
    told = f"another repository has its name now: id {after}, was id {before}"
    assert told in " ".join(run("verify", "--upstream-only").stdout.split())
    (command,) = run("verify", "--upstream-only", "--format", "github").stdout.splitlines()
    assert f"::asr: upstream-moved: {KEY}, expected id {before}" in command


def test_a_release_that_is_gone_or_replaced_is_a_finding_and_a_yank_a_warning(
    project: Project, run: Run, index: PackageIndex
) -> None:
    release(index, "1.0")
    locked(project, PACK)
    release(index, "1.0", yanked="broken")
    result = upstream(run)
    assert (result.code, kinds(result)) == (0, [])
    assert result.document["warnings"] == ["vad  pypi:pack 1.0 was yanked; `models outdated` shows others"]
    index.add("pack", "1.0", b"other bytes")
    result = upstream(run)
    assert (result.code, kinds(result)) == (1, ["upstream-moved"])
    assert result.document["findings"][0]["path"] == "pack-1.0-py3-none-any.whl"
    index.remove("pack")
    assert kinds(upstream(run)) == ["upstream-gone"]


def test_what_no_hub_has_is_asked_too(
    project: Project, run: Run, releases: SpacyReleases, github: LocalGitHub, files: FileServer
) -> None:
    around = {**releases.environment, **github.environment}
    name = "en_core_web_md"
    releases.add(name, "3.8.0", make_pipeline(name, "3.8.0"))
    github.commit("org/vad", {"hubconf.py": b"1\n"}, tags=["v1.0"])
    files.put("w.bin", b"12345")
    project.folder.joinpath("own").mkdir()
    project.folder.joinpath("own", "w.bin").write_bytes(b"1")
    sources = f"ner: {{source: 'spacy:{name}'}}, vad: {{source: 'github:org/vad', revision: v1.0}}"
    more = f"web: {{source: 'url:{files.url('w.bin')}'}}, own: {{source: 'file:./own'}}"
    locked(project, f"models: {{{sources}, {more}}}\n", **around)
    assert upstream(run, **around).code == 0
    releases.remove(name, "3.8.0")
    github.commit("org/vad", {"hubconf.py": b"2\n"}, tags=["v1.0"])
    files.put("w.bin", b"123456")
    project.folder.joinpath("own", "w.bin").write_bytes(b"2")
    result = upstream(run, **around)
    assert result.code == 1
    assert {one["model"]: one["kind"] for one in result.document["findings"]} == {
        "ner": "upstream-gone",
        "vad": "upstream-moved",
        "web": "upstream-moved",
        "own": "upstream-moved",
    }


def test_findings_of_both_places_are_told_together(synced: Project, run: Run, hub: LocalHub) -> None:
    next(synced.repository(REPO).rglob("model.bin")).unlink()
    hub.tag(REPO, "v1.0", hub.commit(REPO, OTHER))
    result = run("verify", "--upstream", "--json")
    assert (result.code, kinds(result)) == (1, ["missing", "upstream-moved"])
    text = run("verify", "--upstream").stdout
    assert text.index(" missing ") < text.index(" upstream-moved ")


@pytest.mark.usefixtures("waits")
def test_a_network_that_is_down_is_exit_3_after_what_was_found_here(synced: Project, run: Run, hub: LocalHub) -> None:
    next(synced.repository(REPO).rglob("model.bin")).unlink()
    hub.faults = [Fault("", "reset", times=ALWAYS)]
    result = run("verify", "--upstream")
    assert result.code == 3
    assert " missing " in result.stdout
    assert "1 artifact asked upstream in " in result.stdout
    assert "could not be asked: " in result.stdout
    document = run("verify", "--upstream", "--json").document
    assert (document["ok"], document["exit_code"], kinds(run("verify", "--upstream", "--json"))) == (
        False,
        3,
        ["missing"],
    )
    (unasked,) = document["upstream"]["unasked"]
    assert (unasked["artifact"], unasked["error"]["exit_code"]) == ("hf:org/name@v1.0", 3)


def test_a_gate_without_a_token_is_said_and_is_exit_5(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "v1.0")
    hub.commit(REPO, gated="auto")
    hub.grant(REPO, "hf_granted")
    locked(project, TAG, HF_TOKEN="hf_granted")
    assert upstream(run, HF_TOKEN="hf_granted").code == 0
    result = run("verify", "--upstream-only")
    assert result.code == 5
    assert "could not be asked: hf:org/name: gated, accept at" in result.stdout
    hub.tag(REPO, "v1.0", hub.commit(REPO, OTHER))
    result = upstream(run)
    assert (result.code, kinds(result)) == (5, ["upstream-moved"]), "what the listing tells is told all the same"


@pytest.mark.usefixtures("waits")
def test_what_only_optional_models_want_is_told_and_counts_if_it_is_strict(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex
) -> None:
    offer(hub)
    release(index, "1.0")
    locked(project, "models: {asr: {source: hf:org/name, optional: true}, vad: {source: pypi:pack, optional: true}}\n")
    hub.delete_repository(REPO)
    result = upstream(run)
    assert (result.code, kinds(result)) == (0, ["upstream-gone"])
    assert upstream(run, "--strict").code == 1
    index.faults = [Fault("", "reset", times=ALWAYS)]
    result = upstream(run)
    assert (result.code, len(result.document["upstream"]["unasked"])) == (0, 1)
    assert upstream(run, "--strict").code == 3


def test_one_source_that_fails_keeps_nobody_from_being_asked(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex
) -> None:
    tagged(hub, "v1.0")
    release(index, "1.0")
    locked(project, "models: {asr: {source: hf:org/name, revision: v1.0}, vad: {source: pypi:pack}}\n")
    hub.tag(REPO, "v1.0", hub.commit(REPO, OTHER))
    index.faults = [Fault("", "status", status=418, times=ALWAYS)]
    result = upstream(run)
    assert (result.code, kinds(result)) == (3, ["upstream-moved"])


@pytest.mark.usefixtures("synced")
def test_a_file_that_the_source_does_not_give_any_more_is_a_finding(run: Run, hub: LocalHub) -> None:
    hub.faults = [Fault("/resolve/", "status", status=404, times=ALWAYS)]
    result = run("verify", "--upstream", "--json")
    (found,) = result.document["findings"]
    assert (result.code, found["kind"], found["path"]) == (1, "upstream-gone", "model.bin")


@pytest.mark.usefixtures("synced")
@pytest.mark.parametrize(
    "more", [("--quick",), ("--repair",), ("--profile", "ci"), ("--python", "venv"), ("--quick", "--profile", "ci")]
)
def test_what_is_only_of_this_machine_goes_not_with_upstream_only(run: Run, more: tuple[str, ...]) -> None:
    result = run("verify", "--upstream-only", *more)
    flags = " and ".join(one for one in more if one.startswith("--"))
    assert result.code == 2
    assert f"error: --upstream-only reads nothing on this machine, and {flags} would\n" in result.stderr
    assert f"hint: leave out {flags}, or give --upstream instead" in result.stderr


def test_a_machine_that_has_only_the_lock_hears_nothing_of_files(synced: Project, run: Run) -> None:
    synced.forget_view()
    synced.forget_store()
    synced.manifest_path.unlink()
    assert run("verify", "--upstream").code == 1, "every file is missing"
    result = upstream(run)
    assert (result.code, result.document["checked"]) == (0, {"models": 0, "files": 0, "bytes": 0})
    assert not synced.view.exists()
    assert not synced.store.exists()


def test_every_variant_is_asked_about_whatever_machine_it_is_for(project: Project, run: Run, hub: LocalHub) -> None:
    for name in ("org/large", "org/small"):
        offer(hub, name)
    locked(
        project,
        """
        models:
          asr:
            variants:
              - {source: hf:org/large, when: {accelerator: cuda, vram: ">=900GB"}}
              - {source: hf:org/small}
        """,
    )
    assert run("sync").code == 0
    hub.delete_repository("org/large")
    result = run("verify", "--upstream", "--json")
    assert (result.code, result.document["upstream"]["asked"]) == (1, 2)
    assert result.document["findings"][0]["artifact"] == "hf:org/large@main"


def test_only_some_models_may_be_asked_about(project: Project, run: Run, hub: LocalHub) -> None:
    for name in (REPO, "org/ner"):
        offer(hub, name)
    locked(project, "models: {asr: {source: hf:org/name}, ner: {source: hf:org/ner}}\n")
    hub.delete_repository("org/ner")
    assert upstream(run, "--only", "asr").code == 0
    assert upstream(run, "--only", "ner").code == 1
    result = upstream(run, "--only", "asrr")
    assert (result.code, result.document["hint"]) == (2, "did you mean 'asr'?")


def test_repair_settles_what_is_here_and_not_what_is_there(synced: Project, run: Run, hub: LocalHub) -> None:
    next(synced.repository(REPO).rglob("model.bin")).unlink()
    hub.tag(REPO, "v1.0", hub.commit(REPO, OTHER))
    result = run("verify", "--upstream", "--repair", "--json")
    assert (result.code, kinds(result)) == (1, ["upstream-moved"])
    assert [one["kind"] for one in result.document["repaired"]] == ["missing"]


@pytest.mark.usefixtures("synced")
def test_quiet_says_only_what_went_wrong(run: Run, hub: LocalHub) -> None:
    result = run("verify", "--upstream", "-q")
    assert (result.code, result.text) == (0, "")
    hub.delete_repository(REPO)
    assert " upstream-gone " in run("verify", "--upstream", "-q").stdout
