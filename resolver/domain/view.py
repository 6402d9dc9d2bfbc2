"""The view: where in a project the files of a lock lie, so that each runtime finds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.domain.lock import File


@dataclass(frozen=True, slots=True)
class Layout:
    """How one artifact lies in the view; every path is relative to the view, POSIX.

    `references` are small text files that name a pin, written without a newline. Inside `folders` everything is ours:
    an unlisted file there is unexpected. `opens` is what the runtime opens. What lies at a `doubtful` path is not ours
    and does harm, for the reason given. Whatever lies in the folder `imported`, ours or not, is on Python's path.
    `copies` maps a folder in which libraries keep copies of code, and import those, to the commit that names the copies
    of this artifact. `absences` maps a folder in which they note what does not exist to the folder that a note hides
    something of.
    """

    files: Mapping[str, File]
    folders: tuple[str, ...]
    opens: str
    references: Mapping[str, str] = field(default_factory=dict)
    doubtful: Mapping[str, str] = field(default_factory=dict)
    alone: tuple[str, ...] = ()
    imported: str | None = None
    copies: Mapping[str, str] = field(default_factory=dict)
    absences: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placement:
    """One file at its place, the artifact it is of, and the models that want it."""

    path: str
    file: File
    artifact: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """One small text file that names a pin, such as `refs/main`."""

    path: str
    text: str
    artifact: str
    models: tuple[str, ...]


Originals = Mapping[str, Placement]
"""Code by its path in its repository."""


@dataclass(frozen=True, slots=True)
class View:
    """Everything that a selection places. `folders` maps our folders to models, `opens` models to paths.

    `spare` are files of the same artifacts that only other variants want: they may lie about, if they are right.
    `elsewhere` are the places of models that are not looked at, `imported` the folders that are on Python's path.
    `copies` has, for each folder of copies and each commit, what they are copies of; `absences` is a layout's.
    """

    placements: Mapping[str, Placement]
    references: Mapping[str, Reference]
    folders: Mapping[str, tuple[str, ...]]
    opens: Mapping[str, str]
    doubtful: Mapping[str, str]
    spare: Mapping[str, File]
    elsewhere: frozenset[str] = frozenset()
    imported: frozenset[str] = frozenset()
    copies: Mapping[str, Mapping[str, Originals]] = field(default_factory=dict)
    absences: Mapping[str, str] = field(default_factory=dict)

    def narrowed(self, models: frozenset[str]) -> "View":
        """Only what these models want; folders stay whole, so that a neighbour's file is never unexpected."""
        return View(
            {path: one for path, one in self.placements.items() if models.intersection(one.models)},
            {path: one for path, one in self.references.items() if models.intersection(one.models)},
            self.folders,
            {model: path for model, path in self.opens.items() if model in models},
            self.doubtful,
            self.spare,
            frozenset(path for path, one in self.placements.items() if not models.intersection(one.models)),
            self.imported,
            self.copies,
            self.absences,
        )
