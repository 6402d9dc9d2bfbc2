"""Carrying out a plan leaves nothing to plan, and does nothing that was not needed."""

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Observation, Plan, State, Survey
from resolver.domain.view import Placement, Reference, View
from resolver.stages.plan import plan
from tests.unit.domain.values import file, view

CONTENTS = [b"", b"a", b"bb", b"ccc", b"dddd"]
KEYS = ["hf:org/one@main", "hf:org/two@main", "pypi:packed@*", "pypi:other@*"]
ARCHIVES = {key: file(f"{key[5:11]}.whl", key.encode()) for key in KEYS if key.startswith("pypi:")}
ARTIFACTS = {key: Artifact(key, None, None, (), archive=ARCHIVES.get(key)) for key in KEYS}
MODELS = st.lists(st.sampled_from(["asr", "vad", "ner"]), min_size=1, max_size=3, unique=True).map(tuple)
PLACEMENTS = st.builds(
    lambda number, content, key, models: Placement(f"x/{number}", file(f"{number}", content), key, models),
    st.integers(0, 9),
    st.sampled_from(CONTENTS),
    st.sampled_from(KEYS),
    MODELS,
)
REFERENCES = st.builds(
    Reference, st.sampled_from(["r/a", "r/b"]), st.sampled_from(["1", "2"]), st.just(KEYS[0]), MODELS
)


@dataclass
class World:
    """A store and a view in memory."""

    stored: set[str]
    states: dict[str, State]
    references: dict[str, str | None]
    fetched: list[File] = field(default_factory=list)

    def has(self, one: File) -> bool:
        return one.sha256 in self.stored

    def survey(self, wanted: View) -> Survey:
        files = {path: Observation(self.states.get(path, State.MISSING)) for path in wanted.placements}
        return Survey(files, {path: self.references.get(path) for path in wanted.references})

    def plan(self, wanted: View) -> Plan:
        return plan(wanted, self.survey(wanted), ARTIFACTS, self.has)

    def carry_out(self, todo: Plan) -> None:
        for download in todo.downloads:
            assert not self.has(download.file), "nothing is fetched that is stored"
            self.fetched.append(download.file)
        self.stored |= {one.file.sha256 for one in todo.downloads}
        for extraction in todo.extractions:
            assert self.has(extraction.archive), "an archive is there before it is unpacked"
            self.stored |= {member.sha256 for member in extraction.members}
        for one in todo.placements:
            assert self.has(one.file), "a blob is there before it is placed"
            self.states[one.path] = State.PRESENT
        for reference in todo.references:
            self.references[reference.path] = reference.text


WORLDS = st.builds(
    World,
    stored=st.sets(
        st.sampled_from([file("", one).sha256 for one in CONTENTS] + [one.sha256 for one in ARCHIVES.values()])
    ),
    states=st.dictionaries(st.integers(0, 9).map("x/{}".format), st.sampled_from(State)),
    references=st.dictionaries(st.sampled_from(["r/a", "r/b"]), st.sampled_from(["1", "2", None])),
)
VIEWS = st.builds(
    lambda placements, references: replace(view(*placements), references={one.path: one for one in references}),
    st.lists(PLACEMENTS, max_size=8, unique_by=lambda one: one.path),
    st.lists(REFERENCES, max_size=2, unique_by=lambda one: one.path),
)


@settings(deadline=None, max_examples=300)
@given(VIEWS, WORLDS)
def test_after_a_plan_there_is_nothing_to_do(wanted: View, world: World) -> None:
    world.carry_out(world.plan(wanted))
    again = world.plan(wanted)
    assert again == Plan((), (), (), (), tuple(wanted.placements.values()), frozenset())


@settings(deadline=None, max_examples=300)
@given(VIEWS, WORLDS)
def test_a_plan_does_what_is_needed_and_nothing_else(wanted: View, world: World) -> None:
    todo = world.plan(wanted)
    absent = [one for path, one in wanted.placements.items() if world.states.get(path) is not State.PRESENT]
    assert list(todo.placements) == absent
    assert set(todo.present) == set(wanted.placements.values()) - set(absent)
    assert todo.repairs == {one.path for one in absent if world.states.get(one.path) is State.DAMAGED}
    missing = {(one.artifact, one.file.sha256) for one in absent if not world.has(one.file)}
    packed = {(one.artifact, member.sha256) for one in todo.extractions for member in one.members}
    single = {(one.artifact, one.file.sha256) for one in todo.downloads if one.file not in ARCHIVES.values()}
    assert packed | single == missing
    assert {key for key, _ in packed} <= ARCHIVES.keys()
    assert len(todo.downloads) == len({(one.artifact, one.file.sha256) for one in todo.downloads})


@settings(deadline=None, max_examples=300)
@given(VIEWS, WORLDS)
def test_everybody_who_wants_something_stands_behind_its_download(wanted: View, world: World) -> None:
    todo = world.plan(wanted)
    behind = {(one.artifact, one.file.sha256): set(one.models) for one in todo.downloads}
    behind |= {(one.artifact, it.sha256): set(one.models) for one in todo.extractions for it in one.members}
    for one in todo.placements:
        if not world.has(one.file):
            assert set(one.models) <= behind[one.artifact, one.file.sha256]
