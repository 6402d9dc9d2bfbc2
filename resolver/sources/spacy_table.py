"""spaCy's table of compatible releases: for each version of spaCy, the releases of each pipeline that it may load.

The shape is that of `compatibility.json` as spaCy 3.8 reads it (spacy/cli/download.py): `{"spacy": {"3.8":
{"en_core_web_md": ["3.8.0"]}}}`. Since 3.1 a final spaCy is listed by its minor, older ones and pre-releases whole.
"""

import json
import re
from collections.abc import Mapping

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from resolver.sources.answers import as_list, as_mapping

LARGEST_TABLE = 1 << 22
"""The real one has 105 kB (May 2025)."""
MOST_SPACY_VERSIONS = 1000
"""The real one knows 116."""
MOST_NAMES = 5000
"""The real one knows 104; finding the name nearest to a wrong one takes its time with each."""
PATCHES = 100
"""A minor of spaCy stands for so many patches; the highest so far is 3.8.18."""

_NAME = re.compile(r"[a-z][a-z0-9_]{2,99}", re.ASCII)
_RELEASE = re.compile(r"[0-9][0-9A-Za-z.+-]{0,63}", re.ASCII)
_MINOR = re.compile(r"[0-9]+\.[0-9]+", re.ASCII)

Table = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Name -> release -> the versions of spaCy that it is listed under."""


def is_release(name: str, version: str) -> bool:
    """Whether both are written as releases are: nothing in them leads elsewhere in an address."""
    return bool(_NAME.fullmatch(name) and _RELEASE.fullmatch(version))


def read_table(text: bytes) -> Table:
    """The table that a text is.

    Raises:
        ValueError, TypeError, RecursionError: it is none.
    """
    document = as_mapping(json.loads(text)).get("spacy")
    listed = as_mapping(document)
    if len(listed) > MOST_SPACY_VERSIONS:
        raise ValueError(f"it knows more than {MOST_SPACY_VERSIONS} versions of spaCy")
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for spacy, pipelines in listed.items():
        _release(spacy)
        for name, releases in as_mapping(pipelines).items():
            known = found.setdefault(_name(name), {})
            for release in dict.fromkeys(_releases(releases)):
                known[release] = (*known.get(release, ()), spacy)
    if len(found) > MOST_NAMES:
        raise ValueError(f"it knows more than {MOST_NAMES} pipelines")
    return found


def admits(specifiers: SpecifierSet, spacy: str) -> bool:
    """Whether a version of spaCy satisfies a pipeline's `spacy_version`; a minor does if any of its patches does."""
    versions = [f"{spacy}.{patch}" for patch in range(PATCHES)] if _MINOR.fullmatch(spacy) else [spacy]
    return any(specifiers.contains(version, prereleases=True) for version in versions)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name[:40]!r} is no name of a pipeline")
    return name


def _releases(value: object) -> list[str]:
    return [_release(one) for one in as_list(value)]


def _release(value: object) -> str:
    if not isinstance(value, str) or not _RELEASE.fullmatch(value):
        raise ValueError(f"{value!r:.40} is no version")
    Version(value)
    return value
