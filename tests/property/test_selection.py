"""The choice equals what brute force finds, on thousands of small cases; and what is unknown never changes it."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.errors import NothingSuitsError, UnknownFactError
from resolver.domain.facts import Facts, facts_from
from resolver.domain.manifest import Model, Needs, Variant
from resolver.domain.selector import Truth, parse_selector
from resolver.stages.select import explain, select
from resolver.stages.select.search import conflict, first_that_fits
from tests.unit.domain.values import KEY

Load = tuple[int, int]
Names = tuple[str | None, ...]

sizes = st.integers(0, 6)
conditions: st.SearchStrategy[dict[str, object]] = st.sampled_from(
    [{}, {}, {"accelerator": "cuda"}, {"vram": ">=8"}, {"ram": ">=6"}, {"cores": ">=4"}, {"not": {"cores": ">=4"}}]
)


@st.composite
def models(draw: st.DrawFn, most: int = 5) -> tuple[Model, ...]:
    found = []
    for index in range(draw(st.integers(1, most))):
        variants = tuple(
            Variant(f"v{number}", KEY, "files", "x", parse_selector(draw(conditions)), Needs(draw(sizes), draw(sizes)))
            for number in range(draw(st.integers(1, 4)))
        )
        found.append(Model(f"m{index}", variants, draw(st.booleans()), draw(st.sampled_from(["a", "a", "b"]))))
    return tuple(found)


machines = st.builds(
    Facts,
    os=st.just("linux"),
    arch=st.just("x86_64"),
    accelerator=st.sampled_from(["cuda", "metal", "none"]),
    vram=st.integers(0, 20),
    ram=st.integers(0, 20),
    cores=st.integers(1, 8),
)
budgets = st.fixed_dictionaries({}, optional={"vram": st.integers(1, 100), "ram": st.integers(1, 100)})


def suits(variant: Variant, facts: Facts) -> bool:
    return variant.when.judge(facts).truth is Truth.TRUE


def fits(chosen: Sequence[tuple[Model, Variant | None]], facts: Facts, budget: dict[str, int]) -> bool:
    """The rule of formats.md, written once more and plainly."""
    vram = (facts.of("vram") or 0, budget.get("vram", 100))
    ram = (facts.of("ram") or 0, budget.get("ram", 100))
    for group in {model.group for model, _ in chosen}:
        needs = [variant.needs for model, variant in chosen if variant and model.group == group]
        both = sum(one.ram for one in needs) + (sum(one.vram for one in needs) if facts.accelerator == "metal" else 0)
        if sum(one.vram for one in needs) > int(vram[0]) * vram[1] // 100 or both > int(ram[0]) * ram[1] // 100:
            return False
    return True


def by_brute_force(wanted: Sequence[Model], facts: Facts, budget: dict[str, int]) -> Names | None:
    options: list[list[Variant | None]] = [
        [*(one for one in model.variants if suits(one, facts)), *([None] if model.optional else [])] for model in wanted
    ]
    for combination in itertools.product(*options):
        if fits(list(zip(wanted, combination, strict=True)), facts, budget):
            return tuple(one.name if one else None for one in combination)
    return None


def selected(wanted: Sequence[Model], facts: Facts, budget: dict[str, int]) -> Names | None:
    try:
        selection = select(wanted, budget, facts, "this machine")
    except NothingSuitsError:
        return None
    names = {one.model.name: one.variant.name for one in selection.chosen}
    assert set(names) | set(selection.skipped) == {model.name for model in wanted}
    return tuple(names.get(model.name) for model in wanted)


@settings(max_examples=3000)
@given(models(), machines, budgets)
def test_the_choice_is_the_one_that_brute_force_finds(
    wanted: tuple[Model, ...], facts: Facts, budget: dict[str, int]
) -> None:
    assert selected(wanted, facts, budget) == by_brute_force(wanted, facts, budget)


@settings(max_examples=1500)
@given(models(), machines, budgets)
def test_every_reason_is_true(wanted: tuple[Model, ...], facts: Facts, budget: dict[str, int]) -> None:
    try:
        found = explain(wanted, budget, facts, "this machine")
    except NothingSuitsError:
        return
    for one in found:
        outcomes = [judged.outcome for judged in one.judged]
        before = outcomes.index("chosen") if one.chosen else len(outcomes)
        assert outcomes[:before] == ["rejected"] * before
        assert outcomes[before + 1 :] == ["not considered"] * (len(outcomes) - before - 1)
        for judged in one.judged[:before]:
            assert judged.because
            for reason in judged.because:
                if suits(judged.variant, facts):
                    assert reason.fact in ("vram", "ram")
                    assert int(reason.wanted) > int(reason.found or 0) >= 0


def completions(facts: Facts) -> Iterator[Facts]:
    """Everything that the unknown facts may turn out to be, as far as the conditions can tell it apart."""
    values: dict[str, list[int]] = {"vram": [0, 5, 9, 30], "ram": [0, 5, 9, 30], "cores": [1, 8]}
    unknown = [name for name in values if facts.of(name) is None]
    for combination in itertools.product(*(values[name] for name in unknown)):
        yield facts_from({**facts.known(), **dict(zip(unknown, combination, strict=True))})


@settings(max_examples=1500)
@given(models(4), machines, budgets, st.sets(st.sampled_from(["vram", "ram", "cores"]), min_size=1))
def test_what_is_answered_holds_whatever_the_unknown_turns_out_to_be(
    wanted: tuple[Model, ...], facts: Facts, budget: dict[str, int], hidden: set[str]
) -> None:
    less = replace(facts, **dict.fromkeys(hidden))
    try:
        found = selected(wanted, less, budget)
    except UnknownFactError:
        return
    assert {by_brute_force(wanted, one, budget) for one in completions(less)} == {found}


loads = st.lists(st.lists(st.tuples(sizes, sizes), min_size=1, max_size=4), min_size=1, max_size=6)


@settings(max_examples=1500)
@given(loads, st.tuples(st.integers(0, 12), st.integers(0, 12)))
def test_a_conflict_names_models_that_cannot_do_without_each_other(options: list[list[Load]], limits: Load) -> None:
    if first_that_fits(options, limits) is not None:
        return
    guilty = conflict(options, limits)
    assert first_that_fits([options[index] for index in guilty], limits) is None
    for left_out in guilty:
        rest = [options[index] for index in guilty if index != left_out]
        assert first_that_fits(rest, limits) is not None


@settings(max_examples=200)
@given(models(), machines, budgets)
def test_groups_do_not_share(wanted: tuple[Model, ...], facts: Facts, budget: dict[str, int]) -> None:
    apart = tuple(replace(model, group=model.name) for model in wanted)
    alone = [selected([model], facts, budget) for model in wanted]
    together = selected(apart, facts, budget)
    assert together == (None if None in alone else tuple(names[0] for names in alone if names))
