"""Which machine a verb works for: a declared profile, a profile's file, or the one that it runs on."""

import json
from collections.abc import Mapping

from resolver.domain.errors import UnknownNameError, UsageError
from resolver.domain.facts import Facts
from resolver.domain.names import did_you_mean
from resolver.domain.profile import Profile
from resolver.files.atomic import read_if_there
from resolver.workflows.workspace import Workspace

LARGEST_PROFILE = 1 << 20
UNDECLARED = (
    "none is declared; write `profiles:` into models.yaml and lock, "
    "or give a file that `models hardware --json` wrote on that machine"
)


def profile_for(workspace: Workspace, wanted: str | None, declared: Mapping[str, Facts]) -> Profile:
    """The profile that `--profile` means: a declared name, else a file; without it, what the machine says.

    Raises:
        UnknownNameError: neither a declared profile nor a file.
        UsageError: the file holds no profile.
    """
    if wanted is None:
        return workspace.detect()
    from resolver.hardware import profile_from, profile_of_facts

    if wanted in declared:
        return profile_of_facts(wanted, declared[wanted])
    content = read_if_there(workspace.folder / wanted)
    if content is None:
        hint = did_you_mean(wanted, sorted(declared)) if declared else UNDECLARED
        raise UnknownNameError(f"no profile '{wanted}': neither declared nor a file", hint=hint)
    return profile_from(json_document(content, wanted), wanted)


def json_document(content: bytes, name: str) -> dict[str, object]:
    """The object that a file of that name holds.

    Raises:
        UsageError: it is no JSON, or no object.
    """
    try:
        document = json.loads(content[: LARGEST_PROFILE + 1])
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON: {error}", hint="`models hardware --json` writes a profile") from error
    if not isinstance(document, dict):
        raise UsageError(f"{name} holds no profile", hint="`models hardware --json` writes one")
    return document


def machine_text(profile: Profile) -> str:
    """A machine in a few words, for messages."""
    if profile.name:
        return f"profile '{profile.name}'"
    return "this machine"
