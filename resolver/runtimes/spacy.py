"""spaCy: an importable package with its dist-info, or a folder for `spacy.load(path)`."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.view import Layout
from resolver.runtimes.layouts import standard_layout


class Spacy:
    """spaCy pipelines."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """An importable package for a wheel, else the hub's cache or a folder."""
        return standard_layout(artifact, files, owner)
