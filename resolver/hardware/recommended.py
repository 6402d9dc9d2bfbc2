"""The `recommended_settings` of out/hardware_cache.json, of the old script's file and of ours alike."""

from collections.abc import Mapping

from resolver.domain.errors import UsageError
from resolver.domain.recommended import Recommended
from resolver.hardware.read import profile_from
from resolver.hardware.section import Section

LARGEST_BATCH = 1024


def recommended_from(document: Mapping[str, object], name: str) -> Recommended:
    """What a file of that name recommends; keys that it has besides are no concern of ours.

    Raises:
        UsageError: it recommends no Whisper, or a key has the wrong type.
    """
    settings = Section(document, name).section("recommended_settings")
    model = settings.text("whisper_model")
    if not model:
        raise UsageError(
            f"{name} recommends no Whisper: there is no recommended_settings.whisper_model",
            hint="`models hardware --save` writes one, once models are locked; or start with --template alone",
        )
    batch = settings.number("batch_size", least=1)
    if batch is not None and batch > LARGEST_BATCH:
        raise settings.wrong("batch_size", f"a whole number from 1 to {LARGEST_BATCH}")
    return Recommended(
        whisper_model=model,
        compute_type=settings.text("compute_type"),
        batch_size=batch,
        device=settings.text("device"),
        profile=profile_from(document, name) if "schema" in document else None,
    )
