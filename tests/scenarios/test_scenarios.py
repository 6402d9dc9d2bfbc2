"""Every file here is a scenario: why, a manifest, what sources offer, perhaps an old lock, and what must come of it.

why           what it is about
manifest      models.yaml
offers        by source: branches, tags (name to commit), releases (version to nothing or `yanked`), files (path to
              size), contents (path to text), license, flags, gated
old           pins of the lock that is there already, by key; `old_manifest` where it had another manifest
upgrade       the arguments that let pins move
pins          by key, what the lock must pin: all of it
edges         by key, what it needs and why, one `key  because` a line; all of them
selection     by profile and model: the variant, or `skipped`
asked         the sources that may be asked, no others
error         the whole message; `code` its exit code
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.project import Project, Result
from tests.scenarios.sources import Memory, commit, offers_from, registry

FOLDER = Path(__file__).parent
SCENARIOS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
KEYS = {
    "why",
    "manifest",
    "offers",
    "old",
    "old_manifest",
    "upgrade",
    "pins",
    "edges",
    "selection",
    "asked",
    "error",
    "code",
}

Scenario = Mapping[str, Any]


def read(name: str) -> Scenario:
    """A scenario with every scalar as text."""
    text = FOLDER.joinpath(f"{name}.yaml").read_text()
    document: Scenario = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - our own files, read as text
    assert set(document) <= KEYS, f"{name}: unknown keys"
    assert ("error" in document) != ("pins" in document), f"{name}: either it works or it does not"
    return document


def lock(project: Project, memory: Memory, manifest: str, arguments: list[str]) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resolver.workflows.workspace.SOURCES", registry(memory))
        project.manifest_path.write_text(manifest)
        return project.run("lock", *arguments)


def judge_failure(project: Project, scenario: Scenario, result: Result, before: bytes | None) -> None:
    assert result.stderr == scenario["error"]
    assert result.code == int(scenario.get("code", "2"))
    after = project.lock_path.read_bytes() if project.lock_path.exists() else None
    assert after == before, "a lock that fails leaves the old one as it was"


def judge_success(project: Project, scenario: Scenario, result: Result) -> None:
    assert result.code == 0, result.stderr
    assert pins(project) == {
        key: commit(pin) if key.startswith("hf:") else pin for key, pin in scenario["pins"].items()
    }
    if "selection" in scenario:
        assert selections(project) == scenario["selection"]
    if "edges" in scenario:
        assert edges(project) == scenario["edges"]
    assert project.run("lock", "--check").code == 0, "what was locked is fresh"


def pins(project: Project) -> dict[str, str]:
    return {key: project.pin(key) for key in project.lock["artifacts"]}


def edges(project: Project) -> dict[str, list[str]]:
    found = {key: one["dependencies"] for key, one in project.lock["artifacts"].items()}
    return {key: [f"{edge['artifact']}  {edge['because']}" for edge in some] for key, some in found.items() if some}


def selections(project: Project) -> dict[str, dict[str, str]]:
    return {
        profile: {model: choice if isinstance(choice, str) else "skipped" for model, choice in one["selection"].items()}
        for profile, one in project.lock["profiles"].items()
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_scenario_comes_out_as_written(project: Project, name: str) -> None:
    scenario = read(name)
    offers = offers_from(scenario["offers"])
    before = None
    if "old" in scenario:
        earlier = lock(project, Memory(offers, scenario["old"]), scenario.get("old_manifest", scenario["manifest"]), [])
        assert earlier.code == 0, earlier.stderr
        before = project.lock_path.read_bytes()
    memory = Memory(offers, {})
    result = lock(project, memory, scenario["manifest"], list(scenario.get("upgrade", ())))
    if "error" in scenario:
        judge_failure(project, scenario, result, before)
    else:
        judge_success(project, scenario, result)
    if "asked" in scenario:
        assert set(memory.asked) == set(scenario["asked"])


def test_there_are_scenarios_and_each_says_why() -> None:
    assert len(SCENARIOS) >= 20
    assert all(len(read(name)["why"]) > 20 for name in SCENARIOS)
