"""faster-whisper: `WhisperModel(name)` asks the hub's cache for `main`; a folder is opened as it is."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.view import Layout
from resolver.runtimes.layouts import standard_layout


class FasterWhisper:
    """CTranslate2 Whisper models."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else a folder."""
        return standard_layout(artifact, files, owner)
