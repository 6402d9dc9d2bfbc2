"""What is generated from the code is what stands in the repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resolver.cli.main import VERBS
from resolver.domain import errors
from scripts.generate import README, ROOT, generated, main

SCHEMA = "resolver/documents/models.schema.json"
EXAMPLE = "examples/transcription/models.yaml"
INSIDE = {
    README: "Verbs:",
    "docs/cli.md": "Verbs:",
    "docs/exit-codes.md": "the lock is stale",
    "docs/python-api.md": "def ensure",
    "docs/manifest.md": "What is needed, in order of importance",
    SCHEMA: "models.yaml",
    EXAMPLE: "diarization:",
}
"""A text that is generated, for each file."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The generated files of this repository, in a folder of their own."""
    for path in generated(ROOT):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


def test_the_repository_holds_what_the_code_generates() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_width_of_the_terminal_changes_nothing(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert main(["--check"], copy) == 0


def test_every_generated_file_has_a_case_here() -> None:
    assert generated(ROOT).keys() == INSIDE.keys()


@pytest.mark.parametrize("path", INSIDE)
def test_the_check_shows_what_differs_and_writes_nothing(
    path: str, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = (copy / path).read_text(encoding="utf-8").replace(INSIDE[path], "spoiled")
    (copy / path).write_text(spoiled, encoding="utf-8")
    assert main(["--check"], copy) == 1
    shown = capsys.readouterr().out
    assert f"--- {path}\n" in shown
    assert re.search(r"^-.*spoiled", shown, re.MULTILINE)
    assert (copy / path).read_text(encoding="utf-8") == spoiled


def test_the_check_finds_a_missing_file(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "docs" / "cli.md").unlink()
    assert main(["--check"], copy) == 1
    assert "docs/cli.md" in capsys.readouterr().out
    assert not (copy / "docs" / "cli.md").exists()


def test_the_check_finds_a_missing_newline_at_the_end(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = copy / "docs" / "cli.md"
    place.write_text(place.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert main(["--check"], copy) == 1
    assert "docs/cli.md" in capsys.readouterr().out


def test_writing_mends_what_the_check_finds(copy: Path) -> None:
    (copy / "docs" / "cli.md").write_text("nonsense", encoding="utf-8")
    (copy / "docs" / "exit-codes.md").unlink()
    assert main([], copy) == 0
    assert main(["--check"], copy) == 0


def test_of_the_readme_only_the_help_is_replaced(copy: Path) -> None:
    readme = copy / README
    written = readme.read_text(encoding="utf-8")
    readme.write_text(f"first\n{written.replace('Verbs:', 'Words:')}last\n", encoding="utf-8")
    assert main([], copy) == 0
    assert readme.read_text(encoding="utf-8") == f"first\n{written}last\n"


def test_a_readme_without_a_place_for_the_help_is_an_error(copy: Path) -> None:
    (copy / README).write_text("# Nothing\n", encoding="utf-8")
    with pytest.raises(ValueError, match="0 places"):
        main(["--check"], copy)


def test_every_error_class_has_a_line_with_its_exit_code() -> None:
    text = generated(ROOT)["docs/exit-codes.md"]
    sections = dict(re.findall(r"^## ([0-9]+):(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.ModelsError)]
    assert len(kinds) > 20
    for kind in kinds:
        line = f"| {kind.__name__.removesuffix('Error')} | {kind.meaning} |"
        assert line in sections[str(kind.exit_code)]


def test_every_verb_is_in_the_reference() -> None:
    text = generated(ROOT)["docs/cli.md"]
    for verb in VERBS:
        assert f"## models {verb}\n" in text
        assert f"Usage: models {verb} [OPTIONS]" in text
