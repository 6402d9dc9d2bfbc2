"""From what should be there and what is: the findings."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from resolver.domain.lock import File
from resolver.domain.plan import Observation, State, Survey, Trace
from resolver.domain.verify_report import Finding, remedy
from resolver.domain.view import Placement, View
from resolver.files.bytecode import CACHE, cached_source
from resolver.files.digest import digest_of
from resolver.files.links import LEFTOVERS
from resolver.files.paths import inside, leads_through_link, walk_files

_NAMED = 5


def findings(view: View, survey: Survey, optional: frozenset[str]) -> list[Finding]:
    """Missing and damaged files and moved references, in the order of the view."""
    found = [
        _file_finding(placement, survey.files[path], optional)
        for path, placement in view.placements.items()
        if survey.files[path].state is not State.PRESENT
    ]
    for path, reference in view.references.items():
        text = survey.references[path]
        if text == reference.text:
            continue
        kind = "missing" if text is None else "ref-moved"
        found.append(
            Finding(
                kind,
                reference.models[0],
                reference.artifact,
                path,
                reference.text,
                text,
                remedy([kind]),
                _all_in(reference.models, optional),
            )
        )
    return found


def _all_in(models: Iterable[str], optional: frozenset[str]) -> bool:
    return optional.issuperset(models)


def _file_finding(placement: Placement, seen: Observation, optional: frozenset[str]) -> Finding:
    missing = seen.state is State.MISSING
    kind = "missing" if missing else "damaged"
    return Finding(
        kind=kind,
        model=placement.models[0],
        artifact=placement.artifact,
        path=placement.path,
        expected=placement.file.sha256,
        found=seen.found,
        hint=remedy([kind], placement.file.size),
        optional=missing and _all_in(placement.models, optional),
    )


def unexpected(view: View, root: Path, traces: Mapping[str, Trace]) -> tuple[list[Finding], list[str]]:
    """Unlisted files inside the folders that the lock places, and what is only worth a warning.

    `traces` tell what we placed ourselves for an earlier selection: it is no stranger, and only `--prune` removes it.
    """
    found: list[Finding] = []
    warnings = worth_knowing(view, root)
    for folder, models in view.folders.items():
        model = next((one for one in models if one in view.opens), None)
        if model is None:
            continue
        for path in _strangers(view, root, folder):
            reason = _excuse(view, root, path, traces)
            if reason:
                warnings.append(f"{path}: {reason}")
            else:
                hint = remedy(["unexpected"])
                artifact = _artifact_in(view, folder)
                found.append(Finding("unexpected", model, artifact, path, None, "not in models.lock", hint))
    return found, warnings


def worth_knowing(view: View, root: Path) -> list[str]:
    """What lies in the view, is none of ours, and yet changes what a program opens."""
    doubtful = [f"{path}: {reason}" for path, reason in view.doubtful.items() if inside(root, path).exists()]
    hidden = [f"{note}: a library's note that there is no such file, which hides it" for note in _notes(view, root)]
    return doubtful + hidden + [text for folder in sorted(view.imported) if (text := _importable(view, root, folder))]


def _notes(view: View, root: Path) -> list[str]:
    """Notes that say of files that are there that they do not exist.

    huggingface_hub 2.4, file_download.py (try_to_load_from_cache): a note counts more than the file.
    """
    return [
        f"{folder}/{name}"
        for folder, snapshot in view.absences.items()
        for name in walk_files(root / folder)
        if f"{snapshot}/{name}" in view.placements
    ]


def _importable(view: View, root: Path, folder: str) -> str | None:
    """A sentence on what nobody locked and Python would import; None where there is nothing."""
    ours = {path.split("/")[1] for path in (*view.placements, *view.elsewhere) if path.startswith(f"{folder}/")}
    try:
        names = sorted({one.name for one in (root / folder).iterdir()} - ours - {CACHE})
    except OSError:
        return None
    if not names:
        return None
    more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{folder}: not in models.lock, and programs can import it: {', '.join(names[:_NAMED])}{more}"


def _artifact_in(view: View, folder: str) -> str:
    """The first artifact that has a file in a folder of ours."""
    return next((one.artifact for one in view.placements.values() if one.path.startswith(f"{folder}/")), "")


def _strangers(view: View, root: Path, folder: str) -> list[str]:
    """Paths in a folder of ours that nobody wants there; through a link nothing is ours."""
    if leads_through_link(root, root / folder / "any"):
        return []
    paths = [f"{folder}/{name}" for name in walk_files(root / folder)]
    return [path for path in paths if path not in view.placements and path not in view.elsewhere]


def _excuse(view: View, root: Path, path: str, traces: Mapping[str, Trace]) -> str | None:
    if _is_compiled(view, root, path, traces):
        return "compiled by Python, not locked"
    if fnmatchcase(path.rpartition("/")[2], LEFTOVERS):
        return "being placed by a sync, or left by one that was killed; the next one removes it"
    if path in view.spare and _is(root / path, view.spare[path]):
        return "locked, and wanted only by another variant"
    if path in traces and _is_unchanged(root / path, traces[path]):
        return "placed for an earlier selection and not wanted now"
    return None


def _is_compiled(view: View, root: Path, path: str, traces: Mapping[str, Trace]) -> bool:
    """Whether it is bytecode of a module that may be there; of anything else in that cache a loader could be told."""
    source = cached_source(path)
    if source is None:
        return False
    listed = source in view.placements or source in view.elsewhere
    return listed or ((root / source).is_file() and _excuse(view, root, source, traces) is not None)


def _is_unchanged(place: Path, trace: Trace) -> bool:
    found = place.lstat()
    return (found.st_size, found.st_mtime_ns, found.st_ino) == (trace.size, trace.mtime, trace.inode)


def _is(place: Path, file: File) -> bool:
    try:
        return not place.is_symlink() and place.stat().st_size == file.size and digest_of(place) == file.sha256
    except OSError:
        return False


def undeclared_flags(view: View, survey: Survey) -> list[Finding]:
    """Files that carry what the lock does not say of their artifact: a lock edited by hand, or judged too kindly."""
    return [
        Finding(
            "policy",
            placement.models[0],
            placement.artifact,
            path,
            "no " + " or ".join(sorted(more)),
            ", ".join(sorted(more)),
            "lock it again with `models lock --upgrade-model NAME`",
        )
        for path, placement in view.placements.items()
        if (more := survey.files[path].undeclared)
    ]
