"""faster-whisper: `WhisperModel(name)` asks the hub's cache for `main`; a folder is opened as it is."""

import re
from collections.abc import Sequence

from resolver.domain.environment import Environment
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import HUB_CACHE, standard_layout
from resolver.runtimes.named import paths_of
from resolver.runtimes.whole import require

LIBRARY = "faster-whisper 1.2.1"
WEIGHTS = "model.bin"
TOKENIZER = "tokenizer.json"

# 1.2.1, utils.py (download_model): what it asks for, without preprocessor_config.json, which it does without
# (transcribe.py, _get_feature_kwargs), and without tokenizer.json, see `needs`.
_REQUIRED = {WEIGHTS: (WEIGHTS,), "config.json": ("config.json",), "vocabulary.*": ("vocabulary.*",)}

# 1.2.1, transcribe.py (WhisperModel.__init__): the second for models that are not multilingual.
_MULTILINGUAL, _ENGLISH = "hf:openai/whisper-tiny", "hf:openai/whisper-tiny.en"

# CTranslate2 4.8, src/models/whisper.cc: `is_multilingual` is a vocabulary of at least this many tokens.
_MULTILINGUAL_VOCABULARY = 51865
_ENGLISH_NAME = re.compile(r"\.en(?![a-z0-9])", re.IGNORECASE)


class FasterWhisper:
    """CTranslate2 Whisper models."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else a folder."""
        return standard_layout(artifact, files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """The tokenizer of OpenAI's smallest model, where a model has none of its own."""
        paths = paths_of(artifact)
        if WEIGHTS not in paths or TOKENIZER in paths:
            return ()
        source = _MULTILINGUAL if _is_multilingual(artifact, read) else _ENGLISH
        because = f"{LIBRARY}: asks for it where a model has no {TOKENIZER}"
        return (Need(Request(source), because, FileFilter(include=(TOKENIZER,)), essential=False),)

    def environment(self) -> Environment:
        """The hub's cache."""
        return HUB_CACHE

    def check(self, artifact: Artifact, read: Reader) -> None:
        """What no model opens without.

        Raises:
            InputError: one of the files is left out.
        """
        del read
        require(artifact, _REQUIRED, LIBRARY)


def _is_multilingual(artifact: Artifact, read: Reader) -> bool:
    """As CTranslate2 tells: by the size of the vocabulary; by the name where that cannot be read."""
    tokens = read("vocabulary.json")
    if isinstance(tokens, list):
        return len(tokens) >= _MULTILINGUAL_VOCABULARY
    lines = read("vocabulary.txt")
    if isinstance(lines, str):
        return len(lines.removesuffix("\n").split("\n")) >= _MULTILINGUAL_VOCABULARY
    return _ENGLISH_NAME.search(artifact.name) is None
