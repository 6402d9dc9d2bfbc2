"""Fetching on demand, where a lock is there: for `models run --sync`, `models path --sync` and `resolver.ensure`."""

from resolver.domain.errors import MismatchError
from resolver.domain.report import SyncReport
from resolver.workflows.sync import SyncOptions, sync
from resolver.workflows.together import joined
from resolver.workflows.workspace import Workspace


def bring(workspace: Workspace, profile: str | None, only: frozenset[str], workers: int = 3) -> SyncReport:
    """What a machine should have of some models (none named: of all), fetched and placed if it is missing.

    The lock is never written: it has to agree with models.yaml where there is one. A failure counts if its model is
    required or named, or if bytes were wrong.

    Raises:
        ModelsError: the worst of what failed, with everything else that did.
    """
    mode = "locked" if workspace.manifest_path.is_file() else "frozen"
    report = sync(workspace, SyncOptions(mode=mode, profile=profile, only=only, workers=workers))
    counted = [
        one.error
        for one in report.outcomes
        if one.error is not None and (not one.optional or one.name in only or isinstance(one.error, MismatchError))
    ]
    if counted:
        raise joined(counted)
    return report
