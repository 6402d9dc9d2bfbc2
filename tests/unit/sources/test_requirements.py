"""The requirements of a wheel as the lock keeps them: readable by its reader, whatever METADATA says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.documents.lock_requirements import LONGEST as LONGEST_READ
from resolver.documents.lock_requirements import MOST as MOST_READ_BACK
from resolver.documents.lock_requirements import is_requirement
from resolver.sources import requirements
from resolver.sources.requirements import LONGEST, MOST_KEPT, python_requirements


def test_requirements_are_spelled_in_one_way_sorted_and_once() -> None:
    stated = ["torch >=1.12 ; python_version>='3.9'", "spacy (>=3.8.0,<3.9.0)", "spacy<3.9.0,>=3.8.0", "a[y,x]\n >=1"]
    assert python_requirements(stated) == (
        "a[x,y]>=1",
        "spacy<3.9.0,>=3.8.0",
        'torch>=1.12; python_version >= "3.9"',
    )


@pytest.mark.parametrize(
    "stated",
    [
        "pytest; extra == 'test'",
        "pytest; extra=='test' and python_version<'4'",
        "pytest; python_version<'4' and (os_name=='nt' or extra=='test')",
        "pytest; 'test' == extra",
        "pytest; 'test' in extras",
    ],
)
def test_what_an_extra_requires_the_package_does_not(stated: str) -> None:
    assert python_requirements([stated]) == ()


def test_a_value_that_is_called_extra_is_no_extra() -> None:
    stated = ["a; platform_system == 'extra'", 'b; platform_version == "no extra\'s"']
    assert len(python_requirements(stated)) == 2


@pytest.mark.parametrize("stated", ["", "x>=", "-x", "x; cuda", "x; " + "(" * 10_000, "x\u200b", "x" * 301])
def test_what_cannot_be_read_is_left_out(stated: str) -> None:
    assert python_requirements([stated, "kept"]) == ("kept",)


def test_an_address_is_left_out_and_the_name_stays() -> None:
    stated = "x[a] @ https://user:secret@host/x.whl ; python_version<'3.9'"
    assert python_requirements([stated]) == ('x[a]; python_version < "3.9"',)


def test_as_many_are_kept_as_the_lock_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (LONGEST, MOST_KEPT) == (LONGEST_READ, MOST_READ_BACK)
    many = [f"x{number:04}" for number in range(1000)]
    assert python_requirements(reversed(many)) == tuple(many[:MOST_KEPT])
    monkeypatch.setattr(requirements, "MOST_READ", 3)
    assert python_requirements(many) == tuple(many[:3])


@pytest.mark.parametrize("length", [LONGEST, LONGEST + 1])
def test_a_requirement_is_as_long_as_the_lock_takes(length: int) -> None:
    value = "3" * (length - len('x; python_version == ""'))
    kept = python_requirements([f"x;python_version=='{value}'"])
    assert kept == ((f'x; python_version == "{value}"',) if length == LONGEST else ())


@given(
    st.lists(
        st.text("ab1.-_[]<>=~!,; '\"@\u00e9\u202e", max_size=20) | st.from_regex(r"a>=[0-9]; os_name ?== ?'.{,9}'")
    )
)
def test_whatever_is_stated_the_lock_takes_what_is_kept(stated: list[str]) -> None:
    found = python_requirements(stated)
    assert all(is_requirement(one) for one in found)
    assert list(found) == sorted(set(found))
    assert python_requirements(found) == found
