"""`models init --from-hardware`: the speech template with the Whisper first that a saved hardware file recommends."""

from collections.abc import Callable
from pathlib import Path

from resolver.domain.errors import UsageError
from resolver.domain.profile import Profile
from resolver.files.atomic import read_if_there
from resolver.sources import SOURCES
from resolver.workflows.init import SPEECH, Starter, template_bytes
from resolver.workflows.machine import json_document
from resolver.workflows.workspace import manifest_in

MODEL = "asr"
"""The template's model for speech."""


def from_hardware(file: Path, named: str, detect: Callable[[], Profile]) -> Starter:
    """The template, and for the machine of the file what it recommends; `detect` is asked if it does not tell which.

    Raises:
        UsageError: there is no such file, or it recommends nothing that is known.
    """
    from resolver.documents.kinds import WrongTextError
    from resolver.documents.source import source
    from resolver.documents.starter import with_first_variant
    from resolver.hardware.recommended import recommended_from
    from resolver.stages.whispers import speech_variant

    content = read_if_there(file)
    if content is None:
        raise UsageError(
            f"--from-hardware {named}: there is no such file", hint=f"start with `models init --template {SPEECH}`"
        )
    recommended = recommended_from(json_document(content, named), named)
    variant = speech_variant(recommended, (recommended.profile or detect()).facts)
    try:
        source(variant.source, SOURCES)
    except WrongTextError as error:
        raise UsageError(f"{named}: whisper_model {error.message}", hint=error.hint) from error
    about = f"What {file.name} recommends for its machine. Below are the defaults for others."
    started = with_first_variant(template_bytes(SPEECH), MODEL, variant, about)
    manifest_in(started)
    return Starter(SPEECH, started, notes=(f"{MODEL}: {variant.source} comes first, as {named} recommends",))
