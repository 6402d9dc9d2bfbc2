"""Python packages that carry weights, importable through PYTHONPATH."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import standard_layout


class PythonPath:
    """A package on the path."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """An importable package for a wheel, else the hub's cache or a folder."""
        return standard_layout(artifact, files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """Nothing besides."""
        del artifact, read
        return ()

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Nothing is known that could be left out."""
        del artifact, read
