"""`models cache ls` and `models cache size`: what lies in the store, offline, and nothing is changed by looking."""

import shutil

import pytest

from tests.cli.offers import CONFIG, REPO, offer, weights
from tests.cli.project import Project
from tests.cli.test_cache import stray
from tests.conftest import Run
from tests.servers.hub import LocalHub

BOTH = "models:\n  asr: {source: hf:org/name}\n  ner: {source: hf:org/other}\n"
ONE = "models:\n  asr: {source: hf:org/name}\n"
SIZE = 300_000


@pytest.fixture
def used(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project that dropped a model, another one that has both, and a blob that nobody can name."""
    offer(hub)
    offer(hub, "org/other", seed=1)
    project.manifest(BOTH)
    assert run("sync").code == 0
    project.manifest(ONE)
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(1000, 9)})
    assert run("sync").code == 0
    assert run("lock", "--upgrade").code == 0
    assert run("sync").code == 0
    stray(project, b"nobody's")
    return project


@pytest.mark.usefixtures("used", "no_network")
def test_ls_names_what_is_there_and_who_wants_it(run: Run) -> None:
    result = run("cache", "ls")
    assert (result.code, result.stderr) == (0, "")
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    wanted = next(line for line in lines if "asr in project" in line)
    assert wanted.startswith("hf:org/name@")
    unwanted = lines[lines.index("Nobody wants") + 1 : -1]
    assert [line.split()[0].partition("@")[0] for line in unwanted] == ["hf:org/name", "hf:org/other", "1"]
    assert lines[-1] == "5 blobs, 601 kB; `models cache gc` removes 600 kB of it"


def test_the_document_of_ls(used: Project, run: Run) -> None:
    document = run("cache", "ls", "--json").document
    assert (document["schema"], document["ok"]) == ("models.cache.ls/1", True)
    (wanted,) = document["artifacts"]
    assert wanted["projects"] == [{"path": str(used.folder), "models": ["asr"]}]
    assert {name: wanted[name] for name in ("artifact", "source", "version", "files", "files_missing")} == {
        "artifact": "hf:org/name@main",
        "source": "hf:org/name",
        "version": None,
        "files": 2,
        "files_missing": 0,
    }
    assert (wanted["bytes"], wanted["bytes_shared"]) == (1000 + len(CONFIG), 0)
    assert [(one["source"], one["bytes"]) for one in document["unwanted"]] == [
        ("hf:org/name", SIZE),
        ("hf:org/other", SIZE),
    ]
    assert document["nameless"] == {"blobs": 0, "bytes": 0}
    assert document["nameless_unwanted"] == {"blobs": 1, "bytes": 8}
    assert document["blobs"] == len(used.blobs())
    assert document["bytes"] == sum(one.stat().st_size for one in used.blobs())
    assert document["bytes"] == document["bytes_wanted"] + document["bytes_unwanted"]
    assert document["projects"] == [{"path": str(used.folder), "state": "read", "because": None}]


def test_what_is_called_unwanted_is_what_gc_removes(used: Project, run: Run) -> None:
    shown = run("cache", "ls", "--json").document
    removed = run("cache", "gc", "-y", "--json").document
    assert removed["bytes"] == shown["bytes_unwanted"]
    pins = [(one["source"], one["commit"], one["bytes"]) for one in shown["unwanted"]]
    assert [(one["source"], one["commit"], one["bytes"]) for one in removed["artifacts"]] == pins
    after = run("cache", "ls", "--json").document
    assert (after["unwanted"], after["bytes_unwanted"], after["artifacts"]) == ([], 0, shown["artifacts"])
    assert len(used.blobs()) == after["blobs"]


def test_bytes_of_two_artifacts_count_once_and_are_marked(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/other")
    project.manifest(BOTH)
    assert run("sync").code == 0
    document = run("cache", "ls", "--json").document
    assert [one["bytes_shared"] for one in document["artifacts"]] == [SIZE + len(CONFIG)] * 2
    assert document["bytes"] == SIZE + len(CONFIG)
    assert run("cache", "ls").stdout.count("300 kB shared") == 2


def test_size_tells_each_projects_share(used: Project, run: Run) -> None:
    other = used.beside("other")
    other.manifest(BOTH)
    assert other.run("sync").code == 0
    document = run("cache", "size", "--json").document
    assert document["schema"] == "models.cache.size/1"
    shares = {one["path"]: (one["bytes"], one["bytes_unique"], one["bytes_shared"]) for one in document["projects"]}
    mine = 1000 + len(CONFIG)
    assert shares == {str(used.folder): (mine, 0, mine), str(other.folder): (mine + SIZE, SIZE, mine)}
    assert document["bytes_wanted"] == mine + SIZE
    assert document["parts"] == {"files": 0, "bytes": 0}
    text = run("cache", "size").stdout
    assert f"300 kB of its own, 1.03 kB shared: {other.folder}" in text
    assert "wanted" in text


def test_parts_of_downloads_are_counted(used: Project, run: Run) -> None:
    (used.store / "staging" / f"{'0' * 64}.part").write_bytes(b"12345")
    assert run("cache", "size", "--json").document["parts"] == {"files": 1, "bytes": 5}


def test_a_project_that_is_gone_is_a_note(used: Project) -> None:
    other = used.beside("other")
    shutil.rmtree(used.folder)
    result = other.run("cache", "ls")
    assert result.code == 0
    assert "asr in" not in result.stdout, "its lock cannot be read, so its models have no names"
    assert f"note: {used.folder} cannot be reached, so what it named last is kept" in result.stderr
    assert "note:" in other.run("cache", "size").stderr


def test_projects_of_the_same_name_are_told_apart(used: Project) -> None:
    (used.folder.parent / "elsewhere").mkdir()
    other = used.beside("elsewhere/project")
    assert other.run("sync").code == 0
    shown = other.run("cache", "ls").stdout
    assert f"asr in {used.folder}" in shown
    assert f"asr in {other.folder}" in shown


@pytest.mark.parametrize("verb", ["ls", "size"])
def test_an_empty_store_is_no_error_and_is_not_made(project: Project, run: Run, verb: str) -> None:
    result = run("cache", verb)
    assert (result.code, result.stderr) == (0, "")
    assert run("cache", verb, "--json").document["blobs"] == 0
    assert not project.store.exists()


@pytest.mark.parametrize("verb", ["ls", "size"])
def test_looking_changes_nothing(used: Project, run: Run, verb: str) -> None:
    def state() -> dict[str, int]:
        return {str(one): one.stat().st_mtime_ns for one in used.store.rglob("*")}

    before = state()
    assert run("cache", verb).code == 0
    assert state() == before


def test_a_registration_that_cannot_be_read_is_exit_3(used: Project, run: Run) -> None:
    (registration,) = (used.store / "projects").iterdir()
    registration.unlink()
    registration.symlink_to(used.manifest_path)
    assert run("cache", "ls").code == 3
    assert run("prune", "-y").code == 0, "pruning needs no store"
