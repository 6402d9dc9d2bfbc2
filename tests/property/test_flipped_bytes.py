"""A byte that is another one, anywhere in a placed file, is found by reading everything."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.plan import State
from resolver.domain.view import View
from resolver.files.digest import PIECE
from resolver.stages.place import place
from resolver.stages.survey import Reading, glance, read_everything
from tests.unit.domain.values import file, placement, view

SIZES = [1, 7, 4096, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5]


def placed(folder: Path, *contents: bytes) -> tuple[View, Path]:
    """A view of these contents, placed as copies."""
    root, blobs = folder / "view", folder / "blobs"
    blobs.mkdir(parents=True)
    wanted = view(*(placement(f"hub/{n}.bin", file(f"{n}.bin", one)) for n, one in enumerate(contents)))
    for one, content in zip(wanted.placements.values(), contents, strict=True):
        (blobs / one.file.sha256).write_bytes(content)
    place(list(wanted.placements.values()), root, lambda one: blobs / one.sha256, ("copy",))
    assert {one.state for one in read_everything(wanted, root, Reading(2)).files.values()} == {State.PRESENT}
    return wanted, root


def flip(path: Path, at: int, with_: int = 0xFF) -> None:
    """One byte, in place, so that size and time stay."""
    before = path.stat()
    with path.open("r+b") as stream:
        stream.seek(at)
        old = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes([old ^ with_]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("size", SIZES)
def test_a_flip_at_the_edges_of_files_and_pieces_is_found(tmp_path: Path, size: int) -> None:
    wanted, root = placed(tmp_path, bytes(size), b"neighbour")
    path = root / "hub" / "0.bin"
    for at in sorted({0, size // 2, size - 1, PIECE - 1, PIECE, PIECE + 1} & set(range(size))):
        flip(path, at)
        found = read_everything(wanted, root, Reading(2)).files
        assert (found["hub/0.bin"].state, found["hub/1.bin"].state) == (State.DAMAGED, State.PRESENT)
        flip(path, at)
    assert read_everything(wanted, root, Reading(2)).files["hub/0.bin"].state is State.PRESENT


def test_a_thousand_flips_at_random_are_all_found(tmp_path: Path) -> None:
    dice = random.Random(20261122)  # noqa: S311  # repeatable, not secret
    content = dice.randbytes(200_000)
    wanted, root = placed(tmp_path, content)
    path = root / "hub" / "0.bin"
    for _ in range(1000):
        at, with_ = dice.randrange(len(content)), 1 << dice.randrange(8)
        flip(path, at, with_)
        assert read_everything(wanted, root, Reading(1)).files["hub/0.bin"].state is State.DAMAGED
        flip(path, at, with_)


@settings(deadline=None, max_examples=150)
@given(st.binary(min_size=1, max_size=300), st.data())
def test_any_change_of_any_file_is_found(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    wanted, root = placed(tmp_path_factory.mktemp("flips"), content)
    path = root / "hub" / "0.bin"
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    other = content[:start] + data.draw(st.binary(max_size=4)) + content[end:]
    path.write_bytes(other)
    right = State.PRESENT if other == content else State.DAMAGED
    assert read_everything(wanted, root, Reading(1)).files["hub/0.bin"].state is right
    assert glance(wanted, root, {}).files["hub/0.bin"].state is right
