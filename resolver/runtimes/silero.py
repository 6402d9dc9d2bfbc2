"""Silero VAD: a file inside the `silero_vad` package, or a folder."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.view import Layout
from resolver.runtimes.layouts import standard_layout


class Silero:
    """Voice activity detection."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """An importable package for a wheel, else the hub's cache or a folder."""
        return standard_layout(artifact, files, owner)
