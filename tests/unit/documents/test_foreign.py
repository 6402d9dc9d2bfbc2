"""Documents that others wrote: plain values or None, and never an error."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.documents.foreign import LARGEST, plain
from tests.unit.documents.test_bombs import BOMBS
from tests.unit.documents.test_fuzz import PIECES

PATHS = ["config.json", "a/config.yaml", "config.yml", "METADATA", "vocabulary.txt", ".json", ""]
PLAIN = (dict, list, str, int, float, bool, type(None))


def is_plain(value: object) -> bool:
    """Nothing but what JSON knows, however deep."""
    waiting = [value]
    for one in waiting:
        if not isinstance(one, PLAIN):
            return False
        waiting += [*one, *one.values()] if isinstance(one, dict) else one if isinstance(one, list) else ()
    return True


def is_text(value: object) -> bool:
    """Texts, tables and lists; None stands where YAML has something that we do not take."""
    waiting = [value]
    for one in waiting:
        if not isinstance(one, dict | list | str | None):
            return False
        waiting += [*one, *one.values()] if isinstance(one, dict) else one if isinstance(one, list) else ()
    return True


@pytest.mark.parametrize("path", PATHS)
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: text.encode(errors="ignore"))))
def test_any_bytes_are_plain_values_or_nothing(path: str, content: bytes) -> None:
    found = plain(content, path)
    assert is_text(found) if path.endswith(("yaml", "yml")) else is_plain(found)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@settings(max_examples=300)
def test_any_pieces_of_yaml_are_texts_or_nothing(text: str) -> None:
    assert is_text(plain(text.encode(), "config.yaml"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_json_is_what_it_says(value: object) -> None:
    assert plain(json.dumps(value).encode(), "config.json") == value


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("path", ["config.yaml", "config.json", "text"])
def test_a_bomb_is_no_matter(name: str, path: str) -> None:
    assert is_plain(plain(BOMBS[name][0], path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        b"{",
        b"{'a': 1}",
        b'{"a": 1} {"b": 2}',
        b"\xff\xfe\x00",
        b"\x80",
        b"PK\x03\x04",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"9" * 10_000,
        b'"\\ud800',
    ],
)
def test_what_is_no_json_is_nothing(content: bytes) -> None:
    assert plain(content, "config.json") is None


def test_json_of_any_encoding_and_with_any_number_is_read() -> None:
    assert plain('{"a": "é"}'.encode("utf-16"), "config.json") == {"a": "é"}
    assert plain(b'\xef\xbb\xbf{"a": 1}', "config.json") == {"a": 1}
    assert plain(b"[1e999, -1, 1.5]", "config.json") == [math.inf, -1, 1.5]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "a: 1\nb: 3.10\nc: no\nd: 0x10\ne: 2020-01-01\nf: 1e5\n",
            {"a": "1", "b": "3.10", "c": "no", "d": "0x10", "e": "2020-01-01", "f": "1e5"},
        ),
        ("- a\n- [b, {c: d}]\n", ["a", ["b", {"c": "d"}]]),
        ("just a text\n", "just a text"),
        ("# a comment\n---\na: b\n...\n", {"a": "b"}),
        ("a: null\nb: ~\nc:\nd: ''\n", {"a": None, "b": None, "c": None, "d": ""}),
        ('{"a": {"b": ["c", 1]}}', {"a": {"b": ["c", "1"]}}),
        ("\ufeffa: b\r\n", {"a": "b"}),
    ],
)
def test_yaml_is_read_with_every_scalar_as_text(text: str, value: object) -> None:
    for path in ("config.yaml", "a.yml"):
        assert plain(text.encode(), path) == value


@pytest.mark.parametrize(
    "text",
    [
        b"a: b\n---\na: c\n",
        b"a: [b\n",
        b"\ta: b\n",
        b"a: b: c\n",
        b"a: \x00\n",
        b"\xff\xfea\x00",
        b"\x80\x04\x95K\x00",
        b"%YAML 1.1\n---\na: b\n",
        b"[" * 40 + b"]" * 40,
        b"".join(b" " * n + b"a:\n" for n in range(40)) + b" " * 40 + b"b\n",
        b"- " * 40 + b"a\n",
        b"@",
        b"a: 'b\n",
    ],
)
def test_what_is_no_document_of_yaml_that_we_take_is_nothing(text: bytes) -> None:
    assert plain(text, "config.yaml") is None


def test_31_levels_are_read() -> None:
    found = plain(b"[" * 32 + b"]" * 32, "config.yaml")
    for _ in range(31):
        assert isinstance(found, list)
        (found,) = found
    assert found == []


def test_any_other_file_is_its_text() -> None:
    assert plain("é\r\n\x00".encode(), "METADATA") == "é\r\n\x00"
    assert plain(b"", "vocabulary.txt") == ""
    assert plain(b"\x80", "vocabulary.txt") is None
    assert plain(b'{"a": 1}', "config.json.txt") == '{"a": 1}'


@pytest.mark.parametrize("path", ["config.json", "vocabulary.txt"])
def test_the_largest_is_read_and_one_byte_more_is_not(path: str) -> None:
    assert plain(b" " * (LARGEST - 1) + b"1", path) is not None
    assert plain(b" " * LARGEST + b"1", path) is None
