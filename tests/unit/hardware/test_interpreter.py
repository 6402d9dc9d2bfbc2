"""Which Python's packages are meant, and their versions by metadata alone."""

import sys
from pathlib import Path

import pytest

from resolver.hardware import installed_versions

POSIX = "lib/python3.12/site-packages"


def _environment(prefix: Path, packages: dict[str, str], place: str = POSIX) -> Path:
    """An environment with nothing in it but metadata: there is no interpreter that could be run."""
    for name, version in packages.items():
        folder = prefix / place / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir(parents=True)
        folder.joinpath("METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n")
    return prefix


def _torch(environment: dict[str, str], project: Path | None) -> str | None:
    return installed_versions(environment, project, ["torch"]).get("torch")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    _environment(tmp_path / "project" / ".venv", {"torch": "3.0"})
    return tmp_path / "project"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our own environment."""
    prefix = _environment(tmp_path / "own", {"torch": "9.0"})
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "path", [str(prefix / POSIX)])
    return prefix


def test_the_active_environment_comes_first(tmp_path: Path, project: Path, own: Path) -> None:
    venv = str(_environment(tmp_path / "venv", {"torch": "1.0"}))
    conda = str(_environment(tmp_path / "conda", {"torch": "2.0"}))
    assert _torch({"VIRTUAL_ENV": venv, "CONDA_PREFIX": conda}, project) == "1.0"
    assert _torch({"CONDA_PREFIX": conda, "CONDA_DEFAULT_ENV": "speech"}, project) == "2.0"
    assert _torch({"CONDA_PREFIX": conda, "VIRTUAL_ENV": ""}, project) == "2.0"
    assert _torch({"VIRTUAL_ENV": str(own), "CONDA_PREFIX": conda}, project) == "2.0"


@pytest.mark.usefixtures("own")
def test_without_one_it_is_the_project_s_and_then_our_own(tmp_path: Path, project: Path) -> None:
    assert _torch({}, project) == "3.0"
    assert _torch({}, tmp_path / "elsewhere") == "9.0"
    assert _torch({}, None) == "9.0"


def test_our_own_environment_being_active_leaves_it_to_the_project(project: Path, own: Path) -> None:
    assert _torch({"VIRTUAL_ENV": str(own)}, project) == "3.0"
    assert _torch({"VIRTUAL_ENV": str(own)}, None) == "9.0"


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("name", ["base", "root"])
def test_the_base_of_conda_comes_after_the_project_s(tmp_path: Path, project: Path, name: str) -> None:
    active = {"CONDA_PREFIX": str(_environment(tmp_path / "conda", {"torch": "2.0"})), "CONDA_DEFAULT_ENV": name}
    assert _torch(active, project) == "3.0"
    assert _torch(active, tmp_path / "elsewhere") == "2.0"


def test_a_project_s_environment_that_is_our_own_is_our_own(tmp_path: Path, own: Path) -> None:
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".venv").symlink_to(own)
    sys.path.append(str(_environment(tmp_path / "more", {"spacy": "3.8"}) / POSIX))
    conda = {"CONDA_PREFIX": str(_environment(tmp_path / "conda", {"torch": "2.0"})), "CONDA_DEFAULT_ENV": "base"}
    found = installed_versions(conda, tmp_path / "linked", ["torch", "spacy"])
    assert found == {"torch": "9.0", "spacy": "3.8"}


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("active", ["gone", "file", "empty", "x" * 5000, "lib-only"])
def test_what_is_no_environment_is_passed_over(tmp_path: Path, project: Path, active: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    (tmp_path / "lib-only" / "lib" / "python3.12").mkdir(parents=True)
    assert _torch({"VIRTUAL_ENV": str(tmp_path / active)}, project) == "3.0"


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("project", ["file", "empty"])
def test_a_venv_that_is_no_environment_leaves_our_own(tmp_path: Path, project: str) -> None:
    (tmp_path / "file").mkdir()
    (tmp_path / "file" / ".venv").write_text("/elsewhere\n")
    (tmp_path / "empty" / ".venv").mkdir(parents=True)
    assert _torch({}, tmp_path / project) == "9.0"


@pytest.mark.parametrize(
    "place",
    [
        "Lib/site-packages",
        "lib/python3.9/site-packages",
        "lib/python3.13t/site-packages",
        "lib/pypy3.11/site-packages",
        "lib64/python3.12/site-packages",
    ],
)
def test_every_layout_of_an_environment_is_known(tmp_path: Path, place: str) -> None:
    venv = _environment(tmp_path / "venv", {"torch": "1.0"}, place)
    assert _torch({"VIRTUAL_ENV": str(venv)}, None) == "1.0"


def test_libraries_in_both_folders_of_one_environment_are_found(tmp_path: Path) -> None:
    venv = _environment(tmp_path / "venv", {"spacy": "3.8"})
    _environment(venv, {"torch": "1.0"}, "lib64/python3.12/site-packages")
    found = installed_versions({"VIRTUAL_ENV": str(venv)}, None, ["torch", "spacy"])
    assert found == {"torch": "1.0", "spacy": "3.8"}


def test_of_an_environment_that_was_upgraded_the_newer_packages_count(tmp_path: Path) -> None:
    venv = _environment(tmp_path / "venv", {"torch": "1.0", "spacy": "3.7"}, "lib/python3.9/site-packages")
    _environment(venv, {"torch": "2.0"}, "lib/python3.10/site-packages")
    assert installed_versions({"VIRTUAL_ENV": str(venv)}, None, ["torch", "spacy"]) == {"torch": "2.0"}


@pytest.mark.parametrize("name", ["pyannote.audio", "Pyannote_Audio", "PYANNOTE--AUDIO", "pyannote-audio"])
@pytest.mark.parametrize("folder", ["pyannote.audio-4.0.7", "pyannote_audio-4.0.7"])
def test_names_are_compared_as_packages_are(tmp_path: Path, name: str, folder: str) -> None:
    place = _environment(tmp_path, {"torch": "1"}) / POSIX / f"{folder}.dist-info"
    place.mkdir()
    place.joinpath("METADATA").write_text("Name: pyannote.audio\nVersion: 4.0.7\n")
    assert installed_versions({"VIRTUAL_ENV": str(tmp_path)}, None, [name]) == {name: "4.0.7"}


@pytest.mark.parametrize("name", ["", " ", "..", "../torch", "torch\n", "torch==1.0", "\0", "tor", "torch-1"])
def test_what_is_no_name_is_not_installed(tmp_path: Path, name: str) -> None:
    venv = _environment(tmp_path, {"torch": "1.0"})
    assert installed_versions({"VIRTUAL_ENV": str(venv)}, None, [name]) == {}


@pytest.mark.parametrize("metadata", [None, b"", b"Name: torch\n", b"Name: torch\nVersion:\n", b"\xff\xfe\x00"])
def test_metadata_that_says_nothing_is_not_installed(tmp_path: Path, metadata: bytes | None) -> None:
    broken = _environment(tmp_path, {"spacy": "3.8"}) / POSIX / "torch-1.0.dist-info"
    broken.mkdir()
    if metadata is not None:
        broken.joinpath("METADATA").write_bytes(metadata)
    found = installed_versions({"VIRTUAL_ENV": str(tmp_path)}, None, ["torch", "spacy"])
    assert found == {"spacy": "3.8"}


def test_what_setuptools_installed_without_pip_is_found(tmp_path: Path) -> None:
    place = _environment(tmp_path, {"spacy": "3.8"}) / POSIX / "torch-1.0-py3.12.egg-info"
    place.mkdir()
    place.joinpath("PKG-INFO").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 1.0\n")
    assert _torch({"VIRTUAL_ENV": str(tmp_path)}, None) == "1.0"


@pytest.mark.parametrize(
    ("metadata", "version"),
    [
        (b"Name: torch\r\nVERSION : 1.0\r\n\r\nVersion: 2.0\r\n", None),
        (b"Name: torch\r\nVERSION: 1.0\r\n\r\nVersion: 2.0\r\n", "1.0"),
        (b"Name: torch\n\nVersion: 2.0\n", None),
        (b"Summary: \xff\nVersion: 1.0\nVersion: 2.0\n", "1.0"),
        (b"Version: 1.0", "1.0"),
        (b"Name: torch\n" + b"Classifier: x\n" * 10_000 + b"Version: 1.0\n", None),
    ],
)
def test_the_version_stands_in_the_headers(tmp_path: Path, metadata: bytes, version: str | None) -> None:
    place = _environment(tmp_path, {"spacy": "3.8"}) / POSIX / "torch-1.0.dist-info"
    place.mkdir()
    place.joinpath("METADATA").write_bytes(metadata)
    assert _torch({"VIRTUAL_ENV": str(tmp_path)}, None) == version


def test_a_second_installation_counts_where_the_first_is_broken(tmp_path: Path) -> None:
    venv = _environment(tmp_path, {"torch": "2.0"})
    (venv / POSIX / "torch-1.0.dist-info").mkdir()
    assert _torch({"VIRTUAL_ENV": str(venv)}, None) == "2.0"


def test_nothing_of_the_environment_is_run_or_imported(tmp_path: Path) -> None:
    venv = _environment(tmp_path, {"torch": "1.0"})
    for name in ("torch.py", "sitecustomize.py", "torch.pth"):
        (venv / POSIX / name).write_text("import sys; raise SystemExit('imported')\n")
    before = set(sys.modules)
    assert _torch({"VIRTUAL_ENV": str(venv)}, None) == "1.0"
    assert "torch" not in set(sys.modules) - before
