"""A lock that was edited into anything is a lock or a LockError, and never another exception."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.documents.lock_reader import read_lock
from resolver.documents.lock_writer import lock_text
from resolver.domain.errors import LockError
from tests.property.locks import JSON, TEXT, patiently
from tests.unit.documents.example_lock import EXAMPLE

TEXT_OF_EXAMPLE = lock_text(EXAMPLE)
DOCUMENT: dict[str, Any] = json.loads(TEXT_OF_EXAMPLE)
Path = tuple[Any, ...]


def places(value: Any, path: Path = ()) -> list[Path]:
    """Where something stands in a document."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in [(*path, key), *places(value[key], (*path, key))]]


PLACES = places(DOCUMENT)
NONSENSE: list[Any] = [
    *(None, True, False, -1, 0, 1, 1.0, -0.5, 2**63 - 1, 2**63, 10**30, 10**400, [], {}, [[]], [{}], [None], [1], [""]),
    *("", " ", "..", ".", "/", "/etc", "a/b", "nul", "C:\\x", "\ud800", "\x00", "a" * 64, "A" * 64, "1" * 40, "1" * 39),
    *("100%", "101%", "0%", "-5%", "\u0661%", "\u00b2%", "9" * 5000, "9" * 5000 + "%", "1e999%", "true", "null", "{}"),
    *("8GB", ">=8GB", ">=", "linux", ["linux"], ["x"], "none", "12.8", "deny", "asr", "ci", "only", "hf:a/b@main"),
    *({"not": {}}, {"any": []}, {"any": [{"not": {"any": [{"os": "linux"}]}}]}, {"skipped": []}, {"skipped": [{}]}),
    *({"path": "a", "size": 1, "sha256": "a" * 64}, {"include": [], "exclude": []}, {"ram": 1}, {"os": "linux"}),
]


def changed(path: Path, value: Any) -> bytes:
    """The example with something else at one place."""
    document = copy.deepcopy(DOCUMENT)
    container = document
    for key in path[:-1]:
        container = container[key]
    container[path[-1]] = value
    return json.dumps(document).encode()


def check(text: bytes) -> None:
    """A LockError, or a lock that can be written and is then the same."""
    try:
        read = read_lock(text)
    except LockError:
        return
    written = read_lock(lock_text(read))
    assert read_lock(lock_text(written)) == written


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: ascii(value)[:30])
def test_any_nonsense_at_any_place_is_a_lock_or_a_lock_error(value: Any) -> None:
    for path in PLACES:
        check(changed(path, value))


def test_without_any_one_thing_it_is_a_lock_or_a_lock_error() -> None:
    for path in PLACES:
        document = copy.deepcopy(DOCUMENT)
        container = document
        for key in path[:-1]:
            container = container[key]
        del container[path[-1]]
        check(json.dumps(document).encode())


def mutate(document: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(places(document)), label="place")
    container, key = document, path[-1]
    for step in path[:-1]:
        container = container[step]
    operation = data.draw(st.sampled_from(["replace", "delete", "rename", "add"]), label="operation")
    value = copy.deepcopy(data.draw(JSON | st.sampled_from(NONSENSE), label="value"))
    if operation == "delete":
        del container[key]
    elif operation == "rename" and isinstance(container, dict):
        container[data.draw(TEXT, label="name")] = container.pop(key)
    elif operation == "add" and isinstance(container, dict):
        container[data.draw(TEXT, label="name")] = value
    elif operation == "add":
        container.insert(key, value)
    else:
        container[key] = value


@settings(patiently, max_examples=300)
@given(st.data())
def test_a_lock_edited_at_random_is_a_lock_or_a_lock_error(data: st.DataObject) -> None:
    document = copy.deepcopy(DOCUMENT)
    for _ in range(data.draw(st.integers(1, 4))):
        mutate(document, data)
    check(json.dumps(document).encode())


@settings(patiently, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(TEXT_OF_EXAMPLE)), st.integers(0, 3), st.binary(max_size=3)), min_size=1))
def test_a_lock_with_other_bytes_is_a_lock_or_a_lock_error(edits: list[tuple[int, int, bytes]]) -> None:
    text = bytearray(TEXT_OF_EXAMPLE)
    for at, length, put in edits:
        text[at : at + length] = put
    check(bytes(text))


@settings(patiently, max_examples=300)
@given(st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_lock_at_all_is_a_lock_error(text: bytes) -> None:
    with pytest.raises(LockError):
        read_lock(text)
