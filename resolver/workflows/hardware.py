"""`models hardware`: what this machine is, and the file that older pipelines read it from."""

import json
from pathlib import Path

from resolver.domain.errors import ModelsError
from resolver.domain.lock import Selected
from resolver.domain.profile import Profile
from resolver.files.atomic import write_atomically
from resolver.stages.select import select
from resolver.workflows.machine import profile_for
from resolver.workflows.workspace import Workspace, load_lock

SAVED = Path("out") / "hardware_cache.json"
_SPEECH = ("whisper", "apple-silicon")
_PREFIXES = ("faster-whisper-", "whisper-")


def machine(workspace: Workspace, wanted: str | None) -> Profile:
    """This machine, or the one that `--profile` names; a project is not needed."""
    try:
        declared = {name: one.facts for name, one in load_lock(workspace).profiles.items()}
    except ModelsError:
        declared = {}
    return profile_for(workspace, wanted, declared)


def save(workspace: Workspace, profile: Profile) -> Path:
    """Write the profile with the old script's `recommended_settings`, from what is selected for speech here.

    Raises:
        DiskError: the file cannot be written.
    """
    from resolver.hardware import saved_document

    content = json.dumps(saved_document(profile, _recommended(workspace, profile)), indent=2, sort_keys=True)
    target = workspace.project / SAVED
    write_atomically(target, content.encode() + b"\n")
    return target


def _recommended(workspace: Workspace, profile: Profile) -> dict[str, object]:
    try:
        locked = load_lock(workspace)
        selection = select(locked.models, locked.budget, profile.facts, "this machine")
    except ModelsError:
        return {}
    speech = next((one for one in selection.chosen if one.variant.category in _SPEECH), None)
    return {} if speech is None else {**speech.variant.settings, "whisper_model": _whisper_name(speech)}


def _whisper_name(selected: Selected) -> str:
    """`Systran/faster-whisper-large-v3` is called large-v3 by the pipelines."""
    name = selected.variant.artifact.partition(":")[2].partition("@")[0].rpartition("/")[2]
    return next((name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix)), name)
