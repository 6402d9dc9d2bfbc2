"""`models diff`: the same lock has no changes, and whatever somebody edits in a lock is told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from resolver.documents.lock_reader import read_lock
from resolver.documents.lock_writer import lock_text
from resolver.domain.errors import LockError
from resolver.domain.lock import Lock
from resolver.stages.diff import changes, machine_needs
from tests.property.locks import locks, patiently
from tests.unit.documents.example_lock import EXAMPLE

Path = tuple[str | int, ...]
NEW_TEXTS = ["", "other", "0" * 40, "f" * 64, "deny", "allow", "none", "51%", "a/b.bin", "12.9", "windows", ">=99GB"]


@settings(patiently, max_examples=60)
@given(locks())
@example(EXAMPLE)
def test_a_lock_does_not_differ_from_itself(lock: Lock) -> None:
    assert changes(lock, read_lock(lock_text(lock))) == ()
    assert all(one.before == one.after for one in machine_needs(lock, lock, frozenset()))


@settings(patiently, max_examples=60)
@given(locks(), locks())
def test_two_locks_that_are_not_the_same_text_differ(one: Lock, other: Lock) -> None:
    assert bool(changes(one, other)) == (lock_text(one) != lock_text(other))
    assert bool(changes(other, one)) == (lock_text(one) != lock_text(other))


@settings(patiently, max_examples=60)
@given(locks())
def test_where_there_was_no_lock_every_model_came_and_where_there_is_none_it_went(lock: Lock) -> None:
    came, gone = changes(None, lock), changes(lock, None)
    assert {one.kind for one in came} <= {"added"}
    assert {one.kind for one in gone} <= {"removed"}
    assert {one.model for one in came} == {one.model for one in gone} == {one.name for one in lock.models}
    assert sum(one.size_delta for one in came) == -sum(one.size_delta for one in gone)


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every value of a document."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from places(one, (*path, index))


def edited(draw: st.DrawFn, value: Any) -> Any:
    """Something else of the same type, most times: a part less, two in another order, another text or number."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return draw(st.sampled_from([value + 1, 0, 1]))
    if isinstance(value, (dict, list)) and value:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        left = draw(st.permutations(keys))[draw(st.integers(0, 1)) :]
        return {key: value[key] for key in left} if isinstance(value, dict) else [value[key] for key in left]
    if value is None or isinstance(value, str):
        return draw(st.sampled_from([*NEW_TEXTS, None]) | st.text(max_size=3))
    return ["pickle"]


@st.composite
def edits(draw: st.DrawFn, lock: Lock) -> Lock:
    """The lock after somebody edited one place of it, if a lock is left."""
    document = json.loads(lock_text(lock))
    *above, last = draw(st.sampled_from([path for path in places(document) if path]))
    holder = document
    for key in above:
        holder = holder[key]
    holder[last] = edited(draw, holder[last])
    try:
        found = read_lock(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    except LockError:
        assume(False)
        raise
    return found


def text_of(lock: Lock) -> bytes:
    """Its text, but for the order in which a profile lists its models, which means nothing."""
    profiles = {
        name: replace(one, selection={model: one.selection[model] for model in sorted(one.selection)})
        for name, one in lock.profiles.items()
    }
    return lock_text(replace(lock, profiles=profiles))


@settings(patiently, max_examples=150)
@given(st.data(), st.just(EXAMPLE) | locks())
def test_every_edit_of_one_place_is_at_least_one_change(data: st.DataObject, lock: Lock) -> None:
    after = data.draw(edits(lock))
    differs = text_of(after) != text_of(lock)
    assert bool(changes(lock, after)) == bool(changes(after, lock)) == differs


def test_every_text_number_and_truth_of_one_lock_is_told_when_it_is_another() -> None:
    document = json.loads(lock_text(EXAMPLE))
    told = 0
    for path in [one for one in places(document) if one]:
        for new in (*NEW_TEXTS, 7, True, False, None):
            copy = json.loads(lock_text(EXAMPLE))
            holder = copy
            for key in path[:-1]:
                holder = holder[key]
            if isinstance(holder[path[-1]], (dict, list)):
                continue
            holder[path[-1]] = new
            try:
                after = read_lock(json.dumps(copy).encode())
            except LockError:
                continue
            if lock_text(after) != lock_text(EXAMPLE):
                assert changes(EXAMPLE, after), path
                told += 1
    assert told > 400
