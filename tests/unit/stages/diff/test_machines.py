"""What machines get and need, what no model wants, and what the policy says of it all."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from resolver.domain.diff_report import Complaint, Need
from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Lock, LockedProfile, Skipped
from resolver.domain.lock_report import Change
from resolver.domain.selector import Mismatch
from resolver.stages.diff import changes, judged, machine_needs
from tests.unit.domain.values import KEY, artifact, file, lock, model, variant

ONE = artifact(KEY, file(), file("config.json", b"{}"))
OTHER = "hf:org/other@main"
OLD = lock([model("asr")], ONE, artifact(OTHER))
CI, SERVER = Facts(os="linux", cores=2, ram=8 * 10**9), Facts(os="linux", cores=16, ram=64 * 10**9)
SKIPPED = Skipped((Mismatch("ram", "8000000000", "7000000000"),))


def with_profiles(**choices: str | Skipped) -> Lock:
    models = (model("asr", variant("large"), variant("small", OTHER)),)
    profiles = {name: LockedProfile(CI, {"asr": choice}) for name, choice in choices.items()}
    return replace(OLD, models=models, profiles=profiles)


def told(found: tuple[Change, ...]) -> list[tuple[str | None, str, str | None, str | None, tuple[str, ...]]]:
    return [(one.model, one.kind, one.before, one.after, one.profiles) for one in found]


def test_another_choice_for_a_machine_is_told_with_the_machine_and_the_reason() -> None:
    found = changes(with_profiles(server="large", ci="small"), with_profiles(server="small", ci=SKIPPED))
    assert told(found) == [
        ("asr", "selection", "small", "skipped", ("ci",)),
        ("asr", "selection", "large", "small", ("server",)),
    ]
    assert found[0].notes == ("needs 8 GB ram, 7 GB left in the budget",)
    assert changes(with_profiles(ci=SKIPPED), with_profiles(ci="small"))[0].notes == ()


def test_the_same_choice_for_several_machines_is_one_change() -> None:
    found = changes(with_profiles(a="large", b="large", c="small"), with_profiles(a="small", b="small", c="small"))
    assert told(found) == [("asr", "selection", "large", "small", ("a", "b"))]


def test_another_reason_to_skip_is_told() -> None:
    worse = Skipped((Mismatch("ram", "8000000000", "1000000000"),))
    (change,) = changes(with_profiles(ci=SKIPPED), with_profiles(ci=worse))
    assert (change.before, change.after, change.notes) == (
        "skipped",
        "skipped",
        ("needs 8 GB ram, 1 GB left in the budget",),
    )


def test_a_choice_that_only_has_another_name_is_no_other_choice() -> None:
    new = replace(with_profiles(ci="huge"), models=(model("asr", variant("huge"), variant("small", OTHER)),))
    assert [(one.kind, one.subject) for one in changes(with_profiles(ci="large"), new)] == [("requirement", "name")]


def test_a_machine_more_or_less_is_told_and_no_choice() -> None:
    assert told(changes(with_profiles(ci="small"), with_profiles(server="large"))) == [
        (None, "profile", "ci", None, ("ci",)),
        (None, "profile", None, "server", ("server",)),
    ]


def test_other_facts_of_a_machine_are_told() -> None:
    old = replace(OLD, profiles={"ci": LockedProfile(CI, {})})
    new = replace(OLD, profiles={"ci": LockedProfile(SERVER, {})})
    (change,) = changes(old, new)
    assert (change.kind, change.subject) == ("profile", "facts")
    assert (change.before, change.after) == ("cores: 2, ram: 8 GB", "cores: 16, ram: 64 GB")


def test_a_selection_that_leaves_a_model_out_is_told() -> None:
    new = replace(with_profiles(), profiles={"ci": LockedProfile(CI, {})})
    assert told(changes(with_profiles(ci="small"), new)) == [("asr", "selection", "small", None, ("ci",))]


def test_a_change_names_the_machines_that_get_it() -> None:
    old = with_profiles(ci="small", server="large", other=SKIPPED)
    new = replace(old, artifacts={**old.artifacts, KEY: replace(ONE, license="mit")})
    assert told(changes(old, new)) == [("asr", "license", None, "mit", ("server",))]
    assert told(changes(None, old)) == [
        ("asr", "added", None, KEY, ("server",)),
        ("asr", "added", None, OTHER, ("ci",)),
    ]


@pytest.mark.parametrize("only", [frozenset[str](), frozenset({"asr"})])
def test_what_a_machine_needs_counts_each_file_once(only: frozenset[str]) -> None:
    models = (model("asr", variant("large"), variant("small", OTHER)), model("vad"))
    old = with_profiles(ci="large", gone="large")
    chosen = {"ci": {"asr": "large", "vad": "small"}, "new": {"asr": "small", "vad": "small"}}
    new = replace(old, models=models, profiles={name: LockedProfile(CI, one) for name, one in chosen.items()})
    alone = bool(only)
    assert machine_needs(old, new, only) == (
        Need("ci", 9, 9),
        Need("gone", 9, None),
        Need("new", None, 7 if alone else 16),
    )
    assert machine_needs(None, None, only) == ()


def test_what_no_model_wants_is_told_without_one() -> None:
    orphan = replace(artifact(OTHER), flags=("pickle",))
    alone = lock([model("asr")], ONE)
    assert told(changes(alone, OLD)) == [(None, "added", None, OTHER, ())]
    assert told(changes(OLD, alone)) == [(None, "removed", OTHER, None, ())]
    assert told(changes(OLD, lock([model("asr")], ONE, orphan))) == [(None, "flags", None, "pickle", ())]


def test_what_a_model_begins_to_want_is_told_of_the_model_alone() -> None:
    whole = replace(ONE, dependencies=artifact(KEY, needs=[OTHER]).dependencies)
    wanting = lock([model("asr")], whole, artifact(OTHER))
    assert told(changes(OLD, wanting)) == [("asr", "added", None, OTHER, ())]
    assert told(changes(wanting, OLD)) == [("asr", "removed", OTHER, None, ())]


def test_files_that_no_model_wants_are_told_without_one() -> None:
    narrow = replace(OLD, models=(model("asr", replace(variant(), files=FileFilter(("*.bin",)))),))
    other = replace(ONE, files=(file(), file("config.json", b"!!")))
    found = changes(narrow, replace(narrow, artifacts={**narrow.artifacts, KEY: other}))
    assert [(one.model, one.kind, [it.path for it in one.files]) for one in found] == [(None, "files", ["config.json"])]


def complaints(*about: tuple[str, str, str]) -> tuple[Complaint, ...]:
    return tuple(Complaint(model_, key, kind, f"policy: {kind}") for model_, key, kind in about)


LICENSED = changes(OLD, lock([model("asr")], replace(ONE, license="x", flags=("code",)), artifact(OTHER)))


def alerts(found: tuple[Change, ...]) -> Mapping[tuple[str, str | None], tuple[str, ...]]:
    return {(one.kind, one.subject): one.alerts for one in found}


def test_what_the_policy_says_stands_with_the_change_that_it_is_about() -> None:
    found = judged(LICENSED, complaints(("asr", KEY, "license"), ("asr", KEY, "flags")))
    assert alerts(found) == {("license", None): ("policy: license",), ("flags", None): ("new: code", "policy: flags")}
    new = judged(changes(None, OLD), complaints(("asr", KEY, "license"), ("asr", KEY, "flags")))
    assert alerts(new) == {("added", None): ("policy: license", "policy: flags")}


def test_what_the_policy_says_of_something_that_did_not_change_is_a_change_of_its_own() -> None:
    found = judged(LICENSED, complaints(("asr", OTHER, "license"), ("vad", KEY, "flags")))
    assert found[:-2] == LICENSED
    assert [(one.model, one.kind, one.subject, one.artifact, one.alerts) for one in found[-2:]] == [
        ("asr", "policy", "license", OTHER, ("policy: license",)),
        ("vad", "policy", "flags", KEY, ("policy: flags",)),
    ]
