"""Which variant a machine gets: the first that suits and fits, or the reasons why none does."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.errors import NothingSuitsError, UnknownFactError
from resolver.domain.facts import Facts
from resolver.domain.lock import Selected, Skipped
from resolver.domain.manifest import Model, Needs, Variant
from resolver.domain.selector import Mismatch, Truth, parse_selector
from resolver.stages.select import mismatch_text, select
from resolver.stages.select.table import Machine
from tests.unit.domain.values import KEY, model

GB = 10**9
SERVER = Facts("linux", "x86_64", "cuda", "12.8", "8.6", 24 * GB, 64 * GB, 16)
MAC = Facts(os="darwin", arch="arm64", accelerator="metal", vram=12 * GB, ram=16 * GB, cores=8)
CI = Facts(os="linux", arch="x86_64", accelerator="none", ram=7 * GB, cores=2)


def one(name: str, vram: int = 0, ram: int = 0, **when: object) -> Variant:
    return Variant(name, KEY, "files", "other", parse_selector(when), Needs(vram, ram))


ASR = model("asr", one("apple", accelerator="metal"), one("large", vram=6 * GB, accelerator="cuda"), one("small"))


def chosen(facts: Facts, *models: Model, budget: dict[str, int] | None = None) -> dict[str, str]:
    selection = select(models, budget or {}, facts, "this machine")
    return {selected.model.name: selected.variant.name for selected in selection.chosen}


@pytest.mark.parametrize(("facts", "name"), [(MAC, "apple"), (SERVER, "large"), (CI, "small")])
def test_each_machine_gets_the_first_variant_that_suits(facts: Facts, name: str) -> None:
    assert chosen(facts, ASR) == {"asr": name}


def test_written_order_is_preference() -> None:
    assert chosen(SERVER, model("m", one("a"), one("b"))) == {"m": "a"}
    assert chosen(SERVER, model("m", one("b"), one("a"))) == {"m": "b"}


def test_models_keep_their_order() -> None:
    selection = select([model("b", one("x")), model("a", one("y"))], {}, CI, "ci")
    assert selection.chosen == (
        Selected(model("b", one("x")), one("x")),
        Selected(model("a", one("y")), one("y")),
    )
    assert selection.skipped == {}


@pytest.mark.parametrize(("need", "fits"), [(24 * GB, True), (24 * GB + 1, False)])
def test_a_need_may_take_all_there_is_and_no_more(need: int, *, fits: bool) -> None:
    assert chosen(SERVER, model("m", one("large", vram=need), one("small"))) == {"m": "large" if fits else "small"}
    assert chosen(replace(SERVER, ram=24 * GB), model("m", one("large", ram=need), one("small"))) == {
        "m": "large" if fits else "small"
    }


@pytest.mark.parametrize(("need", "fits"), [(21_600_000_000, True), (21_600_000_001, False)])
def test_a_budget_is_a_share_of_what_there_is(need: int, *, fits: bool) -> None:
    found = chosen(SERVER, model("m", one("large", vram=need), one("small")), budget={"vram": 90, "ram": 1})
    assert found == {"m": "large" if fits else "small"}


def test_a_budget_is_rounded_down() -> None:
    facts = replace(CI, ram=199)
    assert Machine(facts, {"ram": 50}).judge(one("x", ram=99)).truth is Truth.TRUE
    verdict = Machine(facts, {"ram": 50}).judge(one("x", ram=100))
    assert verdict.because == (Mismatch("ram", "100", "99"),)


def test_each_memory_has_its_own_budget() -> None:
    variant = one("x", vram=10 * GB, ram=10 * GB)
    assert Machine(SERVER, {"vram": 50, "ram": 50}).judge(variant).truth is Truth.TRUE
    assert [m.fact for m in Machine(SERVER, {"vram": 40}).judge(variant).because] == ["vram"]
    assert [m.fact for m in Machine(SERVER, {"ram": 15}).judge(variant).because] == ["ram"]
    assert [m.fact for m in Machine(SERVER, {"vram": 40, "ram": 15}).judge(variant).because] == ["vram", "ram"]


def test_on_unified_memory_both_needs_together_must_fit() -> None:
    assert Machine(MAC, {}).judge(one("x", vram=8 * GB, ram=8 * GB)).truth is Truth.TRUE
    verdict = Machine(MAC, {}).judge(one("x", vram=8 * GB, ram=8 * GB + 1))
    assert verdict.because == (Mismatch("ram", str(16 * GB + 1), str(16 * GB)),)
    assert Machine(MAC, {}).judge(one("x", vram=12 * GB + 1)).because == (
        Mismatch("vram", str(12 * GB + 1), str(12 * GB)),
    )


def test_elsewhere_the_needs_do_not_add_up() -> None:
    assert Machine(SERVER, {}).judge(one("x", vram=24 * GB, ram=64 * GB)).truth is Truth.TRUE


def test_without_an_accelerator_there_is_no_room_in_one() -> None:
    assert Machine(CI, {}).judge(one("x", vram=1)).because == (Mismatch("vram", "1", "0"),)
    assert Machine(CI, {}).judge(one("x")).truth is Truth.TRUE


def test_what_is_needed_of_an_unknown_memory_is_unknown() -> None:
    facts = Facts(accelerator="cuda", ram=GB)
    assert Machine(facts, {}).judge(one("x", vram=1)).because == (Mismatch("vram", "1", None),)
    assert Machine(facts, {}).judge(one("x", vram=1)).truth is Truth.UNKNOWN
    assert Machine(Facts(), {}).judge(one("x")).truth is Truth.TRUE


def test_what_is_false_hides_what_is_unknown() -> None:
    verdict = Machine(Facts(os="darwin", accelerator="cuda"), {}).judge(one("x", vram=1, os="linux", cores=">8"))
    assert (verdict.truth, verdict.because) == (Truth.FALSE, (Mismatch("os", "linux", "darwin"),))


def test_all_that_is_unknown_is_said() -> None:
    verdict = Machine(Facts(accelerator="cuda"), {}).judge(one("x", vram=1, ram=1, cores=">8"))
    assert [m.fact for m in verdict.because] == ["cores", "vram", "ram"]


def test_an_unknown_fact_that_could_decide_stops() -> None:
    large = Variant("large", KEY, "files", "other", parse_selector({"vram": ">=8GB"}), Needs(ram=GB))
    with pytest.raises(UnknownFactError) as caught:
        chosen(Facts(os="linux", accelerator="cuda"), model("asr", large, one("small")))
    assert caught.value.message == "this machine: ram and vram are unknown and decide whether 'asr' gets 'large'"
    assert "a profile in models.yaml with ram: …, vram: …" in str(caught.value.hint)


def test_an_unknown_fact_behind_the_winner_does_not_matter() -> None:
    assert chosen(Facts(os="linux"), model("m", one("a", os="linux"), one("b", cores=">8"))) == {"m": "a"}


def test_an_unknown_fact_before_the_winner_stops_even_an_optional_model() -> None:
    with pytest.raises(UnknownFactError):
        chosen(Facts(os="linux"), model("m", one("a", cores=">8"), one("b"), optional=True))


def test_an_optional_model_that_does_not_suit_is_skipped_with_the_reason_of_its_last_hope() -> None:
    night = model("night", one("large", vram=GB), one("mac", os="darwin"), optional=True)
    selection = select([night, model("asr", one("small"))], {}, CI, "ci")
    assert selection.skipped == {"night": Skipped((Mismatch("os", "darwin", "linux"),))}
    assert [selected.model.name for selected in selection.chosen] == ["asr"]


def test_a_required_model_that_does_not_suit_stops_with_every_reason() -> None:
    models = [
        model("asr", one("large", vram=6 * GB, ram=100 * GB), one("mac", os="darwin", accelerator=["metal", "rocm"])),
        model("vad", one("small")),
        model("ner", one("huge", ram=8 * GB)),
    ]
    with pytest.raises(NothingSuitsError) as caught:
        select(models, {"ram": 50}, CI, "profile 'ci'")
    assert caught.value.message == "profile 'ci': no variant suits for asr and ner"
    assert caught.value.details == (
        "asr  large: needs 6 GB vram, 0 B left in the budget; needs 100 GB ram, 3.5 GB left in the budget",
        "asr  mac: accelerator must be metal or rocm, is none; os must be darwin, is linux",
        "ner  huge: needs 8 GB ram, 3.5 GB left in the budget",
    )


@pytest.mark.parametrize(
    ("mismatch", "text"),
    [
        (Mismatch("os", "linux", "darwin"), "os must be linux, is darwin"),
        (Mismatch("cores", ">=8", None), "cores must be >=8, is unknown"),
        (Mismatch("vram", ">=8GB", "4000000000"), "vram must be >=8GB, is 4 GB"),
        (Mismatch("ram", "4000000000", "3650000000"), "needs 4 GB ram, 3.65 GB left in the budget"),
        (Mismatch("ram", "4000000000", None), "needs 4 GB ram, unknown left in the budget"),
        (Mismatch("cores", "8", "4"), "cores must be 8, is 4"),
    ],
)
def test_a_reason_is_for_people(mismatch: Mismatch, text: str) -> None:
    assert mismatch_text(mismatch) == text


VARIANTS = st.builds(
    lambda os, vram, ram: one("v", vram=vram, ram=ram, **({"os": os} if os else {})),
    st.sampled_from([None, "linux", "darwin"]),
    st.integers(0, 3),
    st.integers(0, 3),
)


@settings(deadline=None)
@given(
    st.lists(VARIANTS, min_size=1, max_size=5), st.sampled_from(["metal", "cuda"]), st.integers(0, 3), st.integers(0, 3)
)
def test_the_winner_is_the_first_of_those_that_suit(
    variants: list[Variant], accelerator: str, vram: int, ram: int
) -> None:
    named = tuple(replace(variant, name=str(number)) for number, variant in enumerate(variants))
    facts = Facts(os="linux", accelerator=accelerator, vram=vram, ram=ram)
    suiting = [
        variant.name
        for variant in named
        if variant.when.written.get("os") in (None, "linux")
        and variant.needs.vram <= vram
        and variant.needs.ram + (variant.needs.vram if accelerator == "metal" else 0) <= ram
    ]
    selection = select([Model("m", named, optional=True)], {}, facts, "here")
    assert [selected.variant.name for selected in selection.chosen] == suiting[:1]
    assert bool(selection.skipped) != bool(suiting)
