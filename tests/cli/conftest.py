"""What tests of the command have in common."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants
from huggingface_hub.utils.tqdm import disable_progress_bars

from tests.cli.damage import PACKED
from tests.cli.environments import PACK, Environment, make_environment
from tests.cli.hub_caches import download, locked
from tests.cli.offers import CONFIG, offer, weights
from tests.cli.project import Project
from tests.cli.pruning import BOTH, MODULE, OTHER
from tests.cli.screens import MANIFEST as PICTURED
from tests.conftest import Run
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.releases import SpacyReleases

MANIFEST = """
models:
  asr: {source: hf:org/name}
  vad: {source: pypi:pack}
  ner: {source: hf:org/ner, optional: true}
"""


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    """A connection that a test left open warns in that test and in no other."""
    yield
    gc.collect()


@pytest.fixture
def three(project: Project, run: Run, hub: LocalHub, index: PackageIndex) -> Project:
    """A synced project with three models, of which one is a wheel and one is optional."""
    offer(hub)
    offer(hub, "org/ner", seed=1)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/__init__.py": b"", "pack/w.bin": PACKED}))
    project.manifest(MANIFEST)
    assert run("sync").code == 0
    hub.reset_requests()
    return project


@pytest.fixture
def offered(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    """A manifest with a gated, optional pipeline and a machine that has no room for it; nothing is locked."""
    offer(hub)
    hub.commit("org/pipeline", {"config.json": CONFIG}, license="mit", gated="auto")
    hub.grant("org/pipeline", "hf_granted")
    hub.commit("org/part", {"model.bin": weights(50_000, 2), "own.py": b"1\n"}, license="apache-2.0")
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": weights(20_000, 3)}))
    project.manifest(PICTURED)
    return project


@pytest.fixture
def brought(offered: Project, run: Run) -> Project:
    """The same, locked and synced for that machine."""
    result = run("sync", "--profile", "ci", HF_TOKEN="hf_granted", MODELS_LINK_MODE="hardlink")
    assert result.code == 0, result.text
    return offered


@pytest.fixture
def hub_cache(project: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the Hub's own client keeps its files if nobody says anything."""
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    disable_progress_bars()
    return project.home / ".cache" / "huggingface" / "hub"


@pytest.fixture
def fetched(project: Project, hub_cache: Path, hub: LocalHub) -> Path:
    """That client has fetched the repository; the project is locked, and has no store yet."""
    offer(hub)
    download(hub, hub_cache)
    locked(project, hub)
    return hub_cache / "models--org--name"


@pytest.fixture
def venv(tmp_path: Path) -> Environment:
    """A Python environment with somebody else's package in it."""
    found = make_environment(tmp_path / "venv", pip=False)
    found.put("other/__init__.py", "1\n")
    found.installed("other", "1.0", "other/__init__.py,,\n")
    return found


@pytest.fixture
def packed(project: Project, index: PackageIndex) -> Project:
    """A project with one wheel that has a script."""
    index.add("pack", "1.0", make_wheel("pack", "1.0", PACK))
    project.manifest("models: {vad: {source: pypi:pack, allow: [remote_code]}}\n")
    return project


@pytest.fixture
def github() -> Iterator[LocalGitHub]:
    with LocalGitHub() as github:
        yield github


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        yield releases


@pytest.fixture
def prunable(project: Project, run: Run, hub: LocalHub, index: PackageIndex) -> Project:
    """A project that is synced for the small one of its machines."""
    offer(hub)
    offer(hub, OTHER, seed=1)
    offer(hub, "org/large", seed=2)
    index.add("pack", "1.0", make_wheel("pack", "1.0", MODULE))
    project.manifest(BOTH)
    assert run("sync", "--profile", "small").code == 0
    return project
