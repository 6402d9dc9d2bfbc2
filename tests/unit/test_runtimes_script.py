"""The environment of the real libraries: made once for its pins, and made anew when they change."""

import shutil
import tomllib
from pathlib import Path

import pytest

from scripts.runtimes import ENVIRONMENT, GROUP, ROOT, SEAL, main, seal_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with the same pins."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_pin_is_exact() -> None:
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"][GROUP]
    assert [pin for pin in pins if "==" not in pin] == []


def test_nothing_is_done_where_all_of_it_is_there(root: Path) -> None:
    seal = root / ENVIRONMENT / SEAL
    seal.parent.mkdir()
    seal.write_text(seal_of(root))
    assert main(root) == 0
    assert list(seal.parent.iterdir()) == [seal]


def test_a_pin_that_changes_makes_it_anew(root: Path) -> None:
    before = seal_of(root)
    path = root / "pyproject.toml"
    path.write_text(path.read_text().replace('"spacy==', '"spacy!='))
    assert seal_of(root) != before
