"""The errors, one class per thing a caller would treat differently.

The exit code stands on the class; `docs/exit-codes.md` is generated from these classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a text that a person wrote.

    `line` and `column` count from 1; `source` is the whole line as written, `width` the characters to underline.
    """

    message: str
    file: str
    line: int
    column: int
    source: str
    width: int = 1
    hint: str | None = None

    @property
    def where(self) -> str:
        """The place as editors understand it: file:line:column."""
        return f"{self.file}:{self.line}:{self.column}"


class ModelsError(Exception):
    """Something went wrong that the user can understand; `hint` says what to do next."""

    exit_code: ClassVar[int] = 70
    meaning: ClassVar[str] = "a bug in `models`"

    def __init__(self, message: str, *, hint: str | None = None, details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)


class AnswerIsNoError(ModelsError):
    """The question was understood and the answer is no."""

    exit_code = 1
    meaning = "the answer is no"


class StaleLockError(AnswerIsNoError):
    """The lock does not say what the manifest asks for; `details` names each difference."""

    meaning = "the lock is stale"


class NotPlacedError(AnswerIsNoError):
    """A path was asked for of a model that is skipped here or not on disk."""

    meaning = "the model is skipped on this machine or not on disk"


class InputError(ModelsError):
    """What the user wrote or asked for cannot be done as it stands."""

    exit_code = 2
    meaning = "the input is wrong"


class UsageError(InputError):
    """A flag, an argument or an environment variable is wrong."""

    meaning = "wrong usage: a flag, an argument or an environment variable"


class ManifestError(InputError):
    """models.yaml is wrong; `problems` holds every one with its place."""

    meaning = "models.yaml is wrong"

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{first.where}: {first.message}{more}", hint=first.hint)
        self.problems = tuple(problems)


class LockError(InputError):
    """models.lock is damaged, edited into nonsense, or of a version this release cannot read."""

    meaning = "models.lock is damaged or of an unknown version"


class MissingLockError(InputError):
    """There is no lock where a verb needs one."""

    meaning = "there is no lock"


class UnknownNameError(InputError):
    """A model, profile, source or runtime of that name does not exist."""

    meaning = "no model, profile, source or runtime of that name"


class TooManyError(InputError):
    """A folder that was named holds more than anybody's cache would."""

    meaning = "a folder holds more entries than are looked at"


class NothingSuitsError(InputError):
    """A required model has no variant for a machine."""

    meaning = "a required model has no variant that suits the machine"


class UnknownFactError(InputError):
    """A fact of the machine is unknown and would decide which variant wins."""

    meaning = "an unknown fact about the machine would decide"


class TooManyCombinationsError(InputError):
    """Which variants fit together cannot be said exactly within bounds; a wrong answer is never given instead."""

    meaning = "too many combinations of variants to select exactly"

    def __init__(self, weighed: int) -> None:
        super().__init__(
            f"there are too many combinations of variants to select exactly ({weighed:,} loads to weigh)",
            hint="put models that are not loaded together into groups of their own, or round `needs` more coarsely",
        )


class ConflictError(InputError):
    """Two selected artifacts cannot stand together."""

    meaning = "two selected artifacts of one repository differ"


class EnvironmentRefusedError(InputError):
    """A Python environment is not ours to install into, or holds what may not be changed; `details` lists all of it."""

    meaning = "a Python environment cannot be installed into as it is"


class PolicyError(InputError):
    """The policy of the manifest refuses an artifact."""

    meaning = "the policy refuses an artifact"


class UnsafeContentError(InputError):
    """A repository or archive holds names or members that are not safe on every system."""

    meaning = "unsafe names or archive members"


class VersionError(InputError):
    """No version satisfies the constraint, or two do equally."""

    meaning = "no version satisfies the constraint"


class OutsideError(ModelsError):
    """The world outside failed: network, index, hub, disk."""

    exit_code = 3
    meaning = "the outside failed"


class NetworkError(OutsideError):
    """A server could not be reached or did not answer in a usable way."""

    meaning = "a server did not answer, or not in a usable way"


class TransientError(NetworkError):
    """Worth another try; `retry_after` are the seconds that the server asks for."""

    def __init__(self, message: str, *, retry_after: float | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class StalledError(TransientError):
    """Bytes only dripped; the same again on a new connection is the server's last word."""


class NotFoundUpstreamError(OutsideError):
    """The repository, revision, file or package does not exist at its source (or is private)."""

    meaning = "not found at the source, or private"


class OfflineError(OutsideError):
    """Bytes are missing and the network may not be used; `details` lists them."""

    meaning = "something is missing or has to be asked, and the network may not be used"


class DiskError(OutsideError):
    """The disk is full, read-only or failing."""

    meaning = "the disk is full, read-only or failing"


class MismatchError(ModelsError):
    """Bytes from outside are not the bytes that the lock names."""

    exit_code = 4
    meaning = "bytes did not match the lock"


class AccessRefusedError(ModelsError):
    """A source refuses access; `details` lists every refusal with what settles it."""

    exit_code = 5
    meaning = "access refused"


class InterruptedByUserError(ModelsError):
    """Ctrl-C: what was fetched so far is kept and the same command goes on from there."""

    exit_code = 130
    meaning = "interrupted; the same command goes on where it stopped"


def failure_exit_code(errors: Sequence[ModelsError]) -> int:
    """The exit code of several failures together: the worst, 4 before 5 before 3 before the others (product.md)."""
    order = (MismatchError.exit_code, AccessRefusedError.exit_code, OutsideError.exit_code)
    codes = {error.exit_code for error in errors}
    for code in order:
        if code in codes:
            return code
    return max(codes, default=0)
