"""`models status` and `models path`: what is there, without a look at the network."""

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resolver.domain.errors import ModelsError, NotPlacedError
from resolver.domain.lock import Artifact, Lock, Selected
from resolver.domain.manifest import Model, Variant
from resolver.domain.plan import State
from resolver.domain.status_report import Alternative, ModelStatus, StatusReport
from resolver.files.atomic import read_if_there
from resolver.stages.select import mismatch_text
from resolver.store import Store
from resolver.workflows.agreement import known_to_agree
from resolver.workflows.prospect import Prospect, look
from resolver.workflows.requirements import requirement_warnings
from resolver.workflows.workspace import Workspace, check_names, load_lock, load_manifest


@dataclass(frozen=True, slots=True)
class PathReport:
    """Where the runtime of a model opens it, and with what."""

    name: str
    path: Path
    artifact: Artifact
    runtime: str
    settings: Mapping[str, object]


def status(workspace: Workspace, profile: str | None, only: frozenset[str]) -> StatusReport:
    """The state of every model, by the record; what differs from it is read.

    Raises:
        MissingLockError: there is no lock.
    """
    prospect = look(workspace, load_lock(workspace), profile, only)
    chosen = {one.model.name: one for one in prospect.selection.chosen}
    models = [model for model in prospect.lock.models if not only or model.name in only]
    found = [
        status_of(prospect, chosen[model.name]) if model.name in chosen else _skipped(prospect, model)
        for model in models
    ]
    on_disk, shared = _sizes(prospect, workspace.store)
    return StatusReport(
        profile=prospect.profile,
        models=tuple(found),
        lock_sha256=hashlib.sha256(read_if_there(workspace.lock_path) or b"").hexdigest(),
        on_disk=on_disk,
        shared=shared,
        stale=is_stale(workspace, prospect.lock),
        cache=str(prospect.root),
        store=str(workspace.store.root),
        has_token=workspace.settings.token is not None,
        left=_left(prospect),
        warnings=requirement_warnings(workspace, prospect.lock, prospect.wanted),
    )


def is_stale(workspace: Workspace, locked: Lock) -> bool:
    """Whether the manifest asks for something that the lock does not say; False where it cannot be read."""
    if known_to_agree(workspace) is not None:
        return False
    from resolver.workflows.lock import stale

    try:
        return bool(stale(load_manifest(workspace), locked))
    except ModelsError:
        return False


def status_of(prospect: Prospect, selected: Selected) -> ModelStatus:
    """The state of a model that is selected."""
    name, variant = selected.model.name, selected.variant
    artifact = prospect.lock.artifacts[variant.artifact]
    states = [prospect.survey.files[path].state for path, one in prospect.view.placements.items() if name in one.models]
    references = [path for path, one in prospect.view.references.items() if name in one.models]
    moved = any(prospect.survey.references[path] != prospect.view.references[path].text for path in references)
    state = _word(states, moved=moved)
    return ModelStatus(
        name=name,
        category=variant.category,
        state=state,
        optional=selected.model.optional,
        variant=variant.name,
        artifact=variant.artifact,
        version=version_text(artifact),
        size=sum(one.file.size for one in prospect.view.placements.values() if name in one.models),
        path=str(prospect.root / prospect.view.opens[name]),
        settings=variant.settings,
        hint=None if state == "ready" else _way_out(state, name),
        available=_available(prospect.lock, selected.model, variant),
    )


def _word(states: list[State], *, moved: bool) -> str:
    if State.DAMAGED in states:
        return "damaged"
    if State.MISSING not in states:
        return "moved" if moved else "ready"
    return "incomplete" if State.PRESENT in states else "missing"


def _way_out(state: str, name: str) -> str:
    if state in ("damaged", "moved"):
        return f"models verify --repair --only {name}"
    return f"models sync --only {name}"


def _skipped(prospect: Prospect, model: Model) -> ModelStatus:
    because = "; ".join(mismatch_text(one) for one in prospect.selection.skipped[model.name].because)
    return ModelStatus(
        name=model.name,
        category=model.variants[-1].category,
        state="skipped",
        optional=model.optional,
        hint=f"optional: {because}",
        available=_available(prospect.lock, model, None),
    )


def _available(lock: Lock, model: Model, chosen: Variant | None) -> tuple[Alternative, ...]:
    """The other variants of a model, and who gets them."""
    return tuple(
        Alternative(
            variant=one.name,
            artifact=one.artifact,
            version=version_text(lock.artifacts[one.artifact]),
            size=sum({file.sha256: file.size for files in lock.wanted(one).values() for file in files}.values()),
            when=one.when.written,
            needs={memory: size for memory, size in (("vram", one.needs.vram), ("ram", one.needs.ram)) if size},
            profiles=tuple(name for name, it in lock.profiles.items() if it.selection.get(model.name) == one.name),
        )
        for one in model.variants
        if chosen is None or one.name != chosen.name
    )


def version_text(artifact: Artifact) -> str | None:
    """A version for people: the release or tag, else the asked ref and the short commit, which may be all that is."""
    if artifact.version:
        return artifact.version
    if artifact.commit:
        asked = "" if artifact.commit.startswith(artifact.request) else f"{artifact.request}@"
        return f"{asked}{artifact.commit[:7]}"
    return None


def _sizes(prospect: Prospect, store: Store) -> tuple[int, int]:
    """Bytes of what is there of the view, and those of them that have another name on the disk; each once."""
    sizes: dict[tuple[int, int], int] = {}
    shared: dict[tuple[int, int], int] = {}
    for path, observation in prospect.survey.files.items():
        if observation.state is State.PRESENT:
            file = prospect.view.placements[path].file
            with contextlib.suppress(OSError):
                found = (prospect.root / path).stat()
                sizes[found.st_dev, found.st_ino] = found.st_size
                if found.st_nlink > 1 or _is_cloned(prospect.root / path, store.blob(file.sha256)):
                    shared[found.st_dev, found.st_ino] = found.st_size
    return sum(sizes.values()), sum(shared.values())


def _is_cloned(place: Path, blob: Path) -> bool:
    from resolver.files.sharing import is_cloned

    return is_cloned(place, blob)


def _left(prospect: Prospect) -> int:
    """Bytes of what is not wanted and was placed before, as far as it is there; each once."""
    sizes: dict[tuple[int, int], int] = {}
    for path, trace in prospect.record.traces.items():
        if path not in prospect.whole.placements:
            with contextlib.suppress(OSError, ValueError):  # no path can hold every text that a record may
                found = (prospect.root / path).lstat()
                if (found.st_size, found.st_ino) == (trace.size, trace.inode):
                    sizes[found.st_dev, found.st_ino] = found.st_size
    return sum(sizes.values())


def path(workspace: Workspace, name: str, profile: str | None) -> PathReport:
    """Where the runtime of one model opens it.

    Raises:
        UnknownNameError: there is no such model.
        NotPlacedError: it is skipped on this machine, or not on disk whole.
    """
    prospect, selected = selected_for(workspace, name, profile)
    state = status_of(prospect, selected)
    if state.state != "ready":
        raise NotPlacedError(f"'{name}' is {state.state}", hint=f"`{state.hint}` brings it")
    return PathReport(
        name=name,
        path=(prospect.root / prospect.view.opens[name]).absolute(),
        artifact=prospect.lock.artifacts[selected.variant.artifact],
        runtime=selected.variant.runtime,
        settings=selected.variant.settings,
    )


def selected_for(workspace: Workspace, name: str, profile: str | None) -> tuple[Prospect, Selected]:
    """What a machine should have of one model and has, and the variant that it gets.

    Raises:
        UnknownNameError: there is no such model.
        NotPlacedError: it is skipped on this machine.
    """
    locked = load_lock(workspace)
    check_names(frozenset({name}), {model.name: model for model in locked.models})
    prospect = look(workspace, locked, profile, frozenset({name}))
    selected = next((one for one in prospect.selection.chosen if one.model.name == name), None)
    if selected is None:
        because = "; ".join(mismatch_text(one) for one in prospect.selection.skipped[name].because)
        raise NotPlacedError(f"'{name}' is skipped on this machine: {because}", hint="`models status` shows all")
    return prospect, selected
