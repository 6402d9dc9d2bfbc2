"""Bytecode and its source: by their names, and by what the bytecode says of itself."""

import importlib.util
import os
import py_compile
from pathlib import Path

import pytest

from resolver.files.bytecode import is_cached, source_of, was_made_from


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("python/pack/__pycache__/old.cpython-311.pyc", "python/pack/old.py"),
        ("python/pack/__pycache__/old.cpython-311.opt-2.pyc", "python/pack/old.py"),
        ("__pycache__/old.pypy39.pyc", "old.py"),
        ("python/pack/old.pyc", "python/pack/old.py"),
        ("old.pyc", "old.py"),
        ("python/pack/old.py", None),
        ("python/pack/old.cpython-311.pyc", None),
        ("python/pack/.pyc", None),
        ("python/pack/old.pyc/data", None),
        ("python/__pycache__/pack/old.bin", None),
    ],
)
def test_the_source_of_bytecode_is_told_by_its_name(path: str, source: str | None) -> None:
    assert source_of(path) == source


def test_names_are_those_that_python_gives(tmp_path: Path) -> None:
    for level in ("", "1", "2"):
        found = importlib.util.cache_from_source(str(tmp_path / "old.py"), optimization=level)
        assert source_of(found) == str(tmp_path / "old.py")
        assert is_cached(found)


def test_only_pythons_own_folder_is_its_cache() -> None:
    assert is_cached("__pycache__/a.cpython-311.pyc")
    assert not is_cached("python/pack/old.pyc")
    assert not is_cached("python/my__pycache__/old.pyc")


def compiled(tmp_path: Path, mode: py_compile.PycInvalidationMode) -> tuple[Path, os.stat_result]:
    source = tmp_path / "old.py"
    source.write_text("x = 1\n")
    target = tmp_path / "old.pyc"
    py_compile.compile(str(source), str(target), invalidation_mode=mode, doraise=True)
    return target, source.stat()


def test_bytecode_says_what_it_was_made_from(tmp_path: Path) -> None:
    target, source = compiled(tmp_path, py_compile.PycInvalidationMode.TIMESTAMP)
    assert was_made_from(target, source.st_size, source.st_mtime_ns)
    assert not was_made_from(target, source.st_size + 1, source.st_mtime_ns)
    assert not was_made_from(target, source.st_size, source.st_mtime_ns + 10**9)


def test_a_hash_is_not_compared(tmp_path: Path) -> None:
    target, source = compiled(tmp_path, py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert not was_made_from(target, source.st_size, source.st_mtime_ns)


@pytest.mark.parametrize("content", [b"", b"1234", b"\0" * 16, None])
def test_what_is_no_bytecode_was_made_from_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "old.pyc").write_bytes(content)
    assert not was_made_from(tmp_path / "old.pyc", 0, 0)


def test_a_link_is_not_followed_to_bytecode(tmp_path: Path) -> None:
    target, source = compiled(tmp_path, py_compile.PycInvalidationMode.TIMESTAMP)
    (tmp_path / "link.pyc").symlink_to(target)
    assert not was_made_from(tmp_path / "link.pyc", source.st_size, source.st_mtime_ns)
