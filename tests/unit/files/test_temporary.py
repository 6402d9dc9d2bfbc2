"""What a killed writer left is removed, and nothing that somebody still writes or that is no file of ours."""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from resolver.files import temporary
from resolver.files.temporary import Temporary

PATIENCE = 30


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_what_a_killed_process_left_is_removed_by_the_next_writer(tmp_path: Path) -> None:
    code = f"""
import sys, time
from pathlib import Path
from resolver.files.temporary import Temporary
with Temporary(Path({str(tmp_path / "file")!r})) as one:
    one.write(b"half")
    print("written", flush=True)
    time.sleep({PATIENCE})
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    with Temporary(tmp_path / "file"):
        assert len(names(tmp_path)) == 2, "the other one is alive"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(names(tmp_path)) == 1
    with Temporary(tmp_path / "file") as one:
        one.write(b"whole")
        one.publish()
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"whole"


def test_only_what_looks_like_our_own_is_removed(tmp_path: Path) -> None:
    others = [
        ".file.backup.tmp",
        ".file.12345678.tmp.old",
        "file.12345678.tmp",
        ".filed.12345678.tmp",
        ".file.1234567.tmp",
    ]
    for name in others:
        (tmp_path / name).touch()
    (tmp_path / ".file.12345678.tmp").touch()
    (tmp_path / ".file.abcdefgh.tmp").mkdir()
    (tmp_path / ".file.abcd_fgh.tmp").symlink_to("file.12345678.tmp")
    with Temporary(tmp_path / "file"):
        pass
    assert names(tmp_path) == sorted([*others, ".file.abcdefgh.tmp", ".file.abcd_fgh.tmp"])


def test_a_name_is_no_pattern(tmp_path: Path) -> None:
    (tmp_path / ".f+le.12345678.tmp").touch()
    (tmp_path / ".ffle.12345678.tmp").touch()
    with Temporary(tmp_path / "f+le"):
        pass
    assert names(tmp_path) == [".ffle.12345678.tmp"]


def test_who_was_swept_before_the_lock_was_taken_makes_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[str] = []

    def lock(handle: int) -> bool:
        if not swept:
            (name,) = names(tmp_path)
            swept.append(name)
            (tmp_path / name).unlink()
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True

    monkeypatch.setattr(temporary, "_lock", lock)
    with Temporary(tmp_path / "file") as one:
        one.write(b"whole")
        one.publish()
    assert names(tmp_path) == ["file"]
    assert swept


def test_without_locks_everything_works_and_nothing_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> bool:
        raise OSError(38, os.strerror(38))

    monkeypatch.setattr(temporary, "_lock", refuse)
    (tmp_path / ".file.12345678.tmp").touch()
    with Temporary(tmp_path / "file") as one:
        one.write(b"whole")
        one.publish()
    assert names(tmp_path) == [".file.12345678.tmp", "file"]


def test_a_writer_leaves_no_handle_open(tmp_path: Path) -> None:
    with Temporary(tmp_path / "file") as one:
        one.publish()
    first = os.open(tmp_path / "file", os.O_RDONLY)
    os.close(first)
    for _ in range(3):
        with Temporary(tmp_path / "file") as one:
            one.publish()
    again = os.open(tmp_path / "file", os.O_RDONLY)
    os.close(again)
    assert again == first, "the lowest number that is free"
