"""The record of a view is a memory: what is damaged counts as forgotten."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.documents.record import NAME, Record, read_record, renew_record, write_record
from resolver.domain.errors import DiskError
from resolver.domain.plan import Trace

SHA = "a" * 64
RECORD = Record({"b/\u00e9": Trace(2, 3, 4, "b" * 64), "a/x": Trace(5, 6, 7, SHA)})


def test_what_was_recorded_is_read_again(tmp_path: Path) -> None:
    write_record(tmp_path, RECORD)
    assert read_record(tmp_path) == RECORD


def test_a_missing_record_is_empty(tmp_path: Path) -> None:
    assert read_record(tmp_path) == Record()
    assert read_record(tmp_path / "nowhere") == Record()


def test_a_record_has_one_file_a_line_in_order(tmp_path: Path) -> None:
    write_record(tmp_path, RECORD)
    assert (tmp_path / NAME).read_text() == (
        f'{{"record_version": 1,\n"files": {{\n"a/x": [5, 6, 7, "{SHA}"],\n"b/\u00e9": [2, 3, 4, "{"b" * 64}"]\n}}}}\n'
    )


def test_references_stand_behind_the_files(tmp_path: Path) -> None:
    record = Record({"a/x": Trace(5, 6, 7, SHA)}, {"refs/v": "2", "refs/main": "1"})
    write_record(tmp_path, record)
    assert (tmp_path / NAME).read_text() == (
        f'{{"record_version": 1,\n"files": {{\n"a/x": [5, 6, 7, "{SHA}"]\n}},\n'
        '"references": {\n"refs/main": "1",\n"refs/v": "2"\n}}\n'
    )
    assert read_record(tmp_path) == record


def test_what_is_renewed_is_remembered_or_forgotten(tmp_path: Path) -> None:
    write_record(tmp_path, replace(RECORD, references={"refs/main": "1", "refs/v": "2"}))
    renew_record(tmp_path, {"a/x": None, "c": Trace(1, 1, 1, SHA), "never": None}, {"refs/v": None, "refs/w": "3"})
    assert read_record(tmp_path) == Record(
        {"b/\u00e9": RECORD.traces["b/\u00e9"], "c": Trace(1, 1, 1, SHA)}, {"refs/main": "1", "refs/w": "3"}
    )


def test_no_news_are_not_written(tmp_path: Path) -> None:
    renew_record(tmp_path / "view", {"never": None}, {"refs/never": None})
    assert not (tmp_path / "view").exists()


def test_news_that_cannot_be_written_are_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    renew_record(tmp_path / "file", RECORD.traces)


def test_a_record_that_cannot_be_read_now_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_record(tmp_path, RECORD)

    def refuse(path: Path) -> bytes:
        raise DiskError(f"{path}: Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("resolver.documents.record.read_if_there", refuse)
        assert read_record(tmp_path) == Record()
        renew_record(tmp_path, {"c": Trace(1, 1, 1, SHA)})
    assert read_record(tmp_path) == RECORD


def test_the_same_record_is_not_written_again(tmp_path: Path) -> None:
    write_record(tmp_path, RECORD)
    before = (tmp_path / NAME).stat()
    write_record(tmp_path, Record(dict(reversed(list(RECORD.traces.items())))))
    assert (tmp_path / NAME).stat() == before


def test_a_record_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskError):
        write_record(tmp_path / "file", RECORD)


GOOD: dict[str, Any] = {"record_version": 1, "files": {"a": [1, 2, 3, SHA]}}
DAMAGED = {
    "empty": b"",
    "cut off": b'{"record_version": 1, "fil',
    "no JSON": b"\x00\xff\xfe",
    "a list": b"[]",
    "null": b"null",
    "a word": b'"x"',
    "nesting": b"[" * 200_000,
    "an older version": {**GOOD, "record_version": 0},
    "a newer version": {**GOOD, "record_version": 2},
    "no version": {"files": {}},
    "no files": {"record_version": 1},
    "files in a list": {**GOOD, "files": []},
    "files are null": {**GOOD, "files": None},
    "a trace is null": {**GOOD, "files": {"a": None}},
    "a trace is too short": {**GOOD, "files": {"a": [1, 2, 3]}},
    "a trace is too long": {**GOOD, "files": {"a": [1, 2, 3, SHA, 5]}},
    "a size in words": {**GOOD, "files": {"a": ["1", 2, 3, SHA]}},
    "a time in words": {**GOOD, "files": {"a": [1, "2", 3, SHA]}},
    "an inode in words": {**GOOD, "files": {"a": [1, 2, "3", SHA]}},
    "a digest in numbers": {**GOOD, "files": {"a": [1, 2, 3, 4]}},
    "references in a list": {**GOOD, "references": ["refs/main"]},
    "references are null": {**GOOD, "references": None},
    "a reference in numbers": {**GOOD, "references": {"refs/main": 1}},
}


def test_the_record_that_is_damaged_below_was_good(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps(GOOD))
    assert read_record(tmp_path) == Record({"a": Trace(1, 2, 3, SHA)})


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_record_is_empty(tmp_path: Path, content: Any) -> None:
    (tmp_path / NAME).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    assert read_record(tmp_path) == Record()


@pytest.mark.parametrize("target", [NAME, "folder"])
def test_a_record_that_is_no_file_is_empty(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / NAME).symlink_to(target)
    assert read_record(tmp_path) == Record()


@settings(deadline=None, max_examples=300)
@given(at=st.integers(0, 300), length=st.integers(0, 4), put=st.binary(max_size=4))
def test_a_record_with_other_bytes_is_a_record(
    tmp_path_factory: pytest.TempPathFactory, at: int, length: int, put: bytes
) -> None:
    root = tmp_path_factory.getbasetemp()
    content = bytearray(json.dumps(GOOD).encode())
    content[at : at + length] = put
    (root / NAME).write_bytes(content)
    assert isinstance(read_record(root), Record)
