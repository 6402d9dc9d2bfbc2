"""What the libraries that open the models must be, against what is installed: a warning, never a reason to select.

A `sync` that has nothing to do takes little more than Python's start, so names are compared first, as text, and
`packaging` (27 ms) is only imported for a library that is both wanted and installed. No library is ever imported.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from resolver.domain.lock import Artifact, Lock, Selected
from resolver.workflows.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
"""How a requirement begins ("Dependency specifiers" of the packaging specifications)."""
ABOUT_US: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Wish:
    """One requirement, the models that want it, and which part of them does: a variant, or an artifact by name."""

    models: tuple[str, ...]
    part: str
    text: str

    @property
    def library(self) -> str:
        """The name of the library as the requirement writes it; empty if it does not begin with one."""
        match = _NAME.match(self.text)
        return match[0] if match else ""


def requirement_warnings(workspace: Workspace, locked: Lock, chosen: Iterable[Selected]) -> tuple[str, ...]:
    """A sentence on each requirement of what is chosen that an installed library does not satisfy.

    Requirements are those that models.yaml states for a variant, and those that the metadata of its artifact, and of
    what that depends on, states. A library that is not installed is no concern: its weights are placed all the same.
    """
    wishes = wishes_of(locked, chosen)
    if not wishes:
        return ()
    from resolver.hardware import installed_versions

    names = sorted({wish.library for wish in wishes})
    installed = installed_versions(workspace.settings.environment, workspace.project, names)
    return tuple(
        f"{', '.join(wish.models)}: {wish.part} wants {wish.text}, {installed[wish.library]} is installed; "
        "its weights are placed all the same"
        for wish in wishes
        if wish.library in installed and not satisfied(wish.text, installed[wish.library])
    )


def wishes_of(locked: Lock, chosen: Iterable[Selected]) -> list[Wish]:
    """Each requirement of each part once, whatever number of models wants it."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for selected in chosen:
        for part, text in _stated(locked, selected):
            found.setdefault((part, text), {})[selected.model.name] = None
    return [Wish(tuple(models), part, text) for (part, text), models in found.items()]


def _stated(locked: Lock, selected: Selected) -> Iterator[tuple[str, str]]:
    variant = selected.variant
    for text in variant.requires:
        yield variant.name, text
    for key in locked.closure(variant.artifact):
        artifact: Artifact = locked.artifacts[key]
        for text in artifact.requires:
            yield artifact.name, text


def satisfied(text: str, installed: str | None, markers: Mapping[str, str] = ABOUT_US) -> bool:
    """Whether the installed version will do, or nothing can be held against it; None is one that is not there.

    That is so if the requirement is not for this system, or one of the two is none by Python's packaging rules.
    `markers` are what another Python says of itself, where one was asked; else they are of the one that runs us.
    """
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.version import InvalidVersion, Version

    try:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({**markers, "extra": ""}):
            return True
        return installed is not None and requirement.specifier.contains(Version(installed), prereleases=True)
    except (InvalidRequirement, InvalidVersion, UndefinedComparison, UndefinedEnvironmentName):
        return True
