"""`sync --python`: the locked wheels of what is selected, into the packages of another Python.

Decided twice by the same rules: before anything is fetched, by what the lock tells, so that what must fail fails early;
and once everything is here, by all of it, while nobody else of ours works there.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from resolver.domain.errors import DiskError, EnvironmentRefusedError, InputError, MismatchError, ModelsError
from resolver.domain.install_report import InstallOutcome, InstallReport
from resolver.domain.installation import PRESENT, Installation, LockedWheel, Piece, PythonEnvironment, Wheel
from resolver.domain.lock import File
from resolver.domain.verify_report import Finding
from resolver.environments.change import change
from resolver.environments.interpreter import environment_at
from resolver.environments.look import look
from resolver.environments.wheels import installed_form, stated_needs
from resolver.files.guarded import open_regular
from resolver.files.paths import inside
from resolver.files.turns import turn
from resolver.runtimes import RUNTIMES
from resolver.stages.install import decide
from resolver.stages.installed import installed_findings
from resolver.store.patience import Patience
from resolver.workflows.carry_out import check_room
from resolver.workflows.environment_needs import WheelNeeds, environment_warnings
from resolver.workflows.prospect import Prospect
from resolver.workflows.together import joined
from resolver.workflows.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Installing:
    """An environment, and the wheels of a prospect that belong into it; `lying` are the paths of members in the view.

    `before` is what was planned when nothing was fetched yet.
    """

    workspace: Workspace
    prospect: Prospect
    environment: PythonEnvironment
    wheels: tuple[LockedWheel, ...]
    lying: Mapping[str, str]
    before: tuple[Installation, ...] = ()

    @property
    def room(self) -> tuple[tuple[Path, int], ...]:
        """The folder that will be written to, and how many bytes."""
        return ((Path(self.environment.sites[0]), sum(one.bytes_to_write for one in self.before)),)

    def forms(self) -> tuple[Wheel, ...]:
        """What the wheels are in the environment.

        Raises:
            InputError: some cannot be installed; each is named.
        """
        found: list[Wheel] = []
        errors: list[ModelsError] = []
        for one in self.wheels:
            try:
                found.append(installed_form(one, self.environment, self.read))
            except InputError as error:
                errors.append(error)
        if errors:
            raise joined(errors)
        return tuple(found)

    def read(self, file: File) -> bytes | None:
        """A small member, if it is here and right."""
        with contextlib.suppress(ModelsError, OSError), self.open(file) as stream:
            content = stream.read(file.size + 1)
            if hashlib.sha256(content).hexdigest() == file.sha256:
                return content
        return None

    def open(self, file: File) -> BinaryIO:
        """A member: the store's, or the one in the view where the store is gone. Nothing is believed of either."""
        store = self.workspace.store
        if store.has(file) or file.sha256 not in self.lying:
            return store.open(file.sha256)
        return os.fdopen(open_regular(inside(self.prospect.root, self.lying[file.sha256])), "rb")

    def open_piece(self, piece: Piece) -> BinaryIO:
        """The bytes of a locked piece."""
        return self.open(File(piece.place, piece.size, piece.sha256))


def installing(workspace: Workspace, prospect: Prospect, named: str) -> Installing:
    """What `--python` asks for: the interpreter is asked, its packages are looked at, and nothing is written.

    Raises:
        UsageError: no Python answers there.
        EnvironmentRefusedError, InputError, DiskError: as `planned`, by what is known now.
    """
    job = _job(workspace, prospect, named)
    _refuse_managed(job.environment)
    return replace(job, before=planned(job))


@dataclass(frozen=True, slots=True)
class Audit:
    """What `verify --python` looked at in an environment, and found there."""

    environment: PythonEnvironment
    files: int
    size: int
    findings: tuple[Finding, ...]


def audit(workspace: Workspace, prospect: Prospect, named: str) -> Audit:
    """Every byte of the wheels in an environment, against the lock; nothing is written.

    Raises:
        UsageError: no Python answers there.
        InputError: a wheel of the lock could not be installed anywhere.
        DiskError: the environment cannot be read.
    """
    job = _job(workspace, prospect, named)
    wheels = job.forms()
    there = look(job.environment, wheels)
    optional = frozenset(model.name for model in prospect.lock.models if model.optional)
    hint = f"`models sync --python {named}` installs it again"
    return Audit(
        environment=job.environment,
        files=sum(len(one.all_pieces) for one in wheels),
        size=sum(one.size for one in wheels),
        findings=tuple(installed_findings(decide(wheels, there), there, optional, hint)),
    )


def _job(workspace: Workspace, prospect: Prospect, named: str) -> Installing:
    environment = environment_at(named, workspace.folder, workspace.settings.environment)
    return Installing(workspace, prospect, environment, *_wheels(prospect))


def _refuse_managed(environment: PythonEnvironment) -> None:
    if environment.managed:
        raise EnvironmentRefusedError(
            f"{environment.prefix} is managed by its system (EXTERNALLY-MANAGED), which alone installs into it",
            hint=f"make an environment of your own: `{environment.executable} -m venv .venv`, and name that",
        )


def _wheels(prospect: Prospect) -> tuple[tuple[LockedWheel, ...], dict[str, str]]:
    """The wheels that the wanted models bring, each with what any of them wants of it, and where members lie."""
    found: dict[str, LockedWheel] = {}
    lying: dict[str, str] = {}
    for selected in prospect.wanted:
        for key, files in prospect.lock.wanted(selected.variant).items():
            artifact = prospect.lock.artifacts[key]
            layout = RUNTIMES[selected.variant.runtime].layout(artifact, files, selected.model.name)
            if layout.imported and artifact.archive is not None:
                lying |= {file.sha256: path for path, file in layout.files.items()}
                earlier = found.get(artifact.archive.sha256, LockedWheel(artifact, (), ()))
                models = dict.fromkeys((*earlier.models, selected.model.name))
                members = {file.path: file for file in (*earlier.files, *files)}
                found[artifact.archive.sha256] = LockedWheel(
                    earlier.artifact, tuple(models), tuple(members[path] for path in sorted(members))
                )
    return tuple(found.values()), lying


def planned(job: Installing) -> tuple[Installation, ...]:
    """What is to be done for each wheel, by what is known now.

    Raises:
        EnvironmentRefusedError: something there may not be changed; everything is named, and nothing was written.
        InputError: a wheel cannot be installed.
        DiskError: the environment cannot be read.
    """
    wheels = job.forms()
    found = decide(wheels, look(job.environment, wheels))
    details = [f"{one.wheel.title}: {text}" for one in found for text in one.refusals]
    if details:
        raise EnvironmentRefusedError(
            f"{job.environment.prefix} holds what may not be changed; nothing was installed",
            hint=f"`{job.environment.executable} -m pip uninstall NAME` removes a package; or name another environment",
            details=details,
        )
    return found


def is_settled(found: Sequence[Installation]) -> bool:
    """Whether everything is known and nothing is to be done."""
    return all(one.state == PRESENT and one.wheel.complete for one in found)


def install(job: Installing, failed: Mapping[str, ModelsError]) -> InstallReport:
    """Install every wheel of which all is here; `failed` are the models that could not be had.

    A wheel that cannot be written is an error of its own, and the others go on.

    Raises:
        EnvironmentRefusedError, InputError: as `planned`; nothing was installed.
        DiskError: there is no room for all of it; nothing was installed.
    """
    lost = {one.wheel.artifact: error for one in job.before if (error := _why_not(one.wheel, failed)) is not None}
    usable = replace(job, wheels=tuple(one for one in job.wheels if one.artifact.key not in lost))
    outcomes = {one.wheel.artifact: _outcome(job, one, lost.get(one.wheel.artifact)) for one in job.before}
    if not is_settled(job.before):
        with _alone(job):
            todo = planned(usable)
            check_room(replace(usable, before=todo).room, hint="free some space; nothing was installed")
            outcomes |= {one.wheel.artifact: _carried_out(usable, one) for one in todo}
    return _report(usable, tuple(outcomes.values()))


def preview(job: Installing) -> InstallReport:
    """What `install` would do."""
    return _report(job, tuple(_outcome(job, one) for one in job.before))


def _report(job: Installing, outcomes: tuple[InstallOutcome, ...]) -> InstallReport:
    """What is told in the end, with what the environment will not satisfy."""
    wheels = {one.installation.wheel.artifact: one.installation.wheel for one in outcomes}
    needs = [
        WheelNeeds(wheels[one.artifact.key], one.artifact.name, *stated_needs(one, job.read)) for one in job.wheels
    ]
    prospect = job.prospect
    warnings = environment_warnings(prospect.lock, prospect.wanted, needs, job.environment)
    return InstallReport(job.environment, outcomes, warnings)


def _why_not(wheel: Wheel, failed: Mapping[str, ModelsError]) -> ModelsError | None:
    """Why a wheel is not here whole: all who want it failed."""
    return failed[wheel.models[0]] if failed.keys() >= set(wheel.models) else None


def _outcome(job: Installing, one: Installation, error: ModelsError | None = None) -> InstallOutcome:
    optional = {model.name for model in job.prospect.lock.models if model.optional}
    return InstallOutcome(one, optional.issuperset(one.wheel.models), error)


def _carried_out(job: Installing, one: Installation) -> InstallOutcome:
    if one.state == PRESENT:
        return _outcome(job, one)
    reporter, title = job.workspace.reporter, one.wheel.title
    reporter.begin(title, one.bytes_to_write, "install")
    error: ModelsError | None = None
    try:
        _refuse_incomplete(one.wheel)
        change(one, job.environment, job.open_piece, lambda count: reporter.advance(title, count))
    except (DiskError, MismatchError) as problem:
        error = problem
    outcome = _outcome(job, one, error)
    reporter.end(title, outcome.state)
    return outcome


def _refuse_incomplete(wheel: Wheel) -> None:
    """By the record all of it is in the view, and yet what says how it is installed cannot be read, or is another."""
    if not wheel.complete:
        raise MismatchError(
            f"{wheel.title}: its WHEEL or METADATA is not as it is locked; nothing of it was installed",
            hint="`models verify --repair` fetches it again",
        )


@contextlib.contextmanager
def _alone(job: Installing) -> Iterator[None]:
    """While no other process of this user installs into the environment."""
    store = job.workspace.store
    named = hashlib.sha256(os.fsencode(job.environment.prefix)).hexdigest()[:16]
    with contextlib.suppress(DiskError):
        store.prepare()
    wait = Patience(job.workspace.stop, job.workspace.reporter.note, "that environment")
    with turn(store.staging.lock_of(f"python-{named}"), wait):
        yield
