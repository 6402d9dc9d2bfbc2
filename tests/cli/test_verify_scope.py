"""What `models verify` looks at, what it leaves alone, and what it can repair without or with a network."""

import pytest

from tests.cli.damage import PACKED, flip_beside, flip_in_a_wheel, overwrite, place
from tests.cli.offers import REPO, WEIGHTS, flipped
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

DEAD = {"HF_ENDPOINT": "http://127.0.0.1:1", "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}


@pytest.mark.parametrize(
    "path",
    [
        "huggingface/hub/models--org--name/trees/COMMIT.json",
        "python/pack/__pycache__/__init__.cpython-311.pyc",
    ],
)
def test_what_is_not_ours_and_does_harm_is_a_warning(three: Project, run: Run, path: str) -> None:
    commit = place(three).parent.name
    target = three.view / path.replace("COMMIT", commit)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"{}")
    result = run("verify", "--json")
    assert result.code == 0
    assert result.document["findings"] == []
    assert len(result.document["warnings"]) == 1
    assert target.name in result.stderr or target.name in result.document["warnings"][0]
    assert run("verify", "--repair").code == 0
    assert target.exists()


@pytest.mark.parametrize("name", ["other.cpython-311.pyc", "__init__.py", "weights.bin"])
def test_what_python_did_not_compile_is_no_part_of_its_cache(three: Project, run: Run, name: str) -> None:
    target = three.view / "python" / "pack" / "__pycache__" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"code")
    (found,) = run("verify", "--json").document["findings"]
    assert (found["kind"], found["model"], found["path"]) == ("unexpected", "vad", f"python/pack/__pycache__/{name}")
    assert run("verify", "--repair").code == 0
    assert not target.exists()


def test_what_is_not_ours_is_left_alone(three: Project, run: Run) -> None:
    hub = three.view / "huggingface" / "hub"
    others = [
        hub / "models--other--repo" / "snapshots" / ("1" * 40) / "model.bin",
        hub / ".locks" / "models--org--name" / "x.lock",
        hub / "CACHEDIR.TAG",
        three.repository(REPO) / ".no_exist" / ("1" * 40) / "x",
        three.repository(REPO) / "blobs" / "abc",
        three.repository(REPO) / "snapshots" / ("2" * 40) / "model.bin",
        three.repository(REPO) / "refs" / "develop",
        three.view / "torch" / "hub" / "trusted_list",
        three.view / "python" / "another" / "__init__.py",
    ]
    for path in others:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"theirs")
    assert run("verify").code == 0
    assert run("verify", "--repair").code == 0
    assert run("sync").code == 0
    assert [path.read_bytes() for path in others] == [b"theirs"] * len(others)


def test_what_a_sync_is_placing_at_this_moment_is_a_warning(three: Project, run: Run) -> None:
    folder = next(three.repository(REPO).joinpath("snapshots").iterdir())
    folder.joinpath(f".{'0' * 32}.placing").write_bytes(b"half")
    result = run("verify")
    assert result.code == 0
    assert "being placed by a sync, or left by one that was killed" in result.stderr


def test_only_some_models_are_verified(three: Project, run: Run) -> None:
    flip_beside(three)
    assert run("verify", "--only", "vad").code == 0
    assert run("verify", "--only", "asr").code == 1
    assert run("verify", "--only", "vad", "--only", "asr").code == 1


def test_a_repair_of_one_model_touches_no_other(three: Project, run: Run) -> None:
    flip_beside(three)
    flip_in_a_wheel(three)
    assert run("verify", "--repair", "--only", "vad").code == 0
    assert run("verify", "--only", "asr").code == 1


@pytest.mark.usefixtures("three", "no_network")
def test_a_repair_without_network_says_what_it_would_fetch(three: Project, run: Run) -> None:
    flip_beside(three)
    assert run("verify", "--repair", "--offline").code == 0, "the store has the bytes"
    three.forget_store()
    flip_beside(three)
    result = run("verify", "--repair", "--offline")
    assert result.code == 3
    assert "300 kB have to be fetched" in result.stderr


def test_a_repair_that_cannot_fetch_says_so_and_leaves_no_lie(three: Project, run: Run, waits: list[float]) -> None:
    three.forget_store()
    flip_beside(three)
    assert run("verify", "--repair", **DEAD).code == 3
    assert run("verify").code == 1
    assert waits


def test_files_of_another_variant_are_a_warning_if_they_are_right(project: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"gpu.bin": WEIGHTS, "cpu.bin": PACKED})
    project.manifest(
        """
        profiles:
          gpu: {os: linux, accelerator: cuda}
          cpu: {os: linux, accelerator: none}
        models:
          asr:
            source: hf:org/name
            variants:
              - {name: large, when: {accelerator: cuda}, files: {include: [gpu.bin]}}
              - {name: small, files: {include: [cpu.bin]}}
        """
    )
    assert run("sync", "--profile", "gpu").code == run("sync", "--profile", "cpu").code == 0
    result = run("verify", "--profile", "cpu", "--json")
    assert (result.code, result.document["findings"]) == (0, [])
    assert "gpu.bin" in result.document["warnings"][0]
    overwrite(place(project, "gpu.bin"), flipped(WEIGHTS, 5))
    again = run("verify", "--profile", "cpu", "--json")
    assert [one["kind"] for one in again.document["findings"]] == ["unexpected"]
    assert run("verify", "--profile", "cpu", "--repair").code == 0
    assert run("sync", "--profile", "gpu").code == 0
    assert run("verify", "--profile", "gpu").code == 0
