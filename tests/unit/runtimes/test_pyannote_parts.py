"""The parts of a pyannote pipeline that lie in its own repository, and folders of other repositories."""

import pytest

from resolver.domain.errors import InputError
from resolver.domain.ports import Need
from tests.unit.domain.values import COMMIT
from tests.unit.runtimes.reading import check_of, needs_of, pipeline, refusal_of, wanted

PARTS: dict[str, object] = {
    "config.yaml": ...,
    "segmentation/pytorch_model.bin": ...,
    "embedding/pytorch_model.bin": ...,
    "plda/plda.npz": ...,
    "plda/xvec_transform.npz": ...,
}


def own(params: object, *left_out: str) -> dict[str, object]:
    """The files of a pipeline with these parameters, all its parts but some."""
    files = {path: one for path, one in PARTS.items() if path not in left_out}
    return {**files, "config.yaml": pipeline(params)}


def inside(params: object, key: str = "hf:org/name@main") -> list[Need]:
    """What a pipeline needs that has all its parts; they make a whole."""
    check_of("pyannote", own(params), key)
    return list(needs_of("pyannote", own(params), key))


def test_a_part_of_the_same_repository_is_no_need() -> None:
    assert inside({"segmentation": "$model/segmentation", "embedding": "$model/embedding", "plda": "$model/plda"}) == []


@pytest.mark.parametrize(
    ("part", "left_out"),
    [
        ("segmentation", "segmentation/pytorch_model.bin"),
        ("embedding", "embedding/pytorch_model.bin"),
        ("plda", "plda/plda.npz"),
        ("plda", "plda/xvec_transform.npz"),
    ],
)
def test_a_part_of_the_same_repository_must_not_be_left_out(part: str, left_out: str) -> None:
    found = refusal_of("pyannote", own({part: f"$model/{part}"}, left_out))
    assert found.message == (
        f"hf:org/name@main: config.yaml: pipeline.params.{part} opens {left_out}, and it is not among its files"
    )
    assert found.hint is not None
    assert f"'{part}/**' into `files.include`" in found.hint


def test_a_part_of_another_name_must_have_files_of_some_kind() -> None:
    assert inside({"other": "$model/plda"}) == []
    for folder in ("voices", "pld"):
        found = refusal_of("pyannote", own({"other": f"$model/{folder}"}))
        assert f"opens {folder}/**, and" in found.message


def test_the_top_of_the_same_repository_is_a_part_too() -> None:
    assert inside({"other": "$model/"}) == []
    assert "opens pytorch_model.bin, and" in refusal_of("pyannote", own({"segmentation": "$model/"})).message


@pytest.mark.parametrize("folder", ["../x", "a//b", "a\x00b", "a*", "a?b", 5])
def test_a_folder_that_cannot_be_is_refused(folder: object) -> None:
    files = {"config.yaml": pipeline({"model": {"checkpoint": "org/other", "subfolder": folder}})}
    for question in (needs_of, check_of):
        with pytest.raises(InputError, match="no folder of a repository"):
            question("pyannote", files)


@pytest.mark.parametrize("parameter", ["model", "plda", "segmentation"])
def test_of_another_repository_everything_is_wanted_whatever_the_folder(parameter: str) -> None:
    files = {"config.yaml": pipeline({parameter: {"checkpoint": "org/other", "subfolder": "part/"}})}
    found = needs_of("pyannote", files)
    assert [(one.request.source, one.files) for one in found] == [("hf:org/other", None)]
    check_of("pyannote", files)


def test_a_part_at_another_revision_is_a_need_of_the_same_repository() -> None:
    found = inside({"segmentation": "$model/segmentation@old"})
    assert wanted(found) == ["hf:org/name@old"]
    assert (found[0].files, found[0].essential) == (None, True)


def test_a_folder_has_no_revisions() -> None:
    assert inside({"segmentation": "$model/segmentation@old"}, key="file:./own") == []


@pytest.mark.parametrize("revision", [None, "main", "dev", COMMIT])
def test_a_pipeline_that_names_itself_needs_its_own_files(revision: str | None) -> None:
    itself = {"plda": {"checkpoint": "org/name", "subfolder": "plda", "revision": revision}}
    assert inside(itself, key="hf:org/name@dev") == []
    found = refusal_of("pyannote", own(itself, "plda/plda.npz"), "hf:org/name@dev")
    assert found.message.endswith("opens plda/plda.npz, and it is not among its files")


def test_the_librarys_own_choice_is_a_part_of_the_repository_that_it_is() -> None:
    """4.0.7: community-1 is what a SpeakerDiarization opens that names nothing; here it is the pipeline itself."""
    files = {**PARTS, "config.yaml": pipeline({}, "pyannote.audio.pipelines.SpeakerDiarization")}
    key = "hf:pyannote/speaker-diarization-community-1@main"
    check_of("pyannote", files, key)
    assert needs_of("pyannote", files, key) == ()
    left = {path: one for path, one in files.items() if path != "plda/plda.npz"}
    assert "SpeakerDiarization opens it as plda" in refusal_of("pyannote", left, key).message


def test_shards_are_looked_at_before_the_parts() -> None:
    files = {"model-00001-of-00002.bin": ..., "config.yaml": pipeline({"plda": "$model/plda"})}
    assert "1 of 2 shards are left out" in refusal_of("pyannote", files).message


def test_nothing_can_be_said_of_a_closed_gate() -> None:
    check_of("pyannote", {}, "hf:pyannote/speaker-diarization-3.1@main")
