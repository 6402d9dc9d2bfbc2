"""What goes is ours, unwanted and unchanged; everything else stays, and says why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from resolver.domain.plan import Trace
from resolver.domain.pruning import Inventory, Leaving, Pruning, Seen
from resolver.domain.view import Reference, View
from resolver.stages.prune import Findings, Layouts, Scene, prune
from tests.unit.domain.values import KEY, placement, sha, view

COMMIT, OTHER = "c" * 40, "d" * 40
REPOSITORY = "hub/name"
MAIN = f"{REPOSITORY}/refs/main"


def home(path: str) -> str:
    return "/".join(path.split("/")[:2])


def named(reference: str, text: str) -> str:
    return f"{reference.partition('/refs/')[0]}/{text}"


@dataclass
class World:
    """What is wanted, what was placed, and what lies there: sizes by path, -1 for a link."""

    wanted: View = field(default_factory=view)
    there: dict[str, int] = field(default_factory=dict)
    placed: Iterable[str] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    unchanged: frozenset[str] | None = None
    texts: Mapping[str, str] | None = None
    behind: frozenset[str] = frozenset()
    closed: Mapping[str, str] = field(default_factory=dict)
    everywhere: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    compiled: frozenset[str] = frozenset()

    @property
    def scene(self) -> Scene:
        files = {path: Seen(abs(size), 1, 1, inode, 1, size >= 0) for inode, (path, size) in enumerate(self.seen)}
        layouts = Layouts(home, named, self.everywhere, frozenset({"record.json"}))
        traces = {path: Trace(1, 1, 1, sha(b"")) for path in self.placed}
        return Scene(self.wanted, Inventory(files, self.behind, self.closed), traces, self.references, layouts)

    @property
    def seen(self) -> list[tuple[str, int]]:
        return sorted(self.there.items())

    def pruned(self) -> Pruning:
        scene = self.scene
        unchanged = scene.former.keys() if self.unchanged is None else self.unchanged
        texts = self.references if self.texts is None else self.texts
        return prune(scene, Findings(frozenset(unchanged), texts, lambda path, _: path in self.compiled))


def paths(found: Iterable[Leaving]) -> list[str]:
    return [one.path for one in found]


def reasons(found: Pruning) -> dict[str, str]:
    return {one.path: one.because for one in found.staying}


def test_what_was_placed_and_is_not_wanted_goes() -> None:
    world = World(view(placement("a/new")), {"a/old": 3, "a/new": 5}, ["a/old", "a/new"])
    found = world.pruned()
    assert paths(found.files) == ["a/old"]
    assert (found.size, found.staying, found.gone) == (3, (), ())


def test_where_all_is_wanted_nothing_goes() -> None:
    world = World(view(placement("a/one"), references=[Reference(MAIN, COMMIT, KEY, ("asr",))]))
    world.there, world.placed, world.references = {"a/one": 1, MAIN: 40}, ["a/one"], {MAIN: COMMIT}
    found = world.pruned()
    assert found == Pruning((), {}, (), ())
    assert found.is_empty


def test_what_was_not_placed_stays_counted_home_by_home() -> None:
    found = World(there={"hub/theirs/a": 2, "hub/theirs/b/c": 3, "x": 1, "record.json": 9}).pruned()
    assert found.files == ()
    assert [(one.path, one.files, one.size) for one in found.staying] == [("hub/theirs", 2, 5), ("x", 1, 1)]
    assert set(reasons(found).values()) == {"not placed by `models`"}


def test_what_was_changed_stays() -> None:
    found = World(there={"a/old": 3, "a/same": 3}, placed=["a/old", "a/same"], unchanged=frozenset({"a/same"})).pruned()
    assert paths(found.files) == ["a/same"]
    assert reasons(found) == {"a/old": "changed since it was placed"}


def test_what_is_gone_is_forgotten_and_what_lies_behind_a_link_is_not() -> None:
    world = World(there={"b": -1}, placed=["a/gone", "b/old"], behind=frozenset({"b/old"}))
    found = world.pruned()
    assert (found.files, found.gone) == ((), ("a/gone",))
    assert reasons(found)["b/old"] == "behind a link, or where not everything can be looked at"
    assert reasons(found)["b"] == "not placed by `models`"


def test_a_folder_that_cannot_be_read_is_named() -> None:
    assert reasons(World(closed={"secret": "Permission denied"}).pruned()) == {"secret": "Permission denied"}


@pytest.mark.parametrize("there", [["Pack/x.py"], ["pack/x.py"]])
def test_another_spelling_of_a_wanted_file_may_be_that_file(there: list[str]) -> None:
    """Where names are folded, only one of the two is listed, and it is the wanted file."""
    world = World(view(placement("pack/x.py")), dict.fromkeys(there, 1), ["Pack/x.py"])
    world.behind = frozenset({"Pack/x.py"} - set(there))
    found = world.pruned()
    assert found.files == ()
    assert "Pack/x.py" not in found.gone


def test_two_spellings_that_are_both_there_are_two_files() -> None:
    world = World(view(placement("pack/x.py")), {"Pack/x.py": 1, "pack/x.py": 1}, ["Pack/x.py", "pack/x.py"])
    assert paths(world.pruned().files) == ["Pack/x.py"]


def test_a_reference_goes_with_what_it_names() -> None:
    old = f"{REPOSITORY}/{COMMIT}/model.bin"
    world = World(there={old: 5, MAIN: 40}, placed=[old], references={MAIN: COMMIT})
    found = world.pruned()
    assert (paths(found.files), found.references, found.staying) == ([old], {MAIN: COMMIT}, ())


def test_a_reference_to_what_is_wanted_goes_if_it_is_not() -> None:
    new, tag = f"{REPOSITORY}/{COMMIT}/model.bin", f"{REPOSITORY}/refs/v1"
    wanted = view(placement(new), references=[Reference(MAIN, COMMIT, KEY, ("asr",))])
    found = World(wanted, {new: 5, MAIN: 40, tag: 40}, [new], {MAIN: COMMIT, tag: COMMIT}).pruned()
    assert (found.files, found.references) == ((), {tag: COMMIT})


@pytest.mark.parametrize(
    ("stranger", "because"), [("README.md", "not placed by `models`"), ("model.bin", "changed since it was placed")]
)
def test_a_reference_stays_where_something_stays_in_what_it_names(stranger: str, because: str) -> None:
    old, other = f"{REPOSITORY}/{COMMIT}/config.json", f"{REPOSITORY}/{COMMIT}/{stranger}"
    world = World(there={old: 5, other: 7, MAIN: 40}, placed=[old], references={MAIN: COMMIT})
    if stranger == "model.bin":
        world.placed, world.unchanged = [old, other], frozenset({old})
    found = world.pruned()
    assert (paths(found.files), found.references) == ([old], {})
    assert reasons(found)[MAIN] == "names a folder in which files stay"
    assert because in reasons(found).values()


def test_a_reference_that_says_something_else_is_somebody_elses() -> None:
    found = World(there={MAIN: 40}, references={MAIN: COMMIT}, texts={MAIN: OTHER}).pruned()
    assert found.references == {}
    assert reasons(found) == {MAIN: "names another commit now"}


def test_another_spelling_of_a_wanted_reference_may_be_that() -> None:
    other = f"{REPOSITORY}/refs/Main"
    wanted = view(references=[Reference(MAIN, COMMIT, KEY, ("asr",))])
    found = World(wanted, {other: 40}, references={other: COMMIT, MAIN: COMMIT}).pruned()
    assert found.references == {}
    assert reasons(found) == {other: "may be a wanted file under another spelling"}


def test_a_reference_that_is_gone_is_forgotten() -> None:
    found = World(references={MAIN: COMMIT}, texts={}).pruned()
    assert (found.references, found.gone) == ({}, (MAIN,))


CACHED = "python/pack/__pycache__/old.cpython-311.pyc"


@pytest.mark.parametrize("is_there", [True, False])
def test_what_python_made_of_a_module_goes_with_it_or_after_it(*, is_there: bool) -> None:
    module = "python/pack/old.py"
    there = {CACHED: 7, "python/pack/__pycache__/new.cpython-311.pyc": 7, "python/pack/new.py": 1}
    world = World(view(placement("python/pack/new.py")), there, [module, "python/pack/new.py"])
    if is_there:
        there[module] = 1
    found = world.pruned()
    assert paths(found.files) == sorted([CACHED, *([module] if is_there else [])])
    assert found.staying == (), "what is made of a wanted module is no news"


def test_bytecode_of_a_module_that_stays_stays() -> None:
    world = World(there={CACHED: 7, "python/pack/old.py": 1}, placed=["python/pack/old.py"], unchanged=frozenset())
    assert world.pruned().files == ()


def test_bytecode_of_nobodys_module_stays() -> None:
    assert World(there={CACHED: 7}).pruned().files == ()


@pytest.mark.parametrize("is_ours", [True, False])
def test_bytecode_beside_its_module_goes_if_it_was_made_from_just_that(*, is_ours: bool) -> None:
    beside = "python/pack/old.pyc"
    world = World(there={beside: 7, "python/pack/old.py": 1}, placed=["python/pack/old.py"])
    world.compiled = frozenset({beside} if is_ours else {})
    found = world.pruned()
    assert (beside in paths(found.files)) is is_ours
    assert ("Python goes on importing it" in reasons(found).get(beside, "")) is not is_ours


def test_bytecode_that_is_locked_or_was_is_a_file_like_others() -> None:
    beside, module = "python/pack/old.pyc", "python/pack/old.py"
    both, ours = {beside: 7, module: 1}, frozenset({beside})
    wanted = World(view(placement(beside)), both, [beside, module], compiled=ours)
    assert paths(wanted.pruned().files) == [module]
    found = World(there=both, placed=[beside, module], compiled=ours).pruned()
    assert [(one.path, one.because) for one in found.files] == [
        (module, "not in models.lock"),
        (beside, "not in models.lock"),
    ]


def test_a_link_named_like_bytecode_is_none() -> None:
    world = World(there={CACHED: -1, "python/pack/old.py": 1}, placed=["python/pack/old.py"])
    assert paths(world.pruned().files) == ["python/pack/old.py"]


def test_it_says_whose_it_was() -> None:
    there = ["hub/a/x", "hub/a/y", "hub/b/x", "python/pack-1.0.dist-info/RECORD"]
    everywhere = {
        "hub/a/x": ("asr", "vad"),
        "hub/a/z": ("ner",),
        "python/pack-2.0.dist-info/RECORD": ("vad",),
        "python/pack-more-1.0.dist-info/RECORD": ("ner",),
    }
    world = World(there=dict.fromkeys(there, 1), placed=there, everywhere=everywhere)
    assert [(one.path, one.because, one.models) for one in world.pruned().files] == [
        ("hub/a/x", "for another machine", ("asr", "vad")),
        ("hub/a/y", "of an earlier lock", ("asr", "vad", "ner")),
        ("hub/b/x", "not in models.lock", ()),
        ("python/pack-1.0.dist-info/RECORD", "of an earlier lock", ("vad",)),
    ]


@pytest.mark.parametrize("closed", ["python/pack/__pycache__", CACHED, "python/pack/old.pyc"])
def test_a_module_stays_where_what_python_made_of_it_cannot_be_seen(closed: str) -> None:
    """Else nobody would know later that it was ours."""
    module, other = "python/pack/old.py", "python/pack/w.bin"
    world = World(there={module: 1, other: 1}, placed=[module, other], closed={closed: "Input/output error"})
    found = world.pruned()
    assert paths(found.files) == [other]
    assert "can be looked at" in reasons(found)[module]
    del world.there[module]
    assert world.pruned().gone == ()


def test_a_module_on_top_of_the_view_is_looked_at_like_others() -> None:
    found = World(there={"old.py": 1}, placed=["old.py"], closed={"__pycache__": "Input/output error"}).pruned()
    assert found.files == ()
