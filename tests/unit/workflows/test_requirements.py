"""Which requirements are compared with what is installed, and what is said."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver import hardware
from resolver.domain.lock import Lock, Selected
from resolver.sources import SourceSettings
from resolver.store import Store
from resolver.workflows.requirements import requirement_warnings
from resolver.workflows.workspace import Workspace
from tests.unit.domain.values import artifact, lock, model, variant

NER = "hf:org/ner@main"
PART = "hf:org/part@main"


def unasked() -> NoReturn:
    raise AssertionError("neither the network nor the machine is asked")


def workspace(project: Path) -> Workspace:
    settings = SourceSettings(project, unasked, endpoint="", token=None, environment={}, home=project)
    return Workspace(project, Store(project), settings, unasked, unasked)


def said(
    monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], locked: Lock, chosen: list[Selected]
) -> tuple[str, ...]:
    asked: list[str] = []

    def versions(_: object, __: object, names: list[str]) -> dict[str, str]:
        asked.extend(names)
        return {name: installed[name] for name in names if name in installed}

    monkeypatch.setattr(hardware, "installed_versions", versions)
    found = requirement_warnings(workspace(Path()), locked, chosen)
    assert asked == sorted(set(asked)), "each library is looked for once"
    return found


def one(*requires: str) -> tuple[Lock, list[Selected]]:
    own = replace(variant("small", NER), requires=requires)
    return lock([model("ner", own)], artifact(NER)), [Selected(model("ner", own), own)]


@pytest.mark.parametrize(
    ("requirement", "version", "suits"),
    [
        ("lib>=1.0", "1.0", True),
        ("lib>=1.0", "0.9", False),
        ("lib<2,>=1", "2.0", False),
        ("lib>=1.0", "1.1rc1", True),
        ("lib>=1.0", "1.0rc1", False),
        ("lib", "0.1", True),
        ("lib [fast] >= 2", "1.0", False),
        ("lib==1.*", "1.9.post1", True),
        ("lib>=1.0", "1.0+cu128", True),
        ('lib>=2; python_version >= "3"', "1.0", False),
        ('lib>=2; python_version < "3"', "1.0", True),
        ('lib>=2; extra == "gpu"', "1.0", True),
        ("lib>=2", "no version", True),
        ("lib>=2 or so", "1.0", True),
        ('lib>=2; python_version ~= "x"', "1.0", True),
    ],
)
def test_a_version_suits_or_a_sentence_says_what_was_wanted(
    monkeypatch: pytest.MonkeyPatch, requirement: str, version: str, *, suits: bool
) -> None:
    wanted = f"ner: small wants {requirement}, {version} is installed; its weights are placed all the same"
    assert said(monkeypatch, {"lib": version}, *one(requirement)) == (() if suits else (wanted,))


def test_a_text_that_begins_with_no_name_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, {"": "1.0"}, *one(">=2")) == ()


def test_what_an_artifact_and_its_dependencies_state_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = variant("small", NER), variant("large", PART)
    locked = lock(
        [model("ner", own, other)],
        replace(artifact(NER, needs=[PART]), requires=("lib>=2",)),
        replace(artifact(PART), requires=("other<1",)),
    )
    sentences = said(monkeypatch, {"lib": "1.0", "other": "1.0"}, locked, [Selected(locked.models[0], own)])
    assert [one.partition(", ")[0] for one in sentences] == ["ner: org/ner wants lib>=2", "ner: org/part wants other<1"]
    only = said(monkeypatch, {"lib": "1.0", "other": "1.0"}, locked, [Selected(locked.models[0], other)])
    assert len(only) == 1, "what is not chosen is not asked about"


def test_two_models_that_want_the_same_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = replace(variant("small", NER), requires=("lib>=2",))
    models = [model("a", own), model("b", own)]
    sentences = said(monkeypatch, {"lib": "1.0"}, lock(models, artifact(NER)), [Selected(m, own) for m in models])
    assert [one.partition(" wants")[0] for one in sentences] == ["a, b: small"]


def test_where_nothing_is_wanted_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    locked, chosen = one()
    monkeypatch.setattr(hardware, "installed_versions", unasked)
    assert requirement_warnings(workspace(Path()), locked, chosen) == ()


def test_without_anything_to_compare_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "packaging"]:
        monkeypatch.setitem(sys.modules, name, None)
    assert said(monkeypatch, {}, *one("lib>=2")) == ()
    with pytest.raises(ImportError):
        said(monkeypatch, {"lib": "1.0"}, *one("lib>=2"))


@given(st.text(max_size=30), st.text(min_size=1, max_size=10))
def test_no_text_is_an_error(requirement: str, version: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        said(patch, {requirement: version, "a": version}, *one(requirement, f"a{requirement}"))
