"""What was decided to go goes, if it is still what was seen; no link is a way, and no empty folder is left."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.pruning import Leaving, Pruning, Seen
from resolver.files.inventory import look
from resolver.stages.discard import discard

COMMIT = "c" * 40
MAIN = "hub/name/refs/main"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "view"


def put(root: Path, path: str, content: bytes = b"old") -> Path:
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def going(root: Path, *paths: str, references: tuple[str, ...] = (), gone: tuple[str, ...] = ()) -> Pruning:
    """What would go, as it lies there now."""
    files = []
    for path in paths:
        seen = look(root / path)
        assert seen is not None
        files.append(Leaving(path, "home", seen, "old"))
    return Pruning(tuple(files), dict.fromkeys(references, COMMIT), gone, ())


def left(root: Path) -> list[str]:
    return sorted(one.relative_to(root).as_posix() for one in root.rglob("*"))


def test_files_and_references_go_with_the_folders_that_they_leave_empty(root: Path) -> None:
    put(root, "hub/name/snapshots/c/a/model.bin")
    put(root, MAIN, COMMIT.encode())
    put(root, "hub/other/x")
    pruning = going(root, "hub/name/snapshots/c/a/model.bin", references=(MAIN,))
    assert discard(pruning, root) == pruning
    assert left(root) == ["hub", "hub/other", "hub/other/x"]


def test_the_view_itself_stays(root: Path) -> None:
    put(root, "x")
    discard(going(root, "x"), root)
    assert left(root) == []


@pytest.mark.parametrize("how", ["content", "time", "another", "link", "folder"])
def test_what_was_changed_meanwhile_stays(root: Path, how: str) -> None:
    place = put(root, "a/x")
    pruning = going(root, "a/x")
    if how == "content":
        place.write_bytes(b"something else")
    elif how == "time":
        os.utime(place, ns=(1, 1))
    else:
        place.unlink()
        if how == "another":
            place.write_bytes(b"old")
        elif how == "link":
            place.symlink_to("y")
        else:
            place.mkdir()
        os.utime(place, ns=(2, 2), follow_symlinks=False)
    done = discard(pruning, root)
    assert done.files == ()
    assert [(one.path, one.because) for one in done.staying] == [("a/x", "changed meanwhile")]
    assert left(root) == ["a", "a/x"]


def test_what_went_meanwhile_is_gone(root: Path) -> None:
    place = put(root, "a/x")
    pruning = going(root, "a/x")
    place.unlink()
    assert discard(pruning, root) == pruning
    assert left(root) == []


def test_a_reference_that_says_something_else_stays(root: Path) -> None:
    put(root, MAIN, b"d" * 40)
    done = discard(Pruning((), {MAIN: COMMIT}, (), ()), root)
    assert done.references == {}
    assert (root / MAIN).exists()


@pytest.mark.parametrize("inner", [True, False])
def test_a_folder_that_became_a_link_leads_nowhere(root: Path, *, inner: bool) -> None:
    put(root, "a/b/x")
    pruning = replace(going(root, "a/b/x"), gone=("a/b/gone/y",), references={"a/b/refs/main": COMMIT})
    target = root / "elsewhere" if inner else root.parent / "outside"
    (root / "a" / "b").rename(target)
    (target / "gone").mkdir()
    put(target, "refs/main", COMMIT.encode())
    (root / "a" / "b").symlink_to(target)
    done = discard(pruning, root)
    assert (done.files, done.references) == ((), {})
    assert (target / "x").read_bytes() == b"old"
    assert (target / "gone").is_dir()
    assert (target / "refs" / "main").exists()


def test_what_cannot_be_removed_is_said_and_the_others_go(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, "a/stuck")
    put(root, "a/x")
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002  # as pathlib has it
        if path.name == "stuck":
            raise PermissionError(1, "Operation not permitted")
        unlink(path, missing_ok)

    pruning = going(root, "a/stuck", "a/x")
    monkeypatch.setattr(Path, "unlink", refuse)
    done = discard(pruning, root)
    assert [one.path for one in done.files] == ["a/x"]
    assert done.failed == {"a/stuck": "Operation not permitted"}
    assert done.staying == ()


def test_names_of_the_same_bytes_go_together(root: Path) -> None:
    os.link(put(root, "a/x"), root / "a" / "y")
    pruning = going(root, "a/x", "a/y")
    assert discard(pruning, root) == pruning
    assert left(root) == []


def test_references_go_first_and_bytecode_before_its_module(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, cached = "python/pack/Old.py", "python/pack/__pycache__/Old.cpython-311.pyc"
    for path in (module, cached):
        put(root, path)
    put(root, MAIN, COMMIT.encode())
    order: list[str] = []
    unlink = Path.unlink

    def noted(path: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002  # as pathlib has it
        order.append(path.name)
        unlink(path, missing_ok)

    pruning = going(root, module, cached, references=(MAIN,))
    monkeypatch.setattr(Path, "unlink", noted)
    discard(pruning, root)
    assert order == ["main", "Old.cpython-311.pyc", "Old.py"]


def test_empty_folders_of_what_was_gone_before_go_too(root: Path) -> None:
    (root / "python" / "pack" / "__pycache__").mkdir(parents=True)
    discard(Pruning((), {}, ("python/pack/old.py", "hub/never/there"), ()), root)
    assert left(root) == []


def test_what_a_killed_placing_left_beside_it_goes_too(root: Path) -> None:
    put(root, "a/x")
    put(root, "a/.0123456789abcdef0123456789abcdef.placing")
    put(root, f"{MAIN}", COMMIT.encode())
    put(root, "hub/name/refs/.main.a1b2c3d4.tmp")
    put(root, "b/.0123456789abcdef0123456789abcdef.placing")
    discard(going(root, "a/x", references=(MAIN,)), root)
    assert left(root) == ["b", "b/.0123456789abcdef0123456789abcdef.placing"]


def test_a_stranger_keeps_its_folder(root: Path) -> None:
    put(root, "a/b/x")
    put(root, "a/b/theirs")
    discard(going(root, "a/b/x"), root)
    assert left(root) == ["a", "a/b", "a/b/theirs"]


def test_names_become_fewer_while_it_works(root: Path) -> None:
    place = put(root, "a/x")
    os.link(place, root.parent / "blob")
    pruning = going(root, "a/x")
    (root.parent / "blob").unlink()
    assert discard(pruning, root).files == pruning.files


def test_a_view_that_is_not_there_is_no_error(root: Path) -> None:
    pruning = Pruning((Leaving("a/x", "a", Seen(1, 1, 1, 1), "old"),), {}, ("a/y",), ())
    assert discard(pruning, root).files == pruning.files


@pytest.mark.parametrize("how", ["stuck", "changed"])
def test_a_module_stays_with_its_bytecode(root: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    module, cached = "python/pack/old.py", "python/pack/__pycache__/old.cpython-311"
    paths = [f"{cached}.opt-1.pyc", f"{cached}.pyc", module]
    for path in paths:
        put(root, path)
    pruning = going(root, *paths)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:  # noqa: FBT001, FBT002  # as pathlib has it
        if path.name.endswith("opt-1.pyc"):
            raise PermissionError(1, "Operation not permitted")
        unlink(path, missing_ok)

    if how == "stuck":
        monkeypatch.setattr(Path, "unlink", refuse)
    else:
        (root / paths[0]).write_bytes(b"compiled again")
    done = discard(pruning, root)
    assert [one.path for one in done.files] == [paths[1]]
    stays = {one.path for one in done.staying} if how == "changed" else done.failed.keys()
    assert stays == {paths[0], module}
