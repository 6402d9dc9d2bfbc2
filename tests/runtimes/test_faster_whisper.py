"""faster-whisper opens what was locked, however it is asked, while upstream has moved on."""

import pytest

from tests.conftest import Run
from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import ENGLISH_TOKENS, SENTENCES, TOKENS, WHISPER, Upstream


@pytest.mark.parametrize("asked", ["tiny", WHISPER, "tiny@main", "tiny@COMMIT", "PATH"])
def test_a_size_a_repository_and_the_path_mean_the_pin(
    pin: Pin, run: Run, upstream: Upstream, opens: Opens, asked: str
) -> None:
    project = pin("faster-whisper")
    commit, path = project.pin(f"hf:{WHISPER}@main"), run("path", "asr").stdout.strip()
    opened = opens("open_faster_whisper", asked.replace("COMMIT", commit).replace("PATH", path))
    assert opened.said == SENTENCES[1]
    assert upstream.requests == []


def test_a_revision_that_is_not_locked_does_not_open(pin: Pin, upstream: Upstream, opens: Opens) -> None:
    pin("faster-whisper")
    opened = opens("open_faster_whisper", "tiny@v2")
    assert opened.code == 1
    assert "LocalEntryNotFoundError" in opened.stderr
    assert opened.wanted == []
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("offer", "tokenizer", "other"), [("english", ENGLISH_TOKENS, TOKENS), ("multilingual", TOKENS, ENGLISH_TOKENS)]
)
def test_a_model_without_tokenizer_opens_with_the_one_that_was_locked_besides(
    pin: Pin, upstream: Upstream, opens: Opens, offer: str, tokenizer: str, other: str
) -> None:
    """CTranslate2 tells which of the two is asked for: the other one is not there, and is not missed."""
    project = pin(f"faster-whisper without tokenizer, {offer}")
    assert opens("open_faster_whisper", "tiny").said == SENTENCES[1]
    assert upstream.requests == []
    assert project.repository(tokenizer).is_dir()
    assert not project.repository(other).exists()
