"""Looking into folders that others filled."""

import os
from pathlib import Path

import pytest

from resolver.domain.errors import TooManyError
from resolver.files import looking
from resolver.files.looking import Look, Seen


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.joinpath("a", "deep").mkdir(parents=True)
    folder.joinpath("a", "one").write_bytes(b"12345")
    folder.joinpath("a", "deep", "two").write_bytes(b"123")
    return folder


def test_files_are_listed_with_their_sizes(root: Path) -> None:
    assert Look(root).files("a") == [Seen("deep/two", 3), Seen("one", 5)]
    assert Look(root).folders("") == ["a"]
    assert Look(root).folders("a") == ["deep"]
    assert Look(root).read("a/one", 3) == b"123"


def test_what_is_not_there_is_nothing(root: Path) -> None:
    look = Look(root)
    assert (look.folders("b"), look.files("b"), look.read("b", 1), look.read("a", 1)) == ([], [], b"", b"")
    assert look.files("a/one") == []
    assert look.read("a\0b", 1) == b""


def test_no_link_leads_out(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    outside.joinpath("secret").write_bytes(b"secret")
    root.joinpath("folder").symlink_to(outside)
    root.joinpath("a", "file").symlink_to(outside / "secret")
    root.joinpath("a", "up").symlink_to("../..")
    look = Look(root)
    assert look.folders("") == ["a"]
    assert look.files("folder") == []
    assert look.read("folder/secret", 10) == b""
    assert look.read("a/file", 10) == b""
    assert look.read("../outside/secret", 10) == b""
    assert [one for one in look.files("a") if one.size is None] == [Seen("file", None), Seen("up", None)]


def test_a_link_that_ends_inside_counts(root: Path) -> None:
    root.joinpath("link").symlink_to("a/one")
    assert Look(root).read("link", 10) == b"12345"
    assert Seen("link", 5) in Look(root).files("")


def test_a_circle_of_links_and_a_link_to_nothing_have_no_size(root: Path) -> None:
    root.joinpath("circle").symlink_to("circle")
    root.joinpath("nothing").symlink_to("nowhere")
    assert {one.path for one in Look(root).files("") if one.size is None} == {"circle", "nothing"}


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "a" / "pipe")
    assert Look(root).read("a/pipe", 10) == b""
    assert Seen("pipe", None) in Look(root).files("a")


def test_a_root_that_is_a_link_is_where_it_leads(root: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("link").symlink_to(root)
    assert Look(tmp_path / "link").folders("") == ["a"]


def test_there_is_an_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_ENTRIES", 3)
    assert len(Look(root).files("a")) == 2
    root.joinpath("a", "deep", "three").write_bytes(b"")
    with pytest.raises(TooManyError, match="more than 3 files"):
        Look(root).files("a")
    for name in "1234":
        root.joinpath(name).mkdir()
    with pytest.raises(TooManyError, match="more than 3 entries"):
        Look(root).folders("")
