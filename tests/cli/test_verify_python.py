"""`verify --python`: what is installed in an environment, against the lock, without a network."""

import pytest

from tests.cli.environments import Environment
from tests.cli.project import Project
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("installed")


@pytest.fixture
def installed(packed: Project, run: Run, venv: Environment) -> Project:
    """A project whose wheel is installed."""
    assert run("sync", "--python", str(venv.folder)).code == 0
    return packed


def test_what_is_as_locked_is_proved_with_the_view(run: Run, venv: Environment, no_network: None) -> None:  # noqa: ARG001
    alone, both = run("verify", "--json"), run("verify", "--python", str(venv.folder), "--json")
    assert (alone.code, both.code) == (0, 0)
    assert alone.document["python"] is None
    assert both.document["python"]["prefix"] == str(venv.folder)
    assert both.document["checked"]["files"] == alone.document["checked"]["files"] + 9
    assert run("verify", "--python", str(venv.folder)).stdout.endswith("all as locked\n")


def test_findings_say_where_they_are_and_what_to_do(run: Run, venv: Environment) -> None:
    (venv.packages / "pack" / "w.bin").write_bytes(b"weightz")
    (venv.packages / "pack" / "__init__.py").unlink()
    venv.put("pack/evil.py")
    result = run("verify", "--python", str(venv.folder), "--json")
    assert result.code == 1
    assert [(one["kind"], one["path"], one["where"], one["model"]) for one in result.document["findings"]] == [
        ("missing", f"{venv.packages}/pack/__init__.py", "python", "vad"),
        ("damaged", f"{venv.packages}/pack/w.bin", "python", "vad"),
        ("unexpected", f"{venv.packages}/pack/evil.py", "python", "vad"),
    ]
    said = run("verify", "--python", str(venv.folder))
    assert f"hint: `models sync --python {venv.folder}` installs it again\n" in said.stderr
    assert "--repair" not in said.stderr, "the view is right"
    assert run("sync", "--python", str(venv.folder)).code == 0
    left = run("verify", "--python", str(venv.folder), "--json").document["findings"]
    assert [(one["kind"], one["hint"]) for one in left] == [
        ("unexpected", "it is neither of models.lock nor of a package: remove it")
    ]


def test_findings_of_both_places_have_both_hints(installed: Project, run: Run, venv: Environment) -> None:
    (venv.packages / "pack" / "__init__.py").unlink()
    (installed.view / "python" / "pack" / "w.bin").unlink()
    said = run("verify", "--python", str(venv.folder))
    assert said.code == 1
    assert "hint: `models sync` brings 7 B back\nhint: `models sync --python" in said.stderr


def test_a_package_that_somebody_removed_is_one_finding(installed: Project, run: Run, venv: Environment) -> None:
    for path in ("pack/w.bin", "pack/__init__.py", *(f"pack-1.0.dist-info/{name}" for name in PAPERS)):
        (venv.packages / path).unlink()
    said = run("verify", "--python", str(venv.folder))
    assert said.code == 1
    assert said.stdout.splitlines()[1].split() == [
        "missing",
        "vad",
        f"{venv.packages}/pack-1.0.dist-info",
        "not",
        "there",
    ]
    assert len(said.stdout.splitlines()) == 2
    installed.manifest("models: {vad: {source: pypi:pack, optional: true, allow: [remote_code]}}\n")
    assert run("lock").code == 0
    assert run("verify", "--python", str(venv.folder)).code == 0
    assert run("verify", "--python", str(venv.folder), "--strict").code == 1


PAPERS = ("INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL", "entry_points.txt")


def test_it_needs_neither_store_nor_right_to_write(installed: Project, run: Run, venv: Environment) -> None:
    before = venv.contents()
    installed.forget_store()
    assert run("verify", "--python", str(venv.folder), "--offline").code == 0
    assert venv.contents() == before


def test_repair_is_for_the_view(run: Run, venv: Environment) -> None:
    result = run("verify", "--repair", "--python", str(venv.folder))
    assert result.code == 2
    assert f"hint: `models sync --python {venv.folder}` makes that environment right" in result.stderr


def test_a_path_that_is_no_python_is_wrong_input(run: Run) -> None:
    result = run("verify", "--python", "nowhere")
    assert result.code == 2
    assert "--python nowhere: there is no interpreter" in result.stderr
