"""What lies in an environment: whose it is, what a RECORD names, and what may not be removed."""

import os
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError
from resolver.domain.installation import Distribution, Installed
from resolver.environments.ground import temporary_name
from resolver.environments.look import look
from tests.unit.environments.sites import Site, made

OLD = {"pack/__init__.py": b"old\n", "pack/w.bin": b"old weights"}


def looked(site: Site) -> Installed:
    return look(site.environment, [site.form(made())])


def own(site: Site) -> Distribution:
    """What is installed under the wheel's name."""
    (found,) = looked(site).distributions["pack"]
    return found


def objections(site: Site) -> str:
    return " · ".join(own(site).objections).replace(f"{site.prefix}/", "")


def test_nothing_is_there(site: Site) -> None:
    found = looked(site)
    assert found.distributions == {"pack": ()}
    assert set(found.seen.values()) == {None}
    assert not found.owners


def test_a_package_of_pip_is_known_with_all_its_files(site: Site) -> None:
    info = site.pip("pack", "0.9", OLD)
    site.put("pack-0.9.dist-info/unrecorded.txt")
    found = own(site)
    assert (found.name, found.version, found.installer, found.editable) == ("pack", "0.9", "pip", False)
    assert (found.folder, found.record) == (str(info), str(info / "RECORD"))
    assert {Path(place).relative_to(site.packages).as_posix() for place in found.files} == {
        *OLD,
        *(f"pack-0.9.dist-info/{one}" for one in ("METADATA", "INSTALLER", "RECORD", "unrecorded.txt")),
    }
    assert found.objections == ()


def test_what_is_named_and_not_there_is_no_file_of_it(site: Site) -> None:
    site.pip("pack", "0.9", OLD, record="pack/gone.py,,\n")
    found = own(site)
    assert str(site.packages / "pack/gone.py") in found.named - found.files


def test_what_python_compiled_goes_with_its_module(site: Site) -> None:
    site.pip("pack", "0.9", OLD)
    compiled = [site.put(f"pack/__pycache__/__init__.{tag}.pyc") for tag in ("cpython-312", "cpython-312.opt-1")]
    stranger = site.put("pack/__pycache__/other.cpython-312.pyc")
    files = own(site).files
    assert {str(one) for one in compiled} <= files
    assert str(stranger) not in files


@pytest.mark.parametrize("name", ["Pack", "PACK"])
def test_names_are_compared_as_packages_are(site: Site, name: str) -> None:
    site.pip(name, "0.9", OLD)
    assert own(site).version == "0.9"


def test_a_package_goes_by_what_its_metadata_says_too(site: Site) -> None:
    site.pip("other", "0.9", OLD)
    site.put("other-0.9.dist-info/METADATA", "Name: pack\n\nName: third\n")
    assert own(site).folder == str(site.packages / "other-0.9.dist-info")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"Version: 1\n\nName: other\n"])
def test_where_metadata_names_nobody_the_folder_does(site: Site, content: bytes) -> None:
    site.pip("pack", "0.9", OLD)
    site.put("pack-0.9.dist-info/METADATA", content)
    assert own(site).name == "pack"


@pytest.mark.parametrize("name", ["pack-0.9-py3.12.egg-info", "pack.egg-link", "pack-0.9.egg-info/PKG-INFO"])
def test_what_older_tools_installed_has_no_record(site: Site, name: str) -> None:
    site.put(name, "Name: pack\nVersion: 0.9\n")
    assert own(site).record is None


def test_a_record_that_is_a_link_is_none(site: Site, tmp_path: Path) -> None:
    info = site.pip("pack", "0.9", OLD)
    (tmp_path / "elsewhere").write_text("pack/w.bin,,\n")
    (info / "RECORD").unlink()
    (info / "RECORD").symlink_to(tmp_path / "elsewhere")
    assert own(site).record is None


@pytest.mark.parametrize(
    ("direct_url", "editable"),
    [
        ('{"url": "file:///x", "dir_info": {"editable": true}}', True),
        ('{"url": "file:///x", "dir_info": {}}', False),
        ('{"url": "https://x", "archive_info": {}}', False),
        ('{"dir_info": 1}', False),
        ("[]", False),
        ("nonsense", False),
    ],
)
def test_an_editable_package_is_known(site: Site, direct_url: str, editable: object) -> None:
    site.pip("pack", "0.9", OLD)
    site.put("pack-0.9.dist-info/direct_url.json", direct_url)
    assert own(site).editable is editable


@pytest.mark.parametrize("leftovers", [0, 2])
def test_a_folder_in_which_a_kill_left_nothing_is_no_package(site: Site, leftovers: int) -> None:
    folder = site.packages / "pack-1.0.dist-info"
    folder.mkdir()
    for _ in range(leftovers):
        folder.joinpath(temporary_name()).write_bytes(b"half")
    found = looked(site)
    assert found.distributions == {"pack": ()}
    assert found.hollow == {"pack": (str(folder),)}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("../../../../outside.txt,,", "which lies neither in site-packages nor in the folder of scripts"),
        ("/etc/passwd,,", "which lies neither in site-packages nor"),
        ("../../../pyvenv.cfg,,", "which lies neither in site-packages nor"),
        ("../os.py,,", "which lies neither in site-packages nor"),
        (".,,", "which lies neither in site-packages nor"),
        ("pack/..,,", "which lies neither in site-packages nor"),
        ("../../../bin/python,,", "bin/python is a part of the environment itself"),
        ("../../../bin/Python3.12,,", "is a part of the environment itself"),
        ("../../../bin/activate,,", "is a part of the environment itself"),
        ("other-1.0.dist-info/METADATA,,", "other-1.0.dist-info/METADATA is of another distribution"),
        ("old.egg-info/PKG-INFO,,", "is of another distribution"),
        ("pack,,", "pack is no regular file"),
        ("linked/data.bin,,", "linked is a link"),
        ("link.py,,", "link.py is a link"),
        ("pack/w.bin/x,,", "pack/w.bin is no folder"),
        ("pipe,,", "pipe is no regular file"),
        ("a\0b,,", "which lies neither"),
        ('"open', "cannot be read"),
    ],
)
def test_a_hostile_record_names_nothing_that_may_be_removed(site: Site, tmp_path: Path, row: str, reason: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "data.bin").write_bytes(b"precious")
    (site.packages / "linked").symlink_to(tmp_path / "elsewhere")
    (site.packages / "link.py").symlink_to(tmp_path / "elsewhere" / "data.bin")
    os.mkfifo(site.packages / "pipe")
    site.pip("other", "1.0", {"other.py": b"1"})
    site.pip("pack", "0.9", OLD, record=f"{row}\n" if row != '"open' else '"open' + "x" * 200_000)
    assert reason in objections(site)
    before = site.files()
    assert site.refusals(made())
    assert site.files() == before


@pytest.mark.parametrize("row", ["../../../bin/tool,,", "pack/./w.bin,,", "pack//w.bin,,", "{packages}/pack/w.bin,,"])
def test_a_record_may_name_its_files_in_its_own_way(site: Site, row: str) -> None:
    site.put("../../../bin/tool", "#!python\n")
    site.pip("pack", "0.9", OLD, record=row.format(packages=site.packages) + "\n")
    assert objections(site) == ""


def test_a_dist_info_that_is_a_link_is_left_alone(site: Site, tmp_path: Path) -> None:
    info = site.pip("pack", "0.9", OLD)
    info.rename(tmp_path / "info")
    info.symlink_to(tmp_path / "info")
    assert "is a link" in objections(site)


@pytest.mark.parametrize(
    "row", ["pack/w.bin", "./pack/w.bin", "pack//w.bin", "x/../pack/w.bin", "{packages}/pack/w.bin"]
)
def test_whose_a_place_is_is_found_however_it_is_written(site: Site, row: str) -> None:
    site.pip("other", "1.0", {}, record=row.format(packages=site.packages) + ",,\n")
    place = str(site.packages / "pack/w.bin")
    assert [one.title for one in looked(site).owners[place]] == ["other 1.0"]
    assert looked(site).others(place, "pack") == ("other 1.0",)


def test_of_another_s_broken_record_what_comes_before_counts(site: Site) -> None:
    site.pip("other", "1.0", {"pack/w.bin": b"theirs"}, record='"open' + "x" * 200_000)
    assert looked(site).owners[str(site.packages / "pack/w.bin")]


def test_a_place_behind_a_link_is_blocked(site: Site, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (site.packages / "pack").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "w.bin").write_bytes(b"weights")
    found = looked(site)
    assert found.blocked[str(site.packages / "pack/w.bin")] == f"{site.packages}/pack is a link"
    assert found.seen[str(site.packages / "pack/w.bin")] is None


def test_what_lies_at_a_place_is_told(site: Site) -> None:
    site.put("pack/__init__.py", b"1\n")
    site.put("pack/w.bin", b"other w")
    site.put("pack-1.0.dist-info/METADATA", b"short")
    (site.packages / "pack-1.0.dist-info/WHEEL").mkdir()
    (site.packages / "pack-1.0.dist-info/INSTALLER").symlink_to("/etc/passwd")
    form = site.form(made())
    found = look(site.environment, [form])
    seen = {Path(place).name: text for place, text in found.seen.items()}
    right = {Path(piece.place).name for piece in form.all_pieces if found.is_right(piece)}
    assert right == {"__init__.py"}
    assert (seen["METADATA"], seen["WHEEL"], seen["INSTALLER"], seen["RECORD"]) == (
        "5 bytes",
        "a folder",
        "a link",
        None,
    )


def test_strangers_are_files_beside_the_package_s_that_nobody_names(site: Site) -> None:
    site.pip("other", "1.0", {"pack/theirs.py": b"1"})
    site.put("pack/__init__.py")
    site.put("pack/__pycache__/__init__.cpython-312.pyc")
    site.put("pack/__pycache__/theirs.cpython-312.pyc.140234")
    orphan = site.put("pack/__pycache__/x.cpython-312.pyc")
    site.put(f"pack/{temporary_name()}")
    stranger = site.put("pack/sub/evil.py")
    site.put("nobody.py")
    assert looked(site).strangers == {"pack": (str(orphan), str(stranger))}


def test_a_folder_that_cannot_be_read_is_the_disk_s_error(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied", str(site.packages))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DiskError, match="Permission denied"):
        looked(site)
