"""Prose of the command line: problems with a caret, machines in a line, nothing that repaints the terminal."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.cli.texts import count, machine_line, printable, problems_text, seconds, selector_text
from resolver.domain.errors import ManifestError, Problem
from resolver.domain.facts import Facts
from resolver.domain.profile import Memory, OperatingSystem, Processor, Profile
from resolver.domain.selector import Written, parse_selector

BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Everything that has the property Bidi_Control (UAX 9)."""
REPLACED = "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "character", [*BIDIRECTIONAL, "\x00", "\x07", "\x08", "\x0b", "\r", "\x1b", "\x7f", "\x9b"], ids=ascii
)
def test_what_moves_the_cursor_or_turns_the_writing_is_replaced(character: str) -> None:
    assert printable(f"a{character}b") == f"a{REPLACED}b"


def test_what_people_write_stays() -> None:
    text = "line\n\ttab \u00e9 \u6a21\u578b \u2026 \N{ROCKET}"
    assert printable(text) == text


@settings(deadline=None)
@given(st.text(st.characters(), max_size=20))
def test_nothing_that_controls_a_terminal_is_left(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert not [one for one in shown if unicodedata.category(one) == "Cc" and one not in "\n\t"]
    shown.encode()


def shown(source: str, column: int, width: int = 1, hint: str | None = None, columns: int = 500) -> list[str]:
    problem = Problem("wrong", "models.yaml", 12, column, source, width, hint)
    return problems_text(ManifestError([problem]), columns).split("\n")


def test_a_problem_has_a_caret_below_its_place() -> None:
    assert shown("a: b", 4, 1, "write c") == [
        "error: models.yaml:12:4: wrong",
        "   12 | a: b",
        "           ^",
        "hint: write c",
        "",
    ]


def test_the_caret_is_as_wide_as_the_problem_and_no_wider_than_the_line() -> None:
    assert shown("abc: def", 6, 3)[2] == " " * 13 + "^^^"
    assert shown("abc: def", 6, 99)[2] == " " * 13 + "^^^"
    assert shown("abc", 4, 1)[2] == " " * 11 + "^"
    assert shown("", 1, 1)[2] == " " * 8 + "^"


def test_a_tab_is_as_wide_as_its_caret() -> None:
    assert shown("\ta: b", 2)[1:3] == ["   12 |  a: b", " " * 9 + "^"]


def test_a_long_line_is_shown_around_the_problem() -> None:
    source = "".join(chr(97 + n % 26) for n in range(1000))
    for column in (1, 61, 62, 500, 1000):
        _, line, caret, *_ = shown(source, column)
        assert len(line) <= 118
        assert line[caret.index("^")] == source[column - 1]


@pytest.mark.parametrize("columns", [1, 40, 80])
def test_on_a_terminal_the_line_and_its_caret_fit(columns: int) -> None:
    source = "".join(chr(97 + n % 26) for n in range(1000))
    for column in (1, 61, 500, 1000):
        _, line, caret, *_ = shown(source, column, 1, None, columns)
        assert max(len(line), len(caret)) <= max(28, columns)
        assert line[caret.index("^")] == source[column - 1]


def test_several_problems_are_told_one_after_the_other() -> None:
    problems = [Problem(name, "models.yaml", 1, 1, "x") for name in ("first", "second")]
    text = problems_text(ManifestError(problems), 500)
    assert text == (
        "error: models.yaml:1:1: first\n    1 | x\n        ^\n\nerror: models.yaml:1:1: second\n    1 | x\n        ^\n"
    )


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (
            Facts("linux", "x86_64", "cuda", "12.8", "8.6", 24_000_000_000, 64_000_000_000, 16),
            "linux x86_64 \u00b7 16 cores \u00b7 64 GB \u00b7 cuda 8.6 24 GB",
        ),
        (
            Facts(os="darwin", arch="arm64", accelerator="metal"),
            "darwin arm64 \u00b7 cores unknown \u00b7 memory unknown \u00b7 metal memory unknown",
        ),
        (
            Facts(os="linux", accelerator="none", cores=2, ram=7_000_000_000),
            "linux \u00b7 2 cores \u00b7 7 GB \u00b7 no accelerator",
        ),
        (Facts(), "unknown system \u00b7 cores unknown \u00b7 memory unknown \u00b7 accelerator unknown"),
    ],
)
def test_a_machine_is_one_line(facts: Facts, line: str) -> None:
    profile = Profile(OperatingSystem("linux"), Processor("x86_64"), Memory(), declared=facts)
    assert machine_line(profile) == line


def test_numbers_have_their_nouns() -> None:
    assert [count(n, "file") for n in (0, 1, 2, 12_345)] == ["0 files", "1 file", "2 files", "12,345 files"]
    assert [seconds(duration) for duration in (0, 0.04, 1.26, 100)] == ["0.0 s", "0.0 s", "1.3 s", "100.0 s"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ({}, ""),
        ({"compute_capability": ">=7.0", "accelerator": "cuda"}, "accelerator cuda, compute_capability >=7.0"),
        ({"os": ["linux", "darwin"]}, "os linux or darwin"),
        ({"not": {"accelerator": "none", "os": "windows"}}, "not (accelerator none, os windows)"),
        ({"any": [{"vram": ">=8GB"}, {"ram": ">=16GB", "cores": ">=8"}]}, "(vram >=8GB) or (cores >=8, ram >=16GB)"),
    ],
)
def test_a_selector_reads_like_a_sentence(written: Written, text: str) -> None:
    assert selector_text(parse_selector(written).written) == text
