"""One at a time where the system helps, and never in the way where it does not."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from resolver.files import turns
from resolver.files.turns import is_free, turn

HOLD = """
import sys
from resolver.files.turns import turn
with turn(__import__("pathlib").Path(sys.argv[1]), lambda: None):
    print("mine", flush=True)
    sys.stdin.readline()
"""


class EndOfPatienceError(Exception):
    pass


def no_wait() -> NoReturn:
    raise EndOfPatienceError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.lock"


@pytest.fixture
def held(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process has it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "mine\n"
    yield process
    process.kill()
    process.communicate()


def test_nobody_waits_for_nobody_and_nothing_is_left(path: Path) -> None:
    with turn(path, no_wait) as waited:
        assert path.exists()
        assert not waited
    assert not path.exists()


def test_who_comes_second_waits_until_the_first_is_done(path: Path, held: "subprocess.Popen[str]") -> None:
    def wait() -> None:
        assert held.stdin is not None
        if held.poll() is None:
            held.stdin.write("\n")
            held.stdin.flush()
            held.wait()

    with turn(path, wait) as waited:
        assert waited
    assert not path.exists()


def test_a_wait_can_be_ended(path: Path, held: "subprocess.Popen[str]") -> None:
    with pytest.raises(EndOfPatienceError), turn(path, no_wait):
        pass
    assert held.poll() is None
    assert path.exists()


def test_a_process_that_was_killed_holds_nothing(path: Path, held: "subprocess.Popen[str]") -> None:
    assert not is_free(path)
    held.kill()
    held.wait()
    assert path.exists()
    assert is_free(path)
    assert not path.exists()


def test_threads_of_one_process_take_turns_too(path: Path) -> None:
    inside = []

    def work() -> None:
        with turn(path, lambda: threading.Event().wait(0.001)):
            inside.append("in")
            threading.Event().wait(0.002)
            inside.append("out")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == ["in", "out"] * 8


def test_a_lock_on_a_file_that_lost_its_name_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = turns._lock
    names: list[Path] = []

    def late(handle: int) -> bool:
        if not names:
            names.append(path)
            path.unlink()
            path.write_bytes(b"of somebody else")
        return lock(handle)

    monkeypatch.setattr(turns, "_lock", late)
    with turn(path, lambda: None) as waited:
        assert waited, "the first lock was on a file that nobody else can find"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL])
def test_where_there_are_no_locks_everything_goes_on_without(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_: int) -> bool:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(turns, "_lock", refuse)
    with turn(path, no_wait) as waited, turn(path, no_wait):
        assert not waited


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_where_the_file_cannot_be_made_everything_goes_on_without(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", refuse)
    with turn(path, no_wait):
        pass
    assert is_free(path)


def test_what_is_planted_in_its_place_is_neither_followed_nor_truncated(path: Path) -> None:
    precious = path.with_name("precious")
    precious.write_bytes(b"mine")
    plants: tuple[Callable[[], None], ...] = (
        lambda: path.symlink_to(precious),
        lambda: os.mkfifo(path),
        lambda: os.link(precious, path),
    )
    for plant in plants:
        plant()
        with turn(path, no_wait):
            assert path.is_file()
            assert not path.is_symlink()
    path.mkdir()
    with turn(path, no_wait):
        pass
    assert precious.read_bytes() == b"mine"
    assert path.is_dir()
