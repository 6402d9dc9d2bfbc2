"""Whether a wheel is the release of a spaCy pipeline that was asked for, and which spaCy it needs.

Nothing but the table names a release before its wheel is here, so the wheel has to say the same as the table: several
pipelines have stubs of their name (999.9.9), and a mirror may hold one. What a pipeline says of itself is its
`meta.json` (spaCy's documentation, "Data formats: Pipeline meta").
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from resolver.domain.errors import MismatchError, UnsafeContentError
from resolver.sources.spacy_table import admits
from resolver.sources.wheels import Wheel

LONGEST_FACT = 150
"""No name, version or `spacy_version` of a published pipeline has more than 30 characters."""
HINT = "is MODELS_SPACY_DOWNLOADS right? what names itself otherwise is never taken"


@dataclass(frozen=True, slots=True)
class Release:
    """A release as the table has it; `spacy` are the versions of spaCy that it is listed under."""

    name: str
    version: str
    spacy: Sequence[str]

    def says(self, name: str, version: str) -> bool:
        """Whether a name and a version mean this release."""
        return canonicalize_name(name) == canonicalize_name(self.name) and _same(version, self.version)


def needed_spacy(wheel: Wheel, release: Release) -> str:
    """The requirement that the pipeline states, such as `spacy>=3.8.0,<3.9.0`.

    Raises:
        MismatchError: the wheel is another release than the one that was asked for.
        UnsafeContentError: it is no pipeline, or cannot be read.
    """
    stated = wheel.identity()
    if not release.says(*stated):
        raise _mismatch(wheel, "METADATA", " ".join(stated), release)
    meta = _meta(wheel, release)
    found = f"{_text(wheel, meta, 'lang')}_{_text(wheel, meta, 'name')}", _text(wheel, meta, "version")
    if found[0] != release.name or not release.says(*found):
        raise _mismatch(wheel, "meta.json", " ".join(found), release)
    return f"spacy{_judged(wheel, _text(wheel, meta, 'spacy_version'), release)}"


def _same(found: str, expected: str) -> bool:
    try:
        return Version(found) == Version(expected)
    except InvalidVersion:
        return False


def _meta(wheel: Wheel, release: Release) -> dict[str, object]:
    path = f"{release.name}/meta.json"
    text = wheel.text(path)
    if text is None:
        raise UnsafeContentError(f"{wheel.name} is no spaCy pipeline: expected {path}, found none", hint=HINT)
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnsafeContentError(f"{wheel.name}: {path} is not JSON", hint=HINT) from error
    if not isinstance(meta, dict):
        raise UnsafeContentError(f"{wheel.name}: {path} must be a mapping", hint=HINT)
    return meta


def _text(wheel: Wheel, meta: dict[str, object], key: str) -> str:
    value = meta.get(key)
    if not isinstance(value, str) or not value or len(value) > LONGEST_FACT:
        raise UnsafeContentError(f"{wheel.name}: expected a text as '{key}' in meta.json, found {_shown(value)}")
    return value


def _judged(wheel: Wheel, stated: str, release: Release) -> SpecifierSet:
    try:
        specifiers = SpecifierSet(stated)
    except InvalidSpecifier as error:
        raise UnsafeContentError(
            f"{wheel.name}: expected versions like '>=3.8.0,<3.9.0' as 'spacy_version' in meta.json, "
            f"found {_shown(stated)}"
        ) from error
    if not str(specifiers) or not any(admits(specifiers, one) for one in release.spacy):
        listed = ", ".join(release.spacy[:5]) + (", …" if len(release.spacy) > 5 else "")
        raise MismatchError(
            f"{wheel.name}: expected a pipeline for spaCy {listed}, as the table lists it, found one for "
            f"{_shown(stated)}",
            hint=HINT,
        )
    return specifiers


def _mismatch(wheel: Wheel, paper: str, found: str, release: Release) -> MismatchError:
    expected = f"{release.name} {release.version}"
    return MismatchError(f"{wheel.name}: expected {expected} in {paper}, found {_shown(found)}", hint=HINT)


def _shown(value: object) -> str:
    return "none" if value is None else f"{value!r:.80}"
