"""Silero VAD opens the package that was locked, though another version of it is installed."""

from pathlib import Path

import pytest

from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import Made, Upstream


@pytest.mark.parametrize("kind", ["jit", "onnx"])
def test_the_package_of_the_view_goes_before_the_installed_one(
    pin: Pin, upstream: Upstream, opens: Opens, made: Made, kind: str
) -> None:
    project = pin("silero")
    said = opens("open_silero", kind, made("audio") / "both.wav").said
    assert said["version"] == "6.0.1"
    assert Path(said["package"]) == project.view / "python" / "silero_vad" / "__init__.py"
    assert len(said["speech"]) >= 2, "two people, and silence between them"
    assert upstream.requests == []
