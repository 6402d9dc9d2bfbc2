"""What a pipeline calls: where a model lies, with what it is opened, and what its libraries have to be told.

Nothing here imports a library that opens models, and nothing but `ensure` uses the network. Each call reads models.lock
and the record of what was placed; `project` is the project's folder (default: the nearest above the current one that
has a models.yaml or models.lock), `profile` another machine than this one (default: `MODELS_PROFILE`). An argument of
another type is a TypeError, a folder that does not exist a UsageError.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.domain.errors import UsageError
from resolver.surroundings import WorkspaceRequest, surroundings

if TYPE_CHECKING:
    from resolver.workflows.workspace import Workspace

Folder = str | os.PathLike[str]
Setting = bool | int | float | str | list["Setting"] | dict[str, "Setting"]
"""What models.yaml says under `settings`: JSON's types, `1` an int and `"1"` a text."""


def path(name: str, *, project: Folder | None = None, profile: str | None = None) -> Path:
    """The absolute path of the folder or file that the runtime of a model opens.

    Raises:
        UnknownNameError: there is no such model.
        NotPlacedError: it is skipped on this machine, or not on disk as it was locked.
        MissingLockError: there is no models.lock.
    """
    from resolver.workflows.status import path as located

    _check_text("name", name)
    workspace, machine = _workspace(project, profile)
    return located(workspace, name, machine).path


def settings(name: str, *, project: Folder | None = None, profile: str | None = None) -> dict[str, Setting]:
    """The settings of the variant that this machine gets, whether it is on disk or not.

    Raises:
        UnknownNameError: there is no such model.
        NotPlacedError: it is skipped on this machine.
        MissingLockError: there is no models.lock.
    """
    from resolver.workflows.status import selected_for

    _check_text("name", name)
    workspace, machine = _workspace(project, profile)
    found: Mapping[str, object] = selected_for(workspace, name, machine)[1].variant.settings
    return {key: _setting(value) for key, value in found.items()}


def environment(*, project: Folder | None = None, profile: str | None = None) -> dict[str, str]:
    """The whole environment for a program that opens the locked models, made of this process's own.

    For a child process: `subprocess.run(command, env=resolver.environment())`. For this process it must be there before
    a library is imported: huggingface_hub reads it only then.

    Raises:
        MissingLockError: there is no models.lock.
    """
    from resolver.workflows.environment import environment as told

    workspace, machine = _workspace(project, profile)
    return told(workspace, machine).variables.applied(workspace.settings.environment)


def ensure(name: str, *, project: Folder | None = None, profile: str | None = None) -> Path:
    """The path of a model, fetched as it is locked and placed if it is missing or damaged.

    Safe to call from several processes. `MODELS_OFFLINE` and `HF_HUB_OFFLINE` forbid the network. The lock is never
    written: it has to agree with models.yaml where there is one.

    Raises:
        UnknownNameError: there is no such model.
        NotPlacedError: it is skipped on this machine.
        StaleLockError: models.yaml asks for something that the lock does not say.
        OfflineError: bytes are missing and the network may not be used.
        NetworkError, MismatchError, AccessRefusedError, DiskError: it could not be had.
    """
    from resolver.domain.errors import NotPlacedError
    from resolver.workflows.on_demand import bring
    from resolver.workflows.status import path as located

    _check_text("name", name)
    workspace, machine = _workspace(project, profile)
    try:
        return located(workspace, name, machine).path
    except NotPlacedError:
        pass  # skipped on this machine is said once more below
    try:
        bring(workspace, machine, frozenset({name}))
    except BaseException:
        workspace.stop.set()
        raise
    return located(workspace, name, machine).path


def _workspace(project: Folder | None, profile: str | None) -> "tuple[Workspace, str | None]":
    from resolver.domain.ports import Silence

    around = surroundings()
    if profile is not None:
        _check_text("profile", profile)
    folder = None if project is None else _folder(project, around.folder)
    workspace = around.workspace(WorkspaceRequest(folder), Silence())
    return workspace, profile or around.environment.get("MODELS_PROFILE") or None


def _check_text(argument: str, value: object) -> None:
    """Types are not checked where Python runs, and a wrong one is said by its argument's name."""
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a str, not {type(value).__name__}")
    if "\0" in value:
        raise UsageError(f"{argument}={value!r}: a name holds no NUL")


def _folder(project: Folder, current: Path) -> str:
    """The project's folder, as seen from the current one."""
    named = os.fspath(project) if isinstance(project, os.PathLike) else project
    if not isinstance(named, str):
        raise TypeError(f"project must be a str or a path of str, not {type(named).__name__}")
    if "\0" in named or not (current / named).is_dir():
        raise UsageError(f"project={named!r}: there is no such folder", hint="give the folder that holds models.yaml")
    return named


def _setting(value: object) -> Setting:
    """A copy, of the caller's own."""
    if isinstance(value, Mapping):
        return {str(key): _setting(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_setting(one) for one in value]
    if isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a setting is JSON, not {type(value).__name__}")
