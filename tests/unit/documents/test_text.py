"""YAML as text: what is kept, where it stood, what is refused; by libyaml and by its Python twin alike."""

import pytest
import yaml

from resolver.documents.document import Document, Place, Plain
from resolver.documents.text import FASTEST, Loader, read_document
from resolver.domain.errors import ManifestError
from tests.unit.documents.reading import marked
from tests.unit.documents.test_wrong_manifests import YAML

LOADERS = [pytest.param(FASTEST, id="libyaml"), pytest.param(yaml.BaseLoader, id="python")]


def _document(text: str, loader: Loader = FASTEST) -> Document:
    return read_document(text.encode(), "models.yaml", loader)


def _messages(text: str, loader: Loader = FASTEST) -> list[str]:
    try:
        problems = _document(text, loader).problems
    except ManifestError as error:
        problems = error.problems
    return [problem.message for problem in problems]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "scalar",
    ["3.10", "0123456", "0o17", "0x1f", "no", "on", "True", ".inf", "12:30:45", "2026-11-01", "1_000", "=", "1e3"],
)
def test_a_scalar_is_never_guessed_at(scalar: str, loader: Loader) -> None:
    document = _document(f"a: {scalar}\n{scalar}: b\n", loader)
    assert document.root == {"a": scalar, scalar: "b"}
    assert not document.problems


@pytest.mark.parametrize("loader", LOADERS)
def test_plain_and_quoted_texts_are_told_apart(loader: Loader) -> None:
    document = _document("a: [1, '1', \"1\"]\nb: |-\n  1\n", loader)
    values = [document.at(("a", 0)), document.at(("a", 1)), document.at(("a", 2)), document.at(("b",))]
    assert values == ["1"] * 4
    assert [type(value) for value in values] == [Plain, str, str, str]


@pytest.mark.parametrize("loader", LOADERS)
def test_every_key_and_value_has_a_place(loader: Loader) -> None:
    document = _document("# é\nmodels:\n  añb: {x: [😀, 'two']}\n", loader)
    assert document.keys[("models",)] == Place(2, 1, 6)
    assert document.keys[("models", "añb")] == Place(3, 3, 3)
    assert document.values[("models", "añb", "x", 0)] == Place(3, 13, 1)
    assert document.values[("models", "añb", "x", 1)] == Place(3, 16, 5)


@pytest.mark.parametrize("loader", LOADERS)
def test_a_byte_order_mark_and_crlf_are_tolerated(loader: Loader) -> None:
    document = read_document(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - c\r\n", "models.yaml", loader)
    assert document.root == {"a": "1", "b": ["c"]}
    assert document.keys[("a",)] == Place(1, 1, 1)
    assert document.lines.lines == ("a: 1", "b:", "  - c", "")


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", ["---\na: 1\n", "a: 1\n...\n", "# first\n\n---\n# more\na: 1\n...\n# last\n"])
def test_the_marks_of_one_document_are_tolerated(text: str, loader: Loader) -> None:
    assert _document(text, loader).root == {"a": "1"}


# The two differ by one column in where an escape begins.
ALIKE = [pytest.param(case, id=case[0]) for case in YAML if case[0] != "an unknown escape"]


@pytest.mark.parametrize("case", ALIKE)
def test_the_python_scanner_refuses_the_same_at_the_same_place(case: tuple[str, str, str, str]) -> None:
    expected = marked(case[1])
    try:
        problems = _document(expected.text, yaml.BaseLoader).problems
    except ManifestError as error:
        problems = error.problems
    assert case[2] in problems[0].message
    assert (problems[0].line, problems[0].column) == (expected.line, expected.column)


@pytest.mark.parametrize("loader", LOADERS)
def test_all_duplicate_keys_are_reported_at_once(loader: Loader) -> None:
    messages = _messages("a: 1\nb: {c: 1, c: 2}\na: {d: 1, d: 2}\na: 3\n", loader)
    assert messages == [f"'{key}' is written twice in one mapping" for key in "cada"]


@pytest.mark.parametrize("loader", LOADERS)
def test_all_aliases_anchors_tags_and_merge_keys_are_reported_at_once(loader: Loader) -> None:
    text = "a: &x {b: !t c}\nd: *x\n<<: *x\n*x : e\nf: [*x, &y z]\n"
    assert _messages(text, loader) == [
        "an anchor ('&x') is not supported",
        "a tag ('!t') is not supported",
        "an alias ('*x') is not supported",
        "a merge key ('<<') is not supported",
        "an alias ('*x') is not supported",
        "an alias ('*x') is not supported",
        "an alias ('*x') is not supported",
        "an anchor ('&y') is not supported",
    ]


@pytest.mark.parametrize("loader", LOADERS)
def test_all_empty_values_are_reported_at_once(loader: Loader) -> None:
    messages = _messages("a:\nb: ~\nc: [null, NULL, Null]\nd: {e: }\nf: ''\ng: 'null'\n", loader)
    assert len(messages) == 6


def test_a_merge_key_in_quotes_is_a_key_like_any_other() -> None:
    assert _document("'<<': a\n").root == {"<<": "a"}


def test_every_line_indented_with_a_tab_is_reported() -> None:
    assert _messages("a:\n\tb: 1\n\tc: 2\n  \td: 3\n") == ["a tab in the indentation"] * 3


def test_a_tab_within_a_line_is_no_indentation() -> None:
    assert _document("a:\tb\t# c\n").root == {"a": "b"}


def test_what_was_refused_leaves_no_value_and_is_not_judged_further() -> None:
    document = _document("a: *x\nb: {c: , <<: {d: e}}\n")
    assert document.root == {"a": None, "b": {"c": None}}
    assert document.broken == {("a",), ("b", "c")}
    assert document.incomplete == {("b",)}


def test_the_first_of_two_equal_keys_is_kept() -> None:
    document = _document("a: {b: 1}\na: {c: 2}\n")
    assert document.root == {"a": {"b": "1"}}
    assert ("a", "c") not in document.values


@pytest.mark.parametrize(
    ("text", "line", "column", "message", "hint"),
    [
        (b"a: 1\nb: \xff\n", 2, 4, "the byte 0xFF is not UTF-8", "save the file as UTF-8"),
        (b"\xef\xbb\xbf\xc3\xa9\xc3", 1, 2, "the byte 0xC3 is not UTF-8", "save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), 1, 1, "the byte 0xFF is not UTF-8", "UTF-16"),
        (b"a: 1\n# \x85\n", 2, 3, "the byte 0x85 is not UTF-8", "save the file as UTF-8"),
        (b"a: 1\n# \xc2\x85\n", 2, 3, "the character U+0085 is not allowed", "remove it"),
        (b"a: \xef\xbb\xbf1\n", 1, 4, "the character U+FEFF is not allowed", "remove it"),
    ],
)
def test_what_is_no_text_is_refused_at_its_place(text: bytes, line: int, column: int, message: str, hint: str) -> None:
    with pytest.raises(ManifestError) as caught:
        read_document(text, "models.yaml")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column, problem.message) == (line, column, message)
    assert hint in (problem.hint or "")


def test_at_most_a_hundred_problems_are_reported() -> None:
    assert len(_messages("a: [" + "~, " * 500 + "b]\n")) == 100
    assert len(_messages("\x01\n" * 500)) == 100
