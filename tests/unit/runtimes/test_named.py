"""Documents of unknown origin: every value once, however they are nested, and nothing long or unprintable shown."""

import pytest

from resolver.runtimes.named import DEEPEST, Leaf, leaves, shown


def test_leaves_come_in_order_with_the_keys_to_them() -> None:
    document = {"a": [1, {"b": 2}], "c": {}, "d": {"stop": 3}}
    assert list(leaves(document, ("top",), whole="stop")) == [
        Leaf(("top", "a", "0"), 1),
        Leaf(("top", "a", "1", "b"), 2),
        Leaf(("top", "d"), {"stop": 3}),
    ]


def test_a_table_is_entered_where_no_key_stops_the_walk() -> None:
    assert [leaf.keys for leaf in leaves({"": {"": 1}})] == [("", "")]


def test_the_walk_ends_at_a_depth_that_no_configuration_has() -> None:
    value: object = "found"
    for _ in range(DEEPEST):
        value = [value]
    assert [leaf.value for leaf in leaves(value)] == ["found"]
    assert list(leaves([value])) == []
    assert DEEPEST == 64


def test_a_table_that_is_there_twice_is_entered_once() -> None:
    shared = {"a": 1}
    assert [leaf.keys for leaf in leaves([shared, shared])] == [("0", "a")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("a\nb\x1b\u202ec", "a?b??c"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("x" * 5000, "x" * 79 + "…"),
        (5, "int"),
        (None, "NoneType"),
    ],
)
def test_what_is_shown_is_short_and_printable(value: object, text: str) -> None:
    assert shown(value) == text
