"""What makes a repository a whole for the libraries that read the hub's cache: shards, and every part of a model."""

from collections.abc import Mapping

import pytest

from resolver.domain.errors import InputError
from tests.unit.runtimes.reading import POOLING, TRANSFORMER, check_of, modules, needs_of, refusal_of

NORMALIZE = "sentence_transformers.models.Normalize"
WHOLE = {
    "modules.json": modules(("", TRANSFORMER), ("1_Pooling", POOLING), ("2_Normalize", NORMALIZE)),
    "config.json": {},
    "1_Pooling/config.json": {},
}


def whole(files: Mapping[str, object]) -> bool:
    """Whether the check lets it pass; and none of its own parts is ever a need."""
    check_of("huggingface", files)
    return needs_of("huggingface", files) == ()


def refusal(files: Mapping[str, object]) -> InputError:
    return refusal_of("huggingface", files)


def without(*paths: str) -> dict[str, object]:
    return {path: one for path, one in WHOLE.items() if path not in paths}


def test_a_model_with_all_its_parts_is_whole_and_some_parts_have_no_files() -> None:
    assert whole(WHOLE)


def test_a_part_that_is_left_out_is_refused_with_the_glob_to_write() -> None:
    found = refusal(without("1_Pooling/config.json"))
    assert found.message == "hf:org/name@main: modules.json names parts whose files are left out: 1_Pooling"
    assert found.hint is not None
    assert found.hint.startswith("write '1_Pooling/**' into `files.include`")


def test_the_top_folder_is_a_part_and_the_card_is_none_of_it() -> None:
    files = {
        **without("config.json"),
        "README.md": ...,
        "config_sentence_transformers.json": ...,
        ".gitattributes": ...,
    }
    found = refusal(files)
    assert found.message.endswith("left out: the top folder")
    assert found.hint is not None
    assert found.hint.startswith("write '*' into")


def test_no_part_at_all_means_that_it_is_not_opened_as_a_whole() -> None:
    assert whole({**without("config.json", "1_Pooling/config.json"), "onnx/model.onnx": ...})


def test_without_the_list_of_parts_nothing_is_asked() -> None:
    assert whole(without("modules.json", "1_Pooling/config.json"))


def test_what_classes_of_others_write_is_unknown() -> None:
    assert whole({"modules.json": modules(("", TRANSFORMER), ("1_Own", "custom.Pooling")), "config.json": {}})


def test_a_folder_is_no_beginning_of_another() -> None:
    files = {"modules.json": modules(("", TRANSFORMER), ("1_Pool", POOLING)), "config.json": {}, "1_Pooling/x": ...}
    assert refusal(files).message.endswith("left out: 1_Pool")


@pytest.mark.parametrize("path", ["1_Pooling/", "./1_Pooling", "1_Pooling/."])
def test_a_folder_is_the_same_however_it_is_written(path: str) -> None:
    assert whole({**WHOLE, "modules.json": modules((".", TRANSFORMER), (path, POOLING))})


@pytest.mark.parametrize(
    ("kind", "config"),
    [("base.modules.Router", "router_config.json"), ("models.Router", "config.json"), ("models.Asym", "config.json")],
)
def test_the_parts_inside_a_part_must_be_there_too(kind: str, config: str) -> None:
    types = {"query_0": TRANSFORMER, "query_1": NORMALIZE, "document_0": POOLING, "x": 5}
    files = {
        "modules.json": modules(("0_Router", f"sentence_transformers.{kind}")),
        f"0_Router/{config}": {"types": types},
        "0_Router/query_0/config.json": {},
        "0_Router/document_0/config.json": {},
    }
    assert whole(files)
    found = refusal({path: one for path, one in files.items() if "document" not in path})
    assert found.message.endswith("left out: 0_Router/document_0")


def test_only_holders_hold_parts_and_a_holder_may_name_the_same_part_twice() -> None:
    held = {"types": {"a": POOLING}}
    assert whole({"modules.json": modules(("0_P", POOLING)), "0_P/config.json": held})
    router = "sentence_transformers.models.Router"
    files = {
        "modules.json": modules(("", router), ("", POOLING)),
        "router_config.json": {"types": {".": router, "a": router}},
        "a/config.json": {"types": 5},
    }
    assert whole(files)


@pytest.mark.parametrize("path", ["../x", "/etc", "a\x00b", "C:/x", "a\\b"])
def test_a_folder_outside_is_no_part(path: str) -> None:
    with pytest.raises(InputError, match="no folder of a repository"):
        check_of("huggingface", {"modules.json": modules((path, POOLING))})


def test_a_list_of_parts_that_cannot_be_read_is_no_list() -> None:
    with pytest.raises(InputError, match=r"modules\.json cannot be read"):
        check_of("huggingface", {**WHOLE, "modules.json": None})


def test_shards_are_looked_at_with_and_without_parts() -> None:
    shard: dict[str, object] = {"model-00001-of-00002.safetensors": ...}
    assert "1 of 2 shards are left out" in refusal(shard).message
    assert "1 of 2 shards are left out" in refusal({**WHOLE, **shard}).message


def test_nothing_can_be_said_of_a_closed_gate() -> None:
    assert whole({})
