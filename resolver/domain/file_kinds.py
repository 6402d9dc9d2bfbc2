"""What a change of a file means to a reviewer: weights, metadata, or another file. By name and size; nothing is read.

Names alone are no proof, and none is needed: what executes code is flagged by its bytes (`policy/formats.py`). What
is unknown and large counts as weights, so that a new extension cannot hide a change of them.
"""

import re

WEIGHTS = "weights"
FILES = "files"
METADATA = "metadata"
KINDS = (WEIGHTS, FILES, METADATA)
"""The weightiest first."""

LARGEST_METADATA = 16 * 10**6
"""Bytes: what is larger is no README and no picture of one."""
SMALLEST_UNKNOWN_WEIGHTS = 10**6
"""Bytes from which a file of an unknown name counts as weights."""

_WEIGHTS = re.compile(
    r"""
    .*\.(?:bin|safetensors|gguf|ggml|onnx|onnx_data|tflite|mlmodel|pb|engine|pte     # formats of weights
        |pt|pth|ckpt|jit|pkl|pickle|joblib|npz|npy|msgpack|h5|hdf5|keras|nemo|params
        |data-\d+-of-\d+                                                             # shards of TensorFlow
        |whl|zip|tar|tgz|gz|xz|bz2|zst|7z)                                           # archives
    |(?:.*/)?(?:model|vectors|key2row)                                               # of spaCy's pipelines
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_METADATA = re.compile(
    r"""
    (?:.*/)?(?:readme|licen[cs]e|copying|notice|authors|changelog|citation)(?:[.\-_][^/]*)?
    |(?:.*/)?\.(?:gitattributes|gitignore|gitkeep)
    |[^/]+\.dist-info/.*                                                             # what a wheel says of itself
    |.*\.(?:md|rst|png|jpe?g|gif|svg|webp|ico|bib)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_TEXT = re.compile(
    r"""
    .*\.(?:json|jsonl|ya?ml|toml|cfg|ini|txt|csv|tsv|xml|jinja|py|pyi|spm|tiktoken)  # configurations and tokenizers
    |(?:.*/)?(?:tokenizer|vocab|vocabulary|merges|spiece|sentencepiece)[^/]*
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def kind_of(path: str, size: int, *, pickles: bool) -> str:
    """What a file of an artifact is; `pickles`: the artifact is flagged, and an unknown name may be the pickle."""
    if _WEIGHTS.fullmatch(path):
        return WEIGHTS
    if _METADATA.fullmatch(path) and size <= LARGEST_METADATA:
        return METADATA
    if _TEXT.fullmatch(path):
        return FILES
    return WEIGHTS if pickles or size >= SMALLEST_UNKNOWN_WEIGHTS else FILES
