"""`models update`: lock with pins that may move, and say what could not move because a request excludes it."""

from dataclasses import dataclass

from resolver.domain.lock import request_in
from resolver.domain.lock_report import LockReport
from resolver.domain.upstream import Outlook, Subject
from resolver.workflows.lock import LockOptions, lock
from resolver.workflows.outdated import outlooks
from resolver.workflows.upstream import subjects, variants_of
from resolver.workflows.workspace import Workspace


@dataclass(frozen=True, slots=True)
class UpdateReport:
    """What was locked, and of what is left behind: which newer thing exists, or that it could not be asked."""

    lock: LockReport
    held: tuple[Outlook, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What nobody could say: the lock is right all the same."""
        return tuple(
            f"{one.subject.models[0]}  what is newer could not be asked: {one.error.message}"
            for one in self.held
            if one.error is not None
        )


def update(workspace: Workspace, names: frozenset[str], *, dry_run: bool) -> UpdateReport:
    """Let the pins of these models move, with what they need; of all models if none is named.

    Raises:
        ModelsError: any of its kinds; the lock on disk is then unchanged.
    """
    report = lock(workspace, LockOptions(upgrade=not names, upgrade_models=names, dry_run=dry_run))
    constrained = [one for one in subjects(report.lock, variants_of(report.lock, names)) if _is_constrained(one)]
    found = outlooks(workspace, report.lock, constrained)
    return UpdateReport(report, tuple(one for one in found if one.excluded or one.error is not None))


def _is_constrained(subject: Subject) -> bool:
    """Whether its request can exclude anything: a branch has nothing newer than itself, an address no versions."""
    request = request_in(subject.artifact.key)
    return subject.artifact.version is not None or request.revision is not None
