"""What a file is to a reviewer: weights, metadata, or another file."""

import pytest

from resolver.domain.file_kinds import LARGEST_METADATA, SMALLEST_UNKNOWN_WEIGHTS, kind_of

WEIGHTS = [
    "model.bin",
    "pytorch_model-00001-of-00002.bin",
    "model.safetensors",
    "q4.gguf",
    "a/model.ONNX",
    "model.onnx_data",
    "m.tflite",
    "silero_vad.jit",
    "weights.pt",
    "model.pth",
    "last.ckpt",
    "weights.npz",
    "embeddings.npy",
    "flax_model.msgpack",
    "tf_model.h5",
    "m.keras",
    "w.pkl",
    "w.pickle",
    "w.joblib",
    "variables.data-00000-of-00002",
    "model.nemo",
    "voices-1.0-py3-none-any.whl",
    "weights.tar.gz",
    "w.zip",
    "Data/weight.bin",
    "en_core_web_md-3.8.0/ner/model",
    "en_core_web_md-3.8.0/vocab/vectors",
    "en_core_web_md-3.8.0/vocab/key2row",
    "LICENSE_weights.bin",
]
METADATA = [
    "README.md",
    "README",
    "README.de.md",
    "docs/usage.md",
    "LICENSE",
    "LICENCE.txt",
    "license-mit",
    "COPYING",
    "NOTICE",
    ".gitattributes",
    "a/.gitignore",
    "figure.PNG",
    "a/demo.jpg",
    "logo.svg",
    "CITATION.bib",
    "voices-1.0.dist-info/METADATA",
    "voices-1.0.dist-info/licenses/LICENSE",
]
FILES = [
    "config.json",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer.model",
    "vocabulary.txt",
    "vocab.bpe",
    "merges.txt",
    "spiece.model",
    "config.yaml",
    "hubconf.py",
    "requirements.txt",
    "en_core_web_md-3.8.0/vocab/strings.json",
    "readmenot.json",
    "licensed/a.py",
]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *((path, "weights") for path in WEIGHTS),
        *((path, "metadata") for path in METADATA),
        *((path, "files") for path in FILES),
    ],
)
def test_a_name_that_is_known_says_what_a_file_is(path: str, kind: str) -> None:
    assert kind_of(path, 1000, pickles=False) == kind
    assert kind_of(path, 1000, pickles=True) == kind, "a flag of the artifact says nothing of a name that is known"


def test_a_large_file_of_an_unknown_name_counts_as_weights() -> None:
    assert kind_of("blob.xyz", SMALLEST_UNKNOWN_WEIGHTS - 1, pickles=False) == "files"
    assert kind_of("blob.xyz", SMALLEST_UNKNOWN_WEIGHTS, pickles=False) == "weights"
    assert kind_of("config.json", SMALLEST_UNKNOWN_WEIGHTS, pickles=False) == "files"


def test_an_unknown_name_in_an_artifact_with_pickles_may_be_one() -> None:
    assert kind_of("weights", 10, pickles=False) == "files"
    assert kind_of("weights", 10, pickles=True) == "weights"


def test_what_is_called_a_readme_and_is_huge_is_none() -> None:
    assert kind_of("README.md", LARGEST_METADATA, pickles=False) == "metadata"
    assert kind_of("README.md", LARGEST_METADATA + 1, pickles=False) == "weights"


@pytest.mark.parametrize("path", ["a\nREADME.md", "README.md\n", "x\n.bin"])
def test_a_line_break_in_a_name_is_a_character_like_others(path: str) -> None:
    assert (
        kind_of(path, 1, pickles=False)
        == {"a\nREADME.md": "metadata", "README.md\n": "metadata", "x\n.bin": "weights"}[path]
    )
