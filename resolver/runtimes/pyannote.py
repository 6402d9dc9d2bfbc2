"""pyannote.audio: `Pipeline.from_pretrained` asks the hub's cache for every repository that a pipeline names."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.view import Layout
from resolver.runtimes.layouts import standard_layout


class Pyannote:
    """Speaker diarization pipelines and their parts."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else a folder."""
        return standard_layout(artifact, files, owner)
