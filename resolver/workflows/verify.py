"""`models verify`: what is on disk against the lock, offline; with repair what is wrong is made right."""

import functools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from resolver.concurrency import Limits
from resolver.documents.record import renew_record
from resolver.domain.errors import OfflineError
from resolver.domain.lock import Lock
from resolver.domain.manifest import CODE, CUSTOM_LOADER, PICKLE
from resolver.domain.plan import State, Survey, Trace
from resolver.domain.quantities import format_size
from resolver.domain.verify_report import Finding, VerifyReport
from resolver.domain.view import Placement, View
from resolver.policy.judge import judge
from resolver.sources import elsewhere
from resolver.stages.copies import altered
from resolver.stages.place import remove
from resolver.stages.plan import plan
from resolver.stages.survey import Reading, glance, read_everything
from resolver.stages.verify import findings, undeclared_flags, unexpected
from resolver.workflows.prospect import Prospect, SurveyOf, look
from resolver.workflows.route import Route
from resolver.workflows.telling import Telling
from resolver.workflows.workspace import Workspace, load_lock

if TYPE_CHECKING:
    from resolver.workflows.carry_out import Done
    from resolver.workflows.installing import Audit

_LOCK_AGAIN = "the lock was edited or the policy changed; run `models lock`"
_FLAGS = frozenset({PICKLE, CODE, CUSTOM_LOADER})


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """How to verify: every byte or by the record, whose models, how many files at a time; whether to repair, whence.

    `python` names an environment whose packages are looked at besides.
    """

    quick: bool = False
    repair: bool = False
    profile: str | None = None
    only: frozenset[str] = frozenset()
    readers: int = 2
    workers: int = 3
    python: str | None = None
    route: Route = field(default_factory=Route)


def verify(workspace: Workspace, options: VerifyOptions) -> VerifyReport:
    """Every finding; with `repair` what could not be made right is an error.

    Raises:
        MissingLockError: there is no lock.
        ModelsError: the repair failed.
    """
    started = time.monotonic()
    locked = load_lock(workspace)
    survey = glance if options.quick else _reader(workspace, locked, options.readers)
    prospect = look(workspace, locked, options.profile, options.only, survey)
    found, warnings = _found(prospect)
    _remember(prospect)
    size, count = _repair_size(prospect), len(prospect.view.placements)
    audit = None if options.python is None else _audit(workspace, prospect, options.python)
    repaired: tuple[Finding, ...] = ()
    if options.repair and found:
        done = _repair(workspace, prospect, found, options)
        warnings += done.warnings
        left = [one for one in found if one.kind == "policy" or one.model in done.errors]
        repaired = tuple(one for one in found if one not in left)
        found = left
    return VerifyReport(
        models=len(prospect.view.opens),
        files=count + (audit.files if audit else 0),
        size=sum(one.file.size for one in prospect.view.placements.values()) + (audit.size if audit else 0),
        seconds=time.monotonic() - started,
        findings=(*found, *(audit.findings if audit else ())),
        warnings=tuple(warnings),
        repaired=repaired,
        repair_size=size,
        python=audit.environment if audit else None,
        names=tuple(prospect.view.opens),
    )


def _audit(workspace: Workspace, prospect: Prospect, named: str) -> "Audit":
    from resolver.workflows.installing import audit

    return audit(workspace, prospect, named)


def _reader(workspace: Workspace, locked: Lock, readers: int) -> SurveyOf:
    """Read every byte, and look on the way at what the files carry."""

    def survey(view: View, root: Path, _: Mapping[str, Trace]) -> Survey:
        size = sum(one.file.size for one in view.placements.values())
        telling = Telling(workspace.reporter, workspace.stop, size)
        found = read_everything(view, root, Reading(readers, telling.told, partial(_undeclared, locked)))
        telling.finish()
        return found

    return survey


def _undeclared(locked: Lock, placement: Placement, stream: BinaryIO) -> frozenset[str]:
    """The flags that a file earns and its artifact does not state; who states all has nothing to hide."""
    declared = locked.artifacts[placement.artifact].flags
    if _FLAGS.issubset(declared):
        return frozenset()
    from resolver.policy.formats import flags_of

    return flags_of(placement.file.path, stream).difference(declared)


def _found(prospect: Prospect) -> tuple[list[Finding], list[str]]:
    optional = frozenset(model.name for model in prospect.lock.models if model.optional)
    strangers, warnings = unexpected(prospect.view, prospect.root, prospect.record.traces)
    strangers += altered(prospect.view, prospect.root)
    found = [*findings(prospect.view, prospect.survey, optional), *strangers, *_policy_findings(prospect)]
    return [*found, *undeclared_flags(prospect.view, prospect.survey)], warnings


def _policy_findings(prospect: Prospect) -> list[Finding]:
    chosen = {
        (one.model.name, key)
        for one in prospect.selection.chosen
        for key in prospect.lock.closure(one.variant.artifact)
    }
    return [
        Finding("policy", one.model, one.artifact, "models.lock", None, one.text, _LOCK_AGAIN)
        for one in judge(prospect.lock)
        if one.refused and (one.model, one.artifact) in chosen
    ]


def _remember(prospect: Prospect) -> None:
    """Refresh the traces of what is right, and forget those of what is not, so that nobody trusts them."""
    if (prospect.news or prospect.named) and prospect.root.is_dir():
        renew_record(prospect.root, prospect.news, prospect.named)


def _repair_size(prospect: Prospect) -> int:
    states = prospect.survey.files
    return sum(
        one.file.size for path, one in prospect.view.placements.items() if states[path].state is not State.PRESENT
    )


def _repair(workspace: Workspace, prospect: Prospect, found: Sequence[Finding], options: VerifyOptions) -> "Done":
    """Make right what is wrong; errors that are left are those of optional models.

    Blobs are hashed again before they are linked: a flip in the view is a flip in the store where they share bytes.

    Raises:
        OfflineError: bytes are missing and the network may not be used.
        ModelsError: the worst of what failed.
    """
    from resolver.workflows.carry_out import Job, carry_out
    from resolver.workflows.places import places_for, unreachable
    from resolver.workflows.together import joined

    gone = [one.path for one in found if one.kind == "unexpected"]
    remove(gone, prospect.root)
    renew_record(prospect.root, dict.fromkeys(gone))
    workspace.store.register(workspace.project, prospect.lock.digests, prospect.lock.artifacts.values())
    found_elsewhere = elsewhere(workspace.settings, prospect.root)
    todo = plan(prospect.view, prospect.survey, prospect.lock.artifacts, workspace.store.check, found_elsewhere)
    places = functools.cache(lambda: places_for(workspace, options.route))
    if workspace.offline and todo.downloads and unreachable(todo.downloads, prospect.lock.artifacts, places()):
        raise OfflineError(
            f"{format_size(todo.bytes_to_fetch)} have to be fetched to repair, and the network may not be used",
            hint="run `models verify --repair` without --offline",
        )
    required = frozenset(one.model.name for one in prospect.selection.chosen if not one.model.optional)
    limits = Limits(workers=options.workers, stop=workspace.stop)
    done = carry_out(workspace, Job(prospect.lock, todo, prospect.root, limits, required, places, options.readers))
    hard = [error for model, error in done.errors.items() if model in required or error.exit_code == 4]
    if hard:
        raise joined(hard)
    return done
