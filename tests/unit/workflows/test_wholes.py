"""Files that make no whole: what a filter of the manifest leaves out is refused, what upstream lacks is told."""

from pathlib import Path

import pytest

from resolver.domain.errors import InputError
from tests.scenarios.sources import Offer
from tests.unit.runtimes.reading import POOLING, TRANSFORMER, modules
from tests.unit.workflows.projects import adapter, locked, repository, whisper

FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
SHARDS = {FIRST: "9", SECOND: "9"}
LEFT_OUT = f"hf:org/llm@main: 1 of 2 shards are left out: {SECOND}"
WHOLE, NARROW = "llm: {source: hf:org/llm}", f"llm: {{source: hf:org/llm, files: {{include: ['{FIRST}']}}}}"


def refusal(root: Path, models: str, offers: dict[str, Offer]) -> InputError:
    with pytest.raises(InputError) as caught:
        locked(root, models, offers)
    assert caught.value.exit_code == 2
    return caught.value


def test_what_is_whole_is_told_nothing_of(tmp_path: Path) -> None:
    assert locked(tmp_path, WHOLE, {"org/llm": repository(files=SHARDS)}).report.warnings == ()


def test_a_filter_that_leaves_a_shard_out_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, NARROW, {"org/llm": repository(files=SHARDS)})
    assert found.message == LEFT_OUT
    assert found.hint is not None
    assert "'model-*-of-00002.safetensors' into `files.include`" in found.hint
    assert not (tmp_path / "project" / "models.lock").exists()


def test_a_filter_that_comes_later_is_refused_too_though_nobody_is_asked(tmp_path: Path) -> None:
    offers = {"org/llm": repository(files=SHARDS)}
    before = locked(tmp_path, WHOLE, offers).text
    assert refusal(tmp_path, NARROW, offers).message == LEFT_OUT
    assert (tmp_path / "project" / "models.lock").read_bytes() == before


@pytest.mark.parametrize("models", [WHOLE, NARROW])
def test_a_repository_that_lacks_a_shard_itself_is_told_and_locked(tmp_path: Path, models: str) -> None:
    found = locked(tmp_path, models, {"org/llm": repository({"config.json": {}}, {FIRST: "9"})})
    assert found.report.warnings == (LEFT_OUT,)
    assert FIRST in found.paths("hf:org/llm@main")


def test_a_document_that_the_filter_leaves_out_too_is_no_excuse(tmp_path: Path) -> None:
    """Nobody can read what is not wanted; the shards are as incomplete as before."""
    listed = modules(("", TRANSFORMER), ("1_Pooling", POOLING))
    offers = {"org/llm": repository({"modules.json": listed, "1_Pooling/config.json": {}}, SHARDS)}
    assert refusal(tmp_path, NARROW, offers).message == LEFT_OUT


def test_one_that_lacks_a_shard_and_of_which_a_filter_leaves_out_more_is_only_told(tmp_path: Path) -> None:
    """Whatever anybody writes into `files`, it cannot become whole."""
    three = {f"model-0000{number}-of-00003.gguf": "9" for number in (1, 2)}
    models = "llm: {source: hf:org/llm, runtime: files, files: {include: ['model-00001-of-00003.gguf']}}"
    found = locked(tmp_path, models, {"org/llm": repository(files=three)})
    assert found.report.warnings == (
        "hf:org/llm@main: 2 of 3 shards are left out: model-00002-of-00003.gguf, model-00003-of-00003.gguf",
    )


def test_a_part_that_a_filter_leaves_out_is_refused(tmp_path: Path) -> None:
    listed = modules(("", TRANSFORMER), ("1_Pooling", POOLING))
    offers = {"org/llm": repository({"config.json": {}, "modules.json": listed, "1_Pooling/config.json": {}})}
    found = refusal(tmp_path, "llm: {source: hf:org/llm, files: {include: ['*']}}", offers)
    assert found.message == "hf:org/llm@main: modules.json names parts whose files are left out: 1_Pooling"


def test_each_use_is_judged_by_its_own_filter(tmp_path: Path) -> None:
    """Both variants are in one artifact of the lock, and only one of them opens a whole."""
    offers = {"org/llm": repository(files=SHARDS)}
    assert refusal(tmp_path, f"{WHOLE}\n{NARROW.replace('llm', 'half', 1)}", offers).message == LEFT_OUT


def test_the_second_lock_tells_nothing_twice_and_asks_nobody(tmp_path: Path) -> None:
    offers = {"org/llm": repository(files={FIRST: "9"})}
    first = locked(tmp_path, WHOLE, offers)
    second = locked(tmp_path, WHOLE, offers)
    assert (second.text, second.asked) == (first.text, ())


def test_what_is_only_needed_is_not_judged(tmp_path: Path) -> None:
    """The filter of an edge is a library's, and what a whole is to it nobody asked."""
    found = locked(
        tmp_path,
        "lora: {source: hf:org/lora}",
        {"org/lora": adapter("org/llm"), "org/llm": repository(files={FIRST: "9"})},
    )
    assert found.report.warnings == ()


@pytest.mark.parametrize(
    "other", [repository(files={"glossary.json": "9"}), repository({"tokenizer.json": {}}), whisper()]
)
def test_what_a_whisper_model_depends_on_is_not_judged_as_a_whisper_model(tmp_path: Path, other: Offer) -> None:
    models = "asr: {source: hf:org/asr, runtime: faster-whisper, depends: [hf:org/words@dev]}"
    asr = repository({"vocabulary.txt": "x"}, {"model.bin": "9", "config.json": "9", "tokenizer.json": "9"})
    found = locked(tmp_path, models, {"org/asr": asr, "org/words": other})
    assert set(found.keys) >= {"hf:org/asr@main", "hf:org/words@dev"}
    assert [one for one in found.report.warnings if "opens" in one] == []


def test_a_whisper_model_that_is_a_models_own_is_judged_by_its_files(tmp_path: Path) -> None:
    found = locked(tmp_path, "asr: {source: hf:org/asr, runtime: faster-whisper}", {"org/asr": repository()})
    (warning,) = found.report.warnings
    assert warning == (
        "hf:org/asr@main: faster-whisper 1.2.1 opens model.bin, config.json, vocabulary.*, "
        "and there is none among its files"
    )


def test_a_whisper_model_without_a_file_that_it_has_upstream_is_refused(tmp_path: Path) -> None:
    models = "asr: {source: hf:org/asr, runtime: faster-whisper, files: {exclude: [config.json]}}"
    found = refusal(tmp_path, models, {"org/asr": whisper()})
    assert found.message == (
        "hf:org/asr@main: faster-whisper 1.2.1 opens config.json, and there is none among its files"
    )
