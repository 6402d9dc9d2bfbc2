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
from tests.cli.offers import offer
from tests.cli.project import Project
from tests.cli.pruning import BOTH, MODULE, OTHER
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
