"""models.lock: what is written is read again, the same lock is the same bytes, and a part of one is none."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.documents.lock_reader import read_lock
from resolver.documents.lock_writer import lock_text
from resolver.domain.errors import LockError
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Dependency, Lock
from resolver.domain.manifest import Model, Variant
from tests.property.locks import locks, patiently
from tests.unit.documents.example_lock import EXAMPLE
from tests.unit.domain.values import artifact


@settings(patiently, max_examples=80)
@given(locks())
def test_a_lock_that_was_written_is_read_again(lock: Lock) -> None:
    text = lock_text(lock)
    again = read_lock(text)
    assert again == lock
    assert lock_text(again) == text


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same with its mappings built in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], dice) for key in dice.sample(list(value), len(value))}
    return [shuffled(one, dice) for one in value] if isinstance(value, list) else value


def shuffled_lock(lock: Lock, dice: random.Random) -> Lock:
    """The same lock: everything whose order has no meaning in another order."""

    def mixed(some: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(dice.sample(some, len(some)))

    def filtered(one: FileFilter | None) -> FileFilter | None:
        return one and FileFilter(mixed(one.include), mixed(one.exclude))

    def artifact(one: Artifact) -> Artifact:
        edges = tuple(replace(edge, files=filtered(edge.files)) for edge in mixed(one.dependencies))
        requires = mixed(one.requires)
        return replace(one, files=mixed(one.files), flags=mixed(one.flags), dependencies=edges, requires=requires)

    def variant(one: Variant) -> Variant:
        files = filtered(one.files)
        settings_ = shuffled(dict(one.settings), dice)
        return replace(one, requires=mixed(one.requires), depends=mixed(one.depends), files=files, settings=settings_)

    def model(one: Model) -> Model:
        return replace(one, allow=mixed(one.allow), variants=tuple(variant(it) for it in one.variants))

    allow = lock.policy.licenses_allow
    denied = mixed(lock.policy.licenses_deny)
    return Lock(
        models=tuple(model(one) for one in lock.models),
        artifacts={key: artifact(lock.artifacts[key]) for key in mixed(tuple(lock.artifacts))},
        policy=replace(lock.policy, licenses_allow=allow and mixed(allow), licenses_deny=denied),
        budget=shuffled(dict(lock.budget), dice),
        cache=lock.cache,
        profiles={name: lock.profiles[name] for name in mixed(tuple(lock.profiles))},
    )


@settings(patiently, max_examples=80)
@given(locks(), st.randoms(use_true_random=False))
def test_whatever_order_it_was_built_in_a_lock_is_the_same_bytes(lock: Lock, dice: random.Random) -> None:
    assert lock_text(shuffled_lock(lock, dice)) == lock_text(lock)


@given(st.permutations([("a", "x"), ("a", "y"), ("b", "x"), ("b", "w"), ("c", "x")]))
def test_edges_are_written_in_one_order(edges: list[tuple[str, str]]) -> None:
    found = replace(artifact("a"), dependencies=tuple(Dependency(*edge) for edge in edges))
    locked = Lock((), {key: replace(artifact(key), dependencies=()) for key in "bc"} | {"a": found})
    wanted = tuple(Dependency(*edge) for edge in sorted(edges))
    assert read_lock(lock_text(locked)).artifacts["a"].dependencies == wanted


@given(st.permutations([None, FileFilter(), FileFilter(("a",)), FileFilter(("b",)), FileFilter(("a",), ("c",))]))
def test_edges_that_differ_in_their_files_are_written_in_one_order(filters: list[FileFilter | None]) -> None:
    edges = tuple(Dependency("b", "why", one) for one in filters)
    artifacts = {"a": replace(artifact("a"), dependencies=edges), "b": replace(artifact("b"), dependencies=())}
    found = read_lock(lock_text(Lock((), artifacts))).artifacts["a"].dependencies
    assert set(found) == set(edges)
    again = replace(artifacts["a"], dependencies=tuple(sorted(edges, key=repr)))
    assert lock_text(Lock((), {**artifacts, "a": again})) == lock_text(Lock((), artifacts))


@settings(patiently, max_examples=40)
@given(locks(), st.data())
def test_a_truncated_lock_is_refused(lock: Lock, data: st.DataObject) -> None:
    text = lock_text(lock).rstrip()
    with pytest.raises(LockError):
        read_lock(text[: data.draw(st.integers(0, len(text) - 1))])


def test_every_truncation_of_one_lock_is_refused() -> None:
    text = lock_text(EXAMPLE).rstrip()
    assert read_lock(text) == EXAMPLE
    for end in range(len(text)):
        with pytest.raises(LockError):
            read_lock(text[:end])
