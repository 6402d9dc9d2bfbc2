"""Files that several models, names or contents share."""

import pytest

from tests.cli.damage import place
from tests.cli.offers import CONFIG, REPO, WEIGHTS, flipped, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

HALVES = """
models:
  one: {source: hf:org/name, files: {include: [one.bin, config.json]}}
  two: {source: hf:org/name, files: {include: [two.bin, config.json]}}
"""


@pytest.fixture
def halves(project: Project, run: Run, hub: LocalHub) -> Project:
    """Two models that want different files of one repository."""
    hub.commit(REPO, {"config.json": CONFIG, "one.bin": weights(1000, 1), "two.bin": weights(1000, 2)})
    project.manifest(HALVES)
    assert run("sync").code == 0
    return project


@pytest.mark.parametrize("name", ["one", "two"])
def test_the_files_of_a_neighbour_are_not_unexpected(halves: Project, run: Run, name: str) -> None:
    before = halves.placed()
    result = run("verify", "--only", name, "--json")
    assert (result.code, result.document["findings"]) == (0, [])
    place(halves, f"{name}.bin").unlink()
    assert run("verify", "--only", name, "--repair").code == 0
    assert halves.placed() == before, "a repair of one model takes nothing from the other"


@pytest.mark.parametrize("name", ["one", "two"])
def test_a_stranger_in_a_shared_folder_is_found_for_either(halves: Project, run: Run, name: str) -> None:
    place(halves, "config.json").with_name("stranger").write_bytes(b"1")
    assert run("verify").code == 1
    result = run("verify", "--only", name, "--json")
    assert [one["kind"] for one in result.document["findings"]] == ["unexpected"]


def test_a_damaged_file_that_two_models_share_counts_for_both(halves: Project, run: Run) -> None:
    place(halves, "config.json").unlink()
    assert {name: run("verify", "--only", name).code for name in ("one", "two")} == {"one": 1, "two": 1}
    assert run("sync", "--only", "two").code == 0
    assert run("verify").code == 0


def test_a_file_that_a_required_and_an_optional_model_share_is_required(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    hub.commit(REPO, {"model.bin": WEIGHTS})
    project.manifest("models: {one: {source: hf:org/name, optional: true}, two: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    hub.faults = [Fault("model.bin", "status", times=ALWAYS, origin="cdn")]
    result = run("sync", "--json")
    assert result.code == 3
    assert [model["state"] for model in result.document["models"]] == ["failed", "failed"]
    hub.faults = []
    assert run("sync").code == 0
    place(project, "model.bin").unlink()
    assert run("verify").code == 1
    assert waits


def test_one_content_under_several_names_is_fetched_once(project: Project, run: Run, hub: LocalHub) -> None:
    files = {"a.bin": WEIGHTS, "b.bin": WEIGHTS, "sub/c.bin": WEIGHTS}
    hub.commit(REPO, files)
    hub.commit("org/copy", {"d.bin": WEIGHTS})
    project.manifest("models: {one: {source: hf:org/name}, two: {source: hf:org/copy}}\n")
    assert run("lock").code == 0
    hub.reset_requests()
    result = run("sync", "--json")
    assert result.code == 0
    assert hub.bytes_sent(origin="cdn") == result.document["bytes_fetched"] == len(WEIGHTS)
    assert project.snapshot(REPO) == files
    assert project.snapshot("org/copy") == {"d.bin": WEIGHTS}


def test_empty_files_are_files(project: Project, run: Run, hub: LocalHub, index: PackageIndex) -> None:
    files = {".gitkeep": b"", "empty.bin": b"", "sub/__init__.py": b"", "model.bin": WEIGHTS}
    hub.commit(REPO, files)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/__init__.py": b"", "pack/empty.bin": b""}))
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    assert run("sync").code == 0
    assert project.snapshot(REPO) == files
    assert run("verify").code == 0
    place(project, "empty.bin").unlink()
    assert run("verify").code == 1
    assert run("verify", "--repair").code == 0


def test_names_are_quoted_on_their_way(project: Project, run: Run, hub: LocalHub, index: PackageIndex) -> None:
    names = [
        "a b.bin",
        "a+b.bin",
        "a%20b.bin",
        "a#b.bin",
        "a&b=c.bin",
        "\u00fcber/\u8a9e.bin",
        "[x]{y}.bin",
        "'q'.bin",
        "~.bin",
    ]
    files = {name: weights(500, number) for number, name in enumerate(names)}
    files |= {name.replace(".bin", ".txt"): name.encode() for name in names}
    hub.commit(REPO, files)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {f"pack/{name}": content for name, content in files.items()}))
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    assert run("sync").code == 0
    assert project.snapshot(REPO) == files
    placed = project.placed()
    assert {name: placed[f"python/pack/{name}"] for name in files} == files
    assert run("verify").code == 0


def test_many_files_are_all_right_and_a_request_each(project: Project, run: Run, hub: LocalHub) -> None:
    files = {f"shard/{number:03}.bin": weights(200, number) for number in range(200)}
    hub.commit(REPO, files)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    hub.reset_requests()
    assert run("sync", "--max-workers", "16").code == 0
    assert project.snapshot(REPO) == files
    assert len(hub.requested(origin="cdn", method="GET")) <= 1.05 * len(files)


def test_a_gate_that_closed_stops_a_repair_with_5(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": WEIGHTS})
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("sync").code == 0
    hub.commit(REPO, gated="auto")
    project.forget_store()
    target = place(project, "model.bin")
    target.unlink()
    target.write_bytes(flipped(WEIGHTS, 1))
    result = run("verify", "--repair")
    assert result.code == 5
    assert f"accept at {hub.endpoint}/org/name" in result.stderr
    assert run("verify").code == 1


def test_a_repair_that_fails_for_an_optional_model_sets_the_others_right(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    hub.commit(REPO, {"model.bin": WEIGHTS})
    hub.commit("org/ner", {"ner.bin": weights(1000, 3)})
    project.manifest("models: {ner: {source: hf:org/ner, optional: true}, asr: {source: hf:org/name}}\n")
    assert run("sync").code == 0
    project.forget_store()
    project.forget_view()
    hub.faults = [Fault("ner.bin", "status", times=ALWAYS, origin="cdn")]
    result = run("verify", "--repair", "--json")
    assert project.snapshot(REPO) == {"model.bin": WEIGHTS}
    assert result.code == 0, "a missing optional model is listed and leaves 0 (product.md)"
    assert ("missing", "ner") in {(one["kind"], one["model"]) for one in result.document["findings"]}
    assert waits
