"""Files that execute code when they are opened, and files that do not, under names that say nothing."""

import io

from resolver.domain.manifest import PICKLE
from resolver.policy.formats import flags_of
from tests.faults.figures import figure
from tests.unit.policy.test_formats_harmless import HARMLESS
from tests.unit.policy.test_formats_pickle import BAD

NAMES = ("model", "model.safetensors", "pytorch_model.bin", "weights.npz")


def test_no_pickle_is_missed_and_nothing_else_is_taken_for_one() -> None:
    missed = [(name, path) for name, one in BAD.items() for path in NAMES if PICKLE not in flags_of(path, stream(one))]
    false = [(name, path) for name, one in HARMLESS.items() for path in NAMES if flags_of(path, stream(one))]
    assert (missed, false) == ([], [])
    figure(
        "code in pickles",
        "flagged by their bytes whatever they are called, never unpickled; 0 missed, 0 others flagged",
        f"{len(BAD)} pickles (compressed, broken, in archives): 0 missed; {len(HARMLESS)} harmless files: 0 flagged",
    )


def stream(content: bytes) -> io.BytesIO:
    return io.BytesIO(content)
