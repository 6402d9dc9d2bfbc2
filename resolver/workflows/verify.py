"""`models verify`: what is on disk against the lock, offline; with repair what is wrong is made right."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from resolver.documents.record import read_record, write_record
from resolver.domain.errors import DiskError, OfflineError
from resolver.domain.plan import State
from resolver.domain.quantities import format_size
from resolver.domain.report import Finding, VerifyReport
from resolver.policy.judge import judge
from resolver.sources import is_remote
from resolver.stages.place import remove
from resolver.stages.plan import plan
from resolver.stages.survey import read_everything
from resolver.stages.verify import findings, undeclared_flags, unexpected
from resolver.workflows.prospect import Prospect, look
from resolver.workflows.workspace import Workspace, load_lock


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """How to verify: every byte or by the record, whose models, how many files at a time, and whether to repair."""

    quick: bool = False
    repair: bool = False
    profile: str | None = None
    only: frozenset[str] = frozenset()
    readers: int = 2
    workers: int = 3


def verify(workspace: Workspace, options: VerifyOptions) -> VerifyReport:
    """Every finding; with `repair` what could not be made right is an error.

    Raises:
        MissingLockError: there is no lock.
        ModelsError: the repair failed.
    """
    started = time.monotonic()
    prospect = look(workspace, load_lock(workspace), options.profile, options.only)
    if not options.quick:
        survey = read_everything(prospect.view, prospect.root, options.readers)
        prospect = replace(prospect, survey=survey)
    found, warnings = _found(prospect, options)
    _remember(prospect)
    size, count = _repair_size(prospect), len(prospect.view.placements)
    repaired: tuple[Finding, ...] = ()
    if options.repair and found:
        failed = _repair(workspace, prospect, found, options)
        left = [one for one in found if one.kind == "policy" or one.model in failed]
        repaired = tuple(one for one in found if one not in left)
        found = left
    return VerifyReport(
        models=len(prospect.view.opens),
        files=count,
        size=sum(one.file.size for one in prospect.view.placements.values()),
        seconds=time.monotonic() - started,
        findings=tuple(found),
        warnings=tuple(warnings),
        repaired=repaired,
        repair_size=size,
    )


def _found(prospect: Prospect, options: VerifyOptions) -> tuple[list[Finding], list[str]]:
    optional = frozenset(model.name for model in prospect.lock.models if model.optional)
    strangers, warnings = unexpected(prospect.view, prospect.root, read_record(prospect.root).traces)
    found = [*findings(prospect.view, prospect.survey, optional), *strangers, *_policy_findings(prospect)]
    if not options.quick:
        right = [one for path, one in prospect.view.placements.items() if _is_right(prospect, path)]
        found += undeclared_flags(right, prospect.root, prospect.lock.artifacts, _flags_on_disk)
    return found, warnings


def _is_right(prospect: Prospect, path: str) -> bool:
    return prospect.survey.files[path].state is State.PRESENT


def _policy_findings(prospect: Prospect) -> list[Finding]:
    chosen = {
        (one.model.name, key)
        for one in prospect.selection.chosen
        for key in prospect.lock.closure(one.variant.artifact)
    }
    return [
        Finding("policy", one.model, one.artifact, "models.lock", None, one.text, "lock again: the policy forbids it")
        for one in judge(prospect.lock)
        if one.refused and (one.model, one.artifact) in chosen
    ]


def _flags_on_disk(path: str, place: Path) -> frozenset[str]:
    from resolver.policy.formats import flags_of

    try:
        with place.open("rb") as stream:
            return flags_of(path, stream)
    except OSError:
        return frozenset()


def _remember(prospect: Prospect) -> None:
    """Refresh the traces of what is right, and forget those of what is not, so that nobody trusts them."""
    record = read_record(prospect.root)
    right = {path: one.trace for path, one in prospect.survey.files.items() if one.trace is not None}
    kept = {path: trace for path, trace in record.traces.items() if path not in prospect.survey.files}
    fresh = replace(record, traces={**kept, **right})
    if fresh != record and prospect.root.is_dir():
        with contextlib.suppress(DiskError):
            write_record(prospect.root, fresh)


def _repair_size(prospect: Prospect) -> int:
    return sum(one.file.size for path, one in prospect.view.placements.items() if not _is_right(prospect, path))


def _repair(
    workspace: Workspace, prospect: Prospect, found: Sequence[Finding], options: VerifyOptions
) -> frozenset[str]:
    """Make right what is wrong; the optional models that could not be.

    Blobs are hashed again before they are linked: a flip in the view is a flip in the store where they share bytes.

    Raises:
        OfflineError: bytes are missing and the network may not be used.
        ModelsError: the worst of what failed.
    """
    from resolver.stages.fetch import Limits
    from resolver.workflows.carry_out import Job, carry_out, remember
    from resolver.workflows.together import joined

    gone = [one.path for one in found if one.kind == "unexpected"]
    remove(gone, prospect.root)
    remember(prospect.root, {}, gone)
    workspace.store.register(workspace.project, prospect.lock.digests)
    todo = plan(prospect.view, prospect.survey, prospect.lock.artifacts, workspace.store.check)
    if workspace.offline and any(is_remote(prospect.lock.artifacts[one.artifact].kind) for one in todo.downloads):
        raise OfflineError(
            f"{format_size(todo.bytes_to_fetch)} have to be fetched to repair, and the network may not be used",
            hint="run `models verify --repair` without --offline",
        )
    required = frozenset(one.model.name for one in prospect.selection.chosen if not one.model.optional)
    limits = Limits(workers=options.workers, stop=workspace.stop)
    done = carry_out(workspace, Job(prospect.lock, todo, prospect.root, limits, required))
    hard = [error for model, error in done.errors.items() if model in required or error.exit_code == 4]
    if hard:
        raise joined(hard)
    return frozenset(done.errors)
