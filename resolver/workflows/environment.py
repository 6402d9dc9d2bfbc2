"""`models env` and `models run`: what a program has to be told so that `main` means the lock and nothing is fetched."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.environment import Variables, joined
from resolver.domain.errors import NotPlacedError
from resolver.domain.status_report import ModelStatus
from resolver.domain.verify_report import Finding
from resolver.files.atomic import read_if_there
from resolver.runtimes import RUNTIMES
from resolver.stages.copies import altered
from resolver.stages.variables import Place, variables
from resolver.stages.verify import worth_knowing
from resolver.workflows.prospect import look
from resolver.workflows.status import status_of
from resolver.workflows.workspace import Workspace, load_lock

_ALTERED = "would be imported, and is not what was locked"


@dataclass(frozen=True, slots=True)
class EnvironmentReport:
    """The variables, the models that are not ready, code that is not what was locked, and what else does harm."""

    variables: Variables
    unready: tuple[ModelStatus, ...]
    altered: tuple[Finding, ...]
    doubtful: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence on each thing that a program may stumble over."""
        unready = (f"{one.name} is {one.state}: `{one.hint}` brings it" for one in self.unready)
        altered = (f"{one.path}: {_ALTERED}, `models verify` tells more" for one in self.altered)
        return (*unready, *altered, *self.doubtful)


def environment(workspace: Workspace, profile: str | None) -> EnvironmentReport:
    """What a program on this machine has to be told.

    The variables are the same whatever is selected: a library finds what is locked for it or nothing.

    Raises:
        MissingLockError: there is no lock.
        InputError: the project's folder cannot be named in a list of folders.
    """
    prospect = look(workspace, load_lock(workspace), profile, frozenset())
    states = [status_of(prospect, one) for one in prospect.wanted]
    around = workspace.settings.environment
    place = Place(str(prospect.root.absolute()), os.pathsep, around)
    told = joined(runtime.environment() for runtime in RUNTIMES.values())
    return EnvironmentReport(
        variables(told, place, _ours(workspace, profile)),
        tuple(one for one in states if one.state != "ready"),
        tuple(altered(prospect.view, prospect.root)),
        tuple(worth_knowing(prospect.view, prospect.root)),
    )


def required(report: EnvironmentReport) -> EnvironmentReport:
    """The same, if no required model is wanting, and no copy of locked code is another.

    Raises:
        NotPlacedError: one is; every one is named.
    """
    if report.altered:
        raise NotPlacedError(
            f"code {_ALTERED}, so nothing was run",
            hint="`models verify` tells more, `models verify --repair` removes it, and libraries copy it again",
            details=[one.path for one in report.altered],
        )
    wanting = [one for one in report.unready if not one.optional]
    if not wanting:
        return report
    names = ", ".join(f"'{one.name}'" for one in wanting)
    raise NotPlacedError(
        f"{names} {'is' if len(wanting) == 1 else 'are'} not ready, so nothing was run",
        hint="`models run --sync -- …` or `models sync` brings what is missing",
        details=[f"{one.name}  {one.state}  {one.hint}" for one in wanting],
    )


def _ours(workspace: Workspace, profile: str | None) -> Mapping[str, str]:
    """Which lock it was, and which machine was meant where a flag said so."""
    found = {"MODELS_LOCK_SHA256": hashlib.sha256(read_if_there(workspace.lock_path) or b"").hexdigest()}
    if profile is not None:
        file = workspace.folder / profile
        found["MODELS_PROFILE"] = str(file) if file.is_file() else profile
    return found
