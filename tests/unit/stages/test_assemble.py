"""What was pinned becomes an artifact of the lock, and artifacts become a lock."""

from dataclasses import replace

import pytest

from resolver.domain.errors import InputError
from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Dependency, LockedProfile
from resolver.domain.manifest import Manifest, Model, Policy, Request
from resolver.stages.resolve import Demand, Use, assemble, complete
from tests.unit.domain.values import KEY, artifact, file, model, variant

FILES = (file("a.bin"), file("b.json"))
ONE = artifact(KEY, *FILES)


def demand(*filters: FileFilter | None, license: str | None = None) -> Demand:  # noqa: A002  # the word of the request
    return Demand(
        KEY, Request("hf:org/name", license=license), frozenset(Use("files", one) for one in filters), ("asr",)
    )


def test_a_complete_artifact_is_as_its_source_gave_it() -> None:
    assert complete(ONE, demand(None)) == ONE
    assert complete(ONE, demand(FileFilter(("*.bin",)), FileFilter(("*.json",)))) == ONE


def test_a_stated_licence_replaces_that_of_the_source() -> None:
    found = complete(replace(ONE, license="other"), demand(None, license="mit"))
    assert (found.license, found.license_stated) == ("mit", True)
    assert not complete(replace(ONE, license="mit"), demand(None)).license_stated


@pytest.mark.parametrize("filters", [(FileFilter(("*.md",)),), (None, FileFilter(("*.BIN",)))])
def test_a_filter_that_leaves_nothing_is_wrong(filters: tuple[FileFilter | None, ...]) -> None:
    with pytest.raises(InputError, match=f"{KEY}: `files` leaves nothing of it") as caught:
        complete(ONE, demand(*filters))
    assert "case-sensitive" in str(caught.value.hint)


def test_an_artifact_without_files_is_wrong() -> None:
    with pytest.raises(InputError, match=f"{KEY}: it holds no file"):
        complete(replace(ONE, files=()), demand(None))


def manifest(*models: Model) -> Manifest:
    return Manifest(models, {}, {}, {"ram": 75}, Policy(pickle="deny"), "weights")


def test_a_lock_keeps_the_requirements_and_sorts_the_artifacts() -> None:
    asked = manifest(model("b"), model("a"))
    profiles = {"ci": LockedProfile(Facts(os="linux"), {"a": "small"})}
    found = assemble(asked, {"z": artifact("z"), "a": artifact("a")}, {}, profiles)
    assert (found.models, found.policy, found.budget, found.cache) == (
        asked.models,
        asked.policy,
        asked.budget,
        asked.cache,
    )
    assert list(found.artifacts) == ["a", "z"]
    assert found.profiles == profiles


def test_dependencies_say_which_model_wants_them() -> None:
    asked = manifest(
        model("asr", replace(variant("v", "a"), depends=("d", "c"))),
        model("vad", variant("v", "b")),
    )
    found = assemble(asked, {key: artifact(key, needs=["stale"]) for key in "abcd"}, {}, {})
    assert found.artifacts["a"].dependencies == (
        Dependency("c", "models.yaml: asr.depends"),
        Dependency("d", "models.yaml: asr.depends"),
    )
    assert [found.artifacts[key].dependencies for key in "bcd"] == [(), (), ()]


def test_dependencies_are_in_one_order_whoever_wants_them() -> None:
    names = [f"model-{number}" for number in range(12)]
    asked = manifest(*(model(name, replace(variant("v", "a"), depends=("b",))) for name in reversed(names)))
    found = assemble(asked, {"a": artifact("a"), "b": artifact("b")}, {}, {})
    edges = [edge.because for edge in found.artifacts["a"].dependencies]
    assert edges == sorted(f"models.yaml: {name}.depends" for name in names)


def test_two_variants_of_a_model_that_want_the_same_make_one_edge() -> None:
    both = [replace(variant(name, "a"), depends=("b",)) for name in ("large", "small")]
    found = assemble(manifest(model("asr", *both)), {"a": artifact("a"), "b": artifact("b")}, {}, {})
    assert len(found.artifacts["a"].dependencies) == 1


def test_what_files_say_stands_beside_what_the_manifest_says() -> None:
    asked = manifest(model("asr", replace(variant("v", "a"), depends=("b",))))
    named = Dependency("b", "config.yaml: pipeline", FileFilter(("*.bin",)))
    found = assemble(asked, {"a": artifact("a"), "b": artifact("b")}, {"a": [named, replace(named, files=None)]}, {})
    assert found.artifacts["a"].dependencies == (
        replace(named, files=None),
        named,
        Dependency("b", "models.yaml: asr.depends"),
    )
