"""A glob that the manifest accepts is fast on every path, whoever chose the path, and means what it meant."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.documents.paths import glob
from resolver.domain.globs import matches

HOSTILE = [
    ("*a" * 10 + "c", "a" * 255),
    ("*?" * 10 + "c", "a" * 255),
    ("**a" * 4 + "c", "a" * 1024),
    ("**/a/" * 4 + "*a" * 6 + "c", "a/" * 500 + "a" * 20),
    ("**a*a*a*a**a*a*a*a**a*a**c", "a" * 1024),
    ("**/*a*a*a/**/*a*a*a*/**/*a*a", "aa/" * 340 + "b"),
    ("**" + "a*" * 10 + "c", ("a" * 255 + "/") * 4),
]


@pytest.mark.parametrize(("pattern", "path"), HOSTILE)
def test_the_worst_globs_fail_fast(pattern: str, path: str) -> None:
    start = time.monotonic()
    assert glob(pattern) == pattern
    assert not matches(pattern, path)
    # Naively each of these takes minutes to centuries; no machine is a thousand times slower than this one.
    assert time.monotonic() - start < 5


def _naive(pattern: str) -> re.Pattern[str]:
    wildcards = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"((?:^|(?<=/))\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(wildcards.get(part) or re.escape(part) for part in parts), re.DOTALL)


@settings(max_examples=500)
@given(
    st.lists(st.sampled_from(["a", "b", "/", "*", "**", "**/", "?", "/**/", "a/"]), min_size=1, max_size=8).map(
        "".join
    ),
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join),
)
def test_no_wildcard_is_taken_for_another(pattern: str, path: str) -> None:
    assert matches(pattern, path) == bool(_naive(pattern).fullmatch(path))
