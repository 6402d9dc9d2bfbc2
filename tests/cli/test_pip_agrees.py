"""What `sync --python` installs is a package to pip like any other: listed, shown, checked, upgraded and removed."""

import base64
import csv
import hashlib
from pathlib import Path

import pytest

from tests.cli.environments import Environment, copied, make_environment
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.index import PackageIndex, make_wheel, wheel_filename


@pytest.fixture(scope="session")
def with_pip(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with pip, made once."""
    return make_environment(tmp_path_factory.mktemp("environments") / "venv", pip=True)


@pytest.fixture
def own(with_pip: Environment, tmp_path: Path) -> Environment:
    """One of this test's own."""
    return copied(with_pip, tmp_path / "own")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder of wheels for pip."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    return folder


def test_pip_lists_shows_checks_and_removes_it(packed: Project, run: Run, own: Environment) -> None:
    before = own.contents()
    assert run("sync", "--python", str(own.folder)).code == 0
    assert "pack==1.0" in own.pip("freeze", "--all").splitlines()
    shown = own.pip("show", "-f", "-v", "pack").splitlines()
    assert "Installer: models-lock" in shown
    assert [line.strip() for line in shown[shown.index("Files:") + 1 :]] == [
        "../../../bin/pack-run",
        *(
            f"pack-1.0.dist-info/{name}"
            for name in ("INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL", "entry_points.txt")
        ),
        "pack/__init__.py",
        "pack/w.bin",
    ]
    assert own.pip("check").strip() == "No broken requirements found."
    assert own.run(str(own.folder / "bin" / "pack-run")).stdout == "one\n"
    own.pip("uninstall", "-y", "pack")
    assert own.contents() == before
    assert run("verify", "--python", str(own.folder)).code == 1
    assert packed.run("sync", "--python", str(own.folder)).code == 0


def test_record_says_the_truth_of_every_file(packed: Project, run: Run, own: Environment) -> None:  # noqa: ARG001
    assert run("sync", "--python", str(own.folder)).code == 0
    rows = list(csv.reader((own.packages / "pack-1.0.dist-info" / "RECORD").read_text().splitlines()))
    for path, digest, size in rows:
        body = (own.packages / path).read_bytes()
        if path.endswith("RECORD"):
            assert (digest, size) == ("", "")
        else:
            encoded = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
            assert (digest, size) == (f"sha256={encoded}", str(len(body)))


def test_what_pip_installed_is_replaced_and_what_we_installed_pip_replaces(
    packed: Project, run: Run, own: Environment, index: PackageIndex, wheels: Path
) -> None:
    older = {"pack/__init__.py": b"def main(): print('zero')\n", "pack/old.bin": b"old"}
    entry = {"pack-0.9.dist-info/entry_points.txt": b"[console_scripts]\nold-run = pack:main\n"}
    (wheels / wheel_filename("pack", "0.9")).write_bytes(make_wheel("pack", "0.9", {**older, **entry}))
    (wheels / wheel_filename("pack", "3.0")).write_bytes(make_wheel("pack", "3.0", {"pack/three.py": b"3\n"}))
    before = own.contents()
    own.pip("install", "--find-links", str(wheels), "pack==0.9")
    assert (own.folder / "bin" / "old-run").exists()
    assert run("sync", "--python", str(own.folder)).code == 0
    assert not (own.folder / "bin" / "old-run").exists()
    assert not (own.packages / "pack" / "old.bin").exists()
    assert "pack==1.0" in own.pip("freeze").splitlines()
    own.pip("install", "--find-links", str(wheels), "pack==3.0")
    assert sorted(own.contents().keys() - before.keys()) == [
        *(
            f"{own.packages.relative_to(own.folder)}/pack-3.0.dist-info/{name}"
            for name in ("INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL")
        ),
        f"{own.packages.relative_to(own.folder)}/pack/three.py",
    ]
    assert packed.run("sync", "--python", str(own.folder)).code == 0
    own.pip("uninstall", "-y", "pack")
    assert own.contents() == before
    assert index.requests


def test_what_pip_installed_from_the_same_wheel_is_left_alone(
    packed: Project, run: Run, own: Environment, index: PackageIndex, wheels: Path
) -> None:
    (listed,) = index.projects["pack"]
    (wheels / listed.filename).write_bytes(b"".join(listed.content.chunks()))
    own.pip("install", "--find-links", str(wheels), "pack")
    before = own.contents()
    result = run("sync", "--python", str(own.folder), "--json")
    assert [one["state"] for one in result.document["python"]["distributions"]] == ["present"]
    assert own.contents() == before
    assert packed.run("verify", "--python", str(own.folder)).code == 0
