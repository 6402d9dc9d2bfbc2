"""An archive that claims to hold far more than it can is not read."""

import io
import zipfile

import pytest

from resolver.domain.errors import UnsafeContentError
from resolver.sources import github_archive
from resolver.sources.github_archive import Archive

COMMIT = "c" * 40
ZEROS = 100_000


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is small enough to be believed however it shrinks."""
    monkeypatch.setattr(github_archive, "SMALL_CONTENT", ZEROS)


def archive(*sizes: int, method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """An archive of zeros, of which Deflate leaves a thousandth."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as written:
        for number, size in enumerate(sizes):
            written.writestr(f"o-n-{COMMIT[:7]}/{number}.bin", bytes(size))
    return stream


@pytest.mark.parametrize("sizes", [(ZEROS + 1,), (ZEROS // 2, ZEROS // 2 + 1)], ids=["one file", "all together"])
def test_what_inflates_more_than_a_hundredfold_is_refused(sizes: tuple[int, ...]) -> None:
    stream = archive(*sizes)
    assert len(stream.getvalue()) * 100 < ZEROS
    with pytest.raises(UnsafeContentError) as caught:
        Archive(stream, "o/n", COMMIT)
    said = f"an archive of {len(stream.getvalue())} bytes claims to hold {ZEROS + 1}"
    assert caught.value.message == f"github:o/n at {COMMIT[:12]}: {said}"
    assert caught.value.exit_code == 2


def test_what_is_small_may_shrink_as_it_likes() -> None:
    assert Archive(archive(ZEROS), "o/n", COMMIT).members["0.bin"].size == ZEROS


def test_what_is_large_may_be_a_hundred_times_its_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = archive(ZEROS + 1, method=zipfile.ZIP_STORED)
    assert Archive(stored, "o/n", COMMIT).members["0.bin"].size == ZEROS + 1
    packed = archive(ZEROS + 1)
    size = len(packed.getvalue())
    monkeypatch.setattr(github_archive, "MOST_INFLATION", -(-(ZEROS + 1) // size))
    assert Archive(packed, "o/n", COMMIT).members["0.bin"].size == ZEROS + 1
