"""Pins move when they are asked to, and otherwise nothing moves: the same input gives the same bytes."""

import pytest

from tests.cli.offers import ASR, KEY, REPO, offer, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

TWO = "models: {asr: {source: hf:org/name}, vad: {source: hf:org/vad}}\n"
MIXED = """
profiles:
  server: {os: linux, arch: x86_64, accelerator: cuda, vram: 24GB, ram: 64GB}
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB}
budget: {vram: 90%, ram: 75%}
policy: {licenses: {allow: [mit, apache-2.0]}, pickle: warn}
models:
  asr:
    category: whisper
    runtime: faster-whisper
    variants:
      - source: hf:org/name
        when: {accelerator: cuda, vram: ">=8GB"}
        needs: {vram: 6GB, ram: 2GB}
        settings: {device: cuda, batch_size: 8}
      - source: hf:org/vad
        files: {include: ["*.json", "*.bin"], exclude: ["*.md"]}
  pack: {source: pypi:pack, version: ">=1,<2", optional: true}
"""
SHUFFLED = """
models:
  asr:
    runtime: faster-whisper
    variants:
      - settings: {batch_size: 8, device: cuda}
        needs: {ram: 2GB, vram: 6GB}
        when: {vram: ">=8GB", accelerator: cuda}
        source: hf:org/name
      - files: {exclude: ["*.md"], include: ["*.bin", "*.json"]}
        source: hf:org/vad
    category: whisper
  pack: {optional: true, version: ">=1,<2", source: pypi:pack}
policy: {pickle: warn, licenses: {allow: [apache-2.0, mit]}}
profiles:
  ci: {ram: 7GB, accelerator: none, arch: x86_64, os: linux}
  server: {ram: 64GB, vram: 24GB, accelerator: cuda, arch: x86_64, os: linux}
budget: {ram: 75%, vram: 90%}
"""


def offer_all(hub: LocalHub, index: PackageIndex) -> None:
    offer(hub)
    offer(hub, "org/vad", seed=1)
    index.add("pack", "1.5", make_wheel("pack", "1.5", {"pack/w.bin": b"1"}))


def test_a_fresh_lock_is_the_same_bytes_and_makes_no_request(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex
) -> None:
    offer_all(hub, index)
    project.manifest(MIXED)
    assert run("lock").code == 0
    first, written = project.lock_path.read_bytes(), project.lock_path.stat().st_mtime_ns
    hub.reset_requests()
    index.reset_requests()
    result = run("lock")
    assert result.code == 0
    assert "up to date" in result.stderr
    assert project.lock_path.read_bytes() == first
    assert project.lock_path.stat().st_mtime_ns == written, "not rewritten if equal"
    assert hub.requests == index.requests == []


def test_resolving_from_nothing_gives_the_same_bytes(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex
) -> None:
    offer_all(hub, index)
    project.manifest(MIXED)
    assert run("lock").code == 0
    first = project.lock_path.read_bytes()
    project.lock_path.unlink()
    assert run("lock").code == 0
    assert project.lock_path.read_bytes() == first


def test_the_order_of_keys_does_not_matter(project: Project, run: Run, hub: LocalHub, index: PackageIndex) -> None:
    offer_all(hub, index)
    project.manifest(MIXED)
    assert run("lock").code == 0
    first = project.lock_path.read_bytes()
    project.manifest(SHUFFLED)
    assert run("lock", "--check").code == 0, "the same manifest in another order is not stale"
    assert run("lock").code == 0
    assert project.lock_path.read_bytes() == first
    project.lock_path.unlink()
    assert run("lock").code == 0
    assert project.lock_path.read_bytes() == first


def test_the_lock_says_nothing_of_the_machine_that_locked(
    project: Project, run: Run, hub: LocalHub, index: PackageIndex
) -> None:
    offer_all(hub, index)
    project.manifest(MIXED)
    assert run("lock").code == 0
    text = project.lock_path.read_text()
    for secret in (str(project.folder), str(project.home), "127.0.0.1", "http"):
        assert secret not in text
    assert text.endswith("}\n")
    assert "\r" not in text


def test_every_file_has_a_line(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("lock").code == 0
    lines = [line for line in project.lock_path.read_text().splitlines() if line.lstrip().startswith('{"path"')]
    assert len(lines) == 2


@pytest.mark.parametrize("upgrade", [("--upgrade",), ("--upgrade-model", "asr")])
def test_a_branch_that_moves_changes_nothing_until_it_is_asked_for(
    project: Project, run: Run, hub: LocalHub, upgrade: tuple[str, ...]
) -> None:
    first = offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    before = project.lock_path.read_bytes()
    second = hub.commit(REPO, {"model.bin": weights(1000, 9)})
    hub.reset_requests()
    assert run("lock").code == 0
    assert run("sync").code == 0
    assert run("verify").code == 0
    assert project.lock_path.read_bytes() == before
    assert hub.requests == []
    assert project.pin(KEY) == first
    assert run("lock", *upgrade).code == 0
    assert project.pin(KEY) == second


def test_upgrading_one_model_leaves_the_others(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    vad = offer(hub, "org/vad", seed=1)
    project.manifest(TWO)
    assert run("lock").code == 0
    newer = hub.commit(REPO, {"model.bin": weights(1000, 8)})
    hub.commit("org/vad", {"model.bin": weights(1000, 9)})
    hub.reset_requests()
    assert run("lock", "--upgrade-model", "asr").code == 0
    assert (project.pin(KEY), project.pin("hf:org/vad@main")) == (newer, vad)
    assert hub.requested("org/vad") == []


def test_upgrading_a_model_moves_what_it_depends_on(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/part", seed=1)
    project.manifest("models: {asr: {source: hf:org/name, depends: [hf:org/part]}}\n")
    assert run("lock").code == 0
    newer = hub.commit("org/part", {"model.bin": weights(1000, 9)})
    assert run("lock", "--upgrade-model", "asr").code == 0
    assert project.pin("hf:org/part@main") == newer


def test_an_update_changes_the_lines_of_the_pin_and_of_the_files_that_changed(
    project: Project, run: Run, hub: LocalHub
) -> None:
    offer(hub)
    offer(hub, "org/vad", seed=1)
    project.manifest(TWO)
    assert run("lock").code == 0
    before = project.lock_path.read_text().splitlines()
    hub.commit(REPO, {"model.bin": weights(1000, 8)})
    assert run("lock", "--upgrade").code == 0
    after = project.lock_path.read_text().splitlines()
    assert len(before) == len(after)
    changed = [line.strip()[:18] for line, other in zip(before, after, strict=True) if line != other]
    assert changed == ['"commit": "' + before_commit(before)[:7], '{"path": "model.bi']


def before_commit(lines: list[str]) -> str:
    return next(line.split('"')[3] for line in lines if line.startswith(' "commit"'))


def test_a_changed_request_moves_only_its_own_pin(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    vad = offer(hub, "org/vad", seed=1)
    develop = hub.commit(REPO, {"model.bin": weights(1000, 5)}, branch="develop")
    project.manifest(TWO)
    assert run("lock").code == 0
    hub.commit("org/vad", {"model.bin": weights(1000, 9)})
    project.manifest(TWO.replace("hf:org/name}", "hf:org/name, revision: develop}"))
    assert run("lock").code == 0
    assert project.pin("hf:org/name@develop") == develop
    assert project.pin("hf:org/vad@main") == vad
    assert KEY not in project.lock["artifacts"]


def test_more_files_are_listed_at_the_same_pin(project: Project, run: Run, hub: LocalHub) -> None:
    first = hub.commit(REPO, {"a.json": b"1", "b.json": b"2"})
    project.manifest("models: {asr: {source: hf:org/name, files: {include: [a.json]}}}\n")
    assert run("lock").code == 0
    hub.commit(REPO, {"b.json": b"3", "c.json": b"4"})
    project.manifest('models: {asr: {source: hf:org/name, files: {include: ["*.json"]}}}\n')
    assert run("lock").code == 0
    assert project.pin(KEY) == first
    assert [file["path"] for file in project.lock["artifacts"][KEY]["files"]] == ["a.json", "b.json"]


def test_fewer_files_need_no_request(project: Project, run: Run, hub: LocalHub) -> None:
    first = hub.commit(REPO, {"a.json": b"1", "b.json": b"2"})
    project.manifest(ASR)
    assert run("lock").code == 0
    hub.commit(REPO, {"a.json": b"3"})
    hub.reset_requests()
    project.manifest("models: {asr: {source: hf:org/name, files: {include: [a.json]}}}\n")
    assert run("lock").code == 0
    assert project.pin(KEY) == first
    assert [file["path"] for file in project.lock["artifacts"][KEY]["files"]] == ["a.json"]
    assert hub.requests == []


def test_a_removed_model_leaves_the_lock(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/vad", seed=1)
    project.manifest(TWO)
    assert run("lock").code == 0
    project.manifest(ASR)
    result = run("lock", "--json")
    assert result.document["changed"] is True
    assert ("vad", "removed") in {(one["model"], one["kind"]) for one in result.document["changes"]}
    assert set(project.lock["artifacts"]) == {KEY}


@pytest.mark.parametrize("there", [True, False])
def test_a_dry_run_writes_nothing(project: Project, run: Run, hub: LocalHub, *, there: bool) -> None:
    offer(hub)
    project.manifest(ASR)
    if there:
        assert run("lock").code == 0
        hub.commit(REPO, {"model.bin": weights(1000, 9)})
    before = project.lock_path.read_bytes() if there else None
    result = run("lock", "--dry-run", "--upgrade", "--json")
    assert result.code == 0
    assert (result.document["changed"], result.document["dry_run"]) == (True, True)
    assert "Would write" in result.stderr
    assert (project.lock_path.read_bytes() if there else None) == before
    assert project.lock_path.exists() == there


def test_a_commit_that_is_asked_for_is_said_once(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    commit = hub.head(REPO).sha
    project.manifest(f"models: {{asr: {{source: hf:org/name, revision: {commit}}}}}\n")
    said = run("lock").stderr
    assert f" {commit[:8]} " in said
    assert commit not in said
