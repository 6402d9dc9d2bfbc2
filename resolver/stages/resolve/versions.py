"""Which candidate a request means: versions are PEP 440, yanks PEP 592."""

from collections.abc import Sequence

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from resolver.domain.errors import NotFoundUpstreamError, VersionError
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate

SHOWN = 12
LONGEST_VERSION = 128
"""Characters; an answer may name hundreds of thousands, and what is longer is no version that anybody released."""


def choose(request: Request, candidates: Sequence[Candidate]) -> Candidate:
    """The candidate that a request means: the highest version that satisfies it, else the only one there is.

    Pre-releases and yanked releases count only where the specifier names one (PEP 440, PEP 592).

    Raises:
        VersionError: no version satisfies, or two equal ones are different commits.
        NotFoundUpstreamError: the source offers nothing.
    """
    if not candidates:
        raise NotFoundUpstreamError(f"{request.source}: nothing to pin", hint="it has no release, tag or usable wheel")
    if request.version is None and candidates[0].version is None:
        return candidates[0]
    specifier = SpecifierSet(request.version or "")
    versions = [(version, one) for one in candidates if (version := pep440(str(one.version))) is not None]
    usable = [(version, one) for version, one in versions if not one.yanked or names_exactly(specifier, version)]
    found = [version for version, _ in usable]
    allowed = set(specifier.filter(found, prereleases=wants_pre_releases(specifier)))
    fitting = [(version, one) for version, one in usable if version in allowed]
    if not fitting:
        raise _no_version(request, versions)
    highest = max(version for version, _ in fitting)
    best = [one for version, one in fitting if version == highest]
    if len({one.commit for one in best}) > 1:
        tags = ", ".join(sorted(str(one.version) for one in best))
        raise VersionError(
            f"{request.source}: {tags} are the same version on different commits", hint="name one with `revision:`"
        )
    return best[0]


def wants_pre_releases(specifier: SpecifierSet) -> bool:
    """Whether the specifier names a pre-release; without that none counts, not even as the only one there is."""
    return bool(specifier.prereleases)


def names_exactly(specifier: SpecifierSet, version: Version) -> bool:
    """Whether the specifier names just this version, which admits a yanked one too."""
    exact = [one for one in specifier if one.operator in ("==", "===")]
    return any(pep440(one.version) == version for one in exact)


def pep440(text: str) -> Version | None:
    """The version that a tag or release means, None if it is none."""
    if len(text) > LONGEST_VERSION:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _no_version(request: Request, versions: Sequence[tuple[Version, Candidate]]) -> VersionError:
    existing = [f"{one.version}{' (yanked)' if one.yanked else ''}" for _, one in sorted(versions, key=lambda x: x[0])]
    shown = existing[-SHOWN:]
    return VersionError(
        f"{request.source}: no version satisfies '{request.version or '*'}'",
        hint=f"there are: {', '.join(shown)}" if shown else "it has no version at all; use `revision:`",
    )
