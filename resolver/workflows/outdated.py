"""`models outdated`: what is newer than what a lock pins, what of it is allowed, and what excludes the rest."""

import time
from collections.abc import Mapping, Sequence

from resolver.domain.errors import ModelsError
from resolver.domain.lock import Lock
from resolver.domain.upstream import OutdatedReport, Outlook, Standing, Subject
from resolver.stages.resolve import outlook
from resolver.workflows.status import is_stale
from resolver.workflows.upstream import answers, kinds_of, standing_of, subjects, variants_of
from resolver.workflows.workspace import Workspace, check_network, load_lock


def outdated(workspace: Workspace, only: frozenset[str]) -> OutdatedReport:
    """An outlook for each artifact of the lock, or of the models that are meant.

    Raises:
        OfflineError: the network may not be used, and something has to be asked over it.
        ModelsError: there is no lock, or no model of that name.
    """
    started = time.monotonic()
    locked = load_lock(workspace)
    asked = subjects(locked, variants_of(locked, only))
    stale = is_stale(workspace, locked)
    return OutdatedReport(outlooks(workspace, locked, asked), time.monotonic() - started, stale)


def updates(workspace: Workspace, chosen: Mapping[str, str]) -> OutdatedReport:
    """The outlooks for what one machine gets: `chosen` are names of variants by model; raises as `outdated`."""
    started = time.monotonic()
    locked = load_lock(workspace)
    meant = {
        model.name: [one for one in model.variants if one.name == chosen[model.name]]
        for model in locked.models
        if model.name in chosen
    }
    return OutdatedReport(outlooks(workspace, locked, subjects(locked, meant)), time.monotonic() - started)


def outlooks(workspace: Workspace, locked: Lock, asked: Sequence[Subject]) -> tuple[Outlook, ...]:
    """What could become of each; that a source does not answer is said of its artifacts alone.

    Raises:
        OfflineError: the network may not be used, and something has to be asked over it.
    """
    check_network(workspace, kinds_of(asked))
    return tuple(_told(subject, said) for subject, said in answers(asked, standing_of(workspace, locked)))


def _told(subject: Subject, said: Standing | ModelsError) -> Outlook:
    if isinstance(said, ModelsError):
        return Outlook(subject, "unasked", error=said)
    return outlook(subject, said)
