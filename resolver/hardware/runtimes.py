"""The libraries that open weights, as far as they are installed beside this program."""

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
    """Distribution and version of each that is installed, by the metadata of this interpreter's packages."""
    found = ((name, machine.installed(name)) for name in LIBRARIES)
    return {name: version for name, version in found if version}
