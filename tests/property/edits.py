"""Edits of a manifest, as a person makes them one after the other."""

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.property.worlds import NAMES, REVISIONS

Manifest = dict[str, Any]
Draw = st.DrawFn

RUNTIMES = ["huggingface", "huggingface", "pyannote", "pyannote", "faster-whisper", "files"]
# No two versions that are offered are in one of these: with two, a pin that is kept may rightly be the older one.
RANGES = ["<1.1", ">=1.1"]
PROFILES = {
    "small": {"os": "linux", "arch": "x86_64", "accelerator": "none", "ram": "16GB"},
    "large": {"os": "linux", "arch": "x86_64", "accelerator": "cuda", "vram": "24GB", "ram": "64GB"},
}
FILTERS = [
    {"include": ["*.bin", "*.json", "*.yaml"]},
    {"include": ["**/*.bin", "**/*.json", "**/*.yaml"]},
    {"include": ["*.json"]},
    {"exclude": ["sub/**"]},
    {"exclude": ["config.yaml"]},
    {"exclude": ["**/*.py"]},
    {"exclude": ["README.md"]},
]
START: Manifest = {"version": 1, "profiles": PROFILES, "models": {}}

sources = st.sampled_from([f"hf:{name}" for name in NAMES])
asked: st.SearchStrategy[dict[str, str]] = st.one_of(
    st.just({}),
    st.sampled_from(REVISIONS).map(lambda one: {"revision": one}),
    st.sampled_from(RANGES).map(lambda one: {"version": one}),
)
dependencies = st.builds(lambda source, at: source + at, sources, st.sampled_from(["", "@main", "@dev", "@v1.0"]))
variants = st.builds(
    lambda source, request, runtime, rest: {"source": source, **request, "runtime": runtime, **rest},
    sources,
    asked,
    st.sampled_from(RUNTIMES),
    st.fixed_dictionaries({}, optional={"depends": st.lists(dependencies, min_size=1, max_size=1)}),
)


@st.composite
def models(draw: Draw) -> dict[str, Any]:
    if draw(st.integers(0, 2)):
        return draw(variants)
    first, second = draw(variants), draw(variants)
    return {"variants": [{**first, "when": {"accelerator": draw(st.sampled_from(["cuda", "none"]))}}, second]}


def a_model_comes(draw: Draw, manifest: Manifest) -> None:
    if len(manifest["models"]) < 4:
        manifest["models"][f"m{draw(st.integers(0, 9))}"] = draw(models())


def a_model_goes(draw: Draw, manifest: Manifest) -> None:
    del manifest["models"][_name(draw, manifest)]


def the_models_change_places(draw: Draw, manifest: Manifest) -> None:
    manifest["models"] = dict(draw(st.permutations(list(manifest["models"].items()))))


def a_model_gets_another_name(draw: Draw, manifest: Manifest) -> None:
    old = _name(draw, manifest)
    manifest["models"] = {f"new-{name}" if name == old else name: one for name, one in manifest["models"].items()}


def another_revision_is_asked_for(draw: Draw, manifest: Manifest) -> None:
    variant = _variant(draw, manifest)
    for key in ("revision", "version"):
        variant.pop(key, None)
    variant.update(draw(asked))


def another_source_is_asked_for(draw: Draw, manifest: Manifest) -> None:
    _variant(draw, manifest)["source"] = draw(sources)


def another_runtime_opens_it(draw: Draw, manifest: Manifest) -> None:
    _variant(draw, manifest)["runtime"] = draw(st.sampled_from(RUNTIMES))


def other_files_are_wanted(draw: Draw, manifest: Manifest) -> None:
    _switch(_variant(draw, manifest), "files", draw(st.sampled_from(FILTERS)))


def other_dependencies_are_stated(draw: Draw, manifest: Manifest) -> None:
    _switch(_variant(draw, manifest), "depends", draw(st.lists(dependencies, min_size=1, max_size=2)))


def a_licence_is_stated_or_no_more(draw: Draw, manifest: Manifest) -> None:
    _switch(manifest["models"][_name(draw, manifest)], "license", "bsd-3-clause")


def the_policy_changes(draw: Draw, manifest: Manifest) -> None:
    _switch(manifest, "policy", draw(st.sampled_from([{"remote_code": "deny"}, {"licenses": {"deny": ["mit"]}}])))


def a_profile_goes_or_all_come_back(draw: Draw, manifest: Manifest) -> None:
    left = dict(PROFILES)
    if manifest["profiles"] == PROFILES:
        del left[draw(st.sampled_from(sorted(PROFILES)))]
    manifest["profiles"] = left


EDITS: list[Callable[[Draw, Manifest], None]] = [
    a_model_comes,
    a_model_comes,
    a_model_goes,
    the_models_change_places,
    a_model_gets_another_name,
    another_revision_is_asked_for,
    another_revision_is_asked_for,
    another_source_is_asked_for,
    another_runtime_opens_it,
    other_files_are_wanted,
    other_files_are_wanted,
    other_dependencies_are_stated,
    a_licence_is_stated_or_no_more,
    the_policy_changes,
    a_profile_goes_or_all_come_back,
]


@st.composite
def edited(draw: Draw, manifest: Manifest) -> Manifest:
    """The manifest after one edit or two; there is always a model left."""
    after = copy.deepcopy(manifest)
    for _ in range(draw(st.integers(1, 2))):
        if not after["models"]:
            a_model_comes(draw, after)
        draw(st.sampled_from(EDITS))(draw, after)
    if not after["models"]:
        a_model_comes(draw, after)
    return after


def _name(draw: Draw, manifest: Manifest) -> str:
    name: str = draw(st.sampled_from(sorted(manifest["models"])))
    return name


def _variant(draw: Draw, manifest: Manifest) -> dict[str, Any]:
    model = manifest["models"][_name(draw, manifest)]
    found: dict[str, Any] = draw(st.sampled_from(model.get("variants", [model])))
    return found


def _switch(table: dict[str, Any], key: str, value: object) -> None:
    """State something, or take it back where it is stated."""
    if key in table:
        del table[key]
    else:
        table[key] = value
