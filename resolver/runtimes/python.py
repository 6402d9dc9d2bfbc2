"""Python packages that carry weights, importable through PYTHONPATH."""

from collections.abc import Sequence

from resolver.domain.environment import Environment
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import PYTHON_PATH, standard_layout


class PythonPath:
    """A package on the path."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """An importable package for a wheel, else the hub's cache or a folder."""
        return standard_layout(artifact, files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """Nothing besides."""
        del artifact, read
        return ()

    def environment(self) -> Environment:
        """The folder of packages, in front of those of the environment."""
        return PYTHON_PATH

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Nothing is known that could be left out."""
        del artifact, read
