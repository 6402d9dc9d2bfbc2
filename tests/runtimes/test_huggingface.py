"""transformers, sentence-transformers and PEFT open what was locked, in every shard and in the model beneath."""

import pytest

from tests.conftest import Run
from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import ADAPTER, BERT, REMOTE, Upstream


@pytest.mark.parametrize("asked", [BERT, f"{BERT}@v1.0", "PATH"])
def test_every_shard_is_of_the_pin(pin: Pin, run: Run, upstream: Upstream, opens: Opens, asked: str) -> None:
    pin("transformers")
    path = run("path", "bert").stdout.strip()
    assert opens("open_transformers", asked.replace("PATH", path)).said == [1.0]
    assert upstream.requests == []


@pytest.mark.parametrize("asked", [BERT, "PATH"])
def test_sentences_are_embedded_by_the_pin(pin: Pin, run: Run, upstream: Upstream, opens: Opens, asked: str) -> None:
    pin("transformers")
    path = run("path", "bert").stdout.strip()
    sentences = ("a bird sings", "the bird sings", "the car is red")
    said = opens("open_sentences", asked.replace("PATH", path), *sentences).said
    assert said["marks"] == [1.0]
    assert said["near"][0] > said["near"][1], "two of three words are the same"
    assert upstream.requests == []


def test_an_adapter_and_the_model_beneath_are_the_pins(pin: Pin, upstream: Upstream, opens: Opens) -> None:
    pin("adapter")
    assert opens("open_peft", ADAPTER).said == {"adapter": [1.0], "base": [1.0]}
    assert upstream.requests == []


def test_code_and_weights_of_a_repository_are_of_the_pin(pin: Pin, upstream: Upstream, opens: Opens) -> None:
    pin("remote-code")
    assert opens("open_remote_code", REMOTE).said == [1.0, 1.0]
    assert upstream.requests == []
