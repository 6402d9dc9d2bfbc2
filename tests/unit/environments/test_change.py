"""Installing: what is written, what goes, what stays, and why nothing may be done."""

import os
import stat
from io import BytesIO
from pathlib import Path

import pytest

from resolver.domain.errors import DiskError, MismatchError
from resolver.domain.installation import Piece
from resolver.environments.change import change
from resolver.environments.ground import temporary_name
from tests.unit.environments.sites import Site, digest, made, recorded

INFO = "pack-1.0.dist-info"
OLD = {"pack/__init__.py": b"old\n", "pack/old.py": b"gone\n", "pack/w.bin": b"old weights"}
RUN = "[console_scripts]\npack-run = pack:main\n"


def test_a_wheel_is_installed_and_then_present(site: Site) -> None:
    one = made(papers={"entry_points.txt": RUN})
    assert site.install(one) == ["installed"]
    papers = ("INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL", "entry_points.txt")
    named = {"../../../bin/pack-run", "pack/__init__.py", "pack/w.bin", *(f"{INFO}/{name}" for name in papers)}
    assert (set(recorded(site, INFO)), len(recorded(site, INFO))) == (named, len(named))
    before = site.files()
    assert before["lib/python3.12/site-packages/pack/w.bin"] == b"weights"
    assert site.install(one) == ["present"]
    assert site.files() == before
    assert sum(site.told) == sum(len(content) for path, content in before.items() if path != "bin/python")


def test_files_have_the_modes_that_every_new_file_has(site: Site) -> None:
    before = os.umask(0o027)
    try:
        site.install(made(papers={"entry_points.txt": RUN}))
    finally:
        os.umask(before)
    assert stat.S_IMODE((site.packages / "pack/w.bin").stat().st_mode) == 0o640
    assert stat.S_IMODE((site.prefix / "bin/pack-run").stat().st_mode) == 0o750


def test_another_version_is_replaced_and_what_is_not_wanted_goes(site: Site) -> None:
    site.put("../../../bin/old-run", "#!python\n")
    site.pip("pack", "0.9", OLD, record="../../../bin/old-run,,\npack/sub/gone.py,,\n")
    site.put("pack/__pycache__/old.cpython-312.pyc")
    assert site.install(made()) == ["replaced"]
    fresh = Site(site.prefix.with_name("fresh"))
    fresh.install(made())
    assert {path for path in site.files() if path != "bin/python"} == set(fresh.files())
    assert not (site.packages / "pack-0.9.dist-info").exists()
    assert not (site.packages / "pack/__pycache__").exists()


def test_other_packages_stay_byte_for_byte(site: Site) -> None:
    site.pip("other", "1.0", {"pack/theirs.py": b"theirs\n", "other.py": b"1"}, record="../../../bin/other,,\n")
    site.put("../../../bin/other", "#!python\n")
    site.pip("pack", "0.9", OLD)
    site.put("pack/nobody.txt", "somebody's notes")
    gone = {f"lib/python3.12/site-packages/{path}" for path in OLD}
    kept = {path: body for path, body in site.files().items() if path not in gone and "pack-0.9" not in path}
    site.install(made())
    assert kept.items() <= site.files().items()
    assert len(kept) == 8


def test_the_same_version_with_other_bytes_is_replaced(site: Site) -> None:
    site.pip("pack", "1.0", OLD)
    assert site.install(made()) == ["replaced"]
    assert (site.packages / INFO / "INSTALLER").read_text() == "models-lock\n"
    assert site.install(made()) == ["present"]


def pip_installed(site: Site, *without: str, more: str = "") -> None:
    """The wheel of `made`, as pip would have installed it."""
    one = made(papers={"entry_points.txt": RUN})
    bodies = {file.path: one.contents[file.sha256] for file in one.locked.files if not file.path.endswith("RECORD")}
    kept = {path: body for path, body in bodies.items() if path not in without}
    site.put("../../../bin/pack-run", "#!python\nprint('as pip writes it')\n")
    site.pip("pack", "1.0", {}, record=f"../../../bin/pack-run,,\n{INFO}/REQUESTED,,\n{more}")
    rows = site.packages.joinpath(INFO, "RECORD")
    rows.write_text(rows.read_text() + "".join(f"{path},{digest(body)},{len(body)}\n" for path, body in kept.items()))
    for path, body in bodies.items():
        site.put(path, body)
    site.put(f"{INFO}/REQUESTED", "")


def test_what_pip_installed_with_the_same_bytes_is_left_alone(site: Site) -> None:
    pip_installed(site, more="pack/__pycache__/__init__.cpython-312.pyc,,\n")
    before = site.files()
    assert site.install(made(papers={"entry_points.txt": RUN})) == ["present"]
    assert site.files() == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda site: site.put("pack/w.bin", b"flipped"),
        lambda site: site.put("pack/w.bin", b"short"),
        lambda site: (site.packages / "pack/__init__.py").unlink(),
        lambda site: (site.prefix / "bin/pack-run").unlink(),
        lambda site: pip_installed(site, "pack/w.bin"),
        lambda site: pip_installed(site, more="pack/more.py,,\n"),
    ],
)
def test_what_pip_installed_with_anything_else_is_replaced(site: Site, spoil: object) -> None:
    pip_installed(site)
    spoil(site)  # type: ignore[operator]
    one = made(papers={"entry_points.txt": RUN})
    assert site.install(one) == ["replaced"]
    assert site.install(one) == ["present"]
    assert b"from pack import main" in (site.prefix / "bin/pack-run").read_bytes()


@pytest.mark.parametrize("spoiled", ["pack/w.bin", f"{INFO}/RECORD", f"{INFO}/INSTALLER", f"{INFO}/METADATA"])
@pytest.mark.parametrize("how", ["flip", "remove"])
def test_what_is_spoiled_of_ours_is_made_right_again(site: Site, spoiled: str, how: str) -> None:
    site.install(made())
    right, untouched = site.files(), (site.packages / "pack/__init__.py").stat().st_ino
    place = site.packages / spoiled
    if how == "remove":
        place.unlink()
    else:
        place.write_bytes(place.read_bytes()[:-1] + b"?")
    if spoiled.endswith("RECORD"):
        assert len(site.refusals(made())) == (1 if how == "remove" else 0)
        return
    if how == "flip" and spoiled.endswith("INSTALLER"):
        assert site.install(made()) == ["present"], "another installer's package with the same files"
        return
    assert site.install(made()) == ["repaired"]
    assert site.files() == right
    assert (site.packages / "pack/__init__.py").stat().st_ino == untouched, "what is right is not written again"


def test_a_narrower_filter_takes_files_away_and_a_wider_one_brings_them_back(site: Site) -> None:
    site.install(made())
    whole = site.files()
    narrow = made().without("pack/w.bin")
    assert site.install(narrow) == ["repaired"]
    assert "lib/python3.12/site-packages/pack/w.bin" not in site.files()
    assert "pack/w.bin" not in recorded(site, INFO)
    assert site.install(made()) == ["repaired"]
    assert site.files() == whole


def test_two_installations_of_one_name_become_one(site: Site) -> None:
    site.pip("pack", "0.8", {"pack/__init__.py": b"oldest\n"})
    site.pip("pack", "0.9", OLD)
    (found,) = site.plan(made())
    assert found.replaces == ("0.8", "0.9")
    site.install(made())
    assert sorted(one.name for one in site.packages.iterdir()) == ["pack", INFO]


def test_right_files_that_nobody_names_are_taken_over(site: Site) -> None:
    site.put("pack/w.bin", b"weights")
    inode = (site.packages / "pack/w.bin").stat().st_ino
    assert site.install(made()) == ["installed"]
    assert (site.packages / "pack/w.bin").stat().st_ino == inode
    assert "pack/w.bin" in recorded(site, INFO)


def test_other_files_that_nobody_names_are_in_the_way(site: Site) -> None:
    site.put("pack/w.bin", b"precious")
    before = site.files()
    assert site.refusals(made()) == ["lib/python3.12/site-packages/pack/w.bin is there and belongs to no package"]
    assert site.files() == before


@pytest.mark.parametrize("body", [b"theirs", b"weights"])
def test_a_file_of_another_package_is_in_the_way_whatever_it_holds(site: Site, body: bytes) -> None:
    site.pip("other", "2.0", {"pack/w.bin": body})
    assert site.refusals(made()) == ["lib/python3.12/site-packages/pack/w.bin belongs to other 2.0"]


def test_an_old_version_that_shares_a_file_is_not_taken_away(site: Site) -> None:
    site.pip("pack", "0.9", {**OLD, "tests/__init__.py": b""})
    site.pip("other", "2.0", {"tests/__init__.py": b""})
    (text,) = site.refusals(made())
    assert text == (
        "pack 0.9: its RECORD names lib/python3.12/site-packages/tests/__init__.py, which belongs to other 2.0 too"
    )


def test_an_editable_package_and_one_without_record_are_left_alone(site: Site) -> None:
    info = site.pip("pack", "0.9", OLD)
    site.put("pack-0.9.dist-info/direct_url.json", '{"dir_info": {"editable": true}}')
    assert "pack 0.9 is installed as editable: its files are somebody's work" in site.refusals(made())
    (info / "direct_url.json").unlink()
    (info / "RECORD").unlink()
    assert "pack 0.9 is installed without a RECORD, so that nobody knows its files" in site.refusals(made())


def test_what_cannot_be_reached_is_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (site.packages / "pack").symlink_to(tmp_path / "elsewhere")
    assert site.refusals(made()) == [
        f"lib/python3.12/site-packages/pack/{name} cannot be reached: lib/python3.12/site-packages/pack is a link"
        for name in ("__init__.py", "w.bin")
    ]


@pytest.mark.parametrize("name", ["python", "pack-run"])
def test_a_script_never_takes_the_place_of_what_is_there(site: Site, name: str) -> None:
    site.put("../../../bin/pack-run", "#!/bin/sh\n")
    one = made(papers={"entry_points.txt": f"[console_scripts]\n{name} = pack:main\n"})
    assert site.refusals(one) == [f"bin/{name} is there and belongs to no package"]


def test_two_wheels_that_want_one_place_or_one_name_are_refused(site: Site) -> None:
    first, second = made("one", files={"shared.py": b"1"}), made("two", files={"shared.py": b"1"})
    assert site.refusals(first, second) == [
        "lib/python3.12/site-packages/shared.py would belong to two 1.0 too",
        "lib/python3.12/site-packages/shared.py would belong to one 1.0 too",
    ]
    older = made("one", "0.9", files={"other.py": b"1"})
    assert "pypi:one@* is selected too, as one 0.9: one name is one package" in site.refusals(first, older)


def test_wrong_bytes_never_get_a_name_and_the_next_run_goes_on(site: Site) -> None:
    one = made()
    (found,) = site.plan(one)

    def opened(piece: Piece) -> BytesIO:
        body = one.contents[piece.sha256]
        return BytesIO(b"x" * len(body) if body == b"weights" else body)

    with pytest.raises(MismatchError, match=r"pack/w\.bin: expected sha256"):
        change(found, site.environment, opened, site.told.append)
    assert not (site.packages / "pack/w.bin").exists()
    assert not [path for path in site.files() if path.endswith(".models-lock")]
    assert site.install(one) == ["repaired"]
    assert site.install(one) == ["present"]


def test_a_folder_that_became_a_link_meanwhile_is_not_written_through(site: Site, tmp_path: Path) -> None:
    (found,) = site.plan(made())
    (tmp_path / "elsewhere").mkdir()
    (site.packages / "pack").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DiskError, match="is a link"):
        change(found, site.environment, lambda piece: BytesIO(made().contents[piece.sha256]), site.told.append)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_a_kill_left_unnamed_is_swept(site: Site) -> None:
    site.install(made())
    right = site.files()
    site.put("pack/w.bin", b"flipped")
    for folder in ("pack", INFO):
        site.put(f"{folder}/{temporary_name()}")
    site.install(made())
    assert site.files() == right


def test_a_folder_in_which_a_kill_left_nothing_is_used_or_goes(site: Site) -> None:
    for name in (INFO, "pack-0.9.dist-info"):
        site.put(f"{name}/{temporary_name()}")
    assert site.install(made()) == ["installed"]
    assert sorted(one.name for one in site.packages.iterdir()) == ["pack", INFO]
    (site.packages / "pack-0.9.dist-info").mkdir()
    assert site.install(made()) == ["repaired"]
    assert site.install(made()) == ["present"]


def test_a_disk_that_refuses_is_an_error_that_says_where(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (found,) = site.plan(made())
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskError, match="No space left") as caught:
        change(found, site.environment, lambda piece: BytesIO(made().contents[piece.sha256]), site.told.append)
    assert "free some space" in str(caught.value.hint)
    assert not [path for path in site.files() if path != "bin/python"]
