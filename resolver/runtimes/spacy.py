"""spaCy: an importable package with its dist-info, or a folder for `spacy.load(path)`."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from resolver.domain.environment import Environment
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import PYTHON_PATH, folder_with, opened_in, standard_layout
from resolver.runtimes.named import few, paths_of

if TYPE_CHECKING:
    from packaging.requirements import Requirement

CONFIG = "config.cfg"

# spaCy's naming scheme: language, type, genre, size; pip's normalisation makes dashes of the underscores.
_PIPELINE = re.compile(r"[a-z]{2,3}_(?:core|dep|ent|sent)_[a-z0-9]+_(?:sm|md|lg|trf)")
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_REQUIRES = re.compile(
    r"^Requires-Dist:[ \t]*(?P<requirement>(?P<name>[a-z0-9._-]+)[^\r\n]*)", re.IGNORECASE | re.MULTILINE | re.ASCII
)
_END_OF_HEADERS = re.compile(r"\r?\n\r?\n")
_WHEEL = re.compile(r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>[0-9][A-Za-z0-9.!+]*)-[^-/]+-[^-/]+-[^-/]+\.whl")
_MOST_READ, _LONGEST = 1000, 1000
_LONGEST_VERSION = 200


class Spacy:
    """spaCy pipelines."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """An importable package for a wheel, else the hub's cache or a folder.

        What `spacy.load(path)` opens is the folder inside the package that has the config and the weights (spaCy
        3.8.18, util.py: load_model_from_init_py, load_model_from_path); of the package itself it says E053.
        """
        return opened_in(standard_layout(artifact, files, owner), folder_with(artifact, files, (CONFIG,)))

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """The other pipelines that a wheel requires; a folder requires none.

        `source` in a config.cfg names none either: spaCy 3.8.7 does load such a pipeline (language.py,
        Language.from_config), but what it writes (Language.to_disk) has a `factory` in its place, and
        `[initialize.vectors]` is read in training only (Language.initialize).
        """
        if artifact.archive is None or not artifact.archive.path.endswith(".whl"):
            return ()
        metadata = sorted(path for path in paths_of(artifact) if _METADATA.fullmatch(path))
        texts = [text for path in metadata if isinstance(text := read(path), str)]
        return few(artifact, (need for text in texts for need in _required(text) if need.request.name != artifact.name))

    def environment(self) -> Environment:
        """The folder of packages, in front of those of the environment."""
        return PYTHON_PATH

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Nothing is known that could be left out."""
        del artifact, read


def _required(metadata: str) -> Iterator[Need]:
    """What the headers of a METADATA file require: extras are asked for by nobody, and other packages are pip's."""
    from packaging.requirements import InvalidRequirement, Requirement

    headers = _END_OF_HEADERS.split(metadata, maxsplit=1)[0]
    stated = (match for match in _REQUIRES.finditer(headers) if _PIPELINE.fullmatch(_spelled(match["name"])))
    for match in islice(stated, _MOST_READ):
        try:
            requirement = Requirement(match["requirement"].strip()[:_LONGEST])
        except InvalidRequirement:
            continue
        if "extra" not in str(requirement.marker or ""):
            name = _spelled(requirement.name)
            version = _version(requirement, name)
            because = f"METADATA: Requires-Dist {requirement.name}{version or ''}"
            yield Need(Request(f"spacy:{name}", version=version), because)


def _spelled(name: str) -> str:
    """A package's name as Python imports it, and as spaCy's source calls it."""
    return re.sub(r"[-_.]+", "_", name).lower()


def _version(requirement: "Requirement", name: str) -> str | None:
    """The range that is required; for an address the version that its file name tells, None if any will do."""
    if requirement.url is None:
        text = ",".join(sorted((str(one) for one in requirement.specifier), reverse=True))
        return text if text and len(text) <= _LONGEST_VERSION and text.isprintable() else None
    wheel = _WHEEL.fullmatch(requirement.url.partition("#")[0].partition("?")[0].rpartition("/")[2])
    return f"=={wheel['version']}" if wheel and wheel["name"].lower() == name else None
