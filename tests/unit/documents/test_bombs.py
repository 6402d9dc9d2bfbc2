"""Small texts that cost much elsewhere (facts.md, threats.md), and large ones: refused, by either scanner."""

import pytest
import yaml

from resolver.documents.text import FASTEST, Loader, read_document
from resolver.domain.errors import ManifestError
from tests.unit.documents.reading import problems_of

_MERGE_BOMB = b"a0: &a0 {k: v}\n" + b"".join(
    b"a%d: &a%d {<<: [%s]}\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 7)
)
_ALIAS_BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n + 1, n + 1, b",".join([b"*%c" % n] * 9)) for n in range(ord("a"), ord("i"))
)

BOMBS = {
    "merge keys": (_MERGE_BOMB, "anchor"),
    "aliases": (_ALIAS_BOMB, "anchor"),
    "lists in one line": (b"[" * 200_000, "longer than 10000 characters"),
    "lists in many lines": (b"[\n" * 90_000, "nested deeper than 32"),
    "lists in short lines": ((b"[" * 9_000 + b"\n") * 100, "nested deeper than 32"),
    "mappings in short lines": ((b"{a: " * 2_000 + b"\n") * 100, "nested deeper than 32"),
    "block lists": (b"- " * 4_000, "nested deeper than 32"),
    "block mappings": (b"".join(b" " * n + b"a:\n" for n in range(600)), "nested deeper than 32"),
    "keys that are keys": (b"? " * 4_000, "a key must be a text"),
    "a base-60 integer": (b"a: " + b"1:" * 4_000 + b"1\n", "a text is longer than 4096"),
    "a base-60 integer of lines": (b'a: "' + b"1:1:1:1:1:1:1:\n  " * 20_000 + b'1"\n', "a text is longer than 4096"),
    "a large scalar": (b"a: " + b"x" * 900_000 + b"\n", "longer than 10000 characters"),
    "a large folded scalar": (b"a: >\n" + b"  x\n" * 90_000, "a text is longer than 4096"),
    "a long key": (b"x" * 129 + b": a\n", "a key is longer than 128"),
    "keys": (b"".join(b"%d: a\n" % n for n in range(90_000)), "more than 2000 entries"),
    "100,000 keys": (b"{" + b"".join(b"%d: a,\n" % n if n % 9 == 0 else b"%d: a," % n for n in range(100_000)), "2000"),
    "items": (b"a: [" + b"x,\n" * 90_000 + b"]", "more than 2000 entries"),
    "lists of items": (b"[" + (b"[" + b"x," * 1_900 + b"],\n") * 200 + b"]", "too many keys and values"),
    "duplicate keys": (b"{" + b"a: b,\n" * 90_000 + b"}", "written twice"),
    "anchors": (b"[" + b"&a b,\n" * 90_000 + b"]", "anchor"),
    "directives": (b"".join(b"%%TAG !a%d! x\n" % n for n in range(50_000)), "directive"),
    "lines": (b"\n" * 1_000_000, "more than 100000 lines"),
    "one byte too many": (b"#" * (2**20 + 1), "larger than 1 MiB"),
    "control characters": (b"\x01\n" * 90_000, "U+0001"),
    "tabs": (b"a:\n" + b"\tb: c\n" * 90_000, "a tab in the indentation"),
    "documents": (b"--- a\n" * 90_000, "a second document"),
}


@pytest.mark.parametrize("loader", [pytest.param(FASTEST, id="libyaml"), pytest.param(yaml.BaseLoader, id="python")])
@pytest.mark.parametrize(("text", "message"), [pytest.param(*bomb, id=name) for name, bomb in BOMBS.items()])
def test_a_bomb_is_refused(text: bytes, message: str, loader: Loader) -> None:
    try:
        problems = read_document(text, "models.yaml", loader).problems
    except ManifestError as error:
        problems = error.problems
    assert message in problems[0].message
    assert len(problems[0].source) <= 10_000


def test_the_famous_merge_bomb_is_small() -> None:
    assert len(_MERGE_BOMB) < 394


def test_a_mebibyte_is_not_too_large() -> None:
    text = b"version: 1\nmodels: {m: {source: hf:a/b}}\n"
    comment = b"#" * 99 + b"\n"
    text += comment * ((2**20 - len(text)) // 100)
    text += b"#" * (2**20 - len(text))
    assert read_document(text, "models.yaml").root == {"version": "1", "models": {"m": {"source": "hf:a/b"}}}


def test_nesting_within_the_cap_is_read() -> None:
    text = b"version: 1\nmodels: {m: {source: hf:a/b, settings: {a: " + b"[" * 27 + b"x" + b"]" * 27 + b"}}}\n"
    assert not read_document(text, "models.yaml").problems


@pytest.mark.parametrize(
    "line",
    ["{sourcee: a, wheen: b}", "{source: hff:a}", "{runtime: files}", "{source: hf:a/b, when: {vramm: 1}}"],
)
def test_thousands_of_mistakes_are_cut_to_a_hundred(line: str) -> None:
    text = "version: 1\nmodels:\n" + "".join(f" m{n}:\n  variants:\n" + f"   - {line}\n" * 700 for n in range(9))
    assert len(problems_of(text.encode())) == 100
