"""What a saved hardware file recommends for speech recognition on its machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Recommended:
    """As the file has it; None is not said. `profile` is its machine, which the old script's file does not tell."""

    whisper_model: str
    compute_type: str | None = None
    batch_size: int | None = None
    device: str | None = None
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class SpeechVariant:
    """A variant's keys with plain values; `is_measured` tells whether its memory was, or is an estimate."""

    source: str
    when: Mapping[str, str]
    needs: Mapping[str, str]
    settings: Mapping[str, str]
    is_mlx: bool
    is_measured: bool
