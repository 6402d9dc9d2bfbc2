"""Globs mean what a matcher says that is too slow to use and too simple to be wrong."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.globs import FileFilter, matches, wanted_by_any


def naive(glob: str, path: str) -> bool:
    """One character of the glob after the other, every way a wildcard could go."""

    @cache
    def rest(at: int, place: int) -> bool:
        if at == len(glob):
            return place == len(path)
        if glob.startswith("**/", at) and (at == 0 or glob[at - 1] == "/"):
            after_folders = [n + 1 for n in range(place, len(path)) if path[n] == "/"]
            return any(rest(at + 3, n) for n in [place, *after_folders])
        if glob.startswith("**", at):
            return any(rest(at + 2, n) for n in range(place, len(path) + 1))
        if glob[at] == "*":
            return rest(at + 1, place) or (place < len(path) and path[place] != "/" and rest(at, place + 1))
        if place == len(path) or (glob[at] == "?" and path[place] == "/"):
            return False
        return glob[at] in ("?", path[place]) and rest(at + 1, place + 1)

    return rest(0, 0)


GLOBS = st.lists(
    st.sampled_from(["a", "b", ".", "/", "*", "?", "**", "**/", "/**/", "/**", "*a", "a*"]), min_size=1, max_size=7
).map("".join)
PATHS = st.lists(st.text("ab.", min_size=1, max_size=3), min_size=1, max_size=5).map("/".join)


@settings(max_examples=3_000, deadline=None)
@given(GLOBS, PATHS)
def test_a_glob_covers_what_the_naive_matcher_says(glob: str, path: str) -> None:
    assert matches(glob, path) == naive(glob, path)


@settings(max_examples=300, deadline=None)
@given(PATHS)
def test_a_path_covers_itself_and_two_stars_cover_every_path(path: str) -> None:
    assert matches(path, path)
    assert matches("**", path)
    assert matches("**/*", path)
    assert matches("*", path) == ("/" not in path)


@pytest.mark.parametrize(
    ("glob", "covered", "other"),
    [
        ("*.bin", ["a.bin", ".bin"], ["a/a.bin", "a.BIN", "a.bin2", "a.binx"]),
        ("**/*.bin", ["a.bin", "x/a.bin", "x/y/a.bin"], ["a.bin/x"]),
        ("a/**", ["a/b", "a/b/c"], ["a", "ab", "b/a/c"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "a/b/c"]),
        ("?.txt", ["a.txt", "\u00e9.txt"], [".txt", "ab.txt", "/.txt"]),
        ("a?b", ["axb", "a.b"], ["a/b", "ab"]),
        ("[ab].txt", ["[ab].txt"], ["a.txt"]),
        ("a.b", ["a.b"], ["axb"]),
        ("a+(b)|c^$", ["a+(b)|c^$"], ["aab"]),
        ("*", ["line\nbreak"], ["a/b"]),
        ("silero_vad/**", ["silero_vad/data/x.jit"], ["silero_vad-6.0.dist-info/RECORD"]),
        ("*.dist-info/**", ["silero_vad-6.0.dist-info/RECORD"], ["x/y.dist-info/RECORD"]),
    ],
)
def test_stars_and_question_marks(glob: str, covered: list[str], other: list[str]) -> None:
    assert [path for path in covered if not matches(glob, path)] == []
    assert [path for path in other if matches(glob, path)] == []


def test_without_include_everything_is_wanted() -> None:
    assert FileFilter().wants("any/thing")
    assert FileFilter(exclude=("*.md",)).wants("a/README.md")
    assert not FileFilter(exclude=("**/*.md",)).wants("a/README.md")


def test_exclude_wins_over_include() -> None:
    one = FileFilter(include=("*.bin", "*.json"), exclude=("model.bin",))
    assert [path for path in ("a.bin", "model.bin", "b.json", "c.txt") if one.wants(path)] == ["a.bin", "b.json"]


def test_one_filter_that_wants_a_file_is_enough_and_none_wants_everything() -> None:
    narrow = FileFilter(include=("a",))
    assert wanted_by_any("a", [FileFilter(include=("b",)), narrow])
    assert not wanted_by_any("c", [narrow])
    assert wanted_by_any("c", [narrow, None])
    assert not wanted_by_any("a", [])
