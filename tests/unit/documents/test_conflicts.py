"""Conflict markers: both sides of a merge, whole, and never anything else."""

import pytest

from resolver.documents.conflicts import sides
from resolver.documents.lock_writer import lock_text
from tests.unit.documents.example_lock import EXAMPLE


def test_a_text_without_markers_has_no_sides() -> None:
    assert sides(lock_text(EXAMPLE)) is None
    assert sides(b"") is None


def test_both_sides_keep_what_is_common() -> None:
    text = b"a\n<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> branch\nb\n"
    assert sides(text) == (b"a\nours\nb\n", b"a\ntheirs\nb\n")


def test_several_conflicts_are_taken_apart_one_by_one() -> None:
    text = b"<<<<<<< x\n1\n=======\n2\n>>>>>>> y\nm\n<<<<<<< x\n3\n=======\n4\n>>>>>>> y\n"
    assert sides(text) == (b"1\nm\n3\n", b"2\nm\n4\n")


def test_the_base_of_the_diff3_style_is_on_neither_side() -> None:
    text = b"<<<<<<< ours\n1\n||||||| base\n0\n=======\n2\n>>>>>>> theirs\nend\n"
    assert sides(text) == (b"1\nend\n", b"2\nend\n")


def test_markers_may_stand_alone() -> None:
    assert sides(b"<<<<<<<\n1\n|||||||\n0\n=======\n2\n>>>>>>>\n") == (b"1\n", b"2\n")


def test_line_ends_of_windows_are_tolerated() -> None:
    text = b"a\r\n<<<<<<< HEAD\r\nours\r\n=======\r\ntheirs\r\n>>>>>>> branch\r\n"
    assert sides(text) == (b"a\nours\n", b"a\ntheirs\n")


def test_a_side_may_be_empty() -> None:
    assert sides(b"<<<<<<< a\n=======\n2\n>>>>>>> b\n") == (b"", b"2\n")
    assert sides(b"<<<<<<< a\n1\n=======\n>>>>>>> b\n") == (b"1\n", b"")


@pytest.mark.parametrize(
    "text",
    [
        b"=======\n",
        b">>>>>>> branch\n",
        b"||||||| base\n",
        b" <<<<<<< HEAD\n",
        b"<<<<<<<HEAD\n",
        b"<<<<<<\n",
        b"<<<<<<<<\n",
        b'"<<<<<<< HEAD"\n',
    ],
)
def test_what_only_looks_like_a_marker_is_text(text: bytes) -> None:
    assert sides(text) is None


def test_a_line_of_equals_signs_before_any_conflict_is_kept() -> None:
    text = b"=======\n>>>>>>> x\n||||||| y\n<<<<<<< a\n1\n=======\n2\n>>>>>>> b\n"
    head = b"=======\n>>>>>>> x\n||||||| y\n"
    assert sides(text) == (head + b"1\n", head + b"2\n")


def test_a_merged_lock_is_two_locks() -> None:
    text = lock_text(EXAMPLE)
    conflicted = text.replace(
        b' "version": "v2",\n', b'<<<<<<< HEAD\n "version": "v2",\n=======\n "version": "v3",\n>>>>>>> other\n'
    )
    assert sides(conflicted) == (text, text.replace(b'"v2",', b'"v3",'))
