"""The plain hub cache, for transformers and everything else that reads it."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.view import Layout
from resolver.runtimes.layouts import standard_layout


class HuggingFaceCache:
    """Any library that reads the cache of huggingface_hub."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else a folder."""
        return standard_layout(artifact, files, owner)
