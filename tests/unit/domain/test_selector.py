"""Selectors judge in three values, with reasons: what is unknown is never false."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.facts import Facts
from resolver.domain.selector import Mismatch, Selector, Truth, Verdict, parse_selector

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
SERVER = Facts("linux", "x86_64", "cuda", "12.8", "8.6", 24_000_000_000, 64_000_000_000, 16)
CI = Facts(os="linux", arch="x86_64", accelerator="none", ram=7_000_000_000, cores=2)
# One condition for each outcome on this machine.
PAIRS = list(itertools.product(Truth, Truth))
HALF_KNOWN = Facts(os="linux")
ONE: dict[Truth, dict[str, object]] = {TRUE: {"os": "linux"}, FALSE: {"os": "darwin"}, UNKNOWN: {"arch": "arm64"}}
OTHER: dict[Truth, dict[str, object]] = {
    TRUE: {"os": ["linux", "windows"]},
    FALSE: {"os": "windows"},
    UNKNOWN: {"cores": ">=2"},
}


def truth(written: dict[str, object], facts: Facts) -> Truth:
    return parse_selector(written).judge(facts).truth


def test_nothing_to_hold_holds_everywhere() -> None:
    assert Selector().judge(Facts()) == Verdict(TRUE)
    assert parse_selector({}).judge(SERVER) == Verdict(TRUE)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_conditions_together_are_false_before_unknown_before_true(first: Truth, second: Truth) -> None:
    both = parse_selector({"any": [ONE[first]], **OTHER[second]})
    wanted = next(one for one in (FALSE, UNKNOWN, TRUE) if one in (first, second))
    assert both.judge(HALF_KNOWN).truth is wanted


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_any_is_true_before_unknown_before_false(first: Truth, second: Truth) -> None:
    either = parse_selector({"any": [ONE[first], OTHER[second]]})
    wanted = next(one for one in (TRUE, UNKNOWN, FALSE) if one in (first, second))
    assert either.judge(HALF_KNOWN).truth is wanted


@pytest.mark.parametrize(("inner", "outer"), [(TRUE, FALSE), (FALSE, TRUE), (UNKNOWN, UNKNOWN)])
def test_not_turns_true_and_false_round_and_leaves_unknown(inner: Truth, outer: Truth) -> None:
    assert truth({"not": ONE[inner]}, HALF_KNOWN) is outer


COMPARISONS = [
    ("vram", 8_000_000_000, ">=8GB", True),
    ("vram", 7_999_999_999, ">=8GB", False),
    ("vram", 8_000_000_001, ">8GB", True),
    ("vram", 8_000_000_000, ">8GB", False),
    ("vram", 8_000_000_000, "<=8GB", True),
    ("vram", 8_000_000_001, "<=8GB", False),
    ("vram", 7_999_999_999, "<8GB", True),
    ("vram", 8_000_000_000, "<8GB", False),
    ("vram", 8_000_000_000, "==8GB", True),
    ("vram", 8_000_000_001, "==8GB", False),
    ("vram", 8_000_000_000, "!=8GB", False),
    ("vram", 8_000_000_001, "!=8GB", True),
    ("vram", 8_000_000_000, "8GB", True),
    ("vram", 8_000_000_001, "8GB", False),
    ("ram", 8_589_934_592, "8GiB", True),
    ("ram", 24_000_000_000, ">=8GB,<24GB", False),
    ("ram", 8_000_000_000, ">=8GB,<24GB", True),
    ("ram", 7_000_000_000, ">=8GB,<24GB", False),
    ("ram", 12_000_000_000, " >= 8GB , < 24GB ", True),
    ("cores", 8, ">=8", True),
    ("cores", 7, ">=8", False),
    ("cores", 10, ">=9", True),
    ("cores", 8, "8", True),
    ("cuda", "12.8", ">=12.0", True),
    ("cuda", "12.8", ">=12.10", False),
    ("cuda", "12.0", "12", True),
    ("cuda", "12", "==12.0.0", True),
    ("cuda", "12.8", "12", False),
    ("cuda", "9.2", "<12", True),
    ("compute_capability", "8.6", ">=7.0", True),
    ("compute_capability", "10.0", ">=9.0", True),
    ("compute_capability", "6.1", ">=7.0", False),
]


@pytest.mark.parametrize(("fact", "found", "wanted", "holds"), COMPARISONS)
def test_a_comparison_holds_or_not(fact: str, found: str | int, wanted: str, holds: bool) -> None:  # noqa: FBT001
    facts = Facts(**{"accelerator": "cuda", fact: found})  # type: ignore[arg-type]  # the names are those of Facts
    assert truth({fact: wanted}, facts) is (TRUE if holds else FALSE)
    assert truth({"not": {fact: wanted}}, facts) is (FALSE if holds else TRUE)


def test_a_list_is_one_of_and_its_parts_may_compare() -> None:
    assert truth({"os": ["darwin", "linux"]}, SERVER) is TRUE
    assert truth({"os": ["darwin", "windows"]}, SERVER) is FALSE
    assert truth({"vram": ["<4GB", ">=24GB"]}, SERVER) is TRUE
    assert truth({"vram": ["<4GB", ">24GB"]}, SERVER) is FALSE


def test_a_number_may_be_written_as_a_number() -> None:
    assert parse_selector({"cores": 16}) == parse_selector({"cores": "16"})
    assert truth({"cores": 16, "cuda": 12.8}, SERVER) is TRUE


def test_reasons_are_the_conditions_that_do_not_hold() -> None:
    verdict = parse_selector({"os": "darwin", "vram": ">=80GB", "arch": "x86_64"}).judge(SERVER)
    assert verdict == Verdict(FALSE, (Mismatch("os", "darwin", "linux"), Mismatch("vram", ">=80GB", "24000000000")))


def test_reasons_for_the_unknown_are_the_unknown_facts_only() -> None:
    verdict = parse_selector({"os": "linux", "cores": ">=2", "arch": ["arm64", "x86_64"]}).judge(HALF_KNOWN)
    assert verdict == Verdict(UNKNOWN, (Mismatch("arch", "arm64 or x86_64", None), Mismatch("cores", ">=2", None)))


def test_what_is_false_hides_what_is_unknown() -> None:
    verdict = parse_selector({"os": "darwin", "cores": ">=2"}).judge(HALF_KNOWN)
    assert verdict == Verdict(FALSE, (Mismatch("os", "darwin", "linux"),))


def test_reasons_of_alternatives_are_all_of_them_or_the_unknown_ones() -> None:
    no = parse_selector({"any": [{"os": "darwin"}, {"os": "windows"}]}).judge(HALF_KNOWN)
    assert no.because == (Mismatch("os", "darwin", "linux"), Mismatch("os", "windows", "linux"))
    unknown = parse_selector({"any": [{"os": "darwin"}, {"cores": "2"}]}).judge(HALF_KNOWN)
    assert unknown.because == (Mismatch("cores", "2", None),)


def test_the_reason_of_a_not_says_so() -> None:
    verdict = parse_selector({"not": {"os": ["linux", "darwin"], "arch": "x86_64"}}).judge(SERVER)
    assert verdict == Verdict(
        FALSE, (Mismatch("arch", "not x86_64", "x86_64"), Mismatch("os", "not linux or darwin", "linux"))
    )
    assert parse_selector({"not": {"cores": "2"}}).judge(HALF_KNOWN).because == (Mismatch("cores", "2", None),)


@pytest.mark.parametrize("inner", [{"any": [{"os": "linux"}]}, {"not": {"os": "darwin"}}])
def test_a_not_around_alternatives_or_another_not_has_reasons_too(inner: dict[str, object]) -> None:
    verdict = parse_selector({"not": inner}).judge(SERVER)
    assert verdict.truth is FALSE
    assert verdict.because
    assert {one.fact for one in verdict.because} == {"os"}
    assert {one.found for one in verdict.because} == {"linux"}


@pytest.mark.parametrize("fact", ["cuda", "compute_capability"])
def test_without_an_accelerator_cuda_is_false_and_not_unknown(fact: str) -> None:
    assert parse_selector({fact: ">=7"}).judge(CI) == Verdict(FALSE, (Mismatch(fact, ">=7", "none"),))
    assert truth({fact: ">=7"}, Facts(accelerator="cuda")) is UNKNOWN
    assert truth({fact: ">=7"}, Facts()) is UNKNOWN


def test_without_an_accelerator_vram_is_nought() -> None:
    assert truth({"vram": ">=1"}, CI) is FALSE
    assert truth({"vram": "<4GB"}, CI) is TRUE
    assert truth({"vram": "0"}, CI) is TRUE
    assert truth({"vram": "0"}, Facts(accelerator="cuda")) is UNKNOWN


FACTS = st.builds(
    Facts,
    os=st.sampled_from([None, "linux", "darwin", "windows"]),
    accelerator=st.sampled_from([None, "cuda", "metal", "none", "rocm"]),
    cuda=st.sampled_from([None, "11.8", "12", "12.8"]),
    vram=st.sampled_from([None, 0, 8_000_000_000, 24_000_000_000]),
    cores=st.sampled_from([None, 2, 8]),
)
PLAIN = st.fixed_dictionaries(
    {},
    optional={
        "os": st.sampled_from(["linux", ["darwin", "windows"]]),
        "accelerator": st.sampled_from(["none", ["cuda", "rocm"]]),
        "cuda": st.sampled_from(["12", ">=12", "<12,>=11"]),
        "vram": st.sampled_from([">=8GB", "24GB", ["0", ">8GB"]]),
        "cores": st.sampled_from(["2", ">2"]),
    },
).filter(bool)
SELECTORS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=1, max_size=3).map(lambda some: {"any": some}),
        st.tuples(PLAIN, inner).map(lambda two: {**two[0], "any": [two[1]]}),
    ),
    max_leaves=6,
)


def completions(facts: Facts) -> list[Facts]:
    """Every machine that this one could turn out to be, as far as the conditions above can tell."""
    could: dict[str, list[Any]] = {
        "os": ["linux", "darwin", "windows"],
        "accelerator": ["cuda", "metal", "none", "rocm"],
        "cuda": ["10.0", "11.8", "12", "12.8"],
        "vram": [0, 8_000_000_000, 9_000_000_000, 24_000_000_000],
        "cores": [1, 2, 8],
    }
    known = facts.known()
    choices = itertools.product(*([known[name]] if name in known else values for name, values in could.items()))
    found = [Facts(**dict(zip(could, one, strict=True))) for one in choices]
    nothing = facts.vram or 0  # of a machine without an accelerator
    real = (one if one.accelerator == "cuda" else replace(one, cuda=facts.cuda) for one in found)
    return [one for one in real if one.accelerator != "none" or (facts.cuda is None and one.vram == nothing)]


@settings(max_examples=200, deadline=None)
@given(SELECTORS, FACTS.filter(lambda one: one.accelerator != "none" or one.cuda is None))
def test_a_verdict_stands_whatever_the_unknown_facts_turn_out_to_be(written: dict[str, object], facts: Facts) -> None:
    selector = parse_selector(written)
    verdict = selector.judge(facts)
    if verdict.truth is not UNKNOWN:
        assert {selector.judge(one).truth for one in completions(facts)} == {verdict.truth}
    else:
        assert any(one.found is None for one in verdict.because)


@settings(max_examples=200, deadline=None)
@given(SELECTORS, FACTS)
def test_what_is_written_down_means_the_same(written: dict[str, object], facts: Facts) -> None:
    selector = parse_selector(written)
    again = parse_selector(selector.written)
    assert again == selector
    assert again.written == selector.written
    assert list(again.written) == sorted(again.written)
    assert again.judge(facts) == selector.judge(facts)


def test_plain_bytes_in_a_condition_are_not_taken_for_a_need() -> None:
    found = parse_selector({"vram": "24000000000"}).judge(Facts(accelerator="cuda", vram=8 * 10**9))
    assert found.because == (Mismatch("vram", "==24000000000", "8000000000"),)


@pytest.mark.parametrize("accelerator", ["metal", "none", "rocm"])
def test_without_a_cuda_device_what_is_asked_of_one_is_false_and_no_question(accelerator: str) -> None:
    facts = Facts(accelerator=accelerator)
    for fact in ("cuda", "compute_capability"):
        assert parse_selector({fact: ">=7.0"}).judge(facts).truth is Truth.FALSE
        assert parse_selector({"not": {fact: ">=7.0"}}).judge(facts).truth is Truth.TRUE
