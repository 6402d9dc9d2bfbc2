"""`models lock`, `sync` and `verify` of spaCy pipelines from spaCy's own place of releases."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.cli.offers import sha256, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases, make_pipeline, meta_of
from tests.servers.wheels import make_broken_wheel, make_wheel, wheel_filename

NAME = "en_core_web_md"
KEY = f"spacy:{NAME}@~=3.8.0"
VECTORS = f"{NAME}/{NAME}-3.8.0/vectors"
WHEEL = make_pipeline(NAME, "3.8.0", {VECTORS: weights(500_000)}, compress=False)
NER = f"models: {{ner: {{source: spacy:{NAME}, version: ~=3.8.0, category: ner}}}}\n"
TOKEN = "hf_canary0123456789"


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        yield releases


@pytest.fixture
def ner(project: Project, releases: SpacyReleases) -> Project:
    """A project with one pipeline, and a token that has no business here."""
    releases.add(NAME, "3.8.0", WHEEL)
    releases.add(NAME, "3.7.0", make_pipeline(NAME, "3.7.0"), ["3.7"])
    around = replace(project, environment={**project.environment, **releases.environment, "HF_TOKEN": TOKEN})
    around.manifest(NER)
    return around


def test_a_pipeline_is_locked_synced_and_verified(
    ner: Project, releases: SpacyReleases, hub: LocalHub, index: PackageIndex
) -> None:
    assert ner.run("lock").code == 0
    artifact = ner.lock["artifacts"][KEY]
    assert artifact["archive"] == {"path": wheel_filename(NAME, "3.8.0"), "size": len(WHEEL), "sha256": sha256(WHEEL)}
    assert (artifact["version"], artifact["commit"], artifact["license"]) == ("3.8.0", None, "mit")
    assert artifact["requires"] == ["spacy<3.9.0,>=3.8.0"]
    assert artifact["flags"] == ["code"]
    releases.reset_requests()
    assert ner.run("sync", "--frozen").code == 0
    assert releases.requests == [], "what was fetched to be locked is not fetched again"
    assert ner.placed()[f"python/{VECTORS}"] == weights(500_000)
    assert ner.run("verify").code == 0
    assert ner.run("lock", "--check").code == 0
    assert hub.requests == []
    assert index.requests == []


def test_the_token_goes_nowhere(ner: Project, releases: SpacyReleases) -> None:
    said = ner.run("lock").text
    ner.forget_store()
    said += ner.run("sync").text
    assert {one.origin for one in releases.requests} == {"table", "downloads", "objects"}
    assert TOKEN not in repr([one.headers for one in releases.requests])
    assert TOKEN not in said + ner.lock_path.read_text()


def test_a_release_that_moved_is_a_mismatch_and_nothing_is_placed(ner: Project, releases: SpacyReleases) -> None:
    assert ner.run("lock").code == 0
    before = ner.lock_path.read_bytes()
    ner.forget_store()
    releases.add(NAME, "3.8.0", make_pipeline(NAME, "3.8.0", {VECTORS: weights(500_000, seed=1)}, compress=False))
    result = ner.run("sync")
    assert result.code == 4, result.text
    assert not ner.view.joinpath("python").exists()
    assert ner.lock_path.read_bytes() == before


def test_a_new_release_moves_nothing_until_it_is_asked_for(ner: Project, releases: SpacyReleases) -> None:
    assert ner.run("lock").code == 0
    releases.add(NAME, "3.8.1", make_pipeline(NAME, "3.8.1"))
    assert ner.run("lock").code == 0
    assert ner.pin(KEY) == "3.8.0"
    assert ner.run("lock", "--upgrade").code == 0
    assert ner.pin(KEY) == "3.8.1"


def test_without_a_version_the_newest_final_release_is_pinned_and_stays(ner: Project, releases: SpacyReleases) -> None:
    releases.add(NAME, "3.9.0a1", make_pipeline(NAME, "3.9.0a1"))
    ner.manifest(f"models: {{ner: {{source: spacy:{NAME}}}}}\n")
    assert ner.run("lock").code == 0
    assert ner.pin(f"spacy:{NAME}@*") == "3.8.0"
    releases.reset_requests()
    releases.add(NAME, "3.8.1", make_pipeline(NAME, "3.8.1"))
    assert ner.run("lock", "--check").code == 0
    assert ner.run("lock").code == 0
    assert ner.pin(f"spacy:{NAME}@*") == "3.8.0"
    assert releases.requests == []


def test_a_broken_download_goes_on_where_it_was(ner: Project, releases: SpacyReleases) -> None:
    assert ner.run("lock").code == 0
    ner.forget_store()
    releases.reset_requests()
    releases.faults = [Fault("", "reset", origin="objects", after_bytes=300_000)]
    assert ner.run("sync").code == 0
    assert releases.bytes_sent(origin="objects") < 1.5 * len(WHEEL)


def test_a_stub_is_refused_and_the_index_is_not_asked(
    ner: Project, releases: SpacyReleases, index: PackageIndex
) -> None:
    stub = make_wheel(NAME, "999.9.9", {f"{NAME}/__init__.py": b""})
    index.add(NAME, "999.9.9", stub)
    releases.add(NAME, "3.8.0", stub)
    result = ner.run("lock")
    assert result.code == 4
    assert "expected en_core_web_md 3.8.0 in METADATA, found 'en_core_web_md 999.9.9'" in result.text
    assert not ner.lock_path.exists()
    assert index.requests == []


def test_a_record_that_lies_is_found_before_anything_is_locked(ner: Project, releases: SpacyReleases) -> None:
    files = {f"{NAME}/meta.json": json.dumps(meta_of(NAME, "3.8.0")).encode(), f"{NAME}/vectors": weights(1000)}
    releases.add(NAME, "3.8.0", make_broken_wheel("record_hash", NAME, "3.8.0", files))
    result = ner.run("lock")
    assert result.code == 2
    assert f"RECORD does not tell the truth of '{NAME}/vectors'" in result.text
    assert not ner.lock_path.exists()


def test_a_pipeline_for_another_spacy_is_refused(ner: Project, releases: SpacyReleases) -> None:
    meta = meta_of(NAME, "3.8.0", spacy_version=">=3.7.0,<3.8.0")
    releases.add(NAME, "3.8.0", make_pipeline(NAME, "3.8.0", meta=meta))
    result = ner.run("lock")
    assert result.code == 4
    assert "expected a pipeline for spaCy 3.8" in result.text


def test_a_name_that_nobody_releases_is_not_found(ner: Project, index: PackageIndex) -> None:
    ner.manifest(NER.replace("core_web_md", "core_web_mb"))
    result = ner.run("lock")
    assert result.code == 3
    assert "did you mean 'en_core_web_md'?" in result.text
    assert index.requests == []


@pytest.mark.parametrize("variable", ["MODELS_SPACY_COMPATIBILITY", "MODELS_SPACY_DOWNLOADS"])
def test_a_variable_that_names_no_address_is_wrong_usage(ner: Project, variable: str) -> None:
    result = ner.run("lock", **{variable: "file:///etc/passwd"})
    assert result.code == 2
    assert variable in result.text


def test_a_name_of_a_pipeline_is_not_a_package(ner: Project, run: Run, index: PackageIndex) -> None:
    ner.manifest("models: {ner: {source: pypi:en-core-web-trf}}\n")
    result = run("lock")
    assert result.code == 2
    assert "write spacy:en_core_web_trf" in result.text
    assert index.requests == []
