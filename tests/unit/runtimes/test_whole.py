"""Shards that belong together are wanted together, or not at all."""

import pytest

from resolver.domain.errors import InputError
from resolver.domain.globs import FileFilter
from resolver.runtimes.whole import check_shards, require
from tests.unit.runtimes.reading import artifact_of, check_of, refusal_of


def check(files: dict[str, object]) -> None:
    check_shards(artifact_of(tuple(files)), files.get)


def refusal(files: dict[str, object]) -> InputError:
    with pytest.raises(InputError) as caught:
        check(files)
    return caught.value


def numbered(stem: str, *indexes: int, of: int, kind: str) -> dict[str, object]:
    return {f"{stem}-{index:05d}-of-{of:05d}.{kind}": ... for index in indexes}


@pytest.mark.parametrize("kind", ["safetensors", "bin", "gguf"])
def test_some_shards_and_not_the_others_are_refused(kind: str) -> None:
    found = refusal(numbered("a/model", 1, 3, of=3, kind=kind))
    assert found.message == f"hf:org/name@main: 1 of 3 shards are left out: a/model-00002-of-00003.{kind}"
    assert found.hint == (
        f"write 'a/model-*-of-00003.{kind}' into `files.include`, if `files` leaves that out; "
        "else the source itself lacks it"
    )


def test_the_glob_of_the_hint_covers_every_shard() -> None:
    hint = refusal(numbered("a/model", 2, of=3, kind="gguf")).hint
    assert hint is not None
    glob = FileFilter(include=(hint.split("'")[1],))
    assert all(glob.wants(path) for path in numbered("a/model", 1, 2, 3, of=3, kind="gguf"))


@pytest.mark.parametrize("kind", ["safetensors", "bin", "gguf"])
def test_all_shards_or_none_are_fine(kind: str) -> None:
    check(numbered("model", 1, 2, 3, of=3, kind=kind))
    check(numbered("model", 1, of=1, kind=kind))
    check({"tokenizer.json": ..., "model.safetensors.index.json": {"weight_map": {"a": f"m-00001-of-00002.{kind}"}}})


def test_sets_are_told_apart_by_name_count_kind_and_folder() -> None:
    found = refusal(
        {
            **numbered("a", 1, 2, of=2, kind="gguf"),
            **numbered("b", 1, of=2, kind="gguf"),
            **numbered("b", 1, of=3, kind="gguf"),
            **numbered("x/a", 1, of=2, kind="bin"),
            **numbered("a", 2, of=2, kind="safetensors"),
        }
    )
    assert found.details == (
        "1 of 2: a-00001-of-00002.safetensors",
        "1 of 2: b-00002-of-00002.gguf",
        "2 of 3: b-00002-of-00003.gguf, b-00003-of-00003.gguf",
        "1 of 2: x/a-00002-of-00002.bin",
    )


@pytest.mark.parametrize(
    "files",
    [
        numbered("model", 0, 1, of=3, kind="safetensors"),
        numbered("model", 4, of=3, kind="gguf"),
        numbered("model", 1, of=0, kind="gguf"),
        {"model-1-of-2.gguf": ...},
        {"data-00001-of-00002.parquet": ...},
        {"model-00001-of-00002.gguf.md": ...},
    ],
)
def test_names_that_follow_another_rule_are_no_shards(files: dict[str, object]) -> None:
    check(files)


def test_many_missing_shards_are_not_all_named() -> None:
    found = refusal(numbered("m", 1, of=99999, kind="gguf"))
    assert "99998 of 99999 shards are left out: m-00002-of-99999.gguf, " in found.message
    assert found.message.endswith("m-00006-of-99999.gguf, …")


def test_an_index_names_shards_of_any_name() -> None:
    index = {"weight_map": {"layer.0": "first.safetensors", "layer.1": "second.safetensors", "x": 5}}
    files = {"unet/x.safetensors.index.json": index, "unet/first.safetensors": ...}
    found = refusal(files)
    assert found.message.endswith("1 of 2 shards are left out: unet/second.safetensors")
    assert found.hint is not None
    assert found.hint.startswith("write 'unet/second.safetensors' into")
    check({**files, "unet/second.safetensors": ...})
    check({"unet/x.safetensors.index.json": index, "first.safetensors": ...})


def test_an_index_decides_about_its_own_shards() -> None:
    """Numbered from 0, as some repositories have them: the names alone would say something else."""
    whole = numbered("model", 0, 1, of=2, kind="bin")
    index = {"weight_map": {path: path for path in whole}}
    check({"pytorch_model.bin.index.json": index, **whole})
    found = refusal({"pytorch_model.bin.index.json": index, **numbered("model", 1, of=2, kind="bin")})
    assert found.message.endswith("1 of 2 shards are left out: model-00000-of-00002.bin")
    assert found.hint is not None
    assert found.hint.startswith("write 'model-*-of-00002.bin' into")
    assert len(found.details) == 1


@pytest.mark.parametrize("index", [None, "text", [], {}, {"weight_map": ["model.bin"]}, {"weight_map": None}])
def test_an_index_that_cannot_be_read_leaves_the_names(index: object) -> None:
    check({"pytorch_model.bin.index.json": index, "model.bin": ...})
    refusal({"pytorch_model.bin.index.json": index, **numbered("m", 1, of=2, kind="bin")})


def test_only_an_index_of_weights_is_read() -> None:
    check({"other.index.json": {"weight_map": {"a": "one.bin", "b": "two.bin"}}, "one.bin": ...})


@pytest.mark.parametrize("runtime", ["files", "huggingface", "pyannote"])
def test_whoever_opens_sharded_weights_looks_at_them(runtime: str) -> None:
    check_of(runtime, numbered("m", 1, 2, of=2, kind="gguf"))
    assert "1 of 2 shards are left out" in refusal_of(runtime, numbered("m", 1, of=2, kind="gguf")).message


@pytest.mark.parametrize("runtime", ["python", "silero", "spacy", "torch-hub"])
def test_whoever_opens_a_package_or_code_is_told_nothing_of_shards(runtime: str) -> None:
    check_of(runtime, numbered("m", 1, of=2, kind="gguf"))


def test_what_is_required_may_have_several_names() -> None:
    needed = {"weights": ("a.bin", "b.bin"), "config": ("config.*",)}
    require(artifact_of(["b.bin", "config.yaml"]), needed, "x 1.0")
    require(artifact_of([]), needed, "x 1.0")
    with pytest.raises(InputError) as caught:
        require(artifact_of(["c.bin", "sub/config.yaml"]), needed, "x 1.0")
    assert caught.value.message == ("hf:org/name@main: x 1.0 opens weights, config, and there is none among its files")
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("write 'a.bin', 'config.*' into `files.include`")
