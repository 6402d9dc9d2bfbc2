"""`models hardware`: what this machine is, and the file that older pipelines read it from."""

import json
import re
from pathlib import Path

from resolver.domain.errors import ModelsError
from resolver.domain.lock import source_of
from resolver.domain.manifest import Variant
from resolver.domain.profile import Profile
from resolver.files.atomic import write_atomically
from resolver.stages.select import select
from resolver.workflows.machine import profile_for
from resolver.workflows.workspace import Workspace, load_lock

SAVED = Path("out") / "hardware_cache.json"
_SPEECH = ("whisper", "apple-silicon")
_SIZES = re.compile(
    r"(?:tiny|base|small|medium)(?:\.en)?|turbo|large(?:-v[123]|-v3-turbo)?"
    r"|distil-(?:(?:small|medium)\.en|large-v(?:2|3|3\.5))"
)
"""The names of faster-whisper's own table (`_MODELS` in its utils.py, release 1.2)."""
_REPOSITORY = re.compile(
    r"(?:(?:faster-)?(distil-)?whisper-|(distil-))(.+?)(?:-(?:ct2|mlx|[248]bit|q[248]|fp16|fp32))*"
)
"""A repository's own name: what it was distilled by, the size, and in what form it comes."""


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
    """What is selected for speech: of several models the manifest's first. Its own settings win over what we derive."""
    try:
        locked = load_lock(workspace)
        selection = select(locked.models, locked.budget, profile.facts, "this machine")
    except ModelsError:
        return {}
    speech = next((one.variant for one in selection.chosen if one.variant.category in _SPEECH), None)
    return {} if speech is None else {"whisper_model": whisper_model(speech), **speech.settings}


def whisper_model(variant: Variant) -> str:
    """What faster-whisper calls it: `Systran/faster-whisper-large-v3` is large-v3, whoever converted it.

    A repository that is none of its sizes is called by its whole name, by which faster-whisper opens it too; what is
    no repository, by the end of its address.
    """
    kind, _, name = source_of(variant.artifact).partition(":")
    own = name.rpartition("/")[2]
    match = _REPOSITORY.fullmatch(own.lower())
    size = f"{match[1] or match[2] or ''}{match[3]}" if match else ""
    if _SIZES.fullmatch(size):
        return size
    return name if kind == "hf" else own
