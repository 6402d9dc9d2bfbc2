"""The one door to other programs: one is asked for an answer within bounds, or takes this process's place."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from resolver.domain.errors import UsageError

LARGEST_ANSWER = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said, and its exit code."""

    code: int
    stdout: bytes
    stderr: bytes


def ask(
    command: Sequence[str], environment: Mapping[str, str], *, seconds: float = 5.0, folder: Path | None = None
) -> Answer | None:
    """Run a program without input, in the C locale; None if it is not there, cannot be run or takes too long."""
    if os.name == "posix" and not is_there(command[0], environment):
        return None
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603  # the callers' commands are literals, paths and checked names; no shell reads them
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=seconds,
            env={**environment, "LC_ALL": "C"},
            cwd=folder,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return Answer(done.returncode, done.stdout[:LARGEST_ANSWER], done.stderr[:LARGEST_ANSWER])


def is_there(command: str, environment: Mapping[str, str]) -> bool:
    """Whether there is a file to run; a process that only finds out that there is none costs 2 ms, and few have any."""
    if "\0" in command:
        return False
    if "/" in command:
        return os.access(command, os.X_OK)
    return any(os.access(f"{folder}/{command}", os.X_OK) for folder in os.get_exec_path(environment))


def become(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program in the place of this process, so that signals and the exit code are its own.

    Windows has no such thing: there it runs beside us, and its exit code is returned.

    Raises:
        UsageError: it cannot be run.
    """
    try:
        if sys.platform == "win32":
            import subprocess

            return subprocess.call(command, env=dict(environment))  # noqa: S603  # what the user asked to run
        _exec(command, environment)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(
            f"{command[0]} cannot be run: {reason}", hint="is it on PATH? `models run -- CMD ARGS…`"
        ) from error


def _exec(command: Sequence[str], environment: Mapping[str, str]) -> NoReturn:
    """Python ignores two signals (signal(7)), and what is ignored would stay so in the program."""
    ignored = [getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name)]
    before = {one: signal.signal(one, signal.SIG_DFL) for one in ignored}
    try:
        os.execvpe(command[0], list(command), dict(environment))  # noqa: S606  # what the user asked to run
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
