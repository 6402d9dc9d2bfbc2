"""What a source most likely is, by its name or by its files: the runtime and category that nobody has to type.

A guess is only ever written into models.yaml, where people see it. No other decision is based on one.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from resolver.domain.names import folded, path_objection


@dataclass(frozen=True, slots=True)
class Guess:
    """None where nothing speaks for one; a source has a runtime of its own then."""

    runtime: str | None = None
    category: str | None = None


_WHISPER = Guess("faster-whisper", "whisper")
_MLX = Guess("mlx-whisper", "apple-silicon")
_PYANNOTE = Guess("pyannote", "diarization")

BY_NAME: Mapping[str, Guess] = {
    "pypi:silero-vad": Guess("silero", "vad"),
    "github:snakers4/silero-vad": Guess("torch-hub", "vad"),
    "spacy:*": Guess("spacy", "ner"),
    "hf:*/faster-whisper-*": _WHISPER,
    "hf:*/faster-distil-whisper-*": _WHISPER,
    "hf:distil-whisper/*-ct2": _WHISPER,
    "hf:mlx-community/*whisper-*": _MLX,
    "hf:pyannote/*": _PYANNOTE,
}
"""Sources as patterns, in small letters; the first that fits holds. docs/guide/declare.md has them, a test compares."""

LONGEST_NAME = 64
_NEEDED_BY_WHISPER = "vocabulary."  # CTranslate2 has vocabulary.json or .txt; only Whisper has no source_vocabulary
_MLX_WEIGHTS = ("weights.npz", "weights.safetensors", "model.safetensors")
_MLX_CONFIG = b'"n_audio_ctx"'  # mlx_whisper's ModelDimensions; transformers calls it max_source_positions


def guess(source: str, runtimes: Collection[str]) -> Guess:
    """What the name of a source says; nothing of a runtime that does not exist."""
    found = (one for pattern, one in BY_NAME.items() if fnmatchcase(source.lower(), pattern))
    return next((one for one in found if one.runtime in runtimes), Guess())


def guess_by_files(paths: Collection[str], texts: Mapping[str, bytes], runtimes: Collection[str]) -> Guess:
    """What the files of a repository say; `texts` are the beginnings of its config files."""
    found = Guess()
    if "model.bin" in paths and any(path.startswith(_NEEDED_BY_WHISPER) for path in paths):
        found = _WHISPER
    elif any(path in paths for path in _MLX_WEIGHTS) and _MLX_CONFIG in texts.get("config.json", b""):
        found = _MLX
    elif b"pyannote" in texts.get("config.yaml", b""):
        found = _PYANNOTE
    return found if found.runtime in runtimes else Guess()


def name_for(source: str, taken: Iterable[str] = ()) -> str:
    """A name for a model: the last part of its source; with what stands before it, else a number, if that is taken."""
    kind, _, address = source.partition(":")
    path = urlsplit(address).path if kind == "url" else address
    parts = [part for part in path.split("/") if part.strip(".")]
    known = {folded(one) for one in taken}
    candidates = [_as_name("-".join(parts[-count:])) for count in range(1, min(2, len(parts)) + 1)] or [_as_name("")]
    candidates += [f"{candidates[0][: LONGEST_NAME - 6]}-{number}" for number in range(2, len(known) + 3)]
    return next(one for one in candidates if folded(one) not in known)


def _as_name(text: str) -> str:
    """The text with what no name may have replaced."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text).lstrip("._-")[:LONGEST_NAME].rstrip("._-") or "model"
    return f"model-{name}"[:LONGEST_NAME] if path_objection(name) else name
