"""`models outdated`: what is newer and allowed, what is excluded and by what, what is gone; with few requests."""

import pytest

from tests.cli.offers import ASR, KEY, REPO, offer
from tests.cli.project import Project
from tests.cli.upstreams import OTHER, excluded, locked, only_one, outlooks, release, tagged
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex

RANGE = 'models: {asr: {source: hf:org/name, version: "~=1.0"}}\n'
PACK = 'models: {vad: {source: pypi:pack, version: ">=1,<2"}}\n'


def test_what_has_not_moved_is_current_and_asked_with_one_request(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    locked(project, ASR)
    hub.reset_requests()
    one = only_one(run("outdated", "--json"))
    assert one == {
        "artifact": KEY,
        "models": ["asr"],
        "needed": False,
        "optional": False,
        "state": "current",
        "pinned": {"version": None, "commit": commit},
        "newer": None,
        "excluded": [],
        "remark": None,
        "error": None,
    }
    assert len(hub.requests) == 1


def test_a_branch_that_moved_is_newer(project: Project, run: Run, hub: LocalHub) -> None:
    before = offer(hub)
    locked(project, ASR)
    after = hub.commit(REPO, OTHER)
    hub.reset_requests()
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["pinned"]["commit"], one["newer"]) == (
        "newer",
        before,
        {"version": None, "commit": after},
    )
    assert len(hub.requests) == 2
    assert hub.requested("resolve") == [], "no content is asked for"


def test_another_branch_than_main_is_a_branch_too(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    hub.commit(REPO, branch="dev")
    locked(project, "models: {asr: {source: hf:org/name, revision: dev}}\n")
    hub.commit(REPO, OTHER)
    assert only_one(run("outdated", "--json"))["state"] == "current", "it is main that moved"
    after = hub.commit(REPO, OTHER, branch="dev")
    hub.reset_requests()
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]["commit"]) == ("newer", after)
    assert len(hub.requests) == 2


def test_a_range_admits_its_newest_tag_and_excludes_what_is_above(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "v1.0")
    locked(project, RANGE)
    after = hub.commit(REPO, OTHER, tags=["v1.2", "nightly", "release-77"])
    hub.commit(REPO, {"x.bin": b"1"}, tags=["2.0", "v2.1", "v3.0rc1"])
    hub.reset_requests()
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]) == ("newer", {"version": "v1.2", "commit": after})
    assert excluded(one) == {"v3.0rc1": ["pre-release", "version: ~=1.0"], "v2.1": ["version: ~=1.0"]}
    assert len(hub.requests) == 2


def test_a_range_that_is_used_up_is_current_and_says_what_it_excludes(
    project: Project, run: Run, hub: LocalHub
) -> None:
    tagged(hub, "v1.0")
    locked(project, RANGE)
    hub.commit(REPO, OTHER, tags=["v2.0"])
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"], excluded(one)) == ("current", None, {"v2.0": ["version: ~=1.0"]})


def test_a_tag_that_moved_is_no_new_release(project: Project, run: Run, hub: LocalHub) -> None:
    before = tagged(hub, "v1.0")
    locked(project, RANGE)
    after = hub.commit(REPO, OTHER)
    hub.tag(REPO, "v1.0", after)
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["remark"]) == ("moved", "the tag moved")
    assert (one["pinned"], one["newer"]) == (
        {"version": "v1.0", "commit": before},
        {"version": "v1.0", "commit": after},
    )


def test_a_revision_that_is_a_tag_moved_and_excludes_higher_tags(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "v1.0")
    locked(project, "models: {asr: {source: hf:org/name, revision: v1.0}}\n")
    after = hub.commit(REPO, OTHER, tags=["v1.1", "v0.9"])
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"], excluded(one)) == ("current", None, {"v1.1": ["revision: v1.0"]})
    hub.tag(REPO, "v1.0", after)
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]) == ("moved", {"version": None, "commit": after})


@pytest.mark.parametrize("digits", [40, 8])
def test_what_is_pinned_by_its_commit_says_so_and_what_main_is_now(
    project: Project, run: Run, hub: LocalHub, digits: int
) -> None:
    commit = offer(hub)
    locked(project, f"models: {{asr: {{source: hf:org/name, revision: {commit[:digits]!r}}}}}\n")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"], one["excluded"]) == ("pinned", None, [])
    after = hub.commit(REPO, OTHER)
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]) == ("pinned", None)
    constraint = {"name": "main", "commit": after, "because": [f"revision: {commit[:digits]}"], "note": None}
    assert one["excluded"] == [constraint]


def test_a_release_that_the_range_admits_is_newer(project: Project, run: Run, index: PackageIndex) -> None:
    release(index, "1.0")
    locked(project, PACK)
    release(index, "1.1", "1.2", "2.0")
    index.reset_requests()
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]) == ("newer", {"version": "1.2", "commit": None})
    assert excluded(one) == {"2.0": ["version: >=1,<2"]}
    assert len(index.requests) == 1


def test_everything_that_excludes_a_release_is_said_once(project: Project, run: Run, index: PackageIndex) -> None:
    release(index, "1.0")
    locked(project, PACK)
    release(index, "1.3rc1", "1.4rc1", "2.0", "2.1")
    release(index, "1.6", "1.7", yanked="broken")
    index.add("pack", "1.8", b"", filename="pack-1.8.tar.gz")
    index.add("pack", "1.9", b"", filename="pack-1.9-cp312-cp312-linux_x86_64.whl")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]) == ("current", None)
    assert excluded(one) == {
        "2.1": ["version: >=1,<2"],
        "1.9": ["no py3-none-any wheel"],
        "1.7": ["yanked"],
        "1.4rc1": ["pre-release"],
    }
    release(index, "1.5")
    one = only_one(run("outdated", "--json"))
    assert one["newer"]["version"] == "1.5"
    assert "1.4rc1" not in excluded(one), "what is older than what is taken excludes nothing"


def test_a_release_that_was_yanked_is_said_and_what_an_update_takes_instead(
    project: Project, run: Run, index: PackageIndex
) -> None:
    release(index, "1.0", "1.1")
    locked(project, PACK)
    release(index, "1.1", yanked="broken")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["remark"]) == ("yanked", "what is pinned was yanked")
    assert (one["pinned"]["version"], one["newer"]["version"], one["excluded"]) == ("1.1", "1.0", [])


def test_a_release_that_was_asked_for_by_its_number_may_be_yanked(
    project: Project, run: Run, index: PackageIndex
) -> None:
    release(index, "1.1", yanked="broken")
    locked(project, 'models: {vad: {source: pypi:pack, version: "==1.1"}}\n')
    release(index, "1.2")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"], excluded(one)) == ("yanked", None, {"1.2": ["version: ==1.1"]})


def test_a_release_that_is_gone_is_said(project: Project, run: Run, index: PackageIndex) -> None:
    release(index, "1.0", "1.1")
    locked(project, PACK)
    index.remove("pack", "pack-1.1-py3-none-any.whl")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]["version"]) == ("gone", "1.0")
    assert one["remark"] == "the index has no pack-1.1-py3-none-any.whl any more"
    index.remove("pack")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"], one["remark"]) == ("gone", None, "the index has no such project")


def test_other_bytes_under_the_same_name_are_a_change(project: Project, run: Run, index: PackageIndex) -> None:
    release(index, "1.0")
    locked(project, PACK)
    index.add("pack", "1.0", b"other bytes")
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["remark"]) == ("changed", "pack-1.0-py3-none-any.whl is not what was pinned")


def test_a_revision_that_is_gone_is_said_and_where_the_branch_is_now(project: Project, run: Run, hub: LocalHub) -> None:
    before = offer(hub)
    locked(project, ASR)
    after = hub.commit(REPO, OTHER)
    hub.delete_revision(REPO, before)
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]["commit"]) == ("gone", after)
    assert one["remark"] == f"it has no commit {before[:8]} any more"


@pytest.mark.parametrize("request_", ["revision: v1.0", 'version: "==1.0"'])
def test_a_name_that_is_gone_is_said_though_its_commit_is_there(
    project: Project, run: Run, hub: LocalHub, request_: str
) -> None:
    tagged(hub, "v1.0")
    locked(project, f"models: {{asr: {{source: hf:org/name, {request_}}}}}\n")
    hub.delete_revision(REPO, "v1.0")
    one = only_one(run("outdated", "--json"))
    assert one["state"] == "gone"
    assert "'v1.0' any more; " in one["remark"]
    assert "commit is still there" in one["remark"]


def test_a_repository_that_is_gone_is_said(project: Project, run: Run, hub: LocalHub) -> None:
    for with_code in (True, False):
        hub.error_code_on_401 = with_code
        offer(hub)
        locked(project, ASR)
        hub.delete_repository(REPO)
        one = only_one(run("outdated", "--json"))
        assert (one["state"], one["newer"]) == ("gone", None)
        assert one["remark"] == "no such repository, or it is private"
        project.lock_path.unlink()


def test_a_repository_in_other_hands_is_said_with_both_ids(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    before = project.lock["artifacts"][KEY]["upstream_id"]
    after = hub.recreate(REPO)
    hub.commit(REPO, OTHER)
    one = only_one(run("outdated", "--json"))
    assert (one["state"], one["newer"]) == ("replaced", None)
    assert before in one["remark"]
    assert after in one["remark"]


def test_a_repository_in_other_hands_is_told_also_where_the_commit_is_gone(
    project: Project, run: Run, hub: LocalHub
) -> None:
    tagged(hub, "v1.0")
    locked(project, RANGE)
    hub.delete_repository(REPO)
    hub.commit(REPO, OTHER, tags=["v1.0"])
    hub.reset_requests()
    assert only_one(run("outdated", "--json"))["state"] == "replaced"
    assert len(hub.requests) == 3


def test_a_repository_that_was_renamed_is_the_same(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    hub.rename(REPO, "org/other")
    assert only_one(run("outdated", "--json"))["state"] == "current"


def test_what_is_needed_is_asked_about_and_its_models_are_named(project: Project, run: Run, hub: LocalHub) -> None:
    for name in ("org/pipeline", "org/part", "org/name"):
        offer(hub, name)
    locked(
        project,
        """
        models:
          diarization: {source: hf:org/pipeline, depends: [hf:org/part]}
          second: {source: hf:org/name, optional: true, depends: [hf:org/part]}
        """,
    )
    hub.commit("org/part", OTHER)
    found = outlooks(run("outdated", "--json"))
    assert list(found) == ["hf:org/pipeline@main", "hf:org/part@main", "hf:org/name@main"]
    part = found["hf:org/part@main"]
    assert (part["models"], part["needed"], part["optional"]) == (["diarization", "second"], True, False)
    assert (part["state"], found["hf:org/name@main"]["optional"]) == ("newer", True)
    assert "diarization +1 needs" in run("outdated").stdout
    only = outlooks(run("outdated", "--json", "--only", "second"))
    assert list(only) == ["hf:org/name@main", "hf:org/part@main"]
    assert only["hf:org/part@main"]["models"] == ["second", "diarization"]


def test_one_repository_for_many_variants_is_asked_about_once(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(
        project,
        """
        models:
          asr:
            variants:
              - {source: hf:org/name, needs: {ram: 4GB}}
              - {source: hf:org/name}
          two: {source: hf:org/name}
        """,
    )
    hub.reset_requests()
    assert run("outdated").code == 0
    assert len(hub.requests) == 1


def test_the_exit_code_answers_only_if_it_is_asked(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    locked(project, ASR)
    assert run("outdated", "--exit-code").code == 0
    hub.commit(REPO, OTHER)
    assert run("outdated").code == 0
    result = run("outdated", "--exit-code", "--json")
    assert (result.code, result.document["ok"], result.document["exit_code"]) == (1, False, 1)
    locked(project, f"models: {{asr: {{source: hf:org/name, revision: {commit}}}}}\n")
    assert run("outdated", "--exit-code").code == 0, "what is pinned stands"
    hub.delete_repository(REPO)
    assert run("outdated", "--exit-code").code == 1


def test_a_name_that_does_not_exist_is_an_error_with_a_suggestion(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    result = run("outdated", "--only", "asrr")
    assert result.code == 2
    assert result.stderr == "error: no model 'asrr'\nhint: did you mean 'asr'?\n"


def test_without_a_lock_there_is_nothing_to_ask_about(project: Project, run: Run, hub: LocalHub) -> None:
    project.manifest(ASR)
    result = run("outdated")
    assert (result.code, hub.requests) == (2, [])
    assert "hint: run `models lock`" in result.stderr


@pytest.mark.usefixtures("no_network")
def test_what_lies_in_the_project_needs_no_network(project: Project, run: Run) -> None:
    project.folder.joinpath("own").mkdir()
    project.folder.joinpath("own", "w.bin").write_bytes(b"1")
    locked(project, "models: {own: {source: file:./own}}\n")
    assert only_one(run("outdated", "--offline", "--json"))["state"] == "current"


@pytest.mark.usefixtures("waits")
def test_a_source_that_fails_is_said_of_its_model_and_the_others_are_asked(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex
) -> None:
    offer(hub)
    release(index, "1.0")
    locked(project, "models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    hub.commit(REPO, OTHER)
    index.faults = [Fault("", "status", status=503, times=ALWAYS)]
    result = run("outdated", "--json")
    found = outlooks(result)
    assert (result.code, found[KEY]["state"]) == (3, "newer")
    failed = found["pypi:pack@*"]
    assert (failed["state"], failed["error"]["exit_code"]) == ("unasked", 3)
    assert "503" in failed["error"]["message"]
    assert result.document["totals"] == {"asked": 2, "updates": 1, "unasked": 1}
    assert "could not be asked: " in run("outdated").stdout


@pytest.mark.usefixtures("waits")
def test_an_optional_model_that_cannot_be_asked_about_is_said_and_does_not_count(
    project: Project, run: Run, index: PackageIndex, hub: LocalHub
) -> None:
    offer(hub)
    release(index, "1.0")
    locked(project, "models: {asr: {source: hf:org/name}, vad: {source: pypi:pack, optional: true}}\n")
    index.faults = [Fault("", "reset", times=ALWAYS)]
    result = run("outdated", "--json")
    assert (result.code, outlooks(result)["pypi:pack@*"]["state"]) == (0, "unasked")
    assert run("outdated", "--exit-code").code == 0


def test_a_token_that_is_not_accepted_is_exit_5(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    result = run("outdated", HF_TOKEN="hf_wrong")
    assert result.code == 5
    assert "could not be asked: hf:org/name: the token is not accepted" in result.stdout
    assert "hint: check HF_TOKEN" in result.stderr
    assert "hf_wrong" not in result.text


def test_a_gated_repository_tells_its_names_without_a_token(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    hub.commit(REPO, gated="auto")
    hub.grant(REPO, "hf_granted")
    locked(project, ASR, HF_TOKEN="hf_granted")
    hub.commit(REPO, OTHER)
    assert only_one(run("outdated", "--json"))["state"] == "newer"


def test_nothing_is_written_and_nothing_is_fetched(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    hub.commit(REPO, OTHER)
    before = project.lock_path.read_bytes(), project.blobs()
    hub.reset_requests()
    assert run("outdated").code == 0
    assert (project.lock_path.read_bytes(), project.blobs()) == before
    assert hub.bytes_sent(origin="cdn") == 0


def test_a_stale_lock_is_worth_a_warning(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, ASR)
    project.manifest("models: {asr: {source: hf:org/name, optional: true}}\n")
    result = run("outdated", "--json")
    assert result.document["stale"] is True
    assert "models.lock is stale" in result.stderr


def test_fifty_repositories_take_fifty_requests(project: Project, run: Run, hub: LocalHub) -> None:
    names = [f"org/r{number}" for number in range(50)]
    for name in names:
        offer(hub, name, size=10)
    locked(project, "models:\n" + "".join(f"  m{at}: {{source: hf:{name}}}\n" for at, name in enumerate(names)))
    hub.reset_requests()
    result = run("outdated", "--json")
    assert result.document["totals"]["asked"] == 50
    assert len(hub.requests) == 50
