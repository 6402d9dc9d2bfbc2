"""A torch.hub repository from the manifest to the folder that torch.hub opens, and what may not get in between."""

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.offers import weights
from tests.cli.project import Project, finished
from tests.servers.faults import ALWAYS, Fault
from tests.servers.github import LocalGitHub, make_archive

NAME = "snakers4/silero-vad"
KEY = f"github:{NAME}@>=6"
MANIFEST = f'models: {{vad: {{source: "github:{NAME}", version: ">=6"}}}}\n'
HUB = "torch/hub/snakers4_silero-vad"
FILES = {"hubconf.py": b"dependencies = []\n", "src/model.jit": weights(200_000), "README.md": b"# VAD\n"}
TOKEN = "github_pat_canary"


@pytest.fixture
def github() -> Iterator[LocalGitHub]:
    with LocalGitHub() as github:
        github.commit(NAME, {"hubconf.py": b"old"}, tags=["v5.1"])
        github.commit(NAME, FILES, tags=["v6.0"], license="MIT")
        yield github


@pytest.fixture
def vad(project: Project, github: LocalGitHub) -> Project:
    """A project that wants the repository, and knows where GitHub is."""
    there = replace(project, environment={**project.environment, **github.environment})
    there.manifest(MANIFEST)
    return there


@pytest.fixture
def synced(vad: Project, github: LocalGitHub) -> Project:
    assert vad.run("sync").code == 0
    github.reset_requests()
    return vad


def folder(ref: str) -> dict[str, bytes]:
    return {f"{HUB}_{ref}/{path}": content for path, content in FILES.items()}


def test_a_version_is_locked_synced_and_verified(vad: Project, github: LocalGitHub) -> None:
    result = vad.run("lock")
    assert result.code == 0
    assert "Python code that a loader imports" in result.text
    locked = vad.lock["artifacts"][KEY]
    assert (locked["version"], locked["commit"]) == ("v6.0", github.repository(NAME).tags["v6.0"])
    assert (locked["license"], locked["upstream_id"], locked["flags"]) == ("mit", "1001", ["code"])
    assert locked["archive"] is None
    assert [one["path"] for one in locked["files"]] == sorted(FILES)
    assert vad.lock["models"][0]["variants"][0]["runtime"] == "torch-hub"
    github.reset_requests()
    assert vad.run("sync").code == 0
    assert not github.requested(origin="codeload"), "what was locked here lies in the store"
    assert vad.placed() == folder("v6.0") | folder("main") | folder("master")
    assert vad.run("path", "vad").stdout == f"{vad.view / HUB}_v6.0\n"
    assert vad.run("verify").code == 0


def test_what_nothing_is_asked_of_is_main(vad: Project, github: LocalGitHub) -> None:
    vad.manifest(f'models: {{vad: {{source: "github:{NAME}"}}}}\n')
    assert vad.run("sync").code == 0
    assert vad.pin(f"github:{NAME}@main") == github.repository(NAME).branches["main"]
    assert vad.placed() == folder("main") | folder("master")
    assert vad.run("lock", "--check").code == 0


def test_the_second_time_needs_no_network(synced: Project, no_network: None) -> None:  # noqa: ARG001  # once it is there
    synced.forget_view()
    assert synced.run("sync", "--offline").code == 0
    assert synced.run("lock").code == 0
    assert synced.run("verify").code == 0


def test_an_archive_of_other_bytes_with_the_same_files_is_right(synced: Project, github: LocalGitHub) -> None:
    for _ in range(2):
        synced.forget_store()
        synced.forget_view()
        result = synced.run("sync", "--frozen")
        assert result.code == 0
        assert synced.placed() == folder("v6.0") | folder("main") | folder("master")
    sent = [one.sent for one in github.requested(origin="codeload")]
    assert len(sent) == len(set(sent)) == 2
    assert len(github.requested("/zipball/")) == 2


def test_a_file_that_is_another_than_was_locked_is_a_mismatch(synced: Project, github: LocalGitHub) -> None:
    repository, commit = github.repository(NAME), synced.pin(KEY)
    repository.commits[commit] |= {"hubconf.py": b"import os # evil\n"}
    github.archives[commit] = make_archive(repository, commit)
    synced.forget_store()
    synced.forget_view()
    result = synced.run("sync", "--frozen")
    assert result.code == 4
    assert "hubconf.py" in result.stderr
    assert b"evil" not in b"".join(synced.placed().values())


def test_a_tag_that_moved_changes_nothing(synced: Project, github: LocalGitHub) -> None:
    before = synced.lock_path.read_bytes()
    github.commit(NAME, {"hubconf.py": b"moved"}, tags=["v6.0"])
    assert synced.run("lock").code == 0
    synced.forget_store()
    synced.forget_view()
    assert synced.run("sync").code == 0
    assert synced.lock_path.read_bytes() == before
    assert synced.placed() == folder("v6.0") | folder("main") | folder("master")
    assert synced.run("lock", "--upgrade").code == 0
    assert synced.pin(KEY) == github.repository(NAME).tags["v6.0"]


def test_another_repository_of_the_same_name_is_refused(synced: Project, github: LocalGitHub) -> None:
    github.recreate(NAME)
    result = synced.run("lock", "--upgrade")
    assert result.code == 3
    assert "another one has its name now" in result.stderr


def test_python_may_compile_in_the_folder_and_nobody_else_may_write_there(synced: Project) -> None:
    place = synced.view / f"{HUB}_main"
    (place / "__pycache__").mkdir()
    (place / "__pycache__" / "hubconf.cpython-311.pyc").write_bytes(b"compiled")
    synced.view.joinpath("torch/hub/trusted_list").write_text("snakers4_silero-vad\n")
    synced.view.joinpath("torch/hub/checkpoints").mkdir()
    assert synced.run("verify").code == 0
    place.joinpath("evil.py").write_text("")
    result = synced.run("verify", "--json")
    assert result.code == 1
    assert [(one["kind"], one["path"]) for one in result.document["findings"]] == [
        ("unexpected", f"{HUB}_main/evil.py")
    ]


def test_code_is_refused_where_the_policy_refuses_code(vad: Project) -> None:
    vad.manifest(f"policy: {{remote_code: deny}}\n{MANIFEST}")
    result = vad.run("lock")
    assert result.code == 2
    assert "Python code" in result.stderr
    assert not vad.lock_path.exists()


def test_a_token_is_seen_by_the_api_alone_and_shown_to_nobody(vad: Project, github: LocalGitHub) -> None:
    github.tokens.add(TOKEN)
    github.repository(NAME).private = True
    results = [vad.run(*verb, GITHUB_TOKEN=TOKEN) for verb in (["lock"], ["sync"], ["status"], ["verify"])]
    vad.forget_store()
    vad.forget_view()
    results.append(vad.run("sync", GITHUB_TOKEN=TOKEN))
    assert [one.code for one in results] == [0] * 5
    assert {one.bearer() for one in github.requested(origin="api")} == {TOKEN}
    assert {one.header("authorization") for one in github.requested(origin="codeload")} == {None}
    written = [one.read_bytes() for one in vad.folder.parent.rglob("*") if one.is_file()]
    assert not any(TOKEN.encode() in one for one in written)
    assert not any(TOKEN in one.text for one in results)
    vad.forget_store()
    vad.forget_view()
    refused = vad.run("sync")
    assert refused.code == 3
    assert "GITHUB_TOKEN" in refused.stderr


def test_a_wrong_token_is_an_access_that_is_refused(synced: Project) -> None:
    synced.forget_store()
    synced.forget_view()
    for verb in (("sync",), ("lock", "--upgrade")):
        result = synced.run(*verb, GITHUB_TOKEN="wrong-canary")
        assert result.code == 5
        assert "the token is not accepted" in result.stderr
        assert "wrong-canary" not in result.text


def test_a_limit_asks_for_a_token(vad: Project, github: LocalGitHub) -> None:
    github.limit_reset = 1_900_000_000
    result = vad.run("lock")
    assert result.code == 3
    assert "GITHUB_TOKEN" in result.stderr


@pytest.mark.parametrize("setting", [{"MODELS_GITHUB_API": "github.example"}, {"GITHUB_TOKEN": "two words"}])
def test_a_wrong_setting_is_wrong_usage(vad: Project, setting: dict[str, str]) -> None:
    result = vad.run("lock", **setting)
    assert result.code == 2
    assert next(iter(setting)) in result.stderr


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("github:silero-vad", "github:owner/repository"),
        ("github:o/n/x", "github:owner/repository"),
        ("github:https://github.com/o/n", "github:owner/repository"),
        ("github:o/n.git", "github:owner/repository"),
        ("github:o/n.WIKI", "github:owner/repository"),
        ("github:o/..", "github:owner/repository"),
        ("github:../n", "github:owner/repository"),
        ("github:o-/n", "github:owner/repository"),
        ("github:-o/n", "github:owner/repository"),
        ("github:o--p/n", "github:owner/repository"),
        ("github:o/n:main", "'revision'"),
        ("github:o/ñ", "github:owner/repository"),
        (f"github:{'o' * 40}/n", "github:owner/repository"),
        (f"github:o/{'n' * 101}", "github:owner/repository"),
        ("github:o/n@v1", "revision: v1"),
    ],
)
def test_a_name_that_is_none_is_refused_with_the_right_one(vad: Project, source: str, hint: str) -> None:
    vad.manifest(f'models: {{vad: {{source: "{source}"}}}}\n')
    result = vad.run("lock")
    assert result.code == 2
    assert hint in result.stderr


@pytest.mark.parametrize("name", ["O/n", "a-b/n.m", "a_b/_n-", "1/2", f"{'o' * 39}/{'n' * 100}", "o/.github"])
def test_a_name_that_github_allows_is_looked_for(vad: Project, name: str) -> None:
    vad.manifest(f'models: {{vad: {{source: "github:{name}"}}}}\n')
    result = vad.run("lock")
    assert result.code == 3
    assert f"github:{name}: no such repository" in result.stderr


def test_a_repository_may_be_what_another_model_needs(vad: Project, github: LocalGitHub) -> None:
    github.commit("org/app", {"model.bin": b"w"})
    vad.manifest(f'models: {{app: {{source: "github:org/app", depends: ["github:{NAME}@v5.1"]}}}}\n')
    assert vad.run("sync").code == 0
    assert vad.placed() == {
        "torch/hub/org_app_main/model.bin": b"w",
        "torch/hub/org_app_master/model.bin": b"w",
        f"{HUB}_main/hubconf.py": b"old",
        f"{HUB}_master/hubconf.py": b"old",
        f"{HUB}_v5.1/hubconf.py": b"old",
    }


def test_two_versions_cannot_both_be_main(vad: Project) -> None:
    vad.manifest(
        f"""
        models:
          new: {{source: "github:{NAME}", version: ">=6"}}
          old: {{source: "github:{NAME}", version: "<6"}}
        """
    )
    result = vad.run("sync")
    assert result.code == 2
    assert f"{HUB}_main" in result.stderr


def test_nothing_is_left_of_an_archive_after_an_interrupt(synced: Project, github: LocalGitHub, tmp_path: Path) -> None:
    synced.forget_store()
    synced.forget_view()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    github.faults = [Fault("", "slow", times=ALWAYS, origin="codeload", bytes_per_second=2000)]
    process = synced.start("sync", TMPDIR=str(temporary))
    while not github.requested(origin="codeload") and process.poll() is None:
        pass
    process.send_signal(signal.SIGINT)
    assert finished(process).code == 130
    assert list(temporary.iterdir()) == []
    github.faults.clear()
    assert synced.run("sync").code == 0
    assert synced.run("verify").code == 0


def test_the_folder_of_an_earlier_tag_is_pruned_with_what_python_made_of_it(
    synced: Project, github: LocalGitHub
) -> None:
    before = synced.view / f"{HUB}_v6.0"
    cached = before / "__pycache__" / "hubconf.cpython-311.pyc"
    cached.parent.mkdir()
    cached.write_bytes(b"bytecode")
    trusted = synced.view / "torch" / "hub" / "trusted_list"
    trusted.write_bytes(b"snakers4_silero-vad\n")
    github.commit(NAME, {"hubconf.py": b"new = 1\n"}, tags=["v6.1"])
    assert synced.run("lock", "--upgrade").code == 0
    assert synced.run("sync", "--prune").code == 0
    assert not before.exists()
    new = {f"{HUB}_{ref}/hubconf.py": b"new = 1\n" for ref in ("main", "master", "v6.1")}
    kept = {path: one for path, one in synced.placed().items() if path.endswith(("hubconf.py", "trusted_list"))}
    assert kept == {**new, "torch/hub/trusted_list": trusted.read_bytes()}
    assert synced.run("verify").code == 0
