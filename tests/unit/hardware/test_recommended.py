"""What a saved hardware file recommends."""

import pytest

from resolver.domain.errors import UsageError
from resolver.domain.recommended import Recommended
from resolver.hardware import document, saved_document
from resolver.hardware.recommended import recommended_from
from tests.unit.hardware.test_saved_profiles import SERVER


def test_the_old_script_s_file_has_settings_and_no_machine() -> None:
    settings = {"whisper_model": "medium", "compute_type": "int8", "batch_size": 4, "num_workers": 2, "device": None}
    found = recommended_from({"gpu": {"any": "thing"}, "recommended_settings": settings}, "file")
    assert found == Recommended("medium", "int8", 4)


def test_our_file_has_its_machine_too() -> None:
    saved = saved_document(SERVER, {"whisper_model": "large-v3", "device": "cuda"})
    found = recommended_from(saved, "file")
    assert (found.whisper_model, found.device, found.batch_size) == ("large-v3", "cuda", None)
    assert found.profile is not None
    assert found.profile.facts == SERVER.facts


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (None, "recommends no Whisper"),
        ({}, "recommends no Whisper"),
        ({"whisper_model": None}, "recommends no Whisper"),
        ({"whisper_model": ""}, "recommends no Whisper"),
        ({"whisper_model": 3}, "must be a text"),
        ([], "must be an object"),
        ({"whisper_model": "base", "batch_size": "8"}, "must be a whole number from 1 on"),
        ({"whisper_model": "base", "batch_size": 0}, "must be a whole number from 1 on"),
        ({"whisper_model": "base", "batch_size": True}, "must be a whole number from 1 on"),
        ({"whisper_model": "base", "batch_size": 10**9}, "from 1 to 1024"),
        ({"whisper_model": "base", "compute_type": ["int8"]}, "must be a text"),
    ],
)
def test_what_is_wrong_is_named(settings: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        recommended_from({"recommended_settings": settings}, "file")


def test_a_profile_that_is_wrong_is_no_machine() -> None:
    with pytest.raises(UsageError, match="newer release"):
        recommended_from({**document(SERVER), "schema": "models.profile/9", "recommended_settings": _BASE}, "file")


_BASE = {"whisper_model": "base"}
