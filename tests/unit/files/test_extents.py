"""Which bytes are there, held against a plain set of places."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from resolver.files.extents import Extents

STRETCHES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=15)


@given(STRETCHES, st.integers(0, 70))
def test_stretches_are_what_a_set_of_places_is(stretches: list[tuple[int, int]], total: int) -> None:
    extents = Extents(stretches)
    places = {place for start, end in stretches for place in range(start, end)}
    assert {place for start, end in extents.all for place in range(start, end)} == places
    assert extents.size == len(places)
    assert extents.end == max(places, default=-1) + 1
    assert extents.prefix == next(place for place in range(62) if place not in places)
    missing = [place for start, end in extents.gaps(total) for place in range(start, end)]
    assert missing == [place for place in range(total) if place not in places]


@given(STRETCHES)
def test_stretches_never_touch_each_other(stretches: list[tuple[int, int]]) -> None:
    found = Extents(stretches).all
    assert all(start < end for start, end in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
