"""faster-whisper: `WhisperModel(name)` asks the hub's cache for `main`; a folder is opened as it is."""

import re
from collections.abc import Sequence

from resolver.domain.environment import Environment, joined
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import HUB_CACHE, ONNX_RUNTIME, folder_with, opened_in, standard_layout
from resolver.runtimes.named import below, paths_of
from resolver.runtimes.whole import require

LIBRARY = "faster-whisper 1.2.1"
WEIGHTS = "model.bin"
TOKENIZER = "tokenizer.json"

# 1.2.1, utils.py (download_model): what it asks for, without preprocessor_config.json, which it does without
# (transcribe.py, _get_feature_kwargs), and without tokenizer.json, see `needs`.
_REQUIRED = {WEIGHTS: (WEIGHTS,), "config.json": ("config.json",), "vocabulary.*": ("vocabulary.*",)}

# 1.2.1, transcribe.py (WhisperModel.__init__): the second for models that are not multilingual.
_MULTILINGUAL, _ENGLISH = "hf:openai/whisper-tiny", "hf:openai/whisper-tiny.en"

_ENGLISH_NAME = re.compile(r"\.en(?![a-z0-9])", re.IGNORECASE)


class FasterWhisper:
    """CTranslate2 Whisper models."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else the folder with the weights."""
        return opened_in(standard_layout(artifact, files, owner), folder_with(artifact, files, (WEIGHTS,)))

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """The tokenizer of OpenAI's smallest model, where a model has none of its own."""
        paths, folder = paths_of(artifact), _folder(artifact)
        if below(folder, WEIGHTS) not in paths or below(folder, TOKENIZER) in paths:
            return ()
        source = _MULTILINGUAL if _is_multilingual(artifact, folder, read) else _ENGLISH
        because = f"{LIBRARY}: asks for it where a model has no {TOKENIZER}"
        return (Need(Request(source), because, FileFilter(include=(TOKENIZER,)), essential=False),)

    def environment(self) -> Environment:
        """The hub's cache, and no telemetry: its voice activity detection is an ONNX model (vad.py)."""
        return joined([HUB_CACHE, ONNX_RUNTIME])

    def check(self, artifact: Artifact, read: Reader) -> None:
        """What no model opens without.

        Raises:
            InputError: one of the files is left out.
        """
        del read
        folder = _folder(artifact)
        inside = {kind: [below(folder, glob) for glob in globs] for kind, globs in _REQUIRED.items()}
        require(artifact, inside, LIBRARY)


def _folder(artifact: Artifact) -> str:
    return folder_with(artifact, artifact.files, (WEIGHTS,))


def _is_multilingual(artifact: Artifact, folder: str, read: Reader) -> bool:
    """As CTranslate2 4.8 tells: by an empty token (src/models/whisper.cc); by the name where none can be read.

    Releases before 4.7 told by 51,865 tokens, and OpenAI's vocabularies give the same answer to both.
    """
    tokens = read(below(folder, "vocabulary.json"))
    if isinstance(tokens, list):
        return "" in tokens
    lines = read(below(folder, "vocabulary.txt"))
    if isinstance(lines, str):
        return "" in _lines(lines)
    return _ENGLISH_NAME.search(artifact.name) is None


def _lines(text: str) -> list[str]:
    """The tokens of a vocabulary.txt; carriage returns count unless all have one (CTranslate2, src/vocabulary.cc)."""
    lines = text.removesuffix("\n").split("\n")
    return [line[:-1] for line in lines] if all(line.endswith("\r") for line in lines) else lines
