"""What transformers, PEFT and sentence-transformers open besides a repository."""

from collections.abc import Mapping, Sequence

import pytest

from resolver.domain.errors import InputError
from resolver.domain.globs import FileFilter
from resolver.domain.ports import Need
from tests.unit.runtimes.reading import POOLING, TRANSFORMER, modules, needs_of, wanted

CODE = FileFilter(include=("**/*.py",))


def needs(files: Mapping[str, object]) -> Sequence[Need]:
    return needs_of("huggingface", files)


def test_an_adapter_needs_the_model_that_it_was_made_for() -> None:
    found = needs({"adapter_config.json": {"base_model_name_or_path": "org/base", "revision": None}})
    assert [(one.request.source, one.request.revision, one.because, one.files) for one in found] == [
        ("hf:org/base", None, "adapter_config.json: base_model_name_or_path", None)
    ]


@pytest.mark.parametrize(
    ("revision", "source"), [("v2", "hf:org/base@v2"), (7, "hf:org/base"), ("", "hf:org/base"), ({}, "hf:org/base")]
)
def test_the_revision_of_the_base_counts_if_it_is_a_text(revision: object, source: str) -> None:
    config = {"base_model_name_or_path": "org/base", "revision": revision}
    assert wanted(needs({"adapter_config.json": config})) == [source]


def test_a_revision_of_the_base_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="as a revision of org/base"):
        needs({"adapter_config.json": {"base_model_name_or_path": "org/base", "revision": "a b"}})


def test_a_model_of_the_hubs_first_years_has_no_organisation() -> None:
    assert wanted(needs({"adapter_config.json": {"base_model_name_or_path": "gpt2"}})) == ["hf:gpt2"]


@pytest.mark.parametrize(
    "name",
    [
        "/home/x/model",
        "./model",
        "a/b/c",
        "out/checkpoint-500",
        "checkpoint-500",
        "",
        None,
        5,
        ["org/base"],
        "C:\\m",
        "org/name",
    ],
)
def test_a_path_is_no_base_and_neither_is_the_repository_itself(name: object) -> None:
    assert needs({"adapter_config.json": {"base_model_name_or_path": name}}) == ()


def test_adapters_in_the_folders_of_modules_count_and_others_do_not() -> None:
    adapter = {"base_model_name_or_path": "org/base"}
    files = {
        "modules.json": modules(("0_Transformer", TRANSFORMER)),
        "0_Transformer/adapter_config.json": adapter,
        "elsewhere/adapter_config.json": {"base_model_name_or_path": "org/other"},
    }
    assert [one.because for one in needs(files)] == ["0_Transformer/adapter_config.json: base_model_name_or_path"]


@pytest.mark.parametrize("path", ["adapter_config.json", "modules.json"])
def test_a_file_that_names_others_must_be_readable(path: str) -> None:
    with pytest.raises(InputError, match=f"{path} cannot be read"):
        needs({path: None})


def test_files_of_other_libraries_with_the_same_names_say_nothing() -> None:
    assert needs({"adapter_config.json": ["x"], "modules.json": {"a": "b"}, "config.json": None}) == ()
    assert needs({"modules.json": ["x", {"path": "a"}, {"type": POOLING}, {"path": 1, "type": 2}]}) == ()


def test_where_weights_came_from_is_no_need() -> None:
    assert needs({"config.json": {"_name_or_path": "org/base", "text_config": {"_name_or_path": "org/base"}}}) == ()


def test_code_in_another_repository_is_needed_and_only_the_code() -> None:
    config = {"auto_map": {"AutoConfig": "org/code--configuration.Config", "AutoModel": "modeling.Model"}}
    found = needs({"config.json": config})
    assert [(one.request.source, one.because, one.files) for one in found] == [
        ("hf:org/code", "config.json: auto_map.AutoConfig", CODE)
    ]


@pytest.mark.parametrize(
    "path",
    [
        "config.json",
        "preprocessor_config.json",
        "processor_config.json",
        "tokenizer_config.json",
        "video_preprocessor_config.json",
    ],
)
def test_every_config_with_a_map_is_read(path: str) -> None:
    found = needs({path: {"auto_map": {"AutoTokenizer": [None, "org/code--tokenization.Fast"]}}})
    assert [one.because for one in found] == [f"{path}: auto_map.AutoTokenizer.1"]
    assert wanted(needs({path: {"auto_map": ["org/code--tokenization.Slow", None]}})) == ["hf:org/code"]


def test_code_of_a_custom_pipeline_is_needed() -> None:
    pipelines = {"pair": {"impl": "org/code--pair.Pipeline", "pt": ["org/no--AutoModel"]}}
    assert wanted(needs({"config.json": {"custom_pipelines": pipelines}})) == ["hf:org/code"]


@pytest.mark.parametrize("reference", ["modeling.Model", "--modeling.Model", "a/b/c--m.M", "org/name--m.M", 5, None])
def test_code_of_its_own_or_of_nowhere_is_no_need(reference: object) -> None:
    assert needs({"config.json": {"auto_map": {"AutoModel": reference}}}) == ()


def test_code_of_a_module_is_needed() -> None:
    found = needs({"modules.json": modules(("", "org/code--custom.Transformer"), ("1_P", "org/more--custom.Pool"))})
    assert wanted(found) == ["hf:org/code", "hf:org/more"]
    assert [one.because for one in found] == ["modules.json: type", "modules.json: 1_P.type"]


@pytest.mark.parametrize(
    "files",
    [
        {"model-00001-of-00002.safetensors": ...},
        {"modules.json": modules(("", TRANSFORMER), ("1_Pooling", POOLING)), "config.json": {}},
    ],
)
def test_what_is_no_whole_needs_what_it_needs_all_the_same(files: dict[str, object]) -> None:
    adapter = {"adapter_config.json": {"base_model_name_or_path": "org/base"}}
    assert wanted(needs({**files, **adapter})) == ["hf:org/base"]


def test_nothing_that_a_file_names_can_be_done_without() -> None:
    files = {
        "adapter_config.json": {"base_model_name_or_path": "org/base"},
        "config.json": {"auto_map": {"AutoModel": "org/code--modeling.Model"}},
        "modules.json": modules(("", "org/more--custom.Transformer")),
    }
    assert [one.essential for one in needs(files)] == [True, True, True]


@pytest.mark.parametrize("path", ["../x", "/etc", "a\x00b", "C:/x", "a\\b"])
def test_a_module_in_a_folder_outside_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="no folder of a repository"):
        needs({"modules.json": modules((path, POOLING))})


def test_a_closed_gate_says_nothing() -> None:
    assert needs({}) == ()
