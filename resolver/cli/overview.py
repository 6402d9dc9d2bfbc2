"""`models` without a verb: three lines and the next step."""

import sys
from collections import Counter
from typing import TYPE_CHECKING

from resolver.cli.tables import tell
from resolver.cli.texts import count
from resolver.domain.ports import Silence
from resolver.domain.quantities import format_size
from resolver.surroundings import Surroundings, WorkspaceRequest

if TYPE_CHECKING:
    from resolver.workflows.overview import Overview
    from resolver.workflows.workspace import Workspace


def overview(around: Surroundings, *, as_json: bool) -> int:
    """Say how things stand; it is an answer whatever it is, so the exit code is 0."""
    from resolver.workflows import overview as workflow

    workspace = around.workspace(WorkspaceRequest(), Silence())
    found = workflow.overview(workspace, around.environment.get("MODELS_PROFILE") or None)
    if as_json:
        from resolver.cli.documents import write

        write("overview", 0, _document(workspace, found))
        return 0
    lines = [
        f"Project  {workspace.project}",
        f"Lock     {_files(found)}",
        f"Here     {_here(found)}",
        f"Next     {found.next}   (`models --help` lists every verb)",
    ]
    tell("\n".join(lines), sys.stdout)
    return 0


def _document(workspace: "Workspace", found: "Overview") -> dict[str, object]:
    """The same as keys; what is not known is null."""
    states = None if found.status is None else Counter(one.state for one in found.status.models)
    return {
        "project": str(workspace.project),
        "lock": {
            "state": found.agreement.name.lower().replace("_", "-"),
            "models": found.models,
            "artifacts": None if found.lock is None else len(found.lock.artifacts),
            "profiles": None if found.lock is None else sorted(found.lock.profiles),
        },
        "here": None if found.status is None else {"states": states, "on_disk": found.status.on_disk},
        "problem": None if found.problem is None else found.problem.message,
        "next": found.next,
    }


def _files(found: "Overview") -> str:
    from resolver.workflows.overview import Agreement

    if found.agreement is Agreement.NOTHING:
        return "no models.yaml and no models.lock"
    if found.agreement is Agreement.WRONG and found.problem is not None:
        return found.problem.message
    models = count(found.models, "model")
    if found.lock is None:
        return f"{models} in models.yaml, no models.lock"
    words = {Agreement.STALE: "stale", Agreement.LOCK_ONLY: "no models.yaml"}
    artifacts, profiles = count(len(found.lock.artifacts), "artifact"), count(len(found.lock.profiles), "profile")
    return f"{models}, {artifacts}, {profiles}: {words.get(found.agreement, 'fresh')}"


def _here(found: "Overview") -> str:
    if found.status is None:
        return found.problem.message if found.problem is not None and found.lock is not None else "nothing to look at"
    states = [one.state for one in found.status.models]
    parts = [f"{states.count(word)} {word}" for word in dict.fromkeys(("ready", *states)) if word in states]
    return f"{', '.join(parts) or 'no models'}; {format_size(found.status.on_disk)} on disk"
