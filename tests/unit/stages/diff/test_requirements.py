"""What is asked of models, of their variants, and of the whole lock."""

from dataclasses import replace
from typing import Any

import pytest

from resolver.domain.globs import FileFilter
from resolver.domain.lock import Lock
from resolver.domain.manifest import Model, Needs, Policy
from resolver.domain.selector import parse_selector
from resolver.stages.diff import changes
from tests.unit.domain.values import KEY, artifact, file, lock, model, variant

ONE = artifact(KEY, file(), file("config.json", b"{}"))
OTHER = "hf:org/other@main"
OLD = lock([model("asr")], ONE, artifact(OTHER))


def with_variant(**values: Any) -> Lock:
    return replace(OLD, models=(Model("asr", (replace(variant(), **values),)),))


@pytest.mark.parametrize(
    ("values", "subject", "before", "after"),
    [
        ({"runtime": "pyannote"}, "runtime", "huggingface", "pyannote"),
        ({"category": "vad"}, "category", "other", "vad"),
        ({"when": parse_selector({"os": "linux"})}, "when", None, 'os: "linux"'),
        ({"needs": Needs(ram=2 * 10**9)}, "needs", None, "ram: 2 GB"),
        ({"requires": ("b>=1", "a")}, "requires", None, "a, b>=1"),
        ({"files": FileFilter(("*.bin", "*"))}, "files", "all", 'include ["*", "*.bin"], exclude []'),
        ({"settings": {"b": {"x": [1.0]}, "a": True}}, "settings", None, 'a: true, b: {"x": [1.0]}'),
        ({"depends": (KEY,)}, "depends", None, KEY),
    ],
)
def test_each_thing_that_is_asked_of_a_variant_is_a_change(
    values: dict[str, Any], subject: str, before: str | None, after: str
) -> None:
    new = with_variant(**values)
    told = [one for one in changes(OLD, new) if one.model == "asr"]
    assert [(one.kind, one.subject, one.before, one.after) for one in told] == [("requirement", subject, before, after)]
    assert told[0].variant == "small"
    back = [one for one in changes(new, OLD) if one.model == "asr"]
    assert [(one.subject, one.before, one.after) for one in back] == [(subject, after, before)]


def test_of_settings_and_needs_only_what_differs_is_told() -> None:
    one = with_variant(settings={"a": 1, "b": 8, "c": "x"}, needs=Needs(vram=5, ram=1_600_000_000))
    other = with_variant(settings={"a": 1, "b": 16, "d": None}, needs=Needs(vram=5, ram=1_600_000_001))
    assert [(one.subject, one.before, one.after) for one in changes(one, other)] == [
        ("needs", "ram: 1600000000", "ram: 1600000001"),
        ("settings", 'b: 8, c: "x"', "b: 16, d: null"),
    ]


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (1, True), (1, "1"), (0, None), ("a", ["a"])])
def test_values_that_python_takes_for_equal_and_a_pipeline_does_not_differ(one: object, other: object) -> None:
    assert len(changes(with_variant(settings={"x": one}), with_variant(settings={"x": other}))) == 1


@pytest.mark.parametrize(("one", "other"), [((), ("",)), (("a, b",), ("a", "b")), (("a",), ("a", "a"))])
def test_lists_that_read_alike_differ(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    (change,) = changes(with_variant(requires=one), with_variant(requires=other))
    assert change.before != change.after


def test_what_has_no_order_does_not_differ_in_another_one() -> None:
    values = {"requires": ("a", "b"), "files": FileFilter(("x", "y"), ("v", "w")), "settings": {"a": 1, "b": 2}}
    mixed = {"requires": ("b", "a"), "files": FileFilter(("y", "x"), ("w", "v")), "settings": {"b": 2, "a": 1}}
    assert changes(with_variant(**values), with_variant(**mixed)) == ()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("optional", True, ("requirement", "optional", "required", "optional")),
        ("group", "night", ("requirement", "group", "default", "night")),
        ("allow", ("pickle",), ("policy", "allow", None, "pickle")),
    ],
)
def test_each_thing_that_is_asked_of_a_model_is_a_change(
    field: str, value: object, told: tuple[str, str, str, str]
) -> None:
    (change,) = changes(OLD, replace(OLD, models=(replace(model("asr"), **{field: value}),)))  # type: ignore[arg-type]  # by name
    assert (change.kind, change.subject, change.before, change.after) == told
    assert (change.model, change.alerts) == ("asr", ("allowed now: pickle",) if field == "allow" else ())


def test_an_exception_that_goes_is_no_alarm() -> None:
    allowing = replace(OLD, models=(replace(model("asr"), allow=("pickle",)),))
    assert [(one.kind, one.after, one.alerts) for one in changes(allowing, OLD)] == [("policy", None, ())]


def test_the_order_of_models_and_of_variants_is_preference_and_is_told() -> None:
    models = [model("a", variant("x"), variant("y")), model("b")]
    turned = [model("b"), model("a", variant("y"), variant("x"))]
    found = changes(lock(models, ONE), lock(turned, ONE))
    assert [(one.model, one.subject, one.before, one.after) for one in found] == [
        ("a", "order of variants", "x, y", "y, x"),
        (None, "order of models", "a, b", "b, a"),
    ]


def test_what_came_or_went_is_no_other_order() -> None:
    found = changes(lock([model("a"), model("b")], ONE), lock([model("c"), model("b")], ONE))
    assert {one.kind for one in found} == {"added", "removed"}


STRICT = Policy(("mit",), ("gpl-3.0",), "deny", "deny")


@pytest.mark.parametrize(
    ("values", "subject", "before", "after", "looser"),
    [
        ({"pickle": "warn"}, "pickle", "deny", "warn", True),
        ({"remote_code": "allow"}, "remote_code", "deny", "allow", True),
        ({"licenses_allow": None}, "licenses.allow", "mit", "every licence", True),
        ({"licenses_allow": ("mit", "other")}, "licenses.allow", "mit", "mit, other", True),
        ({"licenses_allow": ()}, "licenses.allow", "mit", "none", False),
        ({"licenses_deny": ()}, "licenses.deny", "gpl-3.0", None, True),
        ({"licenses_deny": ("agpl-3.0", "gpl-3.0")}, "licenses.deny", "gpl-3.0", "agpl-3.0, gpl-3.0", False),
    ],
)
def test_another_policy_is_told_and_a_looser_one_may_not_be_overlooked(
    values: dict[str, Any],
    subject: str,
    before: str,
    after: str | None,
    looser: bool,  # noqa: FBT001 - a parameter
) -> None:
    old, new = replace(OLD, policy=STRICT), replace(OLD, policy=replace(STRICT, **values))
    (change,) = changes(old, new)
    assert (change.model, change.kind, change.subject) == (None, "policy", subject)
    assert (change.before, change.after, bool(change.alerts)) == (before, after, looser)
    (back,) = changes(new, old)
    assert bool(back.alerts) == (not looser)


def test_budget_and_cache_are_told() -> None:
    new = replace(OLD, budget={"ram": 50}, cache="models")
    assert [(one.subject, one.before, one.after) for one in changes(OLD, new)] == [
        ("budget", None, 'ram: "50%"'),
        ("cache", ".cache", "models"),
    ]
