"""`models lock` of Hugging Face repositories."""

import pytest

from tests.cli.offers import ASR, CONFIG, KEY, REPO, WEIGHTS, offer, sha256, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub


def test_a_repository_is_pinned_with_the_digest_of_every_file(project: Project, run: Run, hub: LocalHub) -> None:
    commit = hub.commit(REPO, {"config.json": CONFIG, "sub/model.bin": WEIGHTS}, license="mit")
    project.manifest(ASR)
    assert run("lock").code == 0
    artifact = project.lock["artifacts"][KEY]
    assert artifact["commit"] == commit
    assert artifact["license"] == "mit"
    assert artifact["upstream_id"] == hub.repositories[REPO].internal_id
    assert artifact["files"] == [
        {"path": "config.json", "size": len(CONFIG), "sha256": sha256(CONFIG)},
        {"path": "sub/model.bin", "size": len(WEIGHTS), "sha256": sha256(WEIGHTS)},
    ]


def test_weights_that_the_hub_has_a_digest_of_are_not_fetched(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub, size=3_000_000)
    project.manifest(ASR)
    assert run("lock").code == 0
    assert hub.bytes_sent(origin="cdn") <= 1 << 17, "the leading bytes are judged by the policy, and no more are read"


def test_small_files_are_checked_against_their_git_blob_id(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    hub.faults = [Fault("/resolve-cache/", "flip", times=ALWAYS, after_bytes=3)]
    result = run("lock")
    assert result.code == 4
    assert "config.json" in result.stderr
    assert not project.lock_path.exists()


def test_a_small_file_that_breaks_off_is_asked_for_again(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    offer(hub)
    project.manifest(ASR)
    hub.faults = [Fault("/resolve-cache/", "truncate", times=2, after_bytes=3)]
    assert run("lock").code == 0
    assert len(waits) == 2


@pytest.mark.parametrize("revision", ["develop", "feature/long-name", "v1.0", "COMMIT"])
def test_a_branch_a_tag_or_a_commit_is_a_revision(project: Project, run: Run, hub: LocalHub, revision: str) -> None:
    offer(hub)
    wanted = hub.commit(REPO, {"model.bin": weights(1000, 1)}, branch="develop", tags=["v1.0"])
    hub.move_branch(REPO, "feature/long-name", wanted)
    hub.commit(REPO, {"model.bin": weights(1000, 2)}, branch="develop2")
    asked = wanted if revision == "COMMIT" else revision
    project.manifest(f'models: {{asr: {{source: "hf:org/name", revision: "{asked}"}}}}\n')
    assert run("lock").code == 0
    assert project.pin(f"hf:org/name@{asked}") == wanted


def test_a_missing_repository_may_be_private(project: Project, run: Run, hub: LocalHub) -> None:
    project.manifest(ASR)
    for with_code in (True, False):
        hub.error_code_on_401 = with_code
        result = run("lock")
        assert result.code == 3
        assert "hf:org/name: no such repository, or it is private" in result.stderr
    assert not project.lock_path.exists()


def test_a_private_repository_is_locked_with_its_token(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": WEIGHTS}, private=True)
    hub.grant(REPO, "hf_owner")
    project.manifest(ASR)
    assert run("lock").code == 3
    assert run("lock", HF_TOKEN="hf_owner").code == 0
    assert run("sync", HF_TOKEN="hf_owner").code == 0


def test_a_missing_revision_is_not_found(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest("models: {asr: {source: hf:org/name, revision: v9}}\n")
    result = run("lock")
    assert result.code == 3
    assert "no such revision" in result.stderr
    assert "v9" in result.stderr, "the message says which"


def test_a_renamed_repository_is_followed(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    hub.rename(REPO, "neworg/newname")
    project.manifest(ASR)
    assert run("sync").code == 0
    assert project.pin(KEY) == commit


def test_a_repository_without_organisation_is_locked_and_placed(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub, "gpt2")
    project.manifest("models: {lm: {source: hf:gpt2}}\n")
    assert run("sync").code == 0
    assert set(project.snapshot("gpt2")) == {"config.json", "model.bin"}


def test_globs_choose_the_files(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"config.json": CONFIG, "a/model.bin": WEIGHTS, "a/b/x.json": b"1", "README.md": b"# x\n"})
    project.manifest(
        """
        models:
          asr:
            source: hf:org/name
            files: {include: ["*.json", "a/**"], exclude: ["a/*.bin"]}
        """
    )
    assert run("sync").code == 0
    assert set(project.snapshot(REPO)) == {"config.json", "a/b/x.json"}


@pytest.mark.parametrize("glob", ["*.JSON", "nothing/**", "model.*n.x"])
def test_globs_that_leave_nothing_are_an_error(project: Project, run: Run, hub: LocalHub, glob: str) -> None:
    offer(hub)
    project.manifest(f'models: {{asr: {{source: "hf:org/name", files: {{include: ["{glob}"]}}}}}}\n')
    result = run("lock")
    assert result.code == 2
    assert "`files` leaves nothing" in result.stderr


def test_the_artifact_holds_the_union_and_each_variant_its_filter(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"a.json": b"1", "b.json": b"2", "c.json": b"3"})
    project.manifest(
        """
        models:
          one: {source: hf:org/name, files: {include: [a.json]}}
          two: {source: hf:org/name, files: {include: [b.json]}}
        """
    )
    assert run("sync").code == 0
    assert [file["path"] for file in project.lock["artifacts"][KEY]["files"]] == ["a.json", "b.json"]
    assert run("sync", "--only", "two").code == 0
    project.forget_view()
    assert run("sync", "--only", "two").code == 0
    assert set(project.snapshot(REPO)) == {"b.json"}


def test_dependencies_are_artifacts_with_an_edge_that_says_why(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    part = offer(hub, "other/part", seed=1)
    project.manifest("models: {asr: {source: hf:org/name, depends: [hf:other/part]}}\n")
    assert run("sync").code == 0
    edge = {"artifact": "hf:other/part@main", "because": "models.yaml: asr.depends"}
    assert project.lock["artifacts"][KEY]["dependencies"] == [edge]
    assert project.pin("hf:other/part@main") == part
    assert set(project.snapshot("other/part")) == {"config.json", "model.bin"}


def test_two_dependencies_with_the_same_last_name_lie_apart(project: Project, run: Run, hub: LocalHub) -> None:
    for number, name in enumerate(("org/name", "a/part", "b/part")):
        offer(hub, name, seed=number)
    project.manifest("models: {asr: {source: hf:org/name, runtime: files, depends: [hf:a/part, hf:b/part]}}\n")
    result = run("sync")
    assert result.code == 0, result.stderr
    placed = [content for path, content in project.placed().items() if path.endswith("model.bin")]
    assert sorted(placed) == sorted(weights(300_000, number) for number in range(3))


def test_a_repository_that_somebody_else_created_anew_is_refused(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("lock").code == 0
    before = project.lock_path.read_bytes()
    hub.recreate(REPO)
    hub.commit(REPO, {"model.bin": weights(1000, 9)})
    result = run("lock", "--upgrade")
    assert result.code != 0, "the name is in other hands: formats.md, `upstream_id`"
    assert project.lock_path.read_bytes() == before


@pytest.mark.parametrize(
    "names",
    [
        ("CON",),
        ("a:b",),
        ("sub/aux.json",),
        ("Model.bin", "model.bin"),
        ("a", "a/b"),
        ("x.",),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_names_that_are_not_safe_on_every_system_refuse_the_repository(
    project: Project, run: Run, hub: LocalHub, names: tuple[str, ...]
) -> None:
    hub.commit(REPO, dict.fromkeys(names, b"1"))
    project.manifest(ASR)
    result = run("lock")
    assert result.code == 2
    assert "not safe on every system" in result.stderr
    assert not project.lock_path.exists()
    assert run("sync").code == 2


def test_an_answer_that_is_no_json_is_an_outside_failure(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    offer(hub)
    project.manifest(ASR)
    hub.faults = [Fault("/api/models", "flip", times=ALWAYS)]
    result = run("lock")
    assert result.code == 3, result.stderr
    assert waits is not None


def test_a_hub_that_cannot_be_reached_is_named(project: Project, run: Run, waits: list[float]) -> None:
    project.manifest(ASR)
    result = run("lock", HF_ENDPOINT="http://127.0.0.1:1")
    assert result.code == 3
    assert "http://127.0.0.1:1" in result.stderr
    assert "HF_ENDPOINT" in result.stderr
    assert waits


def test_all_that_fails_is_said_at_once(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    hub.commit("org/old", {"model.bin": b"1"}, tags=["v1.0"])
    project.manifest(
        """
        models:
          a: {source: hf:org/gone}
          b: {source: hf:org/name}
          c: {source: hf:org/lost}
          d: {source: hf:org/old, version: ">=2"}
        """
    )
    result = run("lock")
    assert result.code == 3
    assert "org/gone" in result.stderr
    assert "org/lost" in result.stderr
    assert "no version satisfies '>=2'" in result.stderr
    assert "v1.0" in result.stderr, "what exists is said, whatever else failed"
