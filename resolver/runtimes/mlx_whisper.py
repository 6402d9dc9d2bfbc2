"""mlx-whisper: `transcribe(path_or_hf_repo=…)` asks the hub's cache for `main`, never a revision."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.view import Layout
from resolver.runtimes.layouts import standard_layout


class MlxWhisper:
    """Whisper models for Apple silicon."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else a folder."""
        return standard_layout(artifact, files, owner)
