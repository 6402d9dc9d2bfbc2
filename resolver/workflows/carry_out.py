"""Carrying out a plan: disk check, gates, downloads, unpacking, placing, and the record of it."""

import contextlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from resolver.documents.record import Record, read_record, write_record
from resolver.domain.errors import DiskError, ModelsError
from resolver.domain.lock import File, Lock
from resolver.domain.plan import Download, Plan, Trace
from resolver.domain.quantities import format_size
from resolver.stages.fetch import Limits, fetch
from resolver.stages.place import place, refer
from resolver.stages.unpack import unpack
from resolver.workflows.gates import closed_to
from resolver.workflows.workspace import Workspace

MARGIN = 1 << 24
"""Bytes that are left free on every disk: names, records and folders need some too."""


@dataclass(frozen=True, slots=True)
class Job:
    """A plan with what it is carried out on; `required` are the models whose failure counts."""

    lock: Lock
    plan: Plan
    root: Path
    limits: Limits
    required: frozenset[str]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: errors and bytes over the wire by model, and whether links were impossible."""

    errors: dict[str, ModelsError] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    copied: int = 0


def carry_out(workspace: Workspace, job: Job) -> Done:
    """Do what the plan says; models that fail do not stop the others.

    Raises:
        AccessRefusedError: a required model's repository refuses; nothing was fetched.
        DiskError: the whole plan does not fit; nothing was fetched.
    """
    check_disk(workspace, job)
    errors = closed_to(job.plan.downloads, job.lock.artifacts, workspace.sources(), job.required)
    wanted = [one for one in job.plan.downloads if not errors.keys() >= set(one.models)]
    _announce(workspace, wanted)
    received: dict[str, int] = {}
    for fetched in fetch(
        wanted, job.lock.artifacts, workspace.sources(), workspace.store, job.limits, workspace.reporter
    ):
        first = fetched.download.models[0]
        received[first] = received.get(first, 0) + fetched.bytes
        if fetched.error is not None:
            errors |= {model: fetched.error for model in fetched.download.models if model not in errors}
    unpacked = unpack(job.plan.extractions, workspace.store, lambda one: not errors.keys() >= set(one.models))
    for extraction in job.plan.extractions:
        if extraction.artifact in unpacked:
            errors |= {model: unpacked[extraction.artifact] for model in extraction.models if model not in errors}
    copied = _place(workspace, job, errors)
    for model in dict.fromkeys(one.models[0] for one in wanted):
        workspace.reporter.end(model, f"failed: {errors[model].message}" if model in errors else "placed")
    return Done(errors, received, copied)


def _place(workspace: Workspace, job: Job, errors: dict[str, ModelsError]) -> int:
    """Place what came; a place that cannot be taken is an error of its models alone."""
    placements = [one for one in job.plan.placements if not errors.keys() >= set(one.models)]
    placed = place(placements, job.root, workspace.store.sound, workspace.link_modes)
    remember(job.root, placed.traces)
    for one in placements:
        if one.path in placed.errors:
            errors |= {model: placed.errors[one.path] for model in one.models if model not in errors}
    for reference in job.plan.references:
        if not errors.keys() >= set(reference.models):
            try:
                refer([reference], job.root)
            except DiskError as error:
                errors |= {model: error for model in reference.models if model not in errors}
    return placed.copied


def remember(root: Path, traces: Mapping[str, Trace], gone: Iterable[str] = ()) -> None:
    """Add traces to the record and take others out; a record that cannot be written costs a hash next time."""
    record = read_record(root)
    merged = {**record.traces, **traces}
    for path in gone:
        merged.pop(path, None)
    if merged != record.traces:
        with contextlib.suppress(DiskError):
            write_record(root, Record(merged))


def _announce(workspace: Workspace, downloads: Iterable[Download]) -> None:
    totals: dict[str, int] = {}
    for one in downloads:
        totals[one.models[0]] = totals.get(one.models[0], 0) + one.file.size
    for model, total in totals.items():
        workspace.reporter.begin(model, total)


def check_disk(workspace: Workspace, job: Job) -> None:
    """Compare the whole plan with what each file system has left.

    Raises:
        DiskError: it does not fit.
    """
    store, view = _existing(workspace.store.root), _existing(job.root)
    needs: dict[int, tuple[Path, int]] = {}

    def add(place: Path, size: int) -> None:
        device = place.stat().st_dev
        needs[device] = (place, needs.get(device, (place, 0))[1] + size)

    files: list[File] = [one.file for one in job.plan.downloads]
    add(store, sum(max(0, file.size - workspace.store.staged(file)) for file in files))
    add(store, sum(member.size for one in job.plan.extractions for member in one.members))
    if view.stat().st_dev != store.stat().st_dev or workspace.link_modes == ("copy",):
        add(view, sum(one.file.size for one in job.plan.placements))
    for folder, size in needs.values():
        free = shutil.disk_usage(folder).free
        if size and size + MARGIN > free:
            raise DiskError(
                f"{format_size(size)} are needed on the disk of {folder}, {format_size(free)} are free",
                hint="free some space, or set MODELS_STORE to another disk; nothing was fetched",
            )


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())
