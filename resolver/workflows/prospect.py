"""What a machine should have by the lock, and what it has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from resolver.documents.record import Record, read_record
from resolver.domain.lock import Lock, Selected, Selection
from resolver.domain.plan import Survey, Trace
from resolver.domain.profile import Profile
from resolver.domain.view import View
from resolver.stages.arrange import arrange
from resolver.stages.select import select
from resolver.stages.survey import glance
from resolver.workflows.machine import machine_text, profile_for
from resolver.workflows.workspace import Workspace, check_names

SurveyOf = Callable[[View, Path, Mapping[str, Trace]], Survey]
"""How to see what is there of a view below a folder, with the traces of its record."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a machine should have: the selection, where it lies, and what is there of it.

    `view` is what is meant by `only`, `whole` what all models want; `record` is what `survey` was made with.
    """

    lock: Lock
    profile: Profile
    selection: Selection
    view: View
    whole: View
    root: Path
    survey: Survey
    only: frozenset[str]
    record: Record

    @property
    def news(self) -> dict[str, Trace | None]:
        """What the survey tells of places that the record does not: a trace, or that nothing right lies there."""
        told = ((path, one.trace, self.record.traces.get(path)) for path, one in self.survey.files.items())
        return {path: now for path, now, before in told if now is not before and now != before}

    @property
    def named(self) -> dict[str, str]:
        """The references that are right, and of which the record does not say so."""
        wanted = ((path, one.text) for path, one in self.view.references.items())
        right = ((path, text) for path, text in wanted if self.survey.references[path] == text)
        return {path: text for path, text in right if self.record.references.get(path) != text}

    @property
    def wanted(self) -> tuple[Selected, ...]:
        """What is selected of the models that are meant."""
        return tuple(one for one in self.selection.chosen if not self.only or one.model.name in self.only)


def look(
    workspace: Workspace, locked: Lock, profile: str | None, only: frozenset[str], survey: SurveyOf = glance
) -> Prospect:
    """Select for the machine, arrange, and see what is there; selection always covers all models."""
    from resolver.runtimes import RUNTIMES

    check_names(only, {model.name: model for model in locked.models})
    machine = profile_for(workspace, profile, {name: one.facts for name, one in locked.profiles.items()})
    selection = select(locked.models, locked.budget, machine.facts, machine_text(machine))
    whole = arrange(locked, selection, RUNTIMES)
    view = whole.narrowed(only) if only else whole
    root = workspace.view_root(locked)
    record = read_record(root)
    return Prospect(locked, machine, selection, view, whole, root, survey(view, root, record.traces), only, record)
