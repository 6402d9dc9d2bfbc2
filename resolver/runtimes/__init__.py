"""Where libraries look for their weights. A new runtime is one file and one entry in `RUNTIMES`."""

from collections.abc import Mapping

from resolver.domain.ports import Runtime
from resolver.runtimes.faster_whisper import FasterWhisper
from resolver.runtimes.files import Files
from resolver.runtimes.huggingface import HuggingFaceCache
from resolver.runtimes.layouts import home_of, known_as, named_by, title_of
from resolver.runtimes.mlx_whisper import MlxWhisper
from resolver.runtimes.pyannote import Pyannote
from resolver.runtimes.python import PythonPath
from resolver.runtimes.silero import Silero
from resolver.runtimes.spacy import Spacy
from resolver.runtimes.torch_hub import TorchHub

__all__ = ["RUNTIMES", "home_of", "known_as", "named_by", "title_of"]

RUNTIMES: Mapping[str, Runtime] = {
    "faster-whisper": FasterWhisper(),
    "files": Files(),
    "huggingface": HuggingFaceCache(),
    "mlx-whisper": MlxWhisper(),
    "pyannote": Pyannote(),
    "python": PythonPath(),
    "silero": Silero(),
    "spacy": Spacy(),
    "torch-hub": TorchHub(),
}
