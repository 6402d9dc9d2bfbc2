"""`models` without a verb: three lines and the next step, whatever state the project is in."""

from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import ASR, REPO
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub


def shown(project: Project, run: Run) -> list[str]:
    result = run()
    assert (result.code, result.stderr) == (0, "")
    return result.stdout.replace(str(project.folder), "PROJECT").splitlines()


def test_an_empty_folder(project: Project, run: Run) -> None:
    assert shown(project, run) == snapshot(
        [
            "Project  PROJECT",
            "Lock     no models.yaml and no models.lock",
            "Here     nothing to look at",
            "Next     models init   (`models --help` lists every verb)",
        ]
    )


def test_a_manifest_alone(project: Project, run: Run) -> None:
    project.manifest(ASR)
    assert shown(project, run)[1:] == snapshot(
        [
            "Lock     1 model in models.yaml, no models.lock",
            "Here     nothing to look at",
            "Next     models lock   (`models --help` lists every verb)",
        ]
    )


def test_a_wrong_manifest(project: Project, run: Run) -> None:
    project.manifest("models: {asr: {sourc: hf:org/name}}\n")
    assert shown(project, run)[1:] == snapshot(
        [
            "Lock     models.yaml:2:16: unknown key 'sourc'",
            "Here     nothing to look at",
            "Next     models lock   (`models --help` lists every verb)",
        ]
    )


def test_everything_ready(three: Project, run: Run, hub: LocalHub) -> None:
    assert shown(three, run)[1:] == snapshot(
        [
            "Lock     3 models, 3 artifacts, 0 profiles: fresh",
            "Here     3 ready; 800 kB on disk",
            "Next     models run -- CMD   (`models --help` lists every verb)",
        ]
    )
    assert hub.requests == []


def test_something_missing(three: Project, run: Run) -> None:
    three.forget_view()
    assert shown(three, run)[2:] == snapshot(
        ["Here     3 missing; 0 B on disk", "Next     models sync   (`models --help` lists every verb)"]
    )


def test_something_damaged(three: Project, run: Run) -> None:
    three.repository(REPO).joinpath("refs", "main").write_text("0" * 40)
    assert shown(three, run)[2:] == snapshot(
        [
            "Here     2 ready, 1 moved; 800 kB on disk",
            "Next     models verify --repair   (`models --help` lists every verb)",
        ]
    )


def test_a_stale_lock(three: Project, run: Run) -> None:
    three.manifest(ASR)
    assert shown(three, run)[1:] == snapshot(
        [
            "Lock     1 model, 3 artifacts, 0 profiles: stale",
            "Here     3 ready; 800 kB on disk",
            "Next     models lock   (`models --help` lists every verb)",
        ]
    )


def test_a_lock_alone(three: Project, run: Run) -> None:
    three.manifest_path.unlink()
    assert shown(three, run)[1] == "Lock     3 models, 3 artifacts, 0 profiles: no models.yaml"


def test_a_conflicted_lock(three: Project, run: Run) -> None:
    text = three.lock_path.read_text()
    three.lock_path.write_text(f"<<<<<<< ours\n{text}=======\n{text}>>>>>>> theirs\n")
    assert shown(three, run)[1:] == snapshot(
        [
            "Lock     models.lock holds git conflict markers",
            "Here     nothing to look at",
            "Next     `models lock` settles them; then commit the result   (`models --help` lists every verb)",
        ]
    )


def test_a_torn_lock_is_no_case_for_models_lock_which_refuses_it(three: Project, run: Run) -> None:
    three.lock_path.write_text("{")
    advice = "restore it from git, or remove it and run `models lock`"
    assert shown(three, run)[3] == f"Next     {advice}   (`models --help` lists every verb)"
    refused = run("lock")
    assert refused.code == 2
    assert f"hint: {advice}" in refused.stderr


def test_a_machine_that_cannot_be_told(three: Project, run: Run) -> None:
    result = run(MODELS_PROFILE="nonsense")
    assert result.code == 0
    assert "Here     no profile 'nonsense'" in result.stdout
    assert three.view.exists()


def document(project: Project, run: Run) -> Any:
    result = run("--json")
    assert (result.code, result.stderr) == (0, "")
    found = result.document
    assert {key: found.pop(key) for key in ("schema", "ok", "exit_code", "project")} == {
        "schema": "models.overview/1",
        "ok": True,
        "exit_code": 0,
        "project": str(project.folder),
    }
    return found


def test_the_document_of_a_project_that_is_ready(three: Project, run: Run) -> None:
    assert document(three, run) == {
        "lock": {"state": "fresh", "models": 3, "artifacts": 3, "profiles": []},
        "here": {"states": {"ready": 3}, "on_disk": 800_495},
        "problem": None,
        "next": "models run -- CMD",
    }


def test_the_document_of_an_empty_folder(project: Project, run: Run) -> None:
    assert document(project, run) == {
        "lock": {"state": "nothing", "models": 0, "artifacts": None, "profiles": None},
        "here": None,
        "problem": None,
        "next": "models init",
    }


def test_the_document_of_a_wrong_manifest(project: Project, run: Run) -> None:
    project.manifest("models: {asr: {sourc: hf:org/name}}\n")
    found = document(project, run)
    assert (found["lock"]["state"], found["here"]) == ("wrong", None)
    assert "unknown key 'sourc'" in found["problem"]


@pytest.mark.parametrize(("files", "state"), [(("models.lock",), "unlocked"), (("models.yaml",), "lock-only")])
def test_the_document_of_one_file_alone(three: Project, run: Run, files: tuple[str], state: str) -> None:
    for name in files:
        three.folder.joinpath(name).unlink()
    assert document(three, run)["lock"]["state"] == state


def test_the_flag_before_a_verb_is_wrong_usage(run: Run) -> None:
    result = run("--json", "status")
    assert (result.code, result.document["hint"]) == (2, "as in `models status --json`")
    assert result.stderr == "error: --json stands behind the verb\nhint: as in `models status --json`\n"
