"""What a pyannote pipeline opens besides its own repository."""

import pytest

from resolver.domain.errors import InputError
from resolver.domain.ports import Need
from resolver.runtimes import RUNTIMES
from tests.unit.runtimes.reading import artifact_of, check_of, needs_of, pipeline, wanted

COMMUNITY = "hf:pyannote/speaker-diarization-community-1"


def needs(params: object, name: str = "somebody.Pipeline", **more: object) -> list[Need]:
    return list(needs_of("pyannote", {"config.yaml": pipeline(params, name, **more)}))


def diarization(**params: object) -> list[Need]:
    return needs(params, "pyannote.audio.pipelines.SpeakerDiarization")


def test_the_published_pipeline_needs_its_two_models_and_the_plda_that_the_library_opens() -> None:
    found = diarization(
        clustering="AgglomerativeClustering",
        embedding="pyannote/wespeaker-voxceleb-resnet34-LM",
        embedding_batch_size="32",
        embedding_exclude_overlap="true",
        segmentation="pyannote/segmentation-3.0",
    )
    assert wanted(found) == ["hf:pyannote/wespeaker-voxceleb-resnet34-LM", "hf:pyannote/segmentation-3.0", COMMUNITY]
    assert [one.because for one in found] == [
        "config.yaml: pipeline.params.embedding",
        "config.yaml: pipeline.params.segmentation",
        "pyannote.audio 4.0.7: SpeakerDiarization opens it as plda, unless config.yaml names another",
    ]
    assert [one.essential for one in found] == [True, True, False]
    assert [one.files for one in found] == [None, None, None], "the whole repository, as its library downloads it"


def test_a_parameter_that_is_left_out_is_the_librarys_own_model() -> None:
    found = diarization()
    assert [(one.request.source, one.files, one.essential) for one in found] == [(COMMUNITY, None, False)] * 3
    assert [one.because.split(" as ")[1].split(",")[0] for one in found] == ["embedding", "plda", "segmentation"]


def test_params_that_are_no_table_leave_everything_out() -> None:
    assert len(needs(None, "pyannote.audio.pipelines.SpeakerDiarization")) == 3


def test_a_pipeline_that_sets_its_plda_needs_only_that() -> None:
    found = diarization(segmentation="a/s", embedding="a/e", plda={"checkpoint": "a/p", "subfolder": "x"})
    assert wanted(found) == ["hf:a/s", "hf:a/e", "hf:a/p"]
    assert found[2].because == "config.yaml: pipeline.params.plda"
    assert [(one.files, one.essential) for one in found] == [(None, True)] * 3


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("pyannote.audio.pipelines.VoiceActivityDetection", ["hf:pyannote/segmentation"]),
        ("pyannote.audio.pipelines.OverlappedSpeechDetection", ["hf:pyannote/segmentation"]),
        ("pyannote.audio.pipelines.resegmentation.Resegmentation", ["hf:pyannote/segmentation"]),
        ("pyannote.audio.pipelines.SpeakerEmbedding", ["hf:pyannote/embedding"]),
        (
            "pyannote.audio.pipelines.SpeechSeparation",
            [
                "hf:speechbrain/spkrec-ecapa-voxceleb@5c0be3875fda05e81f3c004ed8c7c06be308de1e",
                "hf:pyannote/separation-ami-1.0",
                "hf:microsoft/wavlm-large",
            ],
        ),
        ("pyannote.audio.pipelines.MultiLabelSegmentation", []),
        ("mine.SpeakerDiarization", []),
        ("pyannote.audio", []),
        (None, []),
    ],
)
def test_each_class_opens_its_own_defaults(name: str, sources: list[str]) -> None:
    found = needs({}, name)
    assert wanted(found) == sources
    assert not any(one.essential for one in found), "nobody but the library asks for these"


def test_what_a_config_names_is_essential_also_where_it_is_the_librarys_own_choice() -> None:
    found = needs({"segmentation": "pyannote/segmentation"}, "pyannote.audio.pipelines.VoiceActivityDetection")
    assert [(one.request.source, one.essential) for one in found] == [("hf:pyannote/segmentation", True)]


def test_what_separates_speech_opens_a_model_of_its_own() -> None:
    found = needs({"segmentation": "a/s", "embedding": "a/e"}, "pyannote.audio.pipelines.SpeechSeparation")
    assert found[-1].because == "pyannote.audio 4.0.7: ToTaToNet, the model of SpeechSeparation, opens it"
    assert [(one.files, one.essential) for one in found] == [(None, True), (None, True), (None, False)]


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("org/name", "hf:org/name"),
        ("org/name@v1.0", "hf:org/name@v1.0"),
        ("org/name@refs/pr/1", "hf:org/name@refs/pr/1"),
        ("org/name@", "hf:org/name"),
        ({"checkpoint": "org/other"}, "hf:org/other"),
        ({"checkpoint": "org/other", "revision": None}, "hf:org/other"),
        ({"checkpoint": "org/other", "revision": "dev"}, "hf:org/other@dev"),
        ({"checkpoint": "org/other@dev"}, "hf:org/other@dev"),
        ({"model": "org/other", "window": "sliding"}, "hf:org/other"),
        ([{"deep": ["org/other"]}], "hf:org/other"),
    ],
)
def test_a_model_is_read_as_pyannote_reads_it(value: object, source: str) -> None:
    found = needs_of("pyannote", {"config.yaml": pipeline({"model": value})}, "hf:org/pipeline@main")
    assert wanted(found) == [source]
    assert found[0].essential


@pytest.mark.parametrize(
    "value",
    [
        "AgglomerativeClustering",
        "pyannote.audio.pipelines.SpeakerDiarization",
        "/models/segmentation.bin",
        "./models/segmentation",
        "../models/segmentation",
        "~/models",
        "models/segmentation.bin",
        "models/model.CKPT",
        "models/config.yml",
        "run/checkpoint-500",
        "C:/models/x",
        "C:\\models",
        "a/b/c",
        "org/",
        "/name",
        "org//name",
        "org/-name",
        "-org/name",
        "org/name-",
        "org/na--me",
        "org/na..me",
        "org/name.git",
        "org/na me",
        "org/náme",
        "org/name\n",
        f"org/{'n' * 93}",
        "{uri}/audio",
        "https://host.invalid/model",
        "",
        "32",
        None,
        True,
        0.5,
        {"checkpoint": None},
        {"checkpoint": "/models/x.bin", "subfolder": "org/name"},
        {"checkpoint": {"checkpoint": "org/name"}},
    ],
)
def test_words_classes_and_paths_are_no_models(value: object) -> None:
    assert needs({"model": value}) == []


def test_a_name_of_the_longest_length_is_one() -> None:
    assert wanted(needs({"model": f"org/{'n' * 92}"})) == [f"hf:org/{'n' * 92}"]


@pytest.mark.parametrize("key", ["token", "use_auth_token", "cache_dir"])
def test_secrets_and_folders_that_look_like_a_model_are_none(key: str) -> None:
    assert needs({key: "org/other"}) == []


@pytest.mark.parametrize("revision", ["../x", "a..b", "a b", "-x", "x/.y", "x.lock", "x\x00", 5, ["x"]])
def test_a_revision_that_cannot_be_is_refused_instead_of_locking_main(revision: object) -> None:
    with pytest.raises(
        InputError, match=r"config\.yaml: pipeline\.params\.model names '.*' as a revision of org/other"
    ):
        needs({"model": {"checkpoint": "org/other", "revision": revision}})


def test_preprocessors_that_are_classes_get_models_too_and_paths_are_none() -> None:
    found = needs(
        {},
        preprocessors={
            "vad": {"name": "my.Preprocessor", "params": {"model": "org/vad"}},
            "audio": "data/wav",
            "annotation": {"name": "org/notamodel"},
        },
    )
    assert [(one.request.source, one.because) for one in found] == [
        ("hf:org/vad", "config.yaml: preprocessors.vad.params.model")
    ]


def test_hyper_parameters_are_no_arguments() -> None:
    config = {**pipeline({}), "params": {"segmentation": "org/other"}, "freeze": {"x": "org/other"}}
    assert needs_of("pyannote", {"config.yaml": config}) == ()


def test_the_config_of_a_model_and_a_repository_without_one_need_nothing() -> None:
    assert needs_of("pyannote", {"config.yaml": {"model": {"_target_": "x"}, "task": "org/name"}}) == ()
    assert needs_of("pyannote", {"config.yaml": {"pipeline": "org/name"}}) == ()
    assert needs_of("pyannote", {"pytorch_model.bin": ..., "sub/config.yaml": pipeline({"a": "org/b"})}) == ()


@pytest.mark.parametrize("config", [None, "text", ["pipeline"]])
def test_a_config_that_cannot_be_read_is_refused(config: object) -> None:
    with pytest.raises(InputError, match=r"config\.yaml"):
        needs_of("pyannote", {"config.yaml": config})
    with pytest.raises(InputError, match=r"config\.yaml"):
        check_of("pyannote", {"config.yaml": config})


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        (
            "speaker-diarization-3.1",
            ["hf:pyannote/segmentation-3.0", "hf:pyannote/wespeaker-voxceleb-resnet34-LM", COMMUNITY],
        ),
        (
            "speaker-diarization-3.0",
            ["hf:pyannote/segmentation-3.0", "hf:hbredin/wespeaker-voxceleb-resnet34-LM", COMMUNITY],
        ),
        ("speaker-diarization", ["hf:pyannote/segmentation", "hf:speechbrain/spkrec-ecapa-voxceleb", COMMUNITY]),
        ("voice-activity-detection", ["hf:pyannote/segmentation"]),
        ("overlapped-speech-detection", ["hf:pyannote/segmentation"]),
        ("speech-separation-ami-1.0", ["hf:pyannote/separation-ami-1.0"]),
        ("speaker-diarization-community-1", []),
        ("segmentation-3.0", []),
    ],
)
def test_behind_a_closed_gate_the_published_pipelines_are_known(name: str, sources: list[str]) -> None:
    found = needs_of("pyannote", {}, f"hf:pyannote/{name}@main")
    assert wanted(found) == sources
    assert all(one.because for one in found)
    assert not any(one.essential for one in found), "nobody has read it"
    assert [one.files for one in found] == [None] * len(sources)


def test_what_is_known_behind_a_closed_gate_tells_what_it_is_known_from() -> None:
    found = needs_of("pyannote", {}, "hf:pyannote/speaker-diarization-3.1@main")
    assert [one.because for one in found] == [
        *["config.yaml of pyannote/speaker-diarization-3.1 as published"] * 2,
        "pyannote.audio 4.0.7: SpeakerDiarization opens it as plda, unless config.yaml names another",
    ]


def test_a_folder_of_that_name_is_not_behind_a_gate() -> None:
    assert RUNTIMES["pyannote"].needs(artifact_of((), "file:pyannote/voice-activity-detection"), lambda _: None) == ()


def test_the_same_model_for_two_parameters_is_two_reasons() -> None:
    found = needs({"one": "org/other", "two": "org/other"})
    assert [one.because[-3:] for one in found] == ["one", "two"]


def test_what_stands_in_a_reason_is_printable_and_short() -> None:
    found = needs({"a\nb\x1b[31m": "org/other", "k" * 500: "org/other"})
    assert found[0].because == "config.yaml: pipeline.params.a?b?[31m"
    assert len(found[1].because) < 130
    assert all(one.because.isprintable() for one in found)


def test_nobody_needs_hundreds_of_models() -> None:
    assert len(needs({str(number): "org/other" for number in range(100)})) == 100
    with pytest.raises(InputError, match="101 other repositories, and 100 are the most"):
        needs({str(number): "org/other" for number in range(101)})
    with pytest.raises(InputError, match="1001 parameters, and 1000 are the most"):
        needs(["x"] * 1001)
    assert needs(["x"] * 1000) == []
