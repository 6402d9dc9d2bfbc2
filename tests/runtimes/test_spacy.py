"""spaCy opens the release that was locked, by name and by path."""

import pytest

from tests.conftest import Run
from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import NER, Upstream


@pytest.mark.parametrize("asked", [NER, "PATH"])
def test_a_package_and_the_path_mean_the_pin(pin: Pin, run: Run, upstream: Upstream, opens: Opens, asked: str) -> None:
    pin("spacy")
    path = run("path", "ner").stdout.strip()
    said = opens("open_spacy", asked.replace("PATH", path), "We met Zorblax.").said
    assert said == {"version": "3.8.0", "entities": [["Zorblax", "ORG"]]}
    assert upstream.requests == []
