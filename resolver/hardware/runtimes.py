"""The libraries that open weights, as far as the chosen interpreter has them."""

from resolver.hardware.machine import Machine

LIBRARIES = (
    "ctranslate2",
    "faster-whisper",
    "mlx-whisper",
    "onnxruntime",
    "pyannote.audio",
    "silero-vad",
    "spacy",
    "torch",
    "transformers",
)


def runtimes(machine: Machine) -> dict[str, str]:
    """Distribution and version of each that is installed, by the metadata of the chosen interpreter's packages."""
    return dict(machine.installed(LIBRARIES))
