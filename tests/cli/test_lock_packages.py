"""`models lock` of wheels from a package index."""

import os

import pytest

from tests.cli.offers import sha256, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.index import PackageIndex, make_bomb, make_broken_wheel, make_wheel, wheel_filename
from tests.servers.wheels import Flaw

DATA = weights(2_000_000)
FILES = {"pack/__init__.py": b"VERSION = 1\n", "pack/data/model.onnx": DATA}
WHEEL = make_wheel("pack", "1.0", FILES, license="MIT", compress=False)
VAD = "models: {vad: {source: pypi:pack, category: vad}}\n"


def test_a_wheel_is_locked_as_archive_and_members(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    project.manifest(VAD)
    assert run("lock").code == 0
    artifact = project.lock["artifacts"]["pypi:pack@*"]
    assert artifact["archive"] == {"path": wheel_filename("pack", "1.0"), "size": len(WHEEL), "sha256": sha256(WHEEL)}
    assert (artifact["version"], artifact["commit"], artifact["license"]) == ("1.0", None, "mit")
    members = {file["path"]: file for file in artifact["files"]}
    assert members["pack/data/model.onnx"] == {
        "path": "pack/data/model.onnx",
        "size": len(DATA),
        "sha256": sha256(DATA),
    }
    assert set(members) == {*FILES, *(f"pack-1.0.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL"))}


def test_members_are_read_by_ranges_and_the_wheel_is_not_fetched(
    project: Project, run: Run, index: PackageIndex
) -> None:
    index.add("pack", "1.0", WHEEL)
    project.manifest(VAD)
    assert run("lock").code == 0
    assert index.bytes_sent(".whl") < len(WHEEL) // 4
    assert all(request.header("Range") for request in index.requested(".whl"))
    assert not project.store.joinpath("blobs").exists()


def test_without_ranges_the_wheel_is_fetched_into_the_store_once(
    project: Project, run: Run, index: PackageIndex
) -> None:
    index.add("pack", "1.0", WHEEL)
    index.faults = [Fault(".whl", "ignore_range", times=ALWAYS)]
    project.manifest(VAD)
    assert run("lock").code == 0
    assert index.bytes_sent(".whl") < 3 * len(WHEEL)
    index.reset_requests()
    assert run("sync").code == 0
    assert index.bytes_sent(".whl") == 0


def test_a_wheel_is_unpacked_where_python_finds_it(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    project.manifest(VAD)
    assert run("sync").code == 0
    placed = project.placed()
    assert {path: placed[f"python/{path}"] for path in FILES} == FILES
    assert run("path", "vad").stdout.strip() == str(project.view / "python" / "pack")
    assert run("verify").code == 0


def test_globs_choose_members(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    project.manifest(
        """
        models:
          vad:
            source: pypi:pack
            files: {include: ["pack/**", "*.dist-info/METADATA"], exclude: ["**/*.onnx"]}
        """
    )
    assert run("sync").code == 0
    assert set(project.placed()) == {"python/pack/__init__.py", "python/pack-1.0.dist-info/METADATA"}


def test_only_wheels_for_every_machine_are_looked_at(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    index.add("pack", "2.0", b"sdist", filename="pack-2.0.tar.gz")
    index.add("pack", "3.0", WHEEL, filename="pack-3.0-cp311-cp311-manylinux_2_28_x86_64.whl")
    index.add("pack", "4.0", WHEEL, filename="pack-4.0-py2-none-any.whl")
    index.add("pack", "5.0", WHEEL, hashes=False)
    project.manifest(VAD)
    assert run("lock").code == 0
    assert project.pin("pypi:pack@*") == "1.0"


@pytest.mark.parametrize("broken", ["sdist", "nothing"])
def test_a_package_without_a_usable_wheel_is_an_error(
    project: Project, run: Run, index: PackageIndex, broken: str
) -> None:
    if broken == "sdist":
        index.add("pack", "2.0", b"sdist", filename="pack-2.0.tar.gz")
    project.manifest(VAD)
    assert run("lock").code == 3


def test_no_other_index_is_ever_asked(project: Project, run: Run, index: PackageIndex) -> None:
    stub = make_wheel("pack", "999.9.9", FILES)
    index.add("pack", "1.0", WHEEL)
    with PackageIndex() as extra:
        extra.add("pack", "999.9.9", stub)
        extra.add("only-there", "1.0", stub)
        project.manifest(VAD)
        assert run("lock", PIP_EXTRA_INDEX_URL=extra.url).code == 0
        assert project.pin("pypi:pack@*") == "1.0"
        project.manifest("models: {vad: {source: pypi:only-there}}\n")
        assert run("lock", PIP_EXTRA_INDEX_URL=extra.url).code == 3
        assert extra.requests == []


def test_an_extra_index_that_is_ignored_is_said(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    project.manifest(VAD)
    result = run("lock", PIP_EXTRA_INDEX_URL="http://127.0.0.1:1/simple/")
    assert result.code == 0
    assert "extra index" in result.stderr.lower(), "formats.md: extra indexes ignored with a note"


def test_the_index_of_the_model_wins_over_the_configured_one(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    with PackageIndex() as other:
        other.add("pack", "2.0", make_wheel("pack", "2.0", FILES))
        project.manifest(f'models: {{vad: {{source: "pypi:pack", index: "{other.url}"}}}}\n')
        assert run("sync").code == 0
        assert project.pin("pypi:pack@*") == "2.0"
        assert project.lock["artifacts"]["pypi:pack@*"]["index"] == other.url
    assert index.requests == []


def test_the_password_of_an_index_goes_to_its_origin_only_and_is_never_shown(project: Project, run: Run) -> None:
    with PackageIndex(password="ada:canary-5e1f", absolute_urls=True) as index:
        index.add("pack", "1.0", WHEEL)
        project.manifest(VAD)
        said = run("sync", PIP_INDEX_URL=index.url_with_password).text
        said += run("lock", "--upgrade", "--json", PIP_INDEX_URL=index.url_with_password).text
        index.remove("pack", wheel_filename("pack", "1.0"))
        failed = run("lock", "--upgrade", PIP_INDEX_URL=index.url_with_password)
        assert failed.code == 3
        assert {request.header("Authorization") for request in index.requested(origin="files")} == {None}
    written = project.lock_path.read_text() + said + failed.text
    assert "canary" not in written
    assert "ada" not in written


@pytest.mark.parametrize("flaw", ["record_missing", "duplicate", "symlink", "escape"])
def test_a_wheel_that_cannot_be_trusted_is_refused_at_lock(
    project: Project, run: Run, index: PackageIndex, flaw: Flaw
) -> None:
    index.add("pack", "1.0", make_broken_wheel(flaw, "pack"))
    project.manifest(VAD)
    result = run("lock")
    assert result.code == 2, result.stderr
    assert "pack-1.0-py3-none-any.whl" in result.stderr
    assert not project.lock_path.exists()
    assert not any(path.name == "escaped.txt" for path in project.folder.parent.rglob("*"))


def test_a_record_that_lies_is_found_at_sync(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", make_broken_wheel("record_hash", "pack"))
    project.manifest(VAD)
    assert run("lock").code == 0
    result = run("sync")
    assert result.code == 4
    assert "RECORD" in result.stderr
    assert project.placed() == {}


@pytest.mark.parametrize("inflates_to", [10_000, 64 * 1024 * 1024])
def test_a_bomb_is_refused_and_writes_next_to_nothing(
    project: Project, run: Run, index: PackageIndex, inflates_to: int
) -> None:
    index.add("pack", "1.0", make_bomb("pack", "1.0", inflates_to))
    project.manifest(VAD)
    result = run("sync")
    assert result.code in (2, 4), result.stderr
    assert project.placed() == {}
    written = sum(path.stat().st_size for path in project.folder.parent.rglob("*") if path.is_file())
    assert written <= len(make_bomb("pack", "1.0", inflates_to)) + (1 << 20)


@pytest.mark.parametrize("at", [50, 1_000_000, -30], ids=["first member", "weights", "directory"])
def test_a_wheel_that_arrives_damaged_at_lock_is_refused(
    project: Project, run: Run, index: PackageIndex, at: int, waits: list[float]
) -> None:
    wheel = make_wheel("pack", "1.0", FILES)
    index.add("pack", "1.0", wheel)
    index.faults = [Fault(".whl", "flip", times=ALWAYS, after_bytes=at % len(wheel))]
    project.manifest(VAD)
    result = run("sync")
    assert result.code in (2, 3, 4), result.stderr
    assert project.placed() == {}
    assert len(waits) < 20


def test_an_index_that_does_not_speak_json_is_named(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    index.serves_json = False
    project.manifest(VAD)
    result = run("lock")
    assert result.code == 3
    assert "406" in result.stderr or "PEP 691" in result.stderr


def test_pips_configuration_file_names_the_index(
    project: Project, run: Run, index: PackageIndex, waits: list[float]
) -> None:
    index.add("pack", "1.0", WHEEL)
    folder = project.home / ".config" / "pip"
    folder.mkdir(parents=True)
    folder.joinpath("pip.conf").write_text(f"[global]\nindex-url = {index.url}\n")
    project.manifest(VAD)
    assert run("lock", PIP_INDEX_URL="", PIP_CONFIG_FILE="").code == 0
    assert run("lock", "--upgrade", PIP_INDEX_URL="http://127.0.0.1:1/", PIP_CONFIG_FILE=os.devnull).code == 3
    assert waits


def test_a_release_that_was_deleted_is_said_with_what_to_do(project: Project, run: Run, index: PackageIndex) -> None:
    index.add("pack", "1.0", WHEEL)
    project.manifest(VAD)
    assert run("lock").code == 0
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/other.py": b""}))
    result = run("sync")
    assert result.code == 3
    assert sha256(WHEEL)[:12] in result.stderr
    assert project.placed() == {}
