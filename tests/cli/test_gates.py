"""Gated repositories: all gates are told at once, and nothing is fetched before they are open."""

import pytest

from tests.cli.offers import CONFIG, KEY, REPO, WEIGHTS, offer, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

TOKEN = "hf_granted"
MANIFEST = """
models:
  diarization: {source: hf:org/pipeline, depends: [hf:org/segmentation]}
  asr: {source: hf:org/name}
"""


def offer_gated(hub: LocalHub, *, gated: bool = True) -> None:
    offer(hub)
    for number, name in enumerate(("pipeline", "segmentation"), 1):
        files = {"config.json": CONFIG, "model.bin": weights(50_000, number)}
        hub.commit(f"org/{name}", files, license="mit", gated="auto" if gated else False)
        hub.grant(f"org/{name}", TOKEN)


def close_gates(hub: LocalHub) -> None:
    for name in ("pipeline", "segmentation"):
        hub.commit(f"org/{name}", gated="auto")


def test_without_access_every_gate_is_listed_and_nothing_is_fetched(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    project.manifest(MANIFEST)
    result = run("lock")
    assert result.code == 5
    assert "2 repositories refuse access; nothing was fetched" in result.stderr
    for name in ("pipeline", "segmentation"):
        assert f"org/{name}   gated: accept at {hub.endpoint}/org/{name}" in result.stderr
    assert "needed by diarization" in result.stderr, "screens.md: a dependency says who needs it"
    assert "HF_TOKEN" in result.stderr
    assert not project.lock_path.exists()
    assert hub.bytes_sent(origin="cdn") == 0
    assert hub.requested("/resolve/", method="GET") == []


def test_a_lock_that_is_refused_stays_as_it_was(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    before = project.lock_path.read_bytes()
    project.manifest(MANIFEST)
    for arguments in (("lock",), ("lock", "--upgrade"), ("sync",)):
        assert run(*arguments).code == 5
    assert project.lock_path.read_bytes() == before


@pytest.mark.parametrize("token", ["hf_stranger", "hf_unknown"])
def test_a_token_without_access_is_refused(project: Project, run: Run, hub: LocalHub, token: str) -> None:
    offer_gated(hub)
    hub.add_token("hf_stranger")
    project.manifest(MANIFEST)
    result = run("lock", HF_TOKEN=token)
    assert result.code == 5, result.stderr
    assert not project.lock_path.exists()


def test_with_access_everything_is_locked_and_synced(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    project.manifest(MANIFEST)
    assert run("sync", HF_TOKEN=TOKEN).code == 0
    assert project.lock["artifacts"]["hf:org/pipeline@main"]["gated"] is True
    assert set(project.snapshot("org/segmentation")) == {"config.json", "model.bin"}
    assert run("verify").code == 0


def test_content_access_is_needed_for_new_pins_only(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    offer(hub, "org/vad", seed=5)
    project.manifest(MANIFEST)
    assert run("lock", HF_TOKEN=TOKEN).code == 0
    project.manifest(MANIFEST + "  vad: {source: hf:org/vad}\n")
    hub.reset_requests()
    assert run("lock").code == 0
    assert hub.requested("org/pipeline") == []


def test_sync_asks_only_repositories_that_bytes_are_missing_of(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    project.manifest(MANIFEST)
    assert run("sync", HF_TOKEN=TOKEN).code == 0
    project.snapshot(REPO)
    for path in project.repository(REPO).rglob("model.bin"):
        path.unlink()
    project.forget_store()
    hub.reset_requests()
    result = run("sync")
    assert result.code == 0, result.stderr
    assert hub.requested("org/pipeline") == hub.requested("org/segmentation") == []


def test_a_required_gate_stops_a_sync_before_any_byte(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    project.manifest(MANIFEST)
    assert run("lock", HF_TOKEN=TOKEN).code == 0
    project.forget_store()
    hub.reset_requests()
    result = run("sync")
    assert result.code == 5
    assert "2 repositories refuse access; nothing was fetched" in result.stderr
    assert f"accept at {hub.endpoint}/org/pipeline" in result.stderr
    assert project.placed() == {}
    assert hub.bytes_sent(origin="cdn") == 0


def test_an_optional_gate_fails_its_model_and_the_rest_goes_on(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    project.manifest(MANIFEST.replace("[hf:org/segmentation]}", "[hf:org/segmentation], optional: true}"))
    assert run("lock", HF_TOKEN=TOKEN).code == 0
    project.forget_store()
    result = run("sync", "--json")
    assert result.code == 0, result.stderr
    states = {model["name"]: model["state"] for model in result.document["models"]}
    assert states == {"diarization": "failed", "asr": "fetched"}
    reason = next(model["reason"] for model in result.document["models"] if model["name"] == "diarization")
    assert "refuse" in reason
    assert set(project.snapshot(REPO)) == {"config.json", "model.bin"}
    assert run("sync", "--strict").code == 5
    assert run("sync", "--only", "asr").code == 0


def test_the_reason_of_a_closed_gate_names_all_of_the_model(project: Project, run: Run, hub: LocalHub) -> None:
    offer_gated(hub)
    project.manifest(MANIFEST.replace("[hf:org/segmentation]}", "[hf:org/segmentation], optional: true}"))
    assert run("lock", HF_TOKEN=TOKEN).code == 0
    project.forget_store()
    result = run("sync")
    assert result.code == 0
    for name in ("pipeline", "segmentation"):
        assert f"{hub.endpoint}/org/{name}" in result.stderr, "list all accept URLs at once"


def test_a_gate_that_closes_after_the_lock_does_not_touch_what_is_placed(
    project: Project, run: Run, hub: LocalHub
) -> None:
    offer_gated(hub, gated=False)
    project.manifest(MANIFEST)
    assert run("sync").code == 0
    close_gates(hub)
    for verb in ("sync", "verify", "status", "lock"):
        assert run(verb).code == 0


@pytest.mark.parametrize("with_code", [True, False])
def test_a_repository_that_went_after_the_lock_is_not_found_or_private(
    project: Project, run: Run, hub: LocalHub, *, with_code: bool
) -> None:
    offer(hub)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    hub.delete_repository(REPO)
    hub.error_code_on_401 = with_code
    result = run("sync")
    assert result.code == 3, result.stderr
    assert "private" in result.stderr


def test_a_revision_that_went_after_the_lock_is_not_found(project: Project, run: Run, hub: LocalHub) -> None:
    commit = offer(hub)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    project.forget_store()
    hub.commit(REPO, {"model.bin": WEIGHTS[:1000]})
    hub.delete_revision(REPO, commit)
    result = run("sync")
    assert result.code == 3
    assert "org/name" in result.stderr
    assert project.pin(KEY) == commit
