"""Carrying out a plan: disk check, gates, adoptions, downloads, unpacking, placing, and the record of it.

What fetches and unpacks is imported when something is fetched or unpacked: a second project only makes links.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.concurrency import Limits
from resolver.documents.record import renew_record
from resolver.domain.errors import DiskError, ModelsError
from resolver.domain.lock import File, Lock
from resolver.domain.plan import Adoption, Download, Plan
from resolver.domain.quantities import format_size
from resolver.stages.place import place, refer
from resolver.workflows.adopting import Adopted, adopting
from resolver.workflows.workspace import Workspace

if TYPE_CHECKING:
    from resolver.stages.fetch import Places

MARGIN = 1 << 24
"""Bytes that are left free on every disk: names, records and folders need some too."""


@dataclass(frozen=True, slots=True)
class Job:
    """A plan with what it is carried out on; `required` are the models whose failure counts.

    `places` are asked for when something is fetched; `readers` are the files that are read at a time to be adopted.
    `besides` is what will be written elsewhere once everything is here: folders and bytes.
    """

    lock: Lock
    plan: Plan
    root: Path
    limits: Limits
    required: frozenset[str]
    places: "Callable[[], Places]"
    readers: int
    besides: tuple[tuple[Path, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: errors and bytes over the wire by model, and bytes that were copied for want of links.

    `lost` are the adoptions that became downloads; `warnings` tell of mirrors.
    """

    errors: dict[str, ModelsError] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    copied: int = 0
    lost: tuple[Download, ...] = ()
    warnings: tuple[str, ...] = ()


def carry_out(workspace: Workspace, job: Job) -> Done:
    """Do what the plan says; models that fail do not stop the others.

    Raises:
        AccessRefusedError: a required model's repository refuses; nothing was fetched.
        DiskError: the whole plan does not fit; nothing was fetched.
    """
    check_disk(workspace, job)
    errors = _closed(job, job.plan.downloads)
    adopted = _adopt(workspace, job, errors)
    wanted = [one for one in (*job.plan.downloads, *adopted.lost) if not errors.keys() >= set(one.models)]
    _announce(workspace, wanted)
    received = _fetch(workspace, job, wanted, errors) if wanted else {}
    if job.plan.extractions:
        _unpack(workspace, job, errors)
    copied = _place(workspace, job, errors, adopted)
    for model in dict.fromkeys(one.models[0] for one in wanted):
        workspace.reporter.end(model, f"failed: {errors[model].message}" if model in errors else "placed")
    asked = bool(job.plan.downloads or adopted.lost)
    return Done(errors, received, copied, adopted.lost, job.places().warnings if asked else ())


def _closed(job: Job, downloads: Sequence[Download]) -> dict[str, ModelsError]:
    if not downloads:
        return {}
    from resolver.workflows.gates import closed_to

    return closed_to(downloads, job.lock.artifacts, job.places(), job.required)


def _fetch(
    workspace: Workspace, job: Job, wanted: Sequence[Download], errors: dict[str, ModelsError]
) -> dict[str, int]:
    """Bytes over the wire by model."""
    from resolver.stages.fetch import fetch

    received: dict[str, int] = {}
    pairs = [(one, job.lock.artifacts[one.artifact]) for one in wanted]
    for fetched in fetch(pairs, job.places(), workspace.store, job.limits, workspace.reporter):
        first = fetched.download.models[0]
        received[first] = received.get(first, 0) + fetched.bytes
        if fetched.error is not None:
            errors |= {model: fetched.error for model in fetched.download.models if model not in errors}
    return received


def _unpack(workspace: Workspace, job: Job, errors: dict[str, ModelsError]) -> None:
    from resolver.stages.unpack import unpack

    unpacked = unpack(job.plan.extractions, workspace.store, lambda one: not errors.keys() >= set(one.models))
    for extraction in job.plan.extractions:
        if extraction.artifact in unpacked:
            errors |= {model: unpacked[extraction.artifact] for model in extraction.models if model not in errors}


def _adopt(workspace: Workspace, job: Job, errors: dict[str, ModelsError]) -> Adopted:
    """Adopt what other caches hold; what they do not hold after all is to be fetched, if there is room and a way in."""
    wanted = [one for one in job.plan.adoptions if not errors.keys() >= set(one.models)]
    if not wanted:
        return Adopted()
    adopted = adopting(workspace, wanted, job.readers)
    if adopted.lost:
        check_disk(workspace, replace(job, plan=replace(job.plan, downloads=adopted.lost, adoptions=())))
        errors |= _closed(job, adopted.lost)
    return adopted


def _place(workspace: Workspace, job: Job, errors: dict[str, ModelsError], adopted: Adopted) -> int:
    """Place what came; a place that cannot be taken is an error of its models alone."""
    placements = [one for one in job.plan.placements if not errors.keys() >= set(one.models)]
    placed = place(placements, job.root, workspace.store.sound, workspace.link_modes)
    for one in placements:
        if one.path in placed.errors:
            errors |= {model: placed.errors[one.path] for model in one.models if model not in errors}
    renew_record(job.root, adopted.trusted(placed.traces), _refer(job, errors))
    return placed.copied


def _refer(job: Job, errors: dict[str, ModelsError]) -> dict[str, str]:
    """Write references; what was written, by path."""
    written = {}
    for reference in job.plan.references:
        if not errors.keys() >= set(reference.models):
            try:
                refer([reference], job.root)
                written[reference.path] = reference.text
            except DiskError as error:
                errors |= {model: error for model in reference.models if model not in errors}
    return written


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
    files: list[File] = [one.file for one in job.plan.downloads]
    needs = [
        (store, sum(file.size for file in files) - workspace.store.staged(*files)),
        (store, sum(member.size for one in job.plan.extractions for member in one.members)),
        (store, _to_copy(job.plan.adoptions, store.stat().st_dev, workspace.link_modes)),
    ]
    if view.stat().st_dev != store.stat().st_dev or workspace.link_modes == ("copy",):
        needs.append((view, sum(one.file.size for one in job.plan.placements)))
    hint = "free some space, or set MODELS_STORE to another disk; nothing was fetched"
    check_room([*needs, *job.besides], hint=hint)


def check_room(needs: Iterable[tuple[Path, int]], hint: str) -> None:
    """Compare what is to be written, in bytes below folders, with what each file system has left.

    Raises:
        DiskError: it does not fit.
    """
    together: dict[int, tuple[Path, int]] = {}
    for folder, size in needs:
        place = _existing(folder)
        device = place.stat().st_dev
        together[device] = (place, together.get(device, (place, 0))[1] + size)
    for folder, size in together.values():
        free = shutil.disk_usage(folder).free
        if size and size + MARGIN > free:
            raise DiskError(
                f"{format_size(size)} are needed on the disk of {folder}, {format_size(free)} are free",
                hint=hint,
            )


def _to_copy(adoptions: Sequence[Adoption], device: int, modes: Sequence[str]) -> int:
    """Bytes that cannot be linked into the store."""
    if not adoptions:
        return 0
    from resolver.files.adoption import must_copy

    return sum(one.file.size for one in adoptions if must_copy(Path(one.origins[0]), device, modes))


def _existing(path: Path) -> Path:
    return next(one for one in (path, *path.parents) if one.exists())
