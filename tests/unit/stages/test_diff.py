"""What differs between two locks, in a reviewer's words."""

from dataclasses import replace

import pytest

from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, File, Lock, LockedProfile, Skipped
from resolver.domain.lock_report import Change
from resolver.domain.selector import Mismatch
from resolver.stages.diff import changes
from tests.unit.domain.values import COMMIT, KEY, OTHER_COMMIT, artifact, file, lock, model, variant

WEIGHTS, CONFIG, README = file("model.bin", b"weights"), file("config.json", b"{}"), file("docs/README.md", b"readme")
ONE = artifact(KEY, WEIGHTS, CONFIG, README)
OLD = lock([model("asr")], ONE)
OTHER = "hf:org/other@main"


def moved(*files: File) -> Artifact:
    return replace(ONE, commit=OTHER_COMMIT, files=files)


def after(one: Artifact) -> tuple[Change, ...]:
    return changes(OLD, lock([model("asr")], one))


def test_the_same_lock_has_no_changes() -> None:
    assert changes(OLD, OLD) == ()


def test_against_nothing_everything_is_added() -> None:
    new = lock([model("asr", variant("large"), variant("small", OTHER)), model("vad")], ONE, artifact(OTHER))
    assert changes(None, new) == (
        Change("asr", "added", None, KEY, 15),
        Change("asr", "added", None, OTHER, 7),
        Change("vad", "added", None, KEY, 15),
    )


def test_a_model_more_or_less_is_added_or_removed_with_its_size() -> None:
    new = lock([model("asr"), model("vad", variant("v", OTHER))], ONE, artifact(OTHER))
    assert changes(OLD, new) == (Change("vad", "added", None, OTHER, 7),)
    assert changes(new, OLD) == (Change("vad", "removed", OTHER, None, -7),)


def test_models_that_went_are_told_in_the_order_that_they_had() -> None:
    names = [f"model-{number}" for number in range(12)]
    old = lock([model(name) for name in names], ONE)
    assert [one.model for one in changes(old, lock([], ONE))] == names


def test_a_variant_more_or_less_is_added_or_removed_with_its_size() -> None:
    both = lock([model("asr", variant("large", OTHER), variant())], ONE, artifact(OTHER))
    assert changes(OLD, both) == (Change("asr", "added", None, OTHER, 7),)
    assert changes(both, OLD) == (Change("asr", "removed", OTHER, None, -7),)


def test_only_the_files_of_a_variant_count() -> None:
    narrow = replace(variant(), files=FileFilter(("*.bin",)))
    assert changes(None, lock([model("asr", narrow)], ONE)) == (Change("asr", "added", None, KEY, 7),)
    old = lock([model("asr", narrow)], ONE)
    assert changes(old, lock([model("asr", narrow)], replace(ONE, files=(WEIGHTS, file("config.json", b"!"))))) == ()


@pytest.mark.parametrize(
    ("files", "kind", "delta"),
    [
        ((file("model.bin", b"WEIGHTS!"), CONFIG, README), "weights", 1),
        ((WEIGHTS, file("config.json", b"[]"), README), "weights", 0),
        ((WEIGHTS, CONFIG, file("docs/README.md", b"other")), "metadata", -1),
        ((WEIGHTS, CONFIG), "metadata", -6),
        ((WEIGHTS, CONFIG, README, file("LICENSE", b"mit")), "metadata", 3),
        ((WEIGHTS, CONFIG, README, file("a/b.PNG", b"png")), "metadata", 3),
        ((WEIGHTS, CONFIG, README, file("new.bin", b"new")), "files", 3),
        ((WEIGHTS, README), "files", -2),
        ((file("renamed.bin", b"weights"), CONFIG, README), "files", 0),
        ((file("model.bin", b"WEIGHTS"), CONFIG, file("docs/README.md", b"other")), "weights", -1),
        ((WEIGHTS, CONFIG, README), "metadata", 0),
    ],
)
def test_what_changed_in_the_files_decides_the_kind(files: tuple[File, ...], kind: str, delta: int) -> None:
    assert after(moved(*files)) == (Change("asr", kind, COMMIT, OTHER_COMMIT, delta),)


def test_other_files_under_the_same_pin_are_a_change_too() -> None:
    assert after(replace(ONE, files=(WEIGHTS,))) == (Change("asr", "files", COMMIT, COMMIT, -8),)


def test_a_pin_is_shown_with_its_version() -> None:
    tagged = replace(ONE, version="v1")
    assert after(tagged) == (Change("asr", "metadata", COMMIT, f"v1 ({COMMIT})"),)
    released = replace(ONE, commit=None, version="1.0")
    assert after(released)[0].after == "1.0"
    assert after(replace(ONE, commit=None))[0].after == KEY


def test_a_licence_is_a_change_of_its_own() -> None:
    assert after(replace(ONE, license="mit")) == (Change("asr", "license", None, "mit"),)
    old = lock([model("asr")], replace(ONE, license="mit"))
    assert changes(old, lock([model("asr")], replace(ONE, license=None))) == (Change("asr", "license", "mit", None),)


def test_flags_are_a_change_of_their_own_in_whatever_order() -> None:
    assert after(replace(ONE, flags=("pickle", "code"))) == (Change("asr", "flags", None, "code, pickle"),)
    old = lock([model("asr")], replace(ONE, flags=("pickle", "code")))
    assert changes(old, lock([model("asr")], replace(ONE, flags=("code", "pickle")))) == ()
    assert changes(old, OLD) == (Change("asr", "flags", "code, pickle", None),)


def test_everything_at_once_is_told_one_by_one() -> None:
    found = after(replace(moved(file("model.bin", b"W")), license="mit", flags=("pickle",)))
    assert [one.kind for one in found] == ["files", "license", "flags"]


def test_a_variant_that_is_another_artifact_now_changed() -> None:
    new = lock([model("asr", variant("small", OTHER))], artifact(OTHER, commit=OTHER_COMMIT))
    assert changes(OLD, new) == (Change("asr", "files", COMMIT, OTHER_COMMIT, -8),)


def test_a_dependency_that_changed_is_a_change_of_the_model() -> None:
    whole = replace(ONE, dependencies=artifact(KEY, needs=[OTHER]).dependencies)
    old = lock([model("asr")], whole, artifact(OTHER))
    new = lock([model("asr")], whole, replace(artifact(OTHER), commit=OTHER_COMMIT, files=(file("model.bin", b"!"),)))
    assert [(one.model, one.kind, one.size_delta) for one in changes(old, new)] == [("asr", "weights", -6)]


CI, SERVER = Facts(os="linux", cores=2), Facts(os="linux", cores=16)
SKIPPED = Skipped((Mismatch("ram", "8", "7"),))


def with_profiles(**choices: str | Skipped) -> Lock:
    return replace(OLD, profiles={name: LockedProfile(CI, {"asr": choice}) for name, choice in choices.items()})


def test_another_choice_for_a_machine_is_told_with_the_machine() -> None:
    found = changes(with_profiles(server="large", ci="small"), with_profiles(server="small", ci=SKIPPED))
    assert found == (
        Change("asr", "selection", "small", "skipped", 0, ("ci",)),
        Change("asr", "selection", "large", "small", 0, ("server",)),
    )
    back = changes(with_profiles(ci=SKIPPED), with_profiles(ci="small"))
    assert back == (Change("asr", "selection", "skipped", "small", 0, ("ci",)),)


def test_a_machine_that_only_one_lock_knows_is_no_change_of_choice() -> None:
    assert changes(with_profiles(ci="small"), with_profiles(server="large")) == ()
    assert changes(None, with_profiles(ci="small"))[0].kind == "added"


def test_a_model_that_only_one_lock_selects_is_no_change_of_choice() -> None:
    new = replace(OLD, profiles={"ci": LockedProfile(CI, {"asr": "small", "vad": "v"})})
    assert changes(with_profiles(ci="small"), new) == ()
