"""Scalars as YAML: whatever the text, it is read as itself; and what goes into a comment stays in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.documents.text import read_document
from resolver.documents.writing import block_entry, comment, flow_entry, scalar
from tests.property.manifests import QUOTES

printable = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=20).filter(
    lambda text: text.isprintable() and text.strip()
)


@given(st.dictionaries(printable, printable, min_size=1, max_size=3), QUOTES)
def test_what_is_written_is_read_again(said: dict[str, str], quotes: tuple[str, str, str]) -> None:
    from resolver.documents.writing import Quotes

    block = "\n".join(block_entry("name", said, 3, Quotes(*quotes)))
    flow = "{" + flow_entry("name", said, Quotes(*quotes)) + "}"
    for text in (block, flow):
        document = read_document(text.encode(), "")
        assert not document.problems
        assert document.root == {"name": said}


@pytest.mark.parametrize("text", ["hf:org/name", "3.10", "main", "a_b-c+d", "1e3", "en_core_web_md", "v1/x"])
def test_what_is_safe_stands_plain(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text", ["null", "~", "", ">=5", "a: b", "a #b", "a,b", "x:", "- a", "a b", "url:x?a[1]", "@a"]
)
def test_what_is_not_is_quoted(text: str) -> None:
    assert scalar(text) == f'"{text}"'


def test_a_comment_is_one_line_and_has_an_end() -> None:
    assert comment("a\nb: c\u2028d\x1be\u202ef") == "a\ufffdb: c\ufffdd\ufffde\ufffdf"
    assert len(comment("x" * 10_000)) == 201
