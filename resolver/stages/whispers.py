"""The Whisper that a saved hardware file recommends, as a variant for its machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.errors import UsageError
from resolver.domain.facts import Facts
from resolver.domain.names import did_you_mean
from resolver.domain.recommended import Recommended, SpeechVariant


@dataclass(frozen=True, slots=True)
class _Whisper:
    repository: str
    megabytes: int
    mlx: str | None = None


_TURBO = _Whisper("mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620, "mlx-community/whisper-large-v3-turbo")
_LARGE = _Whisper("Systran/faster-whisper-large-v3", 3090, "mlx-community/whisper-large-v3-mlx")
WHISPERS: Mapping[str, _Whisper] = {
    "tiny": _Whisper("Systran/faster-whisper-tiny", 76, "mlx-community/whisper-tiny-mlx"),
    "tiny.en": _Whisper("Systran/faster-whisper-tiny.en", 76),
    "base": _Whisper("Systran/faster-whisper-base", 145, "mlx-community/whisper-base-mlx"),
    "base.en": _Whisper("Systran/faster-whisper-base.en", 145),
    "small": _Whisper("Systran/faster-whisper-small", 484, "mlx-community/whisper-small-mlx"),
    "small.en": _Whisper("Systran/faster-whisper-small.en", 484),
    "medium": _Whisper("Systran/faster-whisper-medium", 1530, "mlx-community/whisper-medium-mlx"),
    "medium.en": _Whisper("Systran/faster-whisper-medium.en", 1530),
    "large-v1": _Whisper("Systran/faster-whisper-large-v1", 3090),
    "large-v2": _Whisper("Systran/faster-whisper-large-v2", 3090),
    "large-v3": _LARGE,
    "large": _LARGE,
    "large-v3-turbo": _TURBO,
    "turbo": _TURBO,
    "distil-small.en": _Whisper("Systran/faster-distil-whisper-small.en", 332),
    "distil-medium.en": _Whisper("Systran/faster-distil-whisper-medium.en", 789),
    "distil-large-v2": _Whisper("Systran/faster-distil-whisper-large-v2", 1510),
    "distil-large-v3": _Whisper("Systran/faster-distil-whisper-large-v3", 1510),
    "distil-large-v3.5": _Whisper("distil-whisper/distil-large-v3.5-ct2", 1510),
}
"""Sizes by faster-whisper's own names (`_MODELS` in utils.py, 1.2.1), with the weights in half precision."""
_MLX_4_BIT = {"large-v3-turbo": "mlx-community/whisper-large-v3-turbo-q4"}

_MEASURED: Mapping[tuple[str, str, str, int], str] = {
    ("large-v2", "cuda", "float16", 8): "6090MiB",
    ("large-v3", "cuda", "float16", 8): "6090MiB",
    ("large-v3", "cuda", "float16", 1): "4521MiB",
    ("large-v3-turbo", "cuda", "float16", 1): "2537MiB",
    ("large-v3-turbo", "cuda", "int8_float16", 1): "1545MiB",
    ("small", "cpu", "int8", 1): "1477MiB",
    ("small", "cpu", "int8", 8): "3608MiB",
}
"""Peak memory by the README of faster-whisper and its issue 1030; of large-v3 in batches, that of large-v2."""

_DEVICES = {"cpu": "cpu", "cuda": "cuda", "gpu": "cuda", "metal": "metal", "mlx": "metal", "mps": "metal"}
_TYPES = {
    "cpu": ("int8", "int8_float32", "int8_float16", "int8_bfloat16", "int16", "float16", "bfloat16", "float32"),
    "metal": ("float16", "int4"),
}
"""What CTranslate2 and MLX compute in; the first is the default on a processor and on Metal."""
_ALIASES = {"large": "large-v3", "turbo": "large-v3-turbo"}
_LEAST, _MOST = 9, 11
"""Tenths of the saved machine's memory that the same machine may report another time."""


def speech_variant(recommended: Recommended, facts: Facts) -> SpeechVariant:
    """The variant for a machine with these facts.

    Raises:
        UsageError: no such Whisper, device or type is known.
    """
    device = _device(recommended.device, facts)
    types = _TYPES.get(device, _TYPES["cpu"])
    kind = recommended.compute_type or ("float16" if device == "cuda" else types[0])
    if kind not in types:
        raise UsageError(f"no compute_type '{kind}' on {device}", hint=did_you_mean(kind, types))
    size = _ALIASES.get(recommended.whisper_model, recommended.whisper_model)
    source = f"hf:{_repository(size, device, kind)}"
    batch = recommended.batch_size or 1
    measured = _MEASURED.get((size, device, kind, batch))
    estimate = f"{WHISPERS[size].megabytes * 1.2 / 1000:.2f}GB" if size in WHISPERS else None
    memory = "ram" if device == "cpu" else "vram"
    when = _machine(facts)
    if not when:
        raise UsageError("nothing is known of the machine that this is recommended for", hint="start with --template")
    return SpeechVariant(
        source=source,
        when=when,
        needs={memory: needed} if (needed := measured or estimate) else {},
        settings={"device": device, "compute_type": kind, "batch_size": str(batch)},
        is_mlx=device == "metal",
        is_measured=measured is not None,
    )


def _device(named: str | None, facts: Facts) -> str:
    """Where it computes: what the file says, else what the machine has."""
    if named in (None, "auto"):
        return {"cuda": "cuda", "metal": "metal"}.get(facts.accelerator or "", "cpu")
    device = _DEVICES.get(str(named).partition(":")[0])
    if device is None:
        raise UsageError(f"no device '{named}'", hint=did_you_mean(str(named), sorted(_DEVICES)))
    if device != "cpu" and facts.accelerator not in (None, device):
        raise UsageError(
            f"device {device} is recommended, and the machine's accelerator is {facts.accelerator}",
            hint="run it on the machine that the file is of",
        )
    return device


def _repository(size: str, device: str, kind: str) -> str:
    """Where the weights are; a name with a '/' is a repository already."""
    if "/" in size:
        return size
    if size not in WHISPERS:
        raise UsageError(f"no Whisper '{size}'", hint=did_you_mean(size, list(WHISPERS)))
    if device != "metal":
        return WHISPERS[size].repository
    found = _MLX_4_BIT.get(size) if kind == "int4" else WHISPERS[size].mlx
    if found is None:
        known = sorted(_MLX_4_BIT if kind == "int4" else (name for name, one in WHISPERS.items() if one.mlx))
        raise UsageError(f"no '{size}' in {kind} is known for MLX", hint=f"known: {', '.join(known)}")
    return found


def _machine(facts: Facts) -> dict[str, str]:
    """What tells this machine from others. What is not known is left out; memory has some play."""
    told = ("os", "arch", "accelerator", "compute_capability")
    found: dict[str, str | None] = {name: getattr(facts, name) for name in told}
    for name in ("ram",) if facts.unified_memory else ("vram", "ram"):
        memory = int(facts.of(name) or 0)
        found[name] = _about(memory) if memory else None
    return {name: value for name, value in found.items() if value is not None}


def _about(memory: int) -> str:
    """That memory, in whole gigabytes, with some play."""
    least, most = memory * _LEAST // 10**10, -(-memory * _MOST // 10**10)
    return f">={least}GB,<{most}GB" if least else f"<{most}GB"
