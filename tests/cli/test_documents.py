"""`--json`: one document on stdout for each verb and for errors; all prose on stderr."""

import json
from typing import Any

import pytest

from tests.cli.offers import ASR, REPO, offer
from tests.cli.project import Project, Result
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub

CHANGE = {"model", "kind", "before", "after", "size_delta", "profiles"}
OUTCOME = {"name", "artifact", "state", "bytes_fetched", "path", "reason"}
FINDING = {"kind", "model", "artifact", "path", "expected", "found", "hint"}
MODEL = {"name", "state", "artifact", "version", "size", "path", "optional", "settings", "hint"}
MANIFEST = """
profiles:
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 2GB}
models:
  asr: {source: hf:org/name, category: whisper}
  big: {source: hf:org/name, needs: {ram: 4GB}, optional: true}
"""


@pytest.fixture
def offered(project: Project, hub: LocalHub) -> Project:
    offer(hub)
    project.manifest(MANIFEST)
    return project


def head(result: Result, verb: str) -> Any:
    """The document, whose first keys say what it is and how it went."""
    document = result.document
    assert list(document)[:3] == ["schema", "ok", "exit_code"]
    assert document["schema"] == f"models.{verb}/1"
    assert (document["ok"], document["exit_code"]) == (result.code == 0, result.code)
    assert result.stdout.endswith("}\n")
    return document


def test_the_document_of_lock(offered: Project, run: Run) -> None:
    document = head(run("lock", "--json"), "lock")
    assert document["changed"] is True
    assert document["lock"] == offered.lock_path.name
    assert all(set(change) >= CHANGE for change in document["changes"])
    assert [(change["model"], change["kind"]) for change in document["changes"]] == [
        ("asr", "added"),
        ("big", "added"),
    ]
    assert document["profiles"] == {
        "ci": {"asr": "name", "big": {"skipped": [{"fact": "ram", "wanted": "4000000000", "found": "2000000000"}]}}
    }
    again = head(run("lock", "--json"), "lock")
    assert (again["changed"], again["changes"]) == (False, [])


def test_the_document_of_lock_says_what_an_upgrade_changes(offered: Project, run: Run, hub: LocalHub) -> None:
    offered.manifest(ASR)
    assert run("lock").code == 0
    before = hub.head(REPO).sha
    after = hub.commit(REPO, {"model.bin": b"short"}, license="apache-2.0")
    (weights, licence) = head(run("lock", "--upgrade", "--json"), "lock")["changes"]
    assert (weights["kind"], weights["before"], weights["after"]) == ("weights", before, after)
    assert weights["size_delta"] == 5 - 300_000
    assert (licence["kind"], licence["before"], licence["after"]) == ("license", "mit", "apache-2.0")


def test_the_document_of_lock_check(offered: Project, run: Run) -> None:
    assert run("lock").code == 0
    assert head(run("lock", "--check", "--json"), "lock")["changed"] is False
    offered.manifest(ASR)
    document = head(run("lock", "--check", "--json"), "lock")
    assert document["exit_code"] == 1
    assert document["changed"] is True


def test_the_document_of_sync(offered: Project, run: Run) -> None:
    document = head(run("sync", "--profile", "ci", "--json"), "sync")
    assert set(document) >= {"profile", "models", "bytes_fetched", "bytes_reused", "seconds"}
    assert document["profile"]["schema"] == "models.profile/1"
    assert all(set(model) >= OUTCOME for model in document["models"])
    asr, big = document["models"]
    assert (asr["state"], asr["bytes_fetched"]) == ("fetched", 300_000)
    assert asr["path"] == str(next(offered.repository(REPO).joinpath("snapshots").iterdir()))
    assert (big["state"], big["path"]) == ("skipped", None)
    assert "4 GB" in big["reason"]


def test_a_sync_that_failed_in_part_has_its_own_document(
    offered: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    assert run("lock").code == 0
    hub.faults = [Fault("model.bin", "status", times=ALWAYS, origin="cdn")]
    result = run("sync", "--profile", "ci", "--json")
    document = head(result, "sync")
    assert document["exit_code"] == 3
    assert document["models"][0]["state"] == "failed"
    assert "503" in document["models"][0]["reason"]
    assert waits
    assert not list(offered.view.rglob("model.bin"))


def test_the_document_of_verify(offered: Project, run: Run) -> None:
    assert run("sync", "--profile", "ci").code == 0
    document = head(run("verify", "--profile", "ci", "--json"), "verify")
    assert document["checked"] == {"models": 1, "files": 2, "bytes": 300_026}
    assert document["findings"] == []
    next(offered.repository(REPO).rglob("model.bin")).unlink()
    (finding,) = head(run("verify", "--profile", "ci", "--json"), "verify")["findings"]
    assert set(finding) >= FINDING
    assert (finding["kind"], finding["found"]) == ("missing", None)


def test_the_document_of_status(offered: Project, run: Run) -> None:
    assert run("lock").code == 0
    document = head(run("status", "--profile", "ci", "--json"), "status")
    assert set(document) >= {"profile", "categories", "totals"}
    assert all(set(model) >= MODEL for category in document["categories"] for model in category["models"])
    failed = head(run("status", "--profile", "ci", "--json", "--exit-code"), "status")
    assert failed["exit_code"] == 1
    assert offered.lock_path.exists()


def test_the_document_of_path(offered: Project, run: Run) -> None:
    assert run("sync", "--profile", "ci").code == 0
    document = head(run("path", "asr", "--profile", "ci", "--json"), "path")
    assert set(document) >= {"name", "path", "source", "commit", "runtime", "settings"}
    assert document["commit"] == offered.pin("hf:org/name@main")


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("lock", "--check", "--json"), 2, "MissingLock"),
        (("verify", "--json"), 2, "MissingLock"),
        (("path", "asr", "--json"), 2, "MissingLock"),
        (("sync", "--offline", "--json"), 3, "Offline"),
        (("lock", "--json", "--upgrade-model", "nobody"), 2, "UnknownName"),
        (("lock", "--json", "--nonsense"), 2, "Usage"),
        (("nonsense", "--json"), 2, "Usage"),
        (("sync", "--json", "--max-workers", "x"), 2, "Usage"),
        (("path", "--json"), 2, "Usage"),
    ],
)
def test_an_error_is_a_document_too(
    offered: Project, run: Run, arguments: tuple[str, ...], code: int, error: str
) -> None:
    result = run(*arguments)
    assert result.code == code
    document = head(result, "error")
    assert set(document) >= {"error", "message", "hint", "details"}
    assert document["error"] == error
    assert result.stderr.startswith("error: ")
    assert document["message"] in result.stderr
    assert not offered.view.exists()


def test_a_wrong_manifest_is_a_document_with_places(project: Project, run: Run) -> None:
    line = 'models: {asr: {source: hf:org/name, when: {vramm: ">=8GB"}, optinal: true}}'
    project.manifest(line + "\n")
    result = run("lock", "--json")
    document = head(result, "error")
    assert document["exit_code"] == 2
    places = [(one["file"], one["line"], one["column"]) for one in document["details"]]
    assert places == [("models.yaml", 2, line.index(word) + 1) for word in ("vramm", "optinal")]
    assert [one["hint"] for one in document["details"]] == ["did you mean 'vram'?", "did you mean 'optional'?"]


@pytest.mark.parametrize("verb", ["lock", "sync", "verify", "status"])
@pytest.mark.parametrize("more", [(), ("-q",), ("-v",), ("--no-progress",)])
def test_stdout_is_one_document_whatever_is_said_besides(
    offered: Project, run: Run, verb: str, more: tuple[str, ...]
) -> None:
    assert run("sync", "--profile", "ci").code == 0
    profile = () if verb == "lock" else ("--profile", "ci")
    result = run(verb, "--json", *more, *profile)
    decoded, end = json.JSONDecoder().raw_decode(result.stdout)
    assert result.stdout[end:] == "\n"
    assert decoded["schema"] == f"models.{verb}/1"
    assert offered.view.exists()


@pytest.mark.parametrize("verb", ["lock", "sync", "verify"])
def test_quiet_says_nothing_when_all_is_well(offered: Project, run: Run, verb: str) -> None:
    assert run("sync", "--profile", "ci").code == 0
    profile = () if verb == "lock" else ("--profile", "ci")
    result = run(verb, "-q", *profile)
    assert (result.code, result.text) == (0, "")
    assert offered.view.exists()
