"""From a lock and a selection: the view, where every selected file lies; what cannot lie together is a conflict."""

import hashlib
from collections.abc import Iterator, Sequence

from resolver.domain.errors import ConflictError, UnknownNameError
from resolver.domain.lock import Artifact, Dependency, File, Lock, Selected, Selection
from resolver.domain.names import did_you_mean, objections, path_objection
from resolver.domain.ports import Runtime, Runtimes
from resolver.domain.view import Layout, Placement, Reference, View

CODE = ".py"


def arrange(lock: Lock, selection: Selection, runtimes: Runtimes) -> View:
    """The union of what all chosen variants place.

    Raises:
        ConflictError: two selected artifacts want different things at one place.
        UnknownNameError: a runtime of the lock is unknown to this release.
    """
    building = _Building(lock)
    for selected in selection.chosen:
        runtime = _runtime(selected, runtimes)
        ways = lock.ways(selected.variant.artifact)
        for key, files in lock.wanted(selected.variant).items():
            building.remember(selected, key, ways[key])
            building.add(selected, lock.artifacts[key], files, runtime)
    clashes = objections(building.view.placements)
    if clashes:
        raise ConflictError("the selected artifacts cannot lie together", details=clashes[:20])
    return building.view


def _runtime(selected: Selected, runtimes: Runtimes) -> Runtime:
    name = selected.variant.runtime
    if name not in runtimes:
        raise UnknownNameError(
            f"model '{selected.model.name}': no runtime '{name}'", hint=did_you_mean(name, sorted(runtimes))
        )
    return runtimes[name]


class _Building:
    """The view while it grows; the first who wants a place is remembered, so that a conflict names both."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock
        self._placements: dict[str, Placement] = {}
        self._references: dict[str, Reference] = {}
        self._folders: dict[str, tuple[str, ...]] = {}
        self._opens: dict[str, str] = {}
        self._doubtful: dict[str, str] = {}
        self._spare: dict[str, File] = {}
        self._imported: set[str] = set()
        self._copies: dict[str, dict[str, dict[str, Placement]]] = {}
        self._absences: dict[str, str] = {}
        self._alone: dict[str, tuple[str, str]] = {}
        self._own: dict[str, str] = {}
        self._ways: dict[tuple[str, str], Sequence[Dependency]] = {}

    @property
    def view(self) -> View:
        """What was built, paths in order."""
        return View(
            dict(sorted(self._placements.items())),
            dict(sorted(self._references.items())),
            dict(sorted(self._folders.items())),
            self._opens,
            dict(sorted(self._doubtful.items())),
            {path: file for path, file in self._spare.items() if path not in self._placements},
            imported=frozenset(self._imported),
            copies=self._copies,
            absences=dict(sorted(self._absences.items())),
        )

    def remember(self, selected: Selected, key: str, way: Sequence[Dependency]) -> None:
        """Why a model wants an artifact: the edges from its own to that one."""
        self._own[selected.model.name] = selected.variant.artifact
        self._ways[selected.model.name, key] = way

    def add(self, selected: Selected, artifact: Artifact, files: Sequence[File], runtime: Runtime) -> None:
        """Place one artifact for one model."""
        name = selected.model.name
        own = artifact.key == selected.variant.artifact
        owner = _owner(selected, artifact)
        layout = runtime.layout(artifact, files, owner)
        whole = layout if tuple(files) == artifact.files else runtime.layout(artifact, artifact.files, owner)
        self._spare |= whole.files
        self._check_repository(layout, artifact, name)
        self._check_alone(layout, artifact, name)
        for path, file in layout.files.items():
            self._place(path, file, artifact.key, name)
        for path, text in layout.references.items():
            self._refer(path, text, artifact.key, name)
        for folder in layout.folders:
            models = self._folders.get(folder, ())
            self._folders[folder] = models if name in models else (*models, name)
        self._doubtful.update(layout.doubtful)
        self._absences.update(layout.absences)
        self._note_code(whole, artifact.key, name)
        self._imported |= {layout.imported} if layout.imported else set()
        if own:
            self._opens[name] = layout.opens

    def _place(self, path: str, file: File, key: str, model: str) -> None:
        earlier = self._placements.get(path)
        if earlier is None:
            self._placements[path] = Placement(path, file, key, (model,))
        elif earlier.file.sha256 != file.sha256:
            raise self._conflict(
                f"two different files would lie at {path}", (earlier.models[0], earlier.artifact), (model, key)
            )
        elif model not in earlier.models:
            self._placements[path] = Placement(path, file, earlier.artifact, (*earlier.models, model))

    def _note_code(self, whole: Layout, key: str, model: str) -> None:
        """What libraries could copy: Python, also that which only another variant wants."""
        for folder, commit in whole.copies.items():
            for place, file in whole.files.items():
                if file.path.endswith(CODE):
                    known = self._copies.setdefault(folder, {}).setdefault(commit, {})
                    earlier = known.get(file.path)
                    known[file.path] = Placement(place, file, key, (*(earlier.models if earlier else ()), model))

    def _refer(self, path: str, text: str, key: str, model: str) -> None:
        earlier = self._references.get(path)
        models = tuple(dict.fromkeys((*(earlier.models if earlier else ()), model)))
        self._references[path] = Reference(path, text, earlier.artifact if earlier else key, models)

    def _check_repository(self, layout: Layout, artifact: Artifact, model: str) -> None:
        for path, text in layout.references.items():
            earlier = self._references.get(path)
            if earlier is not None and earlier.text != text:
                raise self._conflict(
                    f"one `main` serves all of {artifact.source}, and it would have to be two commits",
                    (earlier.models[0], earlier.artifact),
                    (model, artifact.key),
                )

    def _check_alone(self, layout: Layout, artifact: Artifact, model: str) -> None:
        for folder in layout.alone:
            first = self._alone.setdefault(folder, (model, artifact.key))
            earlier = self._lock.artifacts[first[1]]
            if (earlier.source, earlier.commit) != (artifact.source, artifact.commit):
                raise self._conflict(
                    f"one folder, {folder}, would have to hold two commits or repositories",
                    first,
                    (model, artifact.key),
                )

    def _conflict(self, what: str, first: tuple[str, str], second: tuple[str, str]) -> ConflictError:
        return ConflictError(
            what,
            hint="ask for the same `revision:` or `version:` in both; what is named without one follows the model that "
            "states it",
            details=(f"because {self._want(*first)}", f"and because {self._want(*second)}"),
        )

    def _want(self, model: str, key: str) -> str:
        """How a model comes to want an artifact: edge by edge, and what that is pinned to."""
        artifact = self._lock.artifacts[key]
        pin = (artifact.commit or "")[:12] or artifact.version
        steps = [f"{edge.artifact} ({edge.because})" for edge in self._ways[model, key]]
        return f"'{model}' wants {' → '.join([self._own[model], *steps])}" + (f" at {pin}" if pin else "")


def everywhere(lock: Lock, runtimes: Runtimes) -> dict[str, tuple[str, ...]]:
    """Every path that any variant would place on any machine, with the models that it would be for."""
    found: dict[str, dict[str, None]] = {}
    for selected in (Selected(model, variant) for model in lock.models for variant in model.variants):
        if selected.variant.runtime in runtimes:  # one of a later release is nobody's here
            for path in _paths(lock, selected, runtimes[selected.variant.runtime]):
                found.setdefault(path, {})[selected.model.name] = None
    return {path: tuple(models) for path, models in found.items()}


def _paths(lock: Lock, selected: Selected, runtime: Runtime) -> Iterator[str]:
    for key, files in lock.wanted(selected.variant).items():
        artifact = lock.artifacts[key]
        yield from runtime.layout(artifact, files, _owner(selected, artifact)).files


def _owner(selected: Selected, artifact: Artifact) -> str:
    """What a folder is called that holds an artifact for a model."""
    name = selected.model.name
    return name if artifact.key == selected.variant.artifact else f"{name}.depends/{_last(artifact)}"


def _last(artifact: Artifact) -> str:
    """A folder for a dependency: what its source ends in, told apart from others that end in the same."""
    last = artifact.source.rstrip("/").rpartition("/")[2]
    told_apart = hashlib.sha256(artifact.key.encode()).hexdigest()[:8]
    return told_apart if path_objection(last) else f"{last}-{told_apart}"
