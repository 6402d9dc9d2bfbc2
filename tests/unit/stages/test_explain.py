"""Why each variant was chosen, rejected or not considered, also where other models are the reason."""

import pytest

from resolver.domain.errors import NothingSuitsError, TooManyCombinationsError
from resolver.domain.explanation import Explanation
from resolver.domain.facts import Facts
from resolver.domain.manifest import Model, Needs, Variant
from resolver.domain.selector import Mismatch, parse_selector
from resolver.stages.select import explain, select
from resolver.stages.select.search import first_that_fits
from tests.unit.domain.values import KEY, model

GB = 10**9
SERVER = Facts("linux", "x86_64", "cuda", "12.8", "8.6", 24 * GB, 64 * GB, 16)
MAC = Facts(os="darwin", arch="arm64", accelerator="metal", vram=12 * GB, ram=16 * GB, cores=8)


def one(name: str, vram: int = 0, ram: int = 0, **when: object) -> Variant:
    return Variant(name, KEY, "files", "other", parse_selector(when), Needs(vram, ram))


def explained(facts: Facts, *models: Model, **budget: int) -> list[Explanation]:
    return list(explain(models, budget, facts, "this machine"))


def told(one: Explanation) -> list[tuple[str, str, list[tuple[str, str, str | None]]]]:
    return [
        (each.variant.name, each.outcome, [(why.fact, why.wanted, why.found) for why in each.because])
        for each in one.judged
    ]


def test_what_stands_before_the_chosen_has_reasons_and_what_stands_after_was_not_considered() -> None:
    asr = model("asr", one("apple", accelerator="metal"), one("huge", vram=30 * GB), one("large"), one("small"))
    (found,) = explained(SERVER, asr, vram=90)
    assert told(found) == [
        ("apple", "rejected", [("accelerator", "metal", "cuda")]),
        ("huge", "rejected", [("vram", "30000000000", "21600000000")]),
        ("large", "chosen", []),
        ("small", "not considered", []),
    ]
    assert found.chosen is asr.variants[2]
    assert found.available == {"vram": 21_600_000_000, "ram": 64 * GB}


def test_what_the_others_take_and_must_have_is_not_left() -> None:
    first = model("first", one("a", vram=10 * GB))
    middle = model("middle", one("large", vram=12 * GB), one("small", vram=4 * GB))
    last = model("last", one("a", vram=9 * GB), one("b", vram=6 * GB))
    found = explained(SERVER, first, middle, last)
    assert told(found[1])[0] == ("large", "rejected", [("vram", "12000000000", "8000000000")])
    assert told(found[2])[0] == ("a", "chosen", [])


def test_a_skipped_model_says_what_is_left_for_its_last_variant() -> None:
    asr = model("asr", one("small", ram=1_600_000_000))
    diarization = Model("diarization", (one("cpu", ram=4 * GB),), optional=True)
    facts = Facts(os="linux", arch="x86_64", accelerator="none", ram=7 * GB, cores=2)
    selection = select([asr, diarization], {"ram": 75}, facts, "ci")
    assert selection.skipped["diarization"].because == (Mismatch("ram", "4000000000", "3650000000"),)


def test_on_unified_memory_everything_counts_as_ram() -> None:
    asr = model("asr", one("a", vram=6 * GB, ram=GB))
    llm = Model("llm", (one("large", vram=5 * GB, ram=5 * GB), one("small", vram=5 * GB)), optional=True)
    found = explained(MAC, asr, llm)
    assert told(found[1])[0] == ("large", "rejected", [("ram", "10000000000", "9000000000")])
    assert told(found[1])[1][:2] == ("small", "chosen")


def test_each_memory_that_is_too_small_is_a_reason() -> None:
    asr = model("asr", one("a", vram=20 * GB, ram=60 * GB))
    llm = Model("llm", (one("b", vram=5 * GB, ram=5 * GB),), optional=True)
    found = explained(SERVER, asr, llm)
    assert told(found[1])[0][2] == [("vram", "5000000000", "4000000000"), ("ram", "5000000000", "4000000000")]


def test_explanations_keep_the_order_of_the_models_over_groups() -> None:
    models = [Model("a", (one("x"),), group="g"), Model("b", (one("x"),)), Model("c", (one("x"),), group="g")]
    assert [found.model.name for found in explained(SERVER, *models)] == ["a", "b", "c"]


def test_what_does_not_fit_together_is_told_for_each_group() -> None:
    models = [
        Model(name, (one("x", vram=size * GB),), group=group)
        for name, size, group in (("a", 20, "g"), ("b", 20, "h"), ("c", 20, "g"), ("d", 20, "h"), ("e", 1, "h"))
    ]
    with pytest.raises(NothingSuitsError) as caught:
        explained(SERVER, *models)
    assert caught.value.message == "this machine: a and c; b and d do not fit together, whatever their variants"


def test_of_many_models_some_are_named_and_the_others_counted() -> None:
    models = [model(f"m{number}", one("x", ram=7 * GB)) for number in range(50)]
    with pytest.raises(NothingSuitsError) as caught:
        explained(SERVER, *models)
    assert caught.value.message == (
        "this machine: m0, m1, m2, m3, m4, m5, m6, m7 and 2 more do not fit together, whatever their variants"
    )
    nobody = [model(f"m{number}", one("x", os="darwin")) for number in range(50)]
    with pytest.raises(NothingSuitsError, match=r"no variant suits for m0, .* and 42 more") as caught:
        explained(SERVER, *nobody)
    assert caught.value.details[-1] == "and 10 more"


def test_too_many_combinations_are_an_error_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    options = [[(1 << index, (1 << 40) - (1 << index)), (0, 1 << 40)] for index in range(20)]
    limits = (1 << 18, 20 << 40)
    assert first_that_fits(options, limits) is not None
    monkeypatch.setattr("resolver.stages.select.search.MOST_LOADS", 1000)
    with pytest.raises(TooManyCombinationsError, match="too many combinations") as caught:
        first_that_fits(options, limits)
    assert "groups of their own" in str(caught.value.hint)
