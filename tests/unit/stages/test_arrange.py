"""The view of a selection: the union of what is chosen, and a conflict where it cannot lie together."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from resolver.domain.environment import Environment
from resolver.domain.errors import ConflictError, UnknownNameError
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, File, Lock, Selected, Selection
from resolver.domain.manifest import Model
from resolver.domain.names import path_objection
from resolver.domain.ports import Need, Reader, Runtime
from resolver.domain.view import Layout, Placement, Reference, View
from resolver.stages.arrange import arrange, everywhere
from tests.unit.domain.values import COMMIT, KEY, OTHER_COMMIT, artifact, file, lock, model, variant

ONE, TWO = file("one.bin", b"1"), file("two.bin", b"2")
NAME = artifact(KEY, ONE, TWO)
OTHER_KEY, DEPENDENCY = "hf:org/other@main", "hf:org/dep@main"


class NeedsNothing:
    """A library that opens what it is given, whatever that is, and nothing else."""

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        del artifact, read
        return ()

    def environment(self) -> Environment:
        return Environment()

    def check(self, artifact: Artifact, read: Reader) -> None:
        del artifact, read


class Hub(NeedsNothing):
    """A folder for each repository and commit, and a reference for each request."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        del owner
        home = f"hub/{artifact.name}"
        return Layout(
            files={f"{home}/{str(artifact.commit)[:6]}/{one.path}": one for one in files},
            folders=(f"{home}/{str(artifact.commit)[:6]}",),
            opens=home,
            references={f"{home}/refs/{name}": str(artifact.commit) for name in sorted({"main", artifact.request})},
            doubtful={f"{home}/trees": "it does harm"},
            copies={"copies": str(artifact.commit)},
            absences={f"{home}/absent": f"{home}/{str(artifact.commit)[:6]}"},
        )


class Flat(NeedsNothing):
    """One folder for everybody."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        del artifact
        return Layout({f"flat/{one.path}": one for one in files}, ("flat",), f"flat/{owner}")


RUNTIMES: dict[str, Runtime] = {"huggingface": Hub(), "flat": Flat()}


def arranged(locked: Lock, *models: Model) -> View:
    chosen = tuple(Selected(one, one.variants[0]) for one in models or locked.models)
    return arrange(locked, Selection(chosen, {}), RUNTIMES)


def test_nothing_chosen_is_an_empty_view() -> None:
    assert arrange(lock([model()], NAME), Selection((), {}), RUNTIMES) == View({}, {}, {}, {}, {}, {})


def test_a_chosen_artifact_lies_where_its_runtime_looks() -> None:
    found = arranged(lock([model("asr")], NAME))
    one, two = "hub/org/name/c0ffee/one.bin", "hub/org/name/c0ffee/two.bin"
    assert found == View(
        placements={one: Placement(one, ONE, KEY, ("asr",)), two: Placement(two, TWO, KEY, ("asr",))},
        references={"hub/org/name/refs/main": Reference("hub/org/name/refs/main", COMMIT, KEY, ("asr",))},
        folders={"hub/org/name/c0ffee": ("asr",)},
        opens={"asr": "hub/org/name"},
        doubtful={"hub/org/name/trees": "it does harm"},
        spare={},
        absences={"hub/org/name/absent": "hub/org/name/c0ffee"},
    )


def test_code_that_libraries_could_copy_is_known_by_its_commit_and_its_path() -> None:
    code, more, weights = file("modeling.py", b"1"), file("parts/layer.py", b"2"), file("model.bin", b"3")
    narrow = model("night", replace(variant(), files=FileFilter(("*.bin", "modeling.py"))))
    found = arranged(lock([model("asr"), narrow], artifact(KEY, code, more, weights)))
    home = "hub/org/name/c0ffee"
    assert found.copies == {
        "copies": {
            COMMIT: {
                "modeling.py": Placement(f"{home}/modeling.py", code, KEY, ("asr", "night")),
                "parts/layer.py": Placement(f"{home}/parts/layer.py", more, KEY, ("asr", "night")),
            }
        }
    }


def test_what_only_another_variant_wants_is_spare() -> None:
    narrow = replace(variant(), files=FileFilter(("one*",)))
    found = arranged(lock([model("asr", narrow)], NAME))
    assert list(found.placements) == ["hub/org/name/c0ffee/one.bin"]
    assert found.spare == {"hub/org/name/c0ffee/two.bin": TWO}


def test_two_models_share_what_both_want_and_nothing_is_spare_that_one_wants() -> None:
    narrow = [model(name, replace(variant(), files=FileFilter((f"{name}*",)))) for name in ("one", "two")]
    found = arranged(lock([*narrow, model("asr")], NAME))
    assert {path.rpartition("/")[2]: one.models for path, one in found.placements.items()} == {
        "one.bin": ("one", "asr"),
        "two.bin": ("two", "asr"),
    }
    assert found.spare == {}
    assert found.references["hub/org/name/refs/main"].models == ("one", "two", "asr")
    assert found.folders == {"hub/org/name/c0ffee": ("one", "two", "asr")}
    assert list(found.opens) == ["one", "two", "asr"]


def test_a_dependency_comes_along_whole_and_is_not_opened() -> None:
    needing = replace(NAME, dependencies=artifact(KEY, needs=[DEPENDENCY]).dependencies)
    narrow = replace(variant(), files=FileFilter(("one*",)))
    found = arranged(lock([model("asr", narrow)], needing, artifact(DEPENDENCY, ONE, TWO)))
    assert list(found.placements) == [
        "hub/org/dep/c0ffee/one.bin",
        "hub/org/dep/c0ffee/two.bin",
        "hub/org/name/c0ffee/one.bin",
    ]
    assert found.opens == {"asr": "hub/org/name"}
    assert {one.models for one in found.placements.values()} == {("asr",)}


def test_a_dependency_has_a_folder_of_its_own_where_the_layout_needs_one() -> None:
    class Owned(Flat):
        def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
            return Layout({f"{owner}/{one.path}": one for one in files}, (owner,), artifact.key)

    keys = ["file:voices", "url:https://h/voices", "file:./a/voices"]
    needing = replace(NAME, dependencies=artifact(KEY, needs=keys).dependencies)
    locked = lock([model("asr", variant(runtime="owned"))], needing, *(artifact(key, ONE) for key in keys))
    chosen = Selected(locked.models[0], locked.models[0].variants[0])
    found = arrange(locked, Selection((chosen,), {}), {"owned": Owned()})
    own, *others = sorted(found.folders)
    assert own == "asr"
    assert len(others) == 3
    for folder in others:
        assert folder.startswith("asr.depends/")
        assert path_objection(folder) is None
        assert f"{folder}/one.bin" in found.placements


def test_a_reference_keeps_every_model_that_wants_it() -> None:
    again = replace(NAME, key="hf:org/name@v1")
    needing = replace(NAME, dependencies=artifact(KEY, needs=[again.key]).dependencies)
    found = arranged(lock([model("asr"), model("vad")], needing, again))
    assert found.references["hub/org/name/refs/main"].models == ("asr", "vad")
    assert found.references["hub/org/name/refs/v1"].models == ("asr", "vad")


def test_paths_are_in_order() -> None:
    found = arranged(lock([model("b", variant("v", OTHER_KEY)), model("a")], NAME, artifact(OTHER_KEY, TWO, ONE)))
    assert list(found.placements) == sorted(found.placements)
    assert list(found.references) == sorted(found.references)
    assert list(found.folders) == sorted(found.folders)
    assert list(found.opens) == ["b", "a"]


def test_two_commits_of_one_repository_are_a_conflict_that_names_both() -> None:
    tagged = replace(artifact("hf:org/name@v1", ONE), commit=OTHER_COMMIT)
    with pytest.raises(ConflictError, match="one `main` serves all of hf:org/name") as caught:
        arranged(lock([model("asr"), model("vad", variant("v", tagged.key))], NAME, tagged))
    assert caught.value.details == (
        f"because 'asr' wants {KEY} at c0ffee000000",
        "and because 'vad' wants hf:org/name@v1 at deadbeef0000",
    )


def test_variants_that_are_not_selected_may_differ() -> None:
    tagged = replace(artifact("hf:org/name@v1", ONE), commit=OTHER_COMMIT)
    models = [model("asr"), model("vad", variant("v", tagged.key))]
    assert list(arranged(lock(models, NAME, tagged), models[0]).opens) == ["asr"]


def test_two_requests_of_one_commit_lie_together() -> None:
    again = replace(NAME, key="hf:org/name@v1")
    found = arranged(lock([model("asr"), model("vad", variant("v", again.key))], NAME, again))
    assert {one.models for one in found.placements.values()} == {("asr", "vad")}
    assert sorted(found.references) == ["hub/org/name/refs/main", "hub/org/name/refs/v1"]


def flat(*paths: str) -> Lock:
    """Models with one file each, all in one folder."""
    models = [model(f"m{n}", variant("v", f"file:{n}", "flat")) for n in range(len(paths))]
    return lock(models, *(artifact(f"file:{n}", file(path, b"%d" % n)) for n, path in enumerate(paths)))


def test_two_files_at_one_place_are_a_conflict_that_names_both() -> None:
    with pytest.raises(ConflictError, match=r"two different files would lie at flat/same\.bin") as caught:
        arranged(flat("same.bin", "same.bin"))
    assert caught.value.details == (
        "because 'm0' wants file:0 at c0ffee000000",
        "and because 'm1' wants file:1 at c0ffee000000",
    )


def test_the_same_file_at_one_place_is_none() -> None:
    locked = flat("same.bin", "same.bin")
    same = {key: replace(one, files=(file("same.bin", b"x"),)) for key, one in locked.artifacts.items()}
    found = arranged(replace(locked, artifacts=same))
    assert found.placements["flat/same.bin"].models == ("m0", "m1")


@pytest.mark.parametrize(("first", "second"), [("README", "readme"), ("e\u0301", "\u00e9"), ("a", "a/b"), ("A/b", "a")])
def test_what_some_file_system_could_not_keep_apart_is_a_conflict(first: str, second: str) -> None:
    with pytest.raises(ConflictError):
        arranged(flat(first, second))


def test_a_runtime_that_does_not_exist_is_unknown() -> None:
    with pytest.raises(UnknownNameError, match="model 'asr': no runtime 'hugingface'") as caught:
        arranged(lock([model("asr", variant(runtime="hugingface"))], NAME))
    assert caught.value.hint == "did you mean 'huggingface'?"


def test_everywhere_is_what_any_variant_would_place_with_who_wants_it() -> None:
    narrow = replace(variant("narrow"), files=FileFilter(("one*",)))
    of_a_later_release = variant("later", OTHER_KEY, "holograph")
    needing = replace(NAME, dependencies=artifact(KEY, needs=[DEPENDENCY]).dependencies)
    models = [model("asr", narrow, variant("other", OTHER_KEY)), model("vad", of_a_later_release, narrow)]
    locked = lock(models, needing, artifact(OTHER_KEY, ONE), artifact(DEPENDENCY, TWO))
    assert everywhere(locked, RUNTIMES) == {
        "hub/org/name/c0ffee/one.bin": ("asr", "vad"),
        "hub/org/dep/c0ffee/two.bin": ("asr", "vad"),
        "hub/org/other/c0ffee/one.bin": ("asr",),
    }


def test_what_is_chosen_lies_where_everywhere_says() -> None:
    class Owned(Flat):
        def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
            return Layout({f"{owner}/{one.path}": one for one in files}, (owner,), artifact.key)

    needing = replace(NAME, dependencies=artifact(KEY, needs=["file:voices"]).dependencies)
    locked = lock([model("asr", variant(runtime="owned"))], needing, artifact("file:voices", ONE))
    chosen = Selected(locked.models[0], locked.models[0].variants[0])
    found = arrange(locked, Selection((chosen,), {}), {"owned": Owned()})
    assert everywhere(locked, {"owned": Owned()}).keys() == found.placements.keys()
