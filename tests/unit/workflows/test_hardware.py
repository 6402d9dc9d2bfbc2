"""What older pipelines call the model that is selected for speech."""

import pytest

from resolver.domain.manifest import Variant
from resolver.workflows.hardware import whisper_model


@pytest.mark.parametrize(
    ("artifact", "name"),
    [
        ("hf:Systran/faster-whisper-large-v3@main", "large-v3"),
        ("hf:Systran/faster-whisper-tiny.en@main", "tiny.en"),
        ("hf:Systran/faster-whisper-medium@v1.0", "medium"),
        ("hf:Systran/faster-distil-whisper-large-v2@main", "distil-large-v2"),
        ("hf:Systran/faster-distil-whisper-medium.en@main", "distil-medium.en"),
        ("hf:distil-whisper/distil-large-v3.5-ct2@main", "distil-large-v3.5"),
        ("hf:mobiuslabsgmbh/faster-whisper-large-v3-turbo@main", "large-v3-turbo"),
        ("hf:deepdml/faster-whisper-large-v3-turbo-ct2@main", "large-v3-turbo"),
        ("hf:mlx-community/whisper-large-v3-turbo@main", "large-v3-turbo"),
        ("hf:mlx-community/whisper-large-v3-turbo-q4@main", "large-v3-turbo"),
        ("hf:mlx-community/whisper-large-v3-mlx-4bit@main", "large-v3"),
        ("hf:mlx-community/whisper-turbo@main", "turbo"),
        ("hf:mlx-community/distil-whisper-large-v3@main", "distil-large-v3"),
        ("hf:mlx-community/Whisper-Large-v3-fp16@main", "large-v3"),
    ],
)
def test_a_repository_of_a_known_size_is_called_by_it(artifact: str, name: str) -> None:
    assert whisper_model(Variant("v", artifact, "faster-whisper", "whisper")) == name


@pytest.mark.parametrize(
    ("artifact", "name"),
    [
        ("hf:org/whisper-small-german@main", "org/whisper-small-german"),
        ("hf:org/faster-whisper-large-v4@main", "org/faster-whisper-large-v4"),
        ("hf:org/distil-tiny@main", "org/distil-tiny"),
        ("hf:org/distil-whisper-large-v1@main", "org/distil-whisper-large-v1"),
        ("hf:org/small@main", "org/small"),
        ("hf:org/faster-whisper-@main", "org/faster-whisper-"),
        ("hf:gpt2@main", "gpt2"),
        ("url:https://user@host.example/weights/parakeet.bin", "parakeet.bin"),
        ("file:weights/faster-whisper-small", "small"),
    ],
)
def test_anything_else_is_called_by_its_own_name(artifact: str, name: str) -> None:
    assert whisper_model(Variant("v", artifact, "faster-whisper", "whisper")) == name
