"""A project of which the lock may want less than what was placed."""

import json

from tests.cli.offers import weights
from tests.cli.project import Project, Result

OTHER = "org/other"
BOTH = """
profiles:
  small: {os: linux, arch: x86_64, accelerator: none, ram: 2GB}
  large: {os: linux, arch: x86_64, accelerator: none, ram: 64GB}
models:
  asr:
    variants:
      - {source: hf:org/large, needs: {ram: 8GB}}
      - {source: hf:org/name}
  ner: {source: hf:org/other}
  vad: {source: pypi:pack}
"""
ONE_LESS = BOTH.replace("  ner: {source: hf:org/other}\n", "")
MODULE = {"pack/__init__.py": b"", "pack/old.py": b"x = 1\n", "pack/w.bin": weights(20_000, 3)}


def pruned(project: Project, *flags: str) -> Result:
    return project.run("prune", "-y", "--profile", "small", *flags)


def record(project: Project) -> set[str]:
    """What the record speaks of."""
    found = json.loads((project.view / "models-record.json").read_bytes())
    return {*found["files"], *found.get("references", {})}


def there(project: Project) -> set[str]:
    return set(project.placed())


def without_ner(project: Project) -> None:
    project.manifest(ONE_LESS)
    assert project.run("lock").code == 0
