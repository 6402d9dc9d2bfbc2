"""`models prune`, and the end of `sync --prune`: what the lock does not want for this machine leaves the view."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from resolver.documents.record import NAME, renew_record
from resolver.domain.digests import is_sha256
from resolver.domain.errors import DiskError
from resolver.domain.lock import File
from resolver.domain.names import path_objection
from resolver.domain.plan import State, Survey, Trace
from resolver.domain.profile import Profile
from resolver.domain.pruning import Leaving, Pruning
from resolver.domain.view import Placement, View
from resolver.files.bytecode import was_made_from
from resolver.files.guarded import read_regular
from resolver.files.inventory import look, take_inventory
from resolver.files.sharing import is_cloned
from resolver.runtimes import RUNTIMES, home_of, named_by
from resolver.stages.arrange import everywhere
from resolver.stages.discard import discard
from resolver.stages.prune import Findings, Layouts, Scene, prune
from resolver.stages.prune.freeing import Stored, freed
from resolver.stages.survey import glance
from resolver.store import Store
from resolver.workflows import prospect
from resolver.workflows.needs import Needs, needs
from resolver.workflows.status import is_stale
from resolver.workflows.workspace import Workspace, load_lock

T = TypeVar("T")
_OWN = frozenset({NAME, "models.schema.json"})
"""What lies in the view and is no model: the record, and what `init` writes for editors."""


@dataclass(frozen=True, slots=True)
class PruneReport:
    """What goes from which view, for which machine; or what went."""

    profile: Profile
    root: Path
    pruning: Pruning
    dry_run: bool
    stale: bool


def prepare(workspace: Workspace, profile: str | None) -> PruneReport:
    """What would go; nothing is removed.

    Raises:
        MissingLockError: there is no lock.
        ModelsError: nothing can be selected for the machine.
    """
    found = prospect.look(workspace, load_lock(workspace), profile, frozenset(), lambda *_: Survey({}, {}))
    pruning = decide(workspace, found)
    return PruneReport(found.profile, found.root, pruning, dry_run=True, stale=is_stale(workspace, found.lock))


def perform(report: PruneReport) -> PruneReport:
    """Remove what was shown, as far as it is still what was shown; what was removed, and what could not be."""
    return replace(report, pruning=carry_out(report.root, report.pruning), dry_run=False)


def decide(workspace: Workspace, found: prospect.Prospect) -> Pruning:
    """What goes from the whole view, whatever models are meant besides."""
    root, traces, references = found.root, _safe(found.record.traces), _safe(found.record.references)
    layouts = Layouts(home_of, named_by, everywhere(found.lock, RUNTIMES), _OWN)
    scene = Scene(found.whole, take_inventory(root, (*traces, *references)), traces, references, layouts)
    texts = _texts(root, (path for path in scene.unwanted if path in references))
    pruning = prune(scene, Findings(_unchanged(root, scene.former), texts, partial(_was_compiled, root)))
    return replace(pruning, files=freed(pruning.files, _Shelf(workspace.store, found).stored))


def carry_out(root: Path, pruning: Pruning) -> Pruning:
    """Remove it and forget it, together with what was gone before."""
    done = discard(pruning, root)
    forgotten = [*(one.path for one in done.files), *done.gone]
    renew_record(root, dict.fromkeys(forgotten), dict.fromkeys([*done.references, *done.gone]))
    return done


def _safe(recorded: Mapping[str, T]) -> dict[str, T]:
    """What is recorded of places that can be in a view: the record is no authority."""
    return {path: one for path, one in recorded.items() if path_objection(path) is None}


def _unchanged(root: Path, former: Mapping[str, Trace]) -> frozenset[str]:
    """Files that are what was placed: by the record, else by their bytes, as everywhere."""
    placements = {path: Placement(path, File(path, one.size, one.sha256), "", ()) for path, one in former.items()}
    seen = glance(View(placements, {}, {}, {}, {}, {}), root, former).files
    return frozenset(path for path, one in seen.items() if one.state is State.PRESENT)


def _texts(root: Path, references: Iterable[str]) -> dict[str, str]:
    """What references say that lie there as plain files."""
    found = {}
    for path in references:
        with contextlib.suppress(OSError):
            content = read_regular(root / path)
            if content is not None:
                found[path] = content[0].decode("utf-8", "replace")
    return found


def _was_compiled(root: Path, path: str, source: Trace) -> bool:
    return was_made_from(root / path, source.size, source.mtime)


class _Shelf:
    """What the store has of the files that go."""

    def __init__(self, store: Store, found: prospect.Prospect) -> None:
        self._store = store
        self._found = found
        self._own = found.lock.digests
        self._needs: Needs | None = None
        with contextlib.suppress(DiskError):  # `cache gc` removes nothing then
            self._needs = needs(store)

    def stored(self, one: Leaving) -> Stored:
        """The blob of a file; bytecode has none."""
        trace = self._found.record.traces.get(one.path)
        if trace is None or not is_sha256(trace.sha256):
            return Stored(None, is_needed=False, is_cloned=False)
        blob = self._store.blob(trace.sha256)
        is_needed = self._needs is None or self._needs.cover(trace.sha256) or trace.sha256 in self._own
        shares = one.seen.names == 1 and is_cloned(self._found.root / one.path, blob)
        return Stored(look(blob), is_needed, shares)
