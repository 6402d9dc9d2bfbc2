"""What selectors say about all machines: never a false alarm, and the plain cases are found."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.coverage import holds_wherever, never_holds
from resolver.domain.facts import Facts, facts_from
from resolver.domain.selector import Truth, parse_selector

Written = dict[str, object]


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({}, {"os": "linux"}),
        ({"vram": ">=8GB"}, {"vram": ">=12GB"}),
        ({"vram": ">=8GB"}, {"vram": "12GB"}),
        ({"vram": ">=8GB"}, {"vram": ">8GB"}),
        ({"vram": ">7999999999"}, {"vram": ">=8GB"}),
        ({"vram": ">=8GB,<24GB"}, {"vram": ">=12GB,<16GB", "os": "linux"}),
        ({"compute_capability": ">=7.0"}, {"compute_capability": ["8.6", "9.0"]}),
        ({"compute_capability": "!=6.1"}, {"compute_capability": ">6.1"}),
        ({"os": ["linux", "darwin"]}, {"os": "linux"}),
        ({"cores": ">=2"}, {"cores": ">1"}),
        ({"any": [{"os": "linux"}, {"cores": ">4"}]}, {"any": [{"os": "linux"}, {"cores": ">4"}], "arch": "arm64"}),
        ({"not": {"os": "linux"}}, {"not": {"os": "linux"}, "cores": ">4"}),
    ],
)
def test_what_follows_is_found(weaker: Written, stronger: Written) -> None:
    assert holds_wherever(parse_selector(weaker), parse_selector(stronger))


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"os": "linux"}, {}),
        ({"vram": ">=12GB"}, {"vram": ">=8GB"}),
        ({"vram": ">8GB"}, {"vram": ">=8GB"}),
        ({"vram": ">=8GB"}, {"ram": ">=8GB"}),
        ({"compute_capability": ">=7.0,<8"}, {"compute_capability": ">=7.0,<=8"}),
        ({"compute_capability": "<=7"}, {"compute_capability": "<7.1"}),
        ({"os": "linux"}, {"os": ["linux", "darwin"]}),
        ({"not": {"os": "linux"}}, {"not": {"os": "darwin"}}),
    ],
)
def test_what_does_not_follow_is_not_claimed(weaker: Written, stronger: Written) -> None:
    assert not holds_wherever(parse_selector(weaker), parse_selector(stronger))


@pytest.mark.parametrize(
    ("written", "facts"),
    [
        ({"vram": ">=8GB,<4GB"}, ("vram",)),
        ({"vram": ">=8GB,<=8GB"}, ()),
        ({"cores": ">4,<5"}, ("cores",)),
        ({"cuda": ">12,<12.1"}, ()),
        ({"cuda": "<0"}, ("cuda",)),
        ({"cores": "<0", "os": "linux"}, ("cores",)),
        ({"os": "linux"}, ()),
        ({"any": [{"vram": ">=8GB,<4GB"}]}, ()),
    ],
)
def test_a_condition_that_no_value_satisfies_is_named(written: Written, facts: tuple[str, ...]) -> None:
    assert never_holds(parse_selector(written)) == facts


signs = st.sampled_from([">=", "<=", ">", "<", "==", "!=", ""])
counts = st.integers(0, 4).map(str)
versions = st.sampled_from(["0", "1", "1.0", "1.1", "1.1.1", "2", "2.0.1", "0.9"])


def compared(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    one = st.builds("{}{}".format, signs.filter(bool), numbers)
    both = st.builds("{},{}".format, one, one)
    return st.one_of(numbers, one, both, st.lists(st.one_of(numbers, one, both), min_size=1, max_size=2))


conditions = st.fixed_dictionaries(
    {},
    optional={
        "os": st.one_of(
            st.sampled_from(["linux", "darwin"]), st.lists(st.sampled_from(["linux", "darwin", "windows"]), min_size=1)
        ),
        "cores": compared(counts),
        "cuda": compared(versions),
    },
)
selectors = st.one_of(
    conditions,
    conditions.filter(bool).map(lambda one: {"not": one}),
    st.lists(conditions.filter(bool), min_size=1, max_size=2).map(lambda several: {"any": several}),
)
machines = st.fixed_dictionaries(
    {
        "os": st.sampled_from(["linux", "darwin", "windows"]),
        "cores": st.integers(0, 6),
        "cuda": st.one_of(versions, st.sampled_from(["0.1", "0.8", "1.0.1", "1.2", "1.9", "2.1", "9"])),
    }
).map(facts_from)


@settings(max_examples=2000)
@given(selectors, selectors, st.lists(machines, min_size=5, max_size=20))
def test_no_machine_refutes_a_claim(weaker: Written, stronger: Written, facts: list[Facts]) -> None:
    one, other = parse_selector(weaker), parse_selector(stronger)
    for machine in facts:
        if holds_wherever(one, other) and other.judge(machine).truth is Truth.TRUE:
            assert one.judge(machine).truth is Truth.TRUE
        if never_holds(one):
            assert one.judge(machine).truth is not Truth.TRUE
