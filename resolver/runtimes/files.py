"""Plain folders, for programs that are told a path."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.view import Layout
from resolver.runtimes.layouts import folder_layout


class Files:
    """Any program that opens a path."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """A folder named after the model, whatever the source."""
        del artifact
        return folder_layout(files, owner)
