"""What models and wheels need of the Python environment that the wheels go into: warnings, and never a refusal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from resolver.domain.installation import PythonEnvironment, Wheel
from resolver.domain.lock import Lock, Selected
from resolver.domain.names import canonical_name
from resolver.hardware import versions_in
from resolver.workflows.requirements import Wish, satisfied, wishes_of


@dataclass(frozen=True, slots=True)
class WheelNeeds:
    """A wheel, the artifact's name, and what its own files want that the lock need not know: Python, and libraries."""

    wheel: Wheel
    name: str
    python: str | None
    libraries: tuple[str, ...]


def environment_warnings(
    locked: Lock, chosen: Iterable[Selected], wheels: Sequence[WheelNeeds], environment: PythonEnvironment
) -> tuple[str, ...]:
    """A sentence on each requirement that the environment will not satisfy once the wheels are in it.

    What a wheel needs and nobody has is told too: importing it would fail. What only opens weights is no concern while
    it is not installed.
    """
    wishes = _together([*wishes_of(locked, chosen), *_of_wheels(wheels)])
    installed = _versions(wishes, wheels, environment)
    imported = {one.name for one in wheels}
    return (
        *_wrong_pythons(wheels, environment),
        *(
            _text(wish, installed.get(wish.library), environment, imported)
            for wish in wishes
            if (wish.library in installed or wish.part in imported)
            and not satisfied(wish.text, installed.get(wish.library), environment.markers)
        ),
    )


def _of_wheels(wheels: Sequence[WheelNeeds]) -> Iterator[Wish]:
    for one in wheels:
        yield from (Wish(one.wheel.models, one.name, text) for text in one.libraries)


def _together(wishes: Iterable[Wish]) -> list[Wish]:
    """Each once: `spacy>=3.8.0,<3.9.0` of a `meta.json` and `spacy<3.9.0,>=3.8.0` of the lock are one."""
    found: dict[tuple[str, str], Wish] = {}
    for wish in wishes:
        found.setdefault((wish.part, _spelled(wish.text)), wish)
    return list(found.values())


def _spelled(text: str) -> str:
    try:
        return str(Requirement(text))
    except InvalidRequirement:
        return text


def _versions(
    wishes: Iterable[Wish], wheels: Sequence[WheelNeeds], environment: PythonEnvironment
) -> Mapping[str, str]:
    """What will be installed, by the names as they are wished for."""
    names = sorted({wish.library for wish in wishes})
    coming = {one.wheel.key: one.wheel.version for one in wheels}
    there = versions_in((*environment.sites, *environment.path), names)
    return {**there, **{name: coming[key] for name in names if (key := canonical_name(name)) in coming}}


def _text(wish: Wish, version: str | None, environment: PythonEnvironment, imported: set[str]) -> str:
    found = f"{version} is" if version else "which is not"
    done = "it is installed" if wish.part in imported else "its weights are placed"
    models = ", ".join(wish.models)
    return f"{models}: {wish.part} wants {wish.text}, {found} installed in {environment.prefix}; {done} all the same"


def _wrong_pythons(wheels: Sequence[WheelNeeds], environment: PythonEnvironment) -> Iterator[str]:
    for one in wheels:
        if one.python is not None and not _admits(one.python, environment.version):
            models = ", ".join(one.wheel.models)
            found = f"{environment.prefix} has {environment.version}"
            yield f"{models}: {one.name} wants Python {one.python}, {found}; it is installed all the same"


def _admits(specifiers: str, version: str) -> bool:
    """Whether a Python suits, or nothing can be held against it."""
    try:
        return SpecifierSet(specifiers).contains(version.rstrip("+"), prereleases=True)
    except InvalidSpecifier:
        return True
