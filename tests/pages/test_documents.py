"""The documents on docs/json.md have the keys that the command prints, and no others."""

import json
from typing import Any

import pytest

from tests.pages.blocks import blocks
from tests.pages.world import World

SHOWN: dict[str, Any] = {
    document["schema"]: document
    for block in blocks("json")
    if block.page.name == "json.md"
    for document in [json.loads(block.text)]
    if len(document) > 3 and "schema" in document
}
COMMANDS = {
    "models.overview/1": "",
    "models.lock/1": "lock --upgrade --dry-run",
    "models.sync/1": "sync",
    "models.verify/1": "verify",
    "models.status/1": "status",
    "models.outdated/1": "outdated",
    "models.explain/1": "explain asr",
    "models.diff/1": "diff v1.0 HEAD",
    "models.tree/1": "tree",
    "models.why/1": "why pyannote/segmentation-3.0",
    "models.init/1": "init --from-cache .cache",
    "models.add/1": "add pypi:silero-vad --name heard --version >=5,<7 --dry-run",
    "models.remove/1": "remove vad --dry-run",
    "models.path/1": "path asr",
    "models.env/1": "env",
    "models.profile/1": "hardware",
    "models.prune/1": "prune --dry-run",
    "models.cache.ls/1": "cache ls",
    "models.cache.size/1": "cache size",
    "models.cache.gc/1": "cache gc --dry-run",
    "models.error/1": "lock",
}
NAMED = {"settings", "variables", "profiles", "machines", "appended", "sizes", "takes", "needs", "budget", "when"}
NAMED |= {"shared_with", "runtimes", "states"}
"""Keys whose keys are names of models, machines, variables or facts."""
ELIDED = "…"


def test_every_document_of_the_page_is_compared() -> None:
    assert SHOWN.keys() == COMMANDS.keys()


@pytest.mark.parametrize("schema", COMMANDS)
def test_a_document_of_the_page_has_the_keys_that_are_printed(schema: str, world: World) -> None:
    prepare(schema, world)
    document = world.project.run(*COMMANDS[schema].split(), "--json").document
    assert document["schema"] == schema
    assert list(differences(SHOWN[schema], document)) == []


def prepare(schema: str, world: World) -> None:
    """Somebody has written into a file, or there is no manifest yet, or a wrong one."""
    if schema == "models.verify/1":
        path = world.project.view / "python" / "silero_vad" / "model.py"
        path.unlink()
        path.write_text("1")
    if schema == "models.init/1":
        world.project.manifest_path.unlink()
    if schema == "models.error/1":
        world.project.manifest("models: {asr: {source: hf:org/name}}\npickel: deny\n")


def differences(shown: Any, printed: Any, where: str = "") -> list[str]:
    """What one side has and the other has not; values do not count."""
    if isinstance(shown, list) and isinstance(printed, list):
        return differences(merged(shown), merged(printed), f"{where}[]")
    if not isinstance(shown, dict) or not isinstance(printed, dict) or where.rsplit(".", maxsplit=1)[-1] in NAMED:
        return []
    found = [f"{where}.{key} is not printed" for key in shown if key not in printed and key != ELIDED]
    if ELIDED not in shown:
        found += [f"{where}.{key} is not shown" for key in printed if key not in shown]
    both = [key for key in shown if key in printed]
    return found + [one for key in both for one in differences(shown[key], printed[key], f"{where}.{key}")]


def merged(values: list[Any]) -> Any:
    """One value with all the keys that those of a list have."""
    tables = [one for one in values if isinstance(one, dict)]
    keys = {key: [one[key] for one in tables if key in one] for table in tables for key in table}
    return {key: merged_at(found) for key, found in keys.items()}


def merged_at(found: list[Any]) -> Any:
    if all(isinstance(one, list) for one in found):
        return [item for one in found for item in one]
    tables = [one for one in found if isinstance(one, dict)]
    return merged(tables) if tables else found[0]
