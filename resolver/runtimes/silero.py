"""Silero VAD: a file inside the `silero_vad` package, or a folder."""

from collections.abc import Sequence

from resolver.domain.environment import Environment, joined
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import ONNX_RUNTIME, PYTHON_PATH, standard_layout


class Silero:
    """Voice activity detection."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """An importable package for a wheel, else the hub's cache or a folder."""
        return standard_layout(artifact, files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """Nothing besides: the weights lie in the package (silero-vad 6.2.3, model.py: load_silero_vad)."""
        del artifact, read
        return ()

    def environment(self) -> Environment:
        """The folder of packages, in front of those of the environment, and no telemetry."""
        return joined([PYTHON_PATH, ONNX_RUNTIME])

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Nothing is known that could be left out: a program may want one of the weights and not the others."""
        del artifact, read
