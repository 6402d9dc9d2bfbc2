"""Plain folders, for programs that are told a path."""

from collections.abc import Sequence

from resolver.domain.environment import Environment
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import folder_layout
from resolver.runtimes.whole import check_shards


class Files:
    """Any program that opens a path."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """A folder named after the model, whatever the source."""
        del artifact
        return folder_layout(files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """Nothing besides: what a program of one's own opens is its own affair."""
        del artifact, read
        return ()

    def environment(self) -> Environment:
        """Nothing: the program is told a path."""
        return Environment()

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Shards of one set of weights.

        Raises:
            InputError: some of them are left out.
        """
        check_shards(artifact, read)
