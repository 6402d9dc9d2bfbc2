"""A stale lock is told from a fresh one by comparison, and each kind of difference has its words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Lock, LockedProfile, Skipped
from resolver.domain.lock_report import Difference
from resolver.domain.manifest import Manifest, Model, Needs, Policy, Request
from resolver.domain.selector import Mismatch, parse_selector
from resolver.stages.stale import differences, selection_differences
from tests.unit.domain.values import KEY, artifact, model, variant

OTHER = "hf:org/other@main"
CI = Facts(os="linux", cores=2)
ASR = model("asr", replace(variant(), settings={"device": "cpu", "batch_size": 1}))
VAD = model("vad", variant("voices", OTHER))
REQUESTS = {KEY: Request("hf:org/name"), OTHER: Request("hf:org/other")}
MANIFEST = Manifest((ASR, VAD), REQUESTS, {"ci": CI}, {"ram": 75}, Policy(), ".cache")
LOCK = Lock(
    (ASR, VAD),
    {KEY: artifact(KEY), OTHER: artifact(OTHER)},
    Policy(),
    {"ram": 75},
    ".cache",
    {"ci": LockedProfile(CI, {"asr": "small", "vad": "voices"})},
)


def told(manifest: Manifest, lock: Lock = LOCK, *unsettled: str) -> list[str]:
    return [f"{one.subject}  {one.text}" for one in differences(manifest, lock, manifest.requests, unsettled)]


def with_asr(change: Callable[[Model], Model]) -> Manifest:
    return replace(MANIFEST, models=(change(ASR), VAD))


def with_variant(**changes: object) -> Manifest:
    changed = replace(ASR.variants[0], **changes)  # type: ignore[arg-type]  # fields of a variant
    return with_asr(lambda one: replace(one, variants=(changed,)))


def test_a_fresh_lock_differs_in_nothing() -> None:
    assert differences(MANIFEST, LOCK, REQUESTS, []) == ()


CHANGES: dict[str, tuple[Manifest, list[str]]] = {
    "added": (replace(MANIFEST, models=(*MANIFEST.models, model("ner"))), ["ner  added to the manifest"]),
    "removed": (replace(MANIFEST, models=(ASR,)), ["vad  removed from the manifest"]),
    "renamed": (
        with_asr(lambda one: replace(one, name="stt")),
        ["stt  added to the manifest", "asr  removed from the manifest"],
    ),
    "order": (
        replace(MANIFEST, models=(VAD, ASR)),
        ["models  in another order, which is their order of preference"],
    ),
    "optional": (
        with_asr(lambda one: replace(one, optional=True)),
        ["asr  optional: True in the manifest, False in the lock"],
    ),
    "group": (
        with_asr(lambda one: replace(one, group="night")),
        ["asr  group: night in the manifest, default in the lock"],
    ),
    "allow": (with_asr(lambda one: replace(one, allow=("pickle",))), ["asr  allow differs"]),
    "a variant more": (
        with_asr(lambda one: replace(one, variants=(*one.variants, variant("large")))),
        ["asr  variants: 2 in the manifest, 1 in the lock"],
    ),
    "name": (
        with_variant(name="tiny"),
        ["asr  variant tiny: name: tiny in the manifest, small in the lock"],
    ),
    "artifact": (
        with_variant(artifact=OTHER),
        [f"asr  variant small: artifact: {OTHER} in the manifest, {KEY} in the lock"],
    ),
    "runtime": (
        with_variant(runtime="files"),
        ["asr  variant small: runtime: files in the manifest, huggingface in the lock"],
    ),
    "category": (
        with_variant(category="whisper"),
        ["asr  variant small: category: whisper in the manifest, other in the lock"],
    ),
    "when": (with_variant(when=parse_selector({"os": "linux"})), ["asr  variant small: when differs"]),
    "needs": (with_variant(needs=Needs(ram=1)), ["asr  variant small: needs differs"]),
    "requires": (with_variant(requires=("x>=1",)), ["asr  variant small: requires differs"]),
    "files": (with_variant(files=FileFilter(("*.bin",))), ["asr  variant small: files differs"]),
    "settings": (with_variant(settings={"device": "cuda"}), ["asr  variant small: settings differs"]),
    "depends": (with_variant(depends=(OTHER,)), ["asr  variant small: depends differs"]),
    "two things": (
        with_variant(runtime="files", needs=Needs(ram=1)),
        [
            "asr  variant small: runtime: files in the manifest, huggingface in the lock",
            "asr  variant small: needs differs",
        ],
    ),
    "policy": (replace(MANIFEST, policy=Policy(pickle="deny")), ["policy  of the manifest differs"]),
    "budget": (replace(MANIFEST, budget={"ram": 50}), ["budget  of the manifest differs"]),
    "cache": (
        replace(MANIFEST, cache="weights"),
        ["cache  of the manifest: weights in the manifest, .cache in the lock"],
    ),
    "a profile more": (
        replace(MANIFEST, profiles={"ci": CI, "a": Facts()}),
        ["a  profile added to the manifest"],
    ),
    "a profile less": (replace(MANIFEST, profiles={}), ["ci  profile removed from the manifest"]),
    "other facts": (
        replace(MANIFEST, profiles={"ci": replace(CI, cores=4)}),
        ["ci  profile has other facts in the manifest"],
    ),
    "nobody asks": (
        replace(MANIFEST, requests={KEY: REQUESTS[KEY]}),
        [f"{OTHER}  is in the lock and nobody asks for it"],
    ),
}


@pytest.mark.parametrize(("manifest", "wanted"), CHANGES.values(), ids=CHANGES)
def test_each_kind_of_difference_has_its_words(manifest: Manifest, wanted: list[str]) -> None:
    assert told(manifest) == wanted


@pytest.mark.parametrize(
    ("before", "after"), [(1, True), (0, False), (1, 1.0), (8, "8"), ([1], [True]), ({"a": 1}, {"a": 1.0})]
)
def test_a_setting_of_another_type_is_another_setting(before: object, after: object) -> None:
    locked = with_variant(settings={"flag": before})
    manifest = with_variant(settings={"flag": after})
    assert told(manifest, replace(LOCK, models=locked.models)) == ["asr  variant small: settings differs"]


def test_settings_in_another_order_are_the_same() -> None:
    assert told(with_variant(settings={"batch_size": 1, "device": "cpu"})) == []


def test_an_order_is_only_another_among_those_that_both_have() -> None:
    manifest = replace(MANIFEST, models=(model("ner"), ASR, model("diarization"), VAD))
    assert told(manifest) == ["ner  added to the manifest", "diarization  added to the manifest"]


def test_what_is_not_pinned_as_it_is_asked_for_is_said_once() -> None:
    assert told(MANIFEST, LOCK, KEY) == [f"{KEY}  is asked for in another way than it was locked"]
    assert told(MANIFEST, LOCK, "hf:org/new@main") == []


def selected(**choices: str | Skipped) -> dict[str, LockedProfile]:
    return {"ci": LockedProfile(CI, {"asr": "small", "vad": "voices", **choices})}


def test_a_selection_that_comes_out_the_same_differs_in_nothing() -> None:
    assert selection_differences(LOCK, selected()) == ()
    assert selection_differences(LOCK, {}) == ()


def test_a_selection_that_comes_out_otherwise_is_told() -> None:
    skipped = Skipped((Mismatch("ram", "8", "7"),))
    assert selection_differences(LOCK, selected(asr="large", vad=skipped)) == (
        Difference("asr", "ci gets 'large', the lock says 'small'"),
        Difference("vad", "ci gets nothing, the lock says 'voices'"),
    )
    locked = replace(LOCK, profiles={"ci": LockedProfile(CI, {"asr": "small", "vad": skipped})})
    assert selection_differences(locked, selected()) == (Difference("vad", "ci gets 'voices', the lock says nothing"),)


def test_a_model_that_the_lock_selects_nothing_for_is_told() -> None:
    locked = replace(LOCK, profiles={"ci": LockedProfile(CI, {"vad": "voices"})})
    assert selection_differences(locked, selected()) == (Difference("asr", "ci gets 'small', the lock says nothing"),)


def test_machines_are_told_in_order() -> None:
    again = {name: LockedProfile(CI, {"asr": "large"}) for name in ("b", "a")}
    locked = replace(LOCK, profiles={name: LockedProfile(CI, {"asr": "small"}) for name in ("b", "a")})
    assert [one.text[:6] for one in selection_differences(locked, again)] == ["a gets", "b gets"]
