"""Which folder of a package, an archive or a repository a library is told to open."""

import pytest

from resolver.domain.lock import Artifact
from resolver.runtimes import RUNTIMES
from tests.unit.domain.values import file
from tests.unit.runtimes.reading import needs_of, refusal_of, wanted

COMMIT = "c" * 40
SNAPSHOT = f"huggingface/hub/models--org--own/snapshots/{COMMIT}"
PAPERS = ("own/__init__.py", "own/meta.json", "own-1.0.dist-info/METADATA")
WHISPER = ("model.bin", "config.json", "vocabulary.txt")


def opened(runtime: str, *paths: str, key: str = "pypi:own@*") -> str:
    wheel = file("own-1.0-py3-none-any.whl") if key.startswith("pypi:") else None
    files = tuple(file(path) for path in paths)
    artifact = Artifact(key, COMMIT if key.startswith("hf:") else None, None, files, archive=wheel)
    return RUNTIMES[runtime].layout(artifact, files, "own").opens


@pytest.mark.parametrize(
    ("runtime", "opens"),
    [
        ("faster-whisper", "model.bin"),
        ("huggingface", "adapter_config.json"),
        ("huggingface", "config.json"),
        ("huggingface", "modules.json"),
        ("mlx-whisper", "weights.npz"),
        ("mlx-whisper", "weights.safetensors"),
        ("spacy", "config.cfg"),
    ],
)
def test_of_a_package_or_an_archive_it_is_the_highest_with_what_the_library_opens(runtime: str, opens: str) -> None:
    files = (f"own/model/{opens}", f"own/model/part/{opens}", f"own/model/other/deeper/{opens}")
    assert opened(runtime, *PAPERS, *files) == "python/own/model"
    assert opened(runtime, *files, key="url:https://host.invalid/own.zip") == "files/own/own/model"
    assert opened(runtime, *files, opens, key="file:./own") == "files/own"
    assert opened(runtime, *files, key="hf:org/own@main") == SNAPSHOT


@pytest.mark.parametrize("runtime", ["faster-whisper", "huggingface", "mlx-whisper", "spacy"])
def test_where_none_is_the_highest_it_is_the_package(runtime: str) -> None:
    names = ("model.bin", "config.json", "weights.npz", "config.cfg")
    two = [f"own/{folder}/{name}" for folder in ("first", "second") for name in names]
    assert opened(runtime, *PAPERS, *two) == "python/own"
    assert opened(runtime, *PAPERS) == "python/own"


@pytest.mark.parametrize("runtime", ["files", "python", "silero"])
def test_a_program_that_opens_anything_is_told_the_whole(runtime: str) -> None:
    assert opened(runtime, *PAPERS, "own/model/config.json") in ("python/own", "files/own")


def test_what_a_whisper_in_a_package_needs_is_looked_for_in_its_folder() -> None:
    files: dict[str, object] = {f"own/model/{name}": ... for name in WHISPER}
    files["own/model/vocabulary.txt"] = "x\n\n"
    assert wanted(needs_of("faster-whisper", files, "pypi:own@*")) == ["hf:openai/whisper-tiny"]
    assert needs_of("faster-whisper", {**files, "own/model/tokenizer.json": ...}, "pypi:own@*") == ()


@pytest.mark.parametrize(
    ("runtime", "present", "absent"),
    [("faster-whisper", "model.bin", "vocabulary.*"), ("mlx-whisper", "weights.npz", "config.json")],
)
def test_what_is_missing_is_missing_in_that_folder(runtime: str, present: str, absent: str) -> None:
    found = refusal_of(runtime, {f"own/model/{present}": ..., "config.json": ..., "vocabulary.txt": ...}, "pypi:own@*")
    assert absent in found.message
    assert found.hint is not None
    assert f"'own/model/{absent}'" in found.hint
