"""What differs between two locks, in a reviewer's words: what came, went, moved and changed."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Dependency, File, Lock
from resolver.domain.lock_report import Change, FileChange
from resolver.stages.diff import changes
from tests.unit.domain.values import COMMIT, KEY, OTHER_COMMIT, artifact, file, lock, model, variant, wheel

if TYPE_CHECKING:
    from resolver.domain.manifest import Variant

WEIGHTS, CONFIG, README = file("model.bin", b"weights"), file("config.json", b"{}"), file("docs/README.md", b"readme")
ONE = artifact(KEY, WEIGHTS, CONFIG, README)
OLD = lock([model("asr")], ONE)
OTHER = "hf:org/other@main"
Said = tuple[str | None, str, str | None, str | None, int]


def said(found: tuple[Change, ...]) -> list[Said]:
    """Model, kind, before, after and bytes of each."""
    return [(one.model, one.kind, one.before, one.after, one.size_delta) for one in found]


def moved(*files: File) -> Artifact:
    return replace(ONE, commit=OTHER_COMMIT, files=files)


def after(one: Artifact) -> tuple[Change, ...]:
    return changes(OLD, lock([model("asr")], one))


def only(one: Artifact) -> Change:
    (found,) = after(one)
    return found


def test_the_same_lock_has_no_changes() -> None:
    assert changes(OLD, OLD) == ()
    assert changes(None, None) == ()


def test_against_nothing_everything_is_added() -> None:
    new = lock([model("asr", variant("large"), variant("small", OTHER)), model("vad")], ONE, artifact(OTHER))
    everything: list[Said] = [
        ("asr", "added", None, KEY, 15),
        ("asr", "added", None, OTHER, 7),
        ("vad", "added", None, KEY, 15),
    ]
    assert said(changes(None, new)) == everything
    assert said(changes(new, None)) == [(name, "removed", new, None, -size) for name, _, _, new, size in everything]


def test_what_is_new_is_told_with_its_pin_licence_gate_flags_and_reason() -> None:
    whole = replace(ONE, dependencies=artifact(KEY, needs=[OTHER]).dependencies)
    part = replace(artifact(OTHER), license="mit", gated=True, flags=("pickle", "code"))
    own, needed = changes(OLD, lock([model("asr"), model("ner", variant("n"))], whole, part))[:2]
    assert (own.kind, own.after) == ("added", OTHER)
    assert own.notes == (f"pinned to {COMMIT}", "licence mit", "gated", "because config.yaml")
    assert own.alerts == ("new: code", "new: pickle")
    assert (needed.model, needed.notes[:2]) == ("ner", (f"pinned to {COMMIT}", "licence not stated"))


def test_a_model_more_or_less_is_added_or_removed_with_its_size() -> None:
    new = lock([model("asr"), model("vad", variant("v", OTHER))], ONE, artifact(OTHER))
    assert said(changes(OLD, new)) == [("vad", "added", None, OTHER, 7)]
    assert said(changes(new, OLD)) == [("vad", "removed", OTHER, None, -7)]


def test_models_that_went_are_told_in_the_order_that_they_had() -> None:
    names = [f"model-{number}" for number in range(12)]
    old = lock([model(name) for name in names], ONE)
    assert [one.model for one in changes(old, lock([], ONE)) if one.model] == names


def test_a_variant_more_or_less_is_added_or_removed_with_its_size() -> None:
    both = lock([model("asr", variant("large", OTHER), variant())], ONE, artifact(OTHER))
    assert said(changes(OLD, both)) == [("asr", "added", None, OTHER, 7)]
    assert said(changes(both, OLD)) == [("asr", "removed", OTHER, None, -7)]
    assert changes(OLD, both)[0].variant == "large"


def test_a_variant_more_of_what_is_there_brings_no_bytes() -> None:
    both = lock([model("asr", variant(), variant("tuned"))], ONE)
    (came,), (went,) = changes(OLD, both), changes(both, OLD)
    assert (came.kind, came.variant, came.size_delta, came.notes) == ("added", "tuned", 0, ())
    assert (went.kind, went.variant, went.size_delta) == ("removed", "tuned", 0)


def test_only_the_files_that_a_model_wants_count_for_it() -> None:
    narrow = replace(variant(), files=FileFilter(("*.bin",)))
    assert said(changes(None, lock([model("asr", narrow)], ONE))) == [("asr", "added", None, KEY, 7)]
    old = lock([model("asr", narrow), model("vad")], ONE)
    new = lock([model("asr", narrow), model("vad")], replace(ONE, files=(WEIGHTS, file("config.json", b"!"), README)))
    assert said(changes(old, new)) == [("vad", "files", COMMIT, COMMIT, -1)]


@pytest.mark.parametrize(
    ("files", "kind", "delta"),
    [
        ((file("model.bin", b"WEIGHTS!"), CONFIG, README), "weights", 1),
        ((WEIGHTS, CONFIG, README, file("new.bin", b"new")), "weights", 3),
        ((CONFIG, README), "weights", -7),
        ((file("model.bin", b"{}"), file("config.json", b"weights"), README), "weights", 0),
        ((WEIGHTS, file("config.json", b"[]"), README), "files", 0),
        ((WEIGHTS, README), "files", -2),
        ((file("renamed.bin", b"weights"), CONFIG, README), "files", 0),
        ((file("README", b"weights"), CONFIG, README), "files", 0),
        ((WEIGHTS, CONFIG, file("docs/README.md", b"other")), "metadata", -1),
        ((WEIGHTS, CONFIG, file("README.md", b"readme")), "metadata", 0),
        ((WEIGHTS, CONFIG), "metadata", -6),
        ((WEIGHTS, CONFIG, README, file("LICENSE", b"mit")), "metadata", 3),
        ((WEIGHTS, CONFIG, README, file("a/b.PNG", b"png")), "metadata", 3),
        ((WEIGHTS, CONFIG, README), "metadata", 0),
    ],
)
def test_what_changed_in_the_files_decides_the_kind(files: tuple[File, ...], kind: str, delta: int) -> None:
    assert said(after(moved(*files))) == [("asr", kind, COMMIT, OTHER_COMMIT, delta)]


def test_the_files_are_told_weights_first_and_a_new_name_of_the_same_bytes_as_that() -> None:
    change = only(moved(file("z.bin", b"weights"), file("config.json", b"[...]"), file("a.safetensors", b"new")))
    assert change.kind == "weights"
    assert change.files == (
        FileChange("a.safetensors", "weights", None, 3),
        FileChange("z.bin", "weights", 7, 7, "model.bin"),
        FileChange("config.json", "files", 2, 5),
        FileChange("docs/README.md", "metadata", 6, None),
    )


def test_one_copy_of_two_that_goes_has_moved_once() -> None:
    change = only(moved(file("a.bin", b"weights"), file("b.bin", b"weights"), CONFIG, README))
    assert change.files == (
        FileChange("a.bin", "weights", 7, 7, "model.bin"),
        FileChange("b.bin", "weights", None, 7),
    )


def test_another_size_of_the_same_digest_is_told() -> None:
    change = only(replace(ONE, files=(replace(WEIGHTS, size=8), CONFIG, README)))
    assert (change.kind, change.size_delta) == ("weights", 1)


def test_other_bytes_under_the_same_pin_may_not_be_overlooked() -> None:
    rewritten = only(replace(ONE, files=(file("model.bin", b"WEIGHTS"), CONFIG, README)))
    assert (rewritten.before, rewritten.after) == (COMMIT, COMMIT)
    assert "other bytes under the same pin" in rewritten.alerts[0]
    assert only(moved(file("model.bin", b"WEIGHTS"), CONFIG, README)).alerts == ()


def test_other_files_under_the_same_pin_are_a_change_and_no_alarm() -> None:
    assert said(after(replace(ONE, files=(WEIGHTS,)))) == [("asr", "files", COMMIT, COMMIT, -8)]
    assert only(replace(ONE, files=(WEIGHTS,))).alerts == ()
    folder = replace(artifact("file:./mine", file()), commit=None)
    old, new = (
        lock([model("asr", variant("v", folder.key))], one) for one in (folder, replace(folder, files=(CONFIG,)))
    )
    assert changes(old, new)[0].alerts == (), "a folder has no pin"


def test_a_pin_is_shown_with_its_version_else_as_the_digest_of_the_one_file() -> None:
    tagged = replace(ONE, version="v1")
    assert said(after(tagged)) == [("asr", "metadata", COMMIT, f"v1 ({COMMIT})", 0)]
    assert only(replace(ONE, commit=None, version="1.0")).after == "1.0"
    assert only(replace(ONE, commit=None)).after == KEY
    page = replace(artifact("url:https://example.org/a.bin", WEIGHTS), commit=None)
    assert changes(OLD, lock([model("asr", variant("v", page.key))], page))[0].notes[0].startswith("pinned to sha256:9")


def test_a_wheel_that_is_only_packed_anew_has_no_other_weights() -> None:
    one, other = wheel(), wheel(archive=file("voices-1.0-py3-none-any.whl", b"zipped!"))
    old, new = (lock([model("vad", variant("v", one.key))], wheel_) for wheel_ in (one, other))
    (change,) = changes(old, new)
    assert (change.kind, change.size_delta, change.notes) == ("files", 0, ("packed anew; every member is the same",))
    assert [one.path for one in change.files] == ["voices-1.0-py3-none-any.whl"]
    assert change.alerts, "its version is the same"
    moved_on = replace(wheel(version="1.1", archive=other.archive), files=(file("voices/v.bin", b"new"),))
    (change,) = changes(old, lock([model("vad", variant("v", one.key))], moved_on))
    assert (change.kind, [one.path for one in change.files]) == ("weights", ["voices/v.bin"]), "the members decide"


def test_a_licence_is_a_change_of_its_own() -> None:
    assert said(after(replace(ONE, license="mit"))) == [("asr", "license", None, "mit", 0)]
    old = lock([model("asr")], replace(ONE, license="mit"))
    assert said(changes(old, lock([model("asr")], ONE))) == [("asr", "license", "mit", None, 0)]


def test_whether_the_manifest_states_a_licence_is_told() -> None:
    old = lock([model("asr")], replace(ONE, license="mit"))
    new = lock([model("asr")], replace(ONE, license="mit", license_stated=True))
    assert [one.notes for one in changes(old, new)] == [("models.yaml states it now",)]
    assert [one.notes for one in changes(new, old)] == [("models.yaml no longer states it",)]


def test_flags_are_a_change_of_their_own_in_whatever_order() -> None:
    assert said(after(replace(ONE, flags=("pickle", "code")))) == [("asr", "flags", None, "code, pickle", 0)]
    assert only(replace(ONE, flags=("pickle", "code"))).alerts == ("new: code", "new: pickle")
    old = lock([model("asr")], replace(ONE, flags=("pickle", "code")))
    assert changes(old, lock([model("asr")], replace(ONE, flags=("code", "pickle")))) == ()
    assert said(changes(old, OLD)) == [("asr", "flags", "code, pickle", None, 0)]
    assert changes(old, OLD)[0].alerts == ()


def test_a_gate_that_closes_or_opens_is_told() -> None:
    closed = only(replace(ONE, gated=True))
    assert (closed.kind, closed.before, closed.after, len(closed.alerts)) == ("gated", "open", "gated", 1)
    (opened,) = changes(lock([model("asr")], replace(ONE, gated=True)), OLD)
    assert (opened.before, opened.after, opened.alerts) == ("gated", "open", ())


@pytest.mark.parametrize(
    ("before", "now", "alert"),
    [
        ("id-1", "id-2", "another repository has this name now"),
        ("id-1", None, "the repository's id is no longer recorded, by which `lock` knows another one"),
        (None, "id-2", None),
    ],
)
def test_another_repository_under_the_same_name_may_not_be_overlooked(
    before: str | None, now: str | None, alert: str | None
) -> None:
    old, new = (lock([model("asr")], replace(ONE, upstream_id=one)) for one in (before, now))
    (change,) = changes(old, new)
    assert (change.kind, change.subject, change.before, change.after) == ("source", "id", before, now)
    assert change.alerts == ((alert,) if alert else ())


def test_another_index_may_not_be_overlooked() -> None:
    one = wheel()
    old, new = (lock([model("vad", variant("v", one.key))], replace(one, index=index)) for index in (None, "https://i"))
    (change,) = changes(old, new)
    assert (change.kind, change.subject, change.after, len(change.alerts)) == ("source", "index", "https://i", 1)


def test_everything_at_once_is_told_one_by_one() -> None:
    found = after(
        replace(moved(file("model.bin", b"W")), license="mit", flags=("pickle",), gated=True, upstream_id="x")
    )
    assert [one.kind for one in found] == ["weights", "source", "license", "flags", "gated"]
    assert {one.artifact for one in found} == {KEY}


def asking(key: str, *files: File) -> Lock:
    return lock([model("asr", variant("small", key))], artifact(key, *files))


def test_a_variant_that_opens_another_source_says_so_and_what_that_brings() -> None:
    new = lock([model("asr", variant("small", OTHER))], artifact(OTHER, commit=OTHER_COMMIT))
    assert said(changes(OLD, new)) == [
        ("asr", "files", COMMIT, OTHER_COMMIT, -8),
        ("asr", "source", "hf:org/name", "hf:org/other", 0),
    ]
    assert changes(OLD, new)[1].alerts == ("another source takes its place",)


def test_another_revision_that_is_asked_for_is_the_same_artifact() -> None:
    found = changes(asking(KEY), asking("hf:org/name@v2", file("model.bin", b"W")))
    assert said(found) == [
        ("asr", "weights", COMMIT, COMMIT, -6),
        ("asr", "requirement", KEY, "hf:org/name@v2", 0),
    ]
    assert found[1].subject == "request"


def with_part(part: Artifact, because: str = "config.yaml", files: FileFilter | None = None) -> Lock:
    whole = replace(ONE, dependencies=(Dependency(part.key, because, files),))
    return lock([model("asr")], whole, part)


def test_a_dependency_that_changed_is_a_change_of_the_model() -> None:
    part = artifact(OTHER)
    new = replace(part, commit=OTHER_COMMIT, files=(file("model.bin", b"!"),))
    found = changes(with_part(part), with_part(new))
    assert said(found) == [("asr", "weights", COMMIT, OTHER_COMMIT, -6)]
    assert found[0].artifact == OTHER


def test_a_dependency_of_another_revision_is_the_same_artifact() -> None:
    found = changes(with_part(artifact(OTHER)), with_part(artifact("hf:org/other@v2")))
    assert said(found) == [("asr", "requirement", OTHER, "hf:org/other@v2", 0)]


def test_a_dependency_more_or_less_is_told_with_its_reason() -> None:
    assert said(changes(OLD, with_part(artifact(OTHER)))) == [("asr", "added", None, OTHER, 7)]
    assert said(changes(with_part(artifact(OTHER)), OLD)) == [("asr", "removed", OTHER, None, -7)]


def test_another_reason_for_the_same_dependency_is_told() -> None:
    (change,) = changes(with_part(artifact(OTHER)), with_part(artifact(OTHER), "models.yaml: asr.depends"))
    assert (change.kind, change.subject) == ("requirement", "dependencies")
    assert change.before == f"{OTHER} (config.yaml)"
    assert change.after == f"{OTHER} (models.yaml: asr.depends)"


def test_other_files_of_a_dependency_are_told_twice_as_what_is_wanted_and_as_what_comes() -> None:
    part = artifact(OTHER, WEIGHTS, CONFIG)
    found = changes(with_part(part), with_part(part, files=FileFilter(("*.bin",))))
    assert [(one.kind, one.subject, one.model) for one in found] == [
        ("requirement", "dependencies", "asr"),
        ("files", None, "asr"),
        ("files", None, None),
    ]
    assert found[0].after == f'{OTHER} (config.yaml, files: include ["*.bin"], exclude [])'


def test_an_artifact_of_several_models_is_told_for_each() -> None:
    old, new = (lock([model("asr"), model("vad")], one) for one in (ONE, replace(ONE, license="mit")))
    assert [(one.model, one.kind) for one in changes(old, new)] == [("asr", "license"), ("vad", "license")]


def test_a_renamed_variant_is_the_same_variant() -> None:
    (change,) = changes(OLD, lock([model("asr", variant("tiny"))], ONE))
    assert (change.kind, change.subject, change.before, change.after) == ("requirement", "name", "small", "tiny")


def test_of_two_variants_of_one_artifact_each_finds_its_own() -> None:
    old = lock([model("asr", variant("a"), variant("b"))], ONE)
    new = lock([model("asr", variant("b"), variant("c"))], ONE)
    assert [(one.subject, one.before, one.after) for one in changes(old, new)] == [
        ("name", "a", "c"),
        ("order of variants", "a, b", "b, a"),
    ]


def test_a_variant_that_opens_what_another_one_does_says_so() -> None:
    both = [variant("a"), variant("b", OTHER)]
    old = lock([model("asr", *both)], ONE, artifact(OTHER))
    swapped: list[Variant] = [variant("a", OTHER), variant("b")]
    new = lock([model("asr", *swapped)], ONE, artifact(OTHER))
    assert [(one.variant, one.subject, one.after) for one in changes(old, new)] == [
        ("a", "artifact", OTHER),
        ("b", "artifact", KEY),
    ]
