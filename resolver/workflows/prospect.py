"""What a machine should have by the lock, and what it has."""

from dataclasses import dataclass
from pathlib import Path

from resolver.documents.record import read_record
from resolver.domain.lock import Lock, Selected, Selection
from resolver.domain.plan import Survey
from resolver.domain.profile import Profile
from resolver.domain.view import View
from resolver.stages.arrange import arrange
from resolver.stages.select import select
from resolver.stages.survey import glance
from resolver.workflows.machine import machine_text, profile_for
from resolver.workflows.workspace import Workspace, check_names


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a machine should have: the selection, where it lies, and what is there of it."""

    lock: Lock
    profile: Profile
    selection: Selection
    view: View
    root: Path
    survey: Survey
    only: frozenset[str]

    @property
    def wanted(self) -> tuple[Selected, ...]:
        """What is selected of the models that are meant."""
        return tuple(one for one in self.selection.chosen if not self.only or one.model.name in self.only)


def look(workspace: Workspace, locked: Lock, profile: str | None, only: frozenset[str]) -> Prospect:
    """Select for the machine, arrange, and glance at what is there; selection always covers all models."""
    from resolver.runtimes import RUNTIMES

    check_names(only, {model.name: model for model in locked.models})
    machine = profile_for(workspace, profile, {name: one.facts for name, one in locked.profiles.items()})
    selection = select(locked.models, locked.budget, machine.facts, machine_text(machine))
    view = arrange(locked, selection, RUNTIMES)
    if only:
        view = view.narrowed(only)
    root = workspace.view_root(locked)
    return Prospect(locked, machine, selection, view, root, glance(view, root, read_record(root).traces), only)
