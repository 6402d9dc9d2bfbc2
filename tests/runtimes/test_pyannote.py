"""pyannote.audio opens the pinned commit of every repository that a pipeline names, and of the one that it does not."""

import pytest

from tests.cli.speech import COMMUNITY, DIARIZATION
from tests.conftest import Run
from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import Made, Upstream


@pytest.mark.parametrize("asked", [DIARIZATION, COMMUNITY, "PATH"])
def test_a_pipeline_opens_the_pin_of_each_of_its_parts(
    pin: Pin, run: Run, upstream: Upstream, opens: Opens, made: Made, asked: str
) -> None:
    """The community pipeline is locked as what the other one needs besides, and is whole."""
    pin("pyannote")
    path = run("path", "diarization").stdout.strip()
    said = opens("open_pyannote", asked.replace("PATH", path), made("audio") / "first.wav").said
    assert (said["segmentation"], said["embedding"], said["plda"]) == (1, 1, 1)
    assert said["turns"], "somebody speaks"
    assert upstream.requests == []
