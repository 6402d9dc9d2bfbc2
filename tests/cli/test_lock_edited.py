"""models.lock as git and people leave it: conflict markers, line ends, later versions, edits by hand."""

import subprocess
from pathlib import Path

import pytest

from tests.cli.offers import ASR, KEY, REPO, offer, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

AUTHOR = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"]
TWO = "models: {asr: {source: hf:org/name}, vad: {source: hf:org/vad}}\n"
THREE = "models: {asr: {source: hf:org/name}, ner: {source: hf:org/ner}, vad: {source: hf:org/vad}}\n"


def merged(folder: Path, ours: bytes, base: bytes, theirs: bytes, style: str) -> bytes:
    """What git makes of three versions; conflicts stay marked."""
    for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
        folder.joinpath(name).write_bytes(content)
    command = ["git", "merge-file", "-p", *([f"--{style}"] if style else []), "ours", "base", "theirs"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout


@pytest.fixture
def versions(project: Project, run: Run, hub: LocalHub, tmp_path: Path) -> dict[str, bytes]:
    """Locks of a base and two branches that moved the same pin, and a fourth commit that nobody locked."""
    found = {}
    offer(hub)
    offer(hub, "org/vad", seed=1)
    project.manifest(TWO)
    for number, name in enumerate(("base", "ours", "theirs")):
        assert run("lock", "--upgrade").code == 0
        found[name] = project.lock_path.read_bytes()
        hub.commit(REPO, {"model.bin": weights(1000, 10 + number)})
    assert tmp_path.exists()
    return found


def pin_of(lock: bytes, project: Project) -> str:
    project.lock_path.write_bytes(lock)
    return str(project.pin(KEY))


@pytest.mark.parametrize("style", ["", "diff3", "zdiff3"])
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_a_conflict_settles_to_our_pin_and_never_to_a_third(
    project: Project, run: Run, versions: dict[str, bytes], tmp_path: Path, style: str, ends: bytes
) -> None:
    ours = pin_of(versions["ours"], project)
    text = merged(tmp_path, versions["ours"], versions["base"], versions["theirs"], style)
    assert b"<<<<<<<" in text
    project.lock_path.write_bytes(text.replace(b"\n", ends))
    result = run("lock")
    assert result.code == 0, result.stderr
    assert project.pin(KEY) == ours
    assert project.lock_path.read_bytes() == versions["ours"]
    assert "conflict markers" in result.stderr
    assert "org/name" in result.stderr, "formats.md: choices are printed"


@pytest.mark.parametrize("committed", [True, False])
def test_files_that_git_merged_into_the_commit_of_the_other_side_are_not_believed(
    project: Project, run: Run, hub: LocalHub, tmp_path: Path, *, committed: bool
) -> None:
    """Ours changed README.md and theirs model.bin: git marks the line of the commit, and merges the two files."""
    base = offer(hub)
    project.manifest(ASR)
    locks = {}
    for name, change in (("base", {}), ("ours", {"README.md": b"ours"}), ("theirs", {"model.bin": weights(1000, 5)})):
        hub.move_branch(REPO, "main", base)
        if change:
            hub.commit(REPO, change)
        assert run("lock", "--upgrade").code == 0
        locks[name] = project.lock_path.read_bytes()
    if committed:
        project.lock_path.write_bytes(locks["ours"])
        for command in (["init", "-q"], ["add", "models.lock"], [*AUTHOR, "commit", "-qm", "ours"]):
            subprocess.run(["git", *command], cwd=project.folder, check=True)  # noqa: S607
        hub.reset_requests()
    project.lock_path.write_bytes(merged(tmp_path, locks["ours"], locks["base"], locks["theirs"], ""))
    result = run("lock")
    assert result.code == 0, result.stderr
    assert project.lock_path.read_bytes() == locks["ours"]
    assert not committed or not hub.requests, "git has our side whole"


def test_a_pin_that_only_theirs_has_is_taken_from_theirs(
    project: Project, run: Run, hub: LocalHub, versions: dict[str, bytes], tmp_path: Path
) -> None:
    ner = offer(hub, "org/ner", seed=3)
    project.lock_path.write_bytes(versions["base"])
    project.manifest(THREE)
    assert run("lock").code == 0
    theirs = project.lock_path.read_bytes()
    hub.commit("org/ner", {"model.bin": weights(1000, 4)})
    text = merged(tmp_path, versions["ours"], versions["base"], theirs, "")
    project.lock_path.write_bytes(text)
    result = run("lock")
    assert result.code == 0, result.stderr
    assert project.pin("hf:org/ner@main") == ner
    assert project.pin(KEY) == pin_of(versions["ours"], project)


def test_two_branches_that_each_add_a_model_merge_into_both_pins(
    project: Project, run: Run, hub: LocalHub, tmp_path: Path
) -> None:
    commits = {name: offer(hub, f"org/{name}", seed=number) for number, name in enumerate(("name", "a", "b"))}
    locks = {}
    for name, more in (("base", ""), ("ours", ", a: {source: hf:org/a}"), ("theirs", ", b: {source: hf:org/b}")):
        project.lock_path.unlink(missing_ok=True)
        project.manifest(f"models: {{asr: {{source: hf:org/name}}{more}}}\n")
        assert run("lock").code == 0
        locks[name] = project.lock_path.read_bytes()
    for name in commits:
        hub.commit(f"org/{name}", {"model.bin": weights(1000, 77)})
    project.lock_path.write_bytes(merged(tmp_path, locks["ours"], locks["base"], locks["theirs"], ""))
    project.manifest("models: {asr: {source: hf:org/name}, a: {source: hf:org/a}, b: {source: hf:org/b}}\n")
    result = run("lock")
    assert result.code == 0, result.stderr
    assert {name: project.pin(f"hf:org/{name}@main") for name in commits} == commits


@pytest.mark.parametrize("arguments", [("lock", "--check"), ("sync", "--locked"), ("sync", "--frozen"), ("verify",)])
def test_other_verbs_refuse_a_lock_with_conflict_markers(
    project: Project, run: Run, versions: dict[str, bytes], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    project.lock_path.write_bytes(merged(tmp_path, versions["ours"], versions["base"], versions["theirs"], ""))
    result = run(*arguments)
    assert result.code == 2
    assert "conflict markers" in result.stderr
    assert "`models lock` settles them" in result.stderr


@pytest.fixture
def locked(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project that is locked and synced."""
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    return project


def test_crlf_is_tolerated(locked: Project, run: Run) -> None:
    locked.lock_path.write_bytes(locked.lock_path.read_bytes().replace(b"\n", b"\r\n"))
    for arguments in (("lock", "--check"), ("sync", "--locked"), ("sync", "--frozen"), ("verify",), ("lock",)):
        assert run(*arguments).code == 0


def test_a_later_version_is_refused_by_saying_what_reads_it(locked: Project, run: Run) -> None:
    locked.edit_lock('"lock_version": 1', '"lock_version": 2')
    before = locked.lock_path.read_bytes()
    for arguments in (("lock",), ("sync",), ("verify",), ("status",)):
        result = run(*arguments)
        assert result.code == 2
        assert "version 2" in result.stderr
        assert "pip install --upgrade" in result.stderr
    assert locked.lock_path.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"path": "model.bin"', '"path": "../model.bin"'),
        ('"path": "model.bin"', '"path": "/model.bin"'),
        ('"path": "model.bin"', '"path": "CON"'),
        ('"path": "model.bin"', '"path": "CONFIG.json"'),
        ('"commit": "', '"commit": "x'),
        ('"sha256": "', '"sha256": "0'),
        ('"size": 300000', '"size": -1'),
        ('"size": 300000', '"size": "300000"'),
        ('"cache": ".cache"', '"cache": "../elsewhere"'),
        ('"name": "asr"', '"name": "../asr"'),
        ('"name": "asr"', '"name": "a/b"'),
        ('"artifact": "hf:org/name@main"', '"artifact": "hf:org/other@main"'),
        ('"models": [', '"models": [,'),
        ('"lock_version": 1', '"lock_version": 1, "lock_version": 1'),
        ('"runtime": "huggingface"', '"runtime": "huggingfaec"'),
    ],
)
def test_an_edit_that_no_lock_may_hold_is_refused(locked: Project, run: Run, old: str, new: str) -> None:
    locked.edit_lock(old, new)
    for verb in ("sync", "verify", "status"):
        result = run(verb, *(["--frozen"] if verb == "sync" else []))
        assert result.code == 2, result.text
        assert "error:" in result.stderr
    assert not (locked.folder.parent / "model.bin").exists()


def test_edited_digests_are_found_on_disk_and_refused_from_the_source(locked: Project, run: Run) -> None:
    digest = locked.lock["artifacts"][KEY]["files"][1]["sha256"]
    locked.edit_lock(digest, "0" * 64)
    result = run("verify", "--json")
    assert result.code == 1
    assert [(one["kind"], one["path"][-9:]) for one in result.document["findings"]] == [("damaged", "model.bin")]
    assert run("sync", "--frozen").code == 4


@pytest.mark.parametrize("size", [299_999, 300_001, 10, 900_000])
def test_edited_sizes_are_found_on_disk_and_refused_from_the_source(
    locked: Project, run: Run, size: int, waits: list[float]
) -> None:
    locked.edit_lock("300000", str(size))
    assert run("verify").code == 1
    result = run("sync", "--frozen")
    assert result.code == 4, result.stderr
    assert len(waits) < 4


def test_an_edited_pin_is_found_on_disk_and_refused_from_the_source(locked: Project, run: Run, hub: LocalHub) -> None:
    pinned = locked.pin(KEY)
    other = hub.commit(REPO, {"model.bin": weights(300_000, 9)})
    locked.edit_lock(pinned, other)
    assert run("verify").code == 1
    locked.forget_store()
    locked.forget_view()
    result = run("sync", "--frozen")
    assert result.code == 4, result.stderr


def test_a_file_that_was_edited_into_the_lock_is_found(locked: Project, run: Run) -> None:
    line = next(line for line in locked.lock_path.read_text().splitlines() if '"path": "model.bin"' in line)
    locked.edit_lock(line, f"{line.replace('model.bin', 'absent.bin')},\n{line}")
    assert run("verify").code == 1
    result = run("sync", "--frozen", "--offline")
    assert result.code == 0, "the bytes are known by their digest"
    locked.edit_lock('"absent.bin", "size": 300000, "sha256": "', '"absent.bin", "size": 300000, "sha256": "' + "0")
    assert run("verify").code == 2


def test_hidden_flags_are_found_by_verify(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"modeling.py": b"print('hello')\n", "config.json": b"{}"}, license="mit")
    project.manifest(ASR)
    assert run("sync").code == 0
    project.edit_lock('"flags": ["code"]', '"flags": []')
    result = run("verify", "--json")
    assert result.code == 1
    assert [one["kind"] for one in result.document["findings"]] == ["policy"]
