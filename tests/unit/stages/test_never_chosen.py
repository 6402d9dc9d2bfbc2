"""Variants that no machine can ever get are told."""

from resolver.domain.manifest import Needs, Variant
from resolver.domain.selector import parse_selector
from resolver.stages.select.never import never_chosen
from tests.unit.domain.values import KEY, model

GB = 10**9


def one(name: str, needs: Needs = Needs(), **when: object) -> Variant:
    return Variant(name, KEY, "files", "other", parse_selector(when), needs)


def test_a_variant_behind_one_that_always_suits_is_told() -> None:
    assert never_chosen([model("asr", one("small"), one("large", Needs(vram=GB)))]) == (
        "asr  variant 'large' can never be chosen: 'small' stands before it, suits wherever it does and needs no more",
    )


def test_one_that_needs_less_of_anything_can_be_chosen() -> None:
    assert never_chosen([model("asr", one("a", Needs(2, 1)), one("b", Needs(1, 2)))]) == ()
    assert never_chosen([model("asr", one("a", Needs(2, 2)), one("b", Needs(1, 1)))]) == ()


def test_one_for_other_machines_can_be_chosen() -> None:
    assert never_chosen([model("asr", one("a", vram=">=12GB"), one("b", vram=">=8GB"), one("c"))]) == ()


def test_one_for_fewer_machines_cannot() -> None:
    found = never_chosen([model("asr", one("a", vram=">=8GB"), one("b", vram=">=12GB"), one("c"))])
    assert [line.split("'")[1] for line in found] == ["b"]


def test_a_condition_that_contradicts_itself_is_told() -> None:
    assert never_chosen([model("asr", one("a", vram=">=8GB,<4GB", cores="<0"), one("b"))]) == (
        "asr  variant 'a' can never be chosen: no machine satisfies its cores and vram",
    )


def test_the_models_are_told_in_order_and_each_variant_once() -> None:
    twice = [model(name, one("a"), one("b"), one("c")) for name in ("y", "x")]
    assert [line.split()[0] + line.split("'")[1] for line in never_chosen(twice)] == ["yb", "yc", "xb", "xc"]
