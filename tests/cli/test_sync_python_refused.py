"""`sync --python` where something may not be changed, or cannot be: nothing is lost, and what is wrong is named."""

import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from resolver.domain.errors import DiskError
from tests.cli.environments import Environment
from tests.cli.offers import sha256
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.index import PackageIndex, make_wheel


@pytest.mark.usefixtures("packed")
def test_what_is_in_the_way_is_refused_before_anything_is_fetched(
    run: Run, venv: Environment, index: PackageIndex
) -> None:
    assert run("lock").code == 0
    index.reset_requests()
    venv.put("pack/w.bin", "precious")
    venv.installed("third", "3.0", "pack/__init__.py,,\n")
    before = venv.contents()
    result = run("sync", "--python", str(venv.folder), "--json")
    assert (result.code, result.document["error"]) == (2, "EnvironmentRefused")
    assert result.document["details"] == [
        f"pack 1.0: {venv.packages}/pack/__init__.py belongs to third 3.0",
        f"pack 1.0: {venv.packages}/pack/w.bin is there and belongs to no package",
    ]
    assert "-m pip uninstall NAME" in result.document["hint"]
    assert venv.contents() == before
    assert index.requests == []


def test_a_script_in_the_way_is_refused_once_it_is_known(packed: Project, run: Run, venv: Environment) -> None:
    (venv.folder / "bin" / "pack-run").write_text("somebody's\n")
    before = venv.contents()
    result = run("sync", "--python", str(venv.folder))
    assert result.code == 2
    assert f"{venv.folder}/bin/pack-run is there and belongs to no package" in result.stderr
    assert venv.contents() == before
    assert packed.run("verify").code == 0, "the view is whole"


def test_a_hostile_record_takes_nothing_with_it(
    packed: Project, run: Run, venv: Environment, tmp_path: Path, index: PackageIndex
) -> None:
    (tmp_path / "precious.txt").write_text("precious")
    for row in (
        "../../../../precious.txt,,",
        f"{tmp_path}/precious.txt,,",
        "../../../bin/python,,",
        "other/__init__.py,,",
    ):
        info = venv.installed("pack", "0.9", f"{row}\n")
        before = venv.contents()
        result = run("sync", "--python", str(venv.folder))
        assert result.code == 2, result.text
        assert "pack 0.9: its RECORD names" in result.stderr
        assert venv.contents() == before
        assert (tmp_path / "precious.txt").read_text() == "precious"
        for place in info.iterdir():
            place.unlink()
        info.rmdir()
    assert packed.run("sync", "--python", str(venv.folder)).code == 0
    assert index.requests


@pytest.mark.parametrize("editable", [True, False])
def test_an_editable_package_or_one_without_record_is_refused(
    packed: Project, run: Run, venv: Environment, editable: object
) -> None:
    info = venv.installed("pack", "0.9", record=bool(editable))
    if editable:
        (info / "direct_url.json").write_text(json.dumps({"url": "file:///x", "dir_info": {"editable": True}}))
    result = run("sync", "--python", str(venv.folder))
    assert result.code == 2
    assert ("installed as editable" if editable else "installed without a RECORD") in result.stderr
    assert packed.run("sync").code == 0


def test_a_python_of_the_system_is_left_to_it(packed: Project, run: Run, tmp_path: Path) -> None:
    answer = {
        "executable": "/usr/bin/python3",
        "prefix": "/usr",
        "implementation": "CPython",
        "version": "3.12.1",
        "roots": {name: f"{tmp_path}/usr/{name}" for name in ("purelib", "platlib", "scripts")},
        "path": [],
        "managed": True,
        "markers": {},
    }
    python = tmp_path / "python3"
    python.write_text(f"#!/bin/sh\ncat <<'END'\nmodels-lock:{json.dumps(answer)}\nEND\n")
    python.chmod(0o755)
    result = run("sync", "--python", str(python))
    assert result.code == 2
    assert "/usr is managed by its system (EXTERNALLY-MANAGED)" in result.stderr
    assert "`/usr/bin/python3 -m venv .venv`" in result.stderr
    assert not packed.view.exists()


@pytest.mark.parametrize("named", ["nowhere", ".", "models.yaml"])
def test_a_path_that_is_no_python_is_wrong_input(packed: Project, run: Run, named: str) -> None:
    result = run("sync", "--python", named)
    assert result.code == 2
    assert f"--python {named}: " in result.stderr
    assert "hint: name an environment's folder" in result.stderr
    assert not packed.view.exists()


def test_a_package_whose_model_failed_is_not_installed_and_the_others_are(
    project: Project, run: Run, venv: Environment, index: PackageIndex
) -> None:
    for name in ("pack", "more"):
        index.add(name, "1.0", make_wheel(name, "1.0", {f"{name}/w.bin": b"1"}))
    project.manifest("models: {vad: {source: pypi:pack, optional: true}, ner: {source: pypi:more}}\n")
    assert run("lock").code == 0
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": b"2"}))
    result = run("sync", "--python", str(venv.folder), "--json")
    states = {one["name"]: (one["state"], one["reason"]) for one in result.document["python"]["distributions"]}
    assert states["more"] == ("installed", None)
    assert states["pack"][0] == "failed"
    assert states["pack"][1] == result.document["models"][0]["reason"]
    assert not (venv.packages / "pack").exists()
    assert result.stderr.count("failed: vad") == 1


def test_an_environment_that_cannot_be_written_is_exit_3_and_the_same_command_goes_on(
    packed: Project, run: Run, venv: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("sync").code == 0
    original = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if "site-packages" in str(target):
            raise PermissionError(13, "Permission denied", str(target))
        return original(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        result = run("sync", "--python", str(venv.folder), "--json")
    assert result.code == 3
    (one,) = result.document["python"]["distributions"]
    assert (one["state"], "Permission denied" in one["reason"]) == ("failed", True)
    assert "error: pack 1.0: " in result.stderr
    assert packed.run("verify").code == 0
    assert run("sync", "--python", str(venv.folder)).code == 0
    assert run("verify", "--python", str(venv.folder)).code == 0


def test_wrong_bytes_in_store_and_view_are_never_installed(packed: Project, run: Run, venv: Environment) -> None:
    assert run("sync", MODELS_LINK_MODE="copy").code == 0
    blob = next(one for one in packed.blobs() if one.name == sha256(b"weights"))
    before = blob.stat()
    blob.chmod(0o600)
    blob.write_bytes(b"weightz")
    os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
    blob.chmod(0o444)
    result = run("sync", "--python", str(venv.folder))
    assert result.code == 4
    assert "it was not installed" in result.stderr
    assert "hint: `models verify --repair` fetches it again" in result.stderr
    assert not (venv.packages / "pack" / "w.bin").exists()


@pytest.mark.usefixtures("packed")
def test_a_full_disk_is_noticed_before_anything_is_fetched(
    run: Run, venv: Environment, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("lock").code == 0
    index.reset_requests()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 10))
    assert run("sync", "--python", str(venv.folder)).code == 3
    assert index.requests == []


def test_where_a_package_cannot_be_installed_nothing_is_pruned(
    packed: Project, run: Run, venv: Environment, index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("sync").code == 0
    index.add("pack", "2.0", make_wheel("pack", "2.0", {"pack/__init__.py": b"2\n"}))
    assert run("lock", "--upgrade").code == 0
    old = packed.view / "python" / "pack-1.0.dist-info"

    def refuse(*_: object) -> None:
        raise DiskError("pack: Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("resolver.workflows.installing.change", refuse)
        result = run("sync", "--prune", "--python", str(venv.folder), "--json")
    assert (result.code, result.document["pruned"]) == (3, None)
    assert "nothing was pruned, because something failed" in result.document["warnings"]
    assert old.exists()
    assert run("sync", "--prune", "--python", str(venv.folder)).code == 0
    assert not old.exists()
