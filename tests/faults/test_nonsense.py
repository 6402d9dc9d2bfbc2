"""Manifests and locks that hold anything: an error with a place, soon, and never another exception."""

import random
import time
from collections.abc import Callable

import pytest

from resolver.documents.lock_reader import read_lock
from resolver.documents.lock_writer import lock_text
from resolver.documents.manifest import read_manifest
from resolver.domain.errors import ModelsError
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.property.test_nonsense_locks import NONSENSE, PLACES, changed
from tests.unit.documents.example_lock import EXAMPLE as LOCK
from tests.unit.documents.reading import EXAMPLE
from tests.unit.documents.test_fuzz import ALL_KINDS, ALL_RUNTIMES, PIECES

LONGEST = 1.0
"""Seconds; ten times what is promised, because other processes may have the processor meanwhile."""
JSON_PIECES = [
    *'{}[]:,"\\ \n\t-+.eE0123456789',
    *("null", "true", "NaN", "Infinity", "-0", "1e999", "9" * 400, "\\ud800", "\\u0000", '""', "[[", "{}", "[]"),
    *('"path": "../x"', '"size": -1', '"sha256": ""', '"lock_version": 99', "\x00", "\ufeff", "\udfff"),
]
Read = Callable[[bytes], object]
READERS: dict[str, tuple[str, list[str], Read]] = {
    "models.yaml": (EXAMPLE, PIECES, lambda text: read_manifest(text, "models.yaml", ALL_KINDS, ALL_RUNTIMES)),
    "models.lock": (lock_text(LOCK).decode(), JSON_PIECES, read_lock),
}


def of_either_kind(name: str, dice: random.Random) -> bytes:
    """Another text, or for locks, which are made of values, another value somewhere."""
    if name == "models.lock" and dice.random() < 0.5:
        return changed(dice.choice(PLACES), dice.choice(NONSENSE))
    example, pieces, _ = READERS[name]
    return nonsense(example, pieces, dice)


def nonsense(example: str, pieces: list[str], dice: random.Random) -> bytes:
    """A stretch of the example with parts cut out, doubled and put in; now and then bytes that are no text."""
    start = dice.randrange(len(example))
    text = example if dice.random() < 0.7 else example[start : start + dice.randrange(2000)]
    for _ in range(dice.choice((1, 1, 1, 2, 5))):
        at = dice.randrange(len(text) + 1)
        put = dice.choice(pieces) * dice.choice((1, 1, 1, 2, 50))
        again = text[at : at + dice.randrange(60)] if dice.random() < 0.2 else ""
        text = text[:at] + put + again + text[at + dice.choice((0, 0, 1, 40)) :]
    raw = bytearray(text.encode(errors="surrogatepass"))
    if raw and dice.random() < 0.2:
        raw[dice.randrange(len(raw))] = dice.randrange(256)
    return bytes(raw)


@pytest.mark.parametrize("name", READERS)
def test_nonsense_is_refused_soon_and_nothing_else_happens(name: str) -> None:
    read = READERS[name][2]
    dice = random.Random(23)  # noqa: S311 - repeatable, not secret
    count, slowest, refused = scale(1_000, 500_000), 0.0, 0
    for _ in range(count):
        text = of_either_kind(name, dice)
        began = time.thread_time()
        try:
            read(text)
        except ModelsError:
            refused += 1
        slowest = max(slowest, time.thread_time() - began)
    assert refused > count // 2, "it is nonsense"
    assert slowest < LONGEST
    figure(
        "YAML and JSON bombs, nonsense",
        "1,000,000 inputs: 0 crashes, at most 100 ms each",
        f"{name}: {count:,} inputs, {refused:,} refused, 0 crashes, slowest {slowest * 1000:.1f} ms of processor time",
    )
