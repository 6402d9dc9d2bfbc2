"""What every runtime promises of `needs` and `check`, whatever others wrote into the files it reads."""

import re
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.documents.constraints import judged_specifiers, revision
from resolver.documents.source import source
from resolver.domain.errors import InputError
from resolver.domain.lock import Artifact
from resolver.domain.manifest import MAIN
from resolver.domain.ports import Need, Reader
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES
from tests.contracts.test_runtime_contract import SHAPES
from tests.unit.runtimes.reading import artifact_of, wheel_of

METADATA = "own-1.0.dist-info/METADATA"
READ = (
    METADATA,
    "0_Router/router_config.json",
    "adapter_config.json",
    "config.json",
    "config.yaml",
    "model-00001-of-00002.safetensors",
    "model.bin",
    "model.safetensors.index.json",
    "modules.json",
    "tokenizer_config.json",
    "vocabulary.json",
    "weights.npz",
)

texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "$model/a",
            "$model/../a",
            "a/b--c.D",
            "main",
            "org/name",
            "org/name@a b",
            "org/other",
            "org/other@dev",
            "model-00002-of-00002.safetensors",
            "../x",
            "org/\x1b[31m",
            "pyannote.audio.pipelines.SpeakerDiarization",
            "Requires-Dist: en-core-web-sm>=3\x1b\n\n",
            "sentence_transformers.models.Router",
            "\ud800/\ud800",
            "x" * 500,
        ]
    ),
)
keys = st.one_of(
    texts,
    st.sampled_from(
        [
            "auto_map",
            "base_model_name_or_path",
            "checkpoint",
            "custom_pipelines",
            "impl",
            "name",
            "params",
            "path",
            "pipeline",
            "plda",
            "preprocessors",
            "revision",
            "subfolder",
            "type",
            "types",
            "weight_map",
        ]
    ),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=20,
)
configs = st.builds(
    lambda name, params, preprocessors: {
        "pipeline": {"name": name, "params": params},
        "preprocessors": preprocessors,
    },
    texts,
    values,
    values,
)
documents = st.dictionaries(st.sampled_from(READ), st.one_of(values, configs), max_size=6)


def sound(needs: Sequence[Need]) -> bool:
    """Whether every need could stand in a manifest, in a lock and on a terminal."""
    return all(
        re.fullmatch(r"(hf|spacy):[\w./-]+", one.request.source, re.ASCII)
        and source(one.request.source, SOURCES) == one.request.source
        and one.request.revision in (None, revision(one.request.revision or MAIN))
        and one.request.version in (None, judged_specifiers(one.request.version or "==1"))
        and one.because.isprintable()
        and 0 < len(one.because) < 1000
        for one in needs
    )


def decent(error: InputError) -> bool:
    """Whether a refusal can be shown, and says what to do."""
    return all(text.isprintable() for text in (error.message, error.hint or "\n", *error.details))


def needed(runtime: str, artifact: Artifact, read: Reader) -> Sequence[Need] | InputError:
    """The needs, or the only error that may come instead."""
    try:
        return RUNTIMES[runtime].needs(artifact, read)
    except InputError as error:
        return error


def refused(runtime: str, artifact: Artifact, read: Reader) -> InputError | None:
    """The only error that may come of a check."""
    try:
        RUNTIMES[runtime].check(artifact, read)
    except InputError as error:
        return error
    return None


@pytest.fixture(params=sorted(RUNTIMES))
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def each_shape(files: dict[str, object]) -> list[Artifact]:
    return [artifact_of(READ), artifact_of(tuple(files)), artifact_of(READ, "file:./own"), wheel_of(READ)]


@given(files=documents)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_the_files_say_every_answer_is_sound_or_the_input_is_refused(
    runtime: str, files: dict[str, object]
) -> None:
    for artifact in each_shape(files):
        found = needed(runtime, artifact, files.get)
        if isinstance(found, InputError):
            assert decent(found)
        else:
            assert sound(found)
            assert found == needed(runtime, artifact, files.get)
        objection, again = (refused(runtime, artifact, files.get) for _ in range(2))
        assert objection is None or decent(objection)
        assert (objection and objection.message) == (again and again.message)


@given(files=documents)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_is_needed_is_not_told_by_what_is_missing(runtime: str, files: dict[str, object]) -> None:
    """Weights and shards decide about the whole; without them only what a library asks for by itself may differ."""
    everything = artifact_of((*READ, "model-00002-of-00002.safetensors"))
    documents_only = artifact_of([path for path in READ if not path.startswith("model")])
    first, second = (needed(runtime, one, files.get) for one in (everything, documents_only))
    if isinstance(first, InputError) or isinstance(second, InputError):
        assert isinstance(first, InputError)
        assert isinstance(second, InputError)
    else:
        assert [one for one in first if one.essential] == [one for one in second if one.essential]


def nested(depth: int) -> object:
    value: object = "org/other"
    for level in range(depth):
        value = [value] if level % 2 else {"params": value}
    return value


def cycle() -> object:
    table: dict[str, object] = {"checkpointed": "org/other"}
    table["self"] = [table, table]
    return table


@pytest.mark.parametrize("make", [lambda: nested(100_000), cycle], ids=["deep", "cycle"])
def test_no_nesting_is_too_deep_and_no_cycle_too_long(runtime: str, make: Callable[[], object]) -> None:
    value = make()
    files: dict[str, object] = {
        "config.yaml": {"pipeline": {"name": "x", "params": value}, "preprocessors": {"x": {"params": value}}},
        "config.json": {"auto_map": value, "custom_pipelines": value},
        "modules.json": value,
        "vocabulary.json": value,
        METADATA: value,
    }
    paths = [*files, "model.bin", "weights.npz"]
    for artifact in (artifact_of(paths), wheel_of(paths)):
        assert sound(RUNTIMES[runtime].needs(artifact, files.get))
        found = refused(runtime, artifact, files.get)
        assert found is None or decent(found)


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_where_nothing_is_readable_only_a_library_asks_for_more(runtime: str, shape: str) -> None:
    """MANY has a config.json and a model, but not what every library opens: that is no reason not to tell the needs."""
    found = RUNTIMES[runtime].needs(SHAPES[shape], lambda _: None)
    assert sound(found)
    assert [one for one in found if one.essential] == []
    assert not found or runtime == "faster-whisper"


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_only_a_library_that_is_known_to_open_more_refuses_what_is_not_readable(runtime: str, shape: str) -> None:
    found = refused(runtime, SHAPES[shape], lambda _: None)
    assert (found is not None) == (runtime in ("faster-whisper", "mlx-whisper"))
    assert found is None or "files.include" in (found.hint or "")


def test_a_closed_gate_is_never_refused(runtime: str) -> None:
    for key in ("hf:org/name@main", "hf:pyannote/speaker-diarization-3.1@main", "file:./own"):
        closed = artifact_of((), key)
        needs = RUNTIMES[runtime].needs(closed, lambda _: None)
        assert sound(needs)
        assert [one for one in needs if one.essential] == [], "nobody has read what is closed"
        assert needs == () or runtime == "pyannote"
        assert refused(runtime, closed, lambda _: None) is None
