"""`sync --python`: wheels into an environment of the user's own, and nothing else of it changes."""

import re

import pytest

from tests.cli.environments import Environment
from tests.cli.offers import offer
from tests.cli.project import Project, Result
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

NEWER = {"pack/__init__.py": b"def main() -> None:\n    print('two')\n", "pack/new.bin": b"other weights"}


def told(result: Result) -> list[tuple[str, str, str]]:
    """What the document says of each package: name, version, state."""
    assert result.code == 0, result.text
    return [(one["name"], one["version"], one["state"]) for one in result.document["python"]["distributions"]]


def upgrade(project: Project, index: PackageIndex) -> None:
    index.add("pack", "2.0", make_wheel("pack", "2.0", NEWER))
    assert project.run("lock", "--upgrade").code == 0


def test_a_wheel_is_installed_besides_the_view_and_its_script_runs(
    packed: Project, run: Run, venv: Environment
) -> None:
    before = venv.contents()
    result = run("sync", "--python", str(venv.folder), "--json")
    assert told(result) == [("pack", "1.0", "installed")]
    assert run("verify").code == 0, "the view is as it always is"
    assert run("path", "vad").stdout.strip() == str(packed.view / "python" / "pack")
    after = venv.contents()
    assert before.items() <= after.items()
    assert venv.run(str(venv.folder / "bin" / "pack-run")).stdout == "one\n"
    assert (venv.packages / "pack-1.0.dist-info" / "INSTALLER").read_text() == "models-lock\n"


@pytest.mark.usefixtures("packed")
def test_what_is_installed_is_a_copy_with_one_name(run: Run, venv: Environment) -> None:
    assert run("sync", "--python", str(venv.folder), MODELS_LINK_MODE="hardlink").code == 0
    place = venv.packages / "pack" / "w.bin"
    assert place.stat().st_nlink == 1
    assert place.stat().st_mode & 0o200
    place.write_bytes(b"changed")
    assert run("verify").code == 0


def test_a_second_sync_writes_nothing_and_asks_nobody(
    packed: Project, run: Run, venv: Environment, index: PackageIndex
) -> None:
    assert run("sync", "--python", str(venv.folder)).code == 0
    index.reset_requests()
    before = {path: path.stat() for path in venv.folder.rglob("*")}
    packed.forget_store()
    result = run("sync", "--python", str(venv.python), "--json")
    assert told(result) == [("pack", "1.0", "present")]
    after = {path: path.stat() for path in venv.folder.rglob("*")}
    assert {path: (one.st_ino, one.st_mtime_ns) for path, one in before.items()} == {
        path: (one.st_ino, one.st_mtime_ns) for path, one in after.items()
    }
    assert index.requests == []


def test_the_document_says_where_and_how_much(packed: Project, run: Run, venv: Environment) -> None:
    document = run("sync", "--python", "../venv", "--json").document["python"]
    assert (document["prefix"], document["executable"]) == (str(venv.folder), str(venv.python))
    assert document["implementation"] == "CPython"
    (one,) = document["distributions"]
    info = str(venv.packages / "pack-1.0.dist-info")
    assert (one["path"], one["artifact"], one["models"]) == (info, "pypi:pack@*", ["vad"])
    assert one["writes"][0] == f"{info}/RECORD"
    assert str(venv.folder / "bin" / "pack-run") in one["writes"]
    assert (one["removes"], one["replaces"], one["reason"]) == ([], [], None)
    assert packed.run("sync", "--json").document["python"] is None


def test_another_version_is_replaced_and_others_stay(
    packed: Project, run: Run, venv: Environment, index: PackageIndex
) -> None:
    before = venv.contents()
    assert run("sync", "--python", str(venv.folder)).code == 0
    upgrade(packed, index)
    assert told(run("sync", "--python", str(venv.folder), "--json")) == [("pack", "2.0", "replaced")]
    after = venv.contents()
    assert before.items() <= after.items()
    assert sorted(path.rpartition("site-packages/")[2] for path in after.keys() - before.keys()) == [
        *(f"pack-2.0.dist-info/{name}" for name in ("INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL")),
        "pack/__init__.py",
        "pack/new.bin",
    ]


def test_a_dry_run_shows_what_would_be_done_and_writes_nothing(
    packed: Project, run: Run, venv: Environment, index: PackageIndex
) -> None:
    before = venv.contents()
    said = run("sync", "--dry-run", "--python", str(venv.folder))
    assert re.search(r"pack +1\.0 +to install", said.stderr), said.stderr
    assert venv.contents() == before
    assert not packed.view.exists()
    assert run("sync", "--python", str(venv.folder)).code == 0
    upgrade(packed, index)
    before = venv.contents()
    said = run("sync", "--dry-run", "-v", "--python", str(venv.folder))
    assert re.search(r"pack +1\.0 → 2\.0 +to replace", said.stderr), said.stderr
    assert f"  - {venv.folder}/bin/pack-run\n" in said.stderr
    assert f"  + {venv.packages}/pack/new.bin\n" in said.stderr
    assert venv.contents() == before


def test_only_wheels_of_the_models_that_are_meant_are_installed(
    project: Project, run: Run, venv: Environment, index: PackageIndex, hub: LocalHub
) -> None:
    offer(hub)
    for name in ("pack", "more"):
        index.add(name, "1.0", make_wheel(name, "1.0", {f"{name}/w.bin": b"1"}))
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}, ner: {source: pypi:more}}\n")
    assert told(run("sync", "--python", str(venv.folder), "--only", "ner", "--json")) == [("more", "1.0", "installed")]
    assert not (venv.packages / "pack").exists()
    result = run("sync", "--python", str(venv.folder), "--json")
    assert told(result) == [("pack", "1.0", "installed"), ("more", "1.0", "present")]


def test_without_a_wheel_there_is_nothing_to_install(
    project: Project, run: Run, venv: Environment, hub: LocalHub
) -> None:
    offer(hub)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    before = venv.contents()
    said = run("sync", "--python", str(venv.folder))
    assert (said.code, venv.contents()) == (0, before)
    assert "none of the models is a wheel: nothing to install" in said.stderr


def test_files_that_are_not_wanted_are_not_installed(
    project: Project, run: Run, venv: Environment, index: PackageIndex
) -> None:
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/a.bin": b"a", "pack/b.bin": b"b"}))
    chosen = 'models: {vad: {source: pypi:pack, files: {include: ["pack/a.bin", "*.dist-info/*"]}}}\n'
    project.manifest(chosen)
    assert run("sync", "--python", str(venv.folder)).code == 0
    assert sorted(one.name for one in (venv.packages / "pack").iterdir()) == ["a.bin"]
    assert "b.bin" not in (venv.packages / "pack-1.0.dist-info" / "RECORD").read_text()
    project.manifest(chosen.replace(', "*.dist-info/*"', ""))
    refused = run("sync", "--python", str(venv.folder))
    assert refused.code == 2
    assert "add '*.dist-info/*' to `include:`" in refused.stderr
    assert run("sync").code == 0, "the view needs no such papers"


def test_two_models_that_want_parts_of_one_wheel_get_one_package(
    project: Project, run: Run, venv: Environment, index: PackageIndex
) -> None:
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/a.bin": b"a", "pack/b.bin": b"b"}))
    project.manifest(
        """
        models:
          one: {source: pypi:pack, files: {include: ["pack/a.bin", "*.dist-info/*"]}}
          two: {source: pypi:pack, files: {include: ["pack/b.bin"]}, optional: true}
        """
    )
    result = run("sync", "--python", str(venv.folder), "--json")
    (one,) = result.document["python"]["distributions"]
    assert one["models"] == ["one", "two"]
    assert sorted(place.name for place in (venv.packages / "pack").iterdir()) == ["a.bin", "b.bin"]
