"""A requirement in the lock is one that packaging reads; the usual ones are recognised without it."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement

from resolver.documents.lock_requirements import _USUAL, LONGEST, is_requirement

USUAL = [
    "torch",
    "spacy<3.9.0,>=3.8.0",
    "spacy-curated-transformers<1.0.0,>=0.2.2",
    'torch>=1.12; python_version >= "3.9"',
    'numpy!=1.*,>=1.0rc1; sys_platform == "linux" and platform_machine == "x86_64" or python_full_version < "3.9.1"',
]
UNUSUAL = [
    "uvicorn[standard]>=1",
    "x~=1.0",
    "x===whatever",
    "x>=1!2.0",
    'x; (os_name == "nt")',
    'x; "a" in sys_platform',
    "x ; python_version>'3'",
    "x; python_version > 'é'",
]
NONE = [
    "",
    " ",
    "-x",
    "x-",
    "x>=",
    "x>1,,<2",
    "x~=1",
    "x>=1.*",
    "x; ",
    "x; python_version",
    'x; cuda >= "12"',
    "x y",
    "x\n",
    "x\u200b",
    "x; python_version > '\u202e'",
    "x @ https://host/x.whl",
    "x" * (LONGEST + 1),
    "x; " + "(" * 290,
]


@pytest.mark.parametrize("text", [*USUAL, *UNUSUAL, "x" * LONGEST])
def test_a_requirement_is_one(text: str) -> None:
    assert is_requirement(text)


@pytest.mark.parametrize("text", NONE, ids=ascii)
def test_what_is_none_is_refused(text: str) -> None:
    assert not is_requirement(text)


def test_the_usual_ones_are_recognised_without_packaging() -> None:
    program = f"""
import sys
from resolver.documents.lock_requirements import is_requirement
assert all(is_requirement(text) for text in {USUAL!r})
sys.exit(any(name.startswith("packaging") for name in sys.modules))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@settings(max_examples=300)
@given(st.from_regex(_USUAL, fullmatch=True))
def test_what_is_recognised_without_packaging_is_what_packaging_reads(text: str) -> None:
    assert Requirement(text).url is None


@given(st.text("ax1.-_[]<>=~!,;() '\"@", max_size=20))
def test_what_packaging_does_not_read_is_none(text: str) -> None:
    try:
        wanted = Requirement(text).url is None
    except InvalidRequirement:
        wanted = False
    assert is_requirement(text) == wanted
