"""One byte is another one, on the wire or on the disk, and size and time stay as they were."""

import gzip
import random
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, flipped, weights
from tests.cli.project import Project
from tests.faults.delivery import code_of, delivering
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.property.test_flipped_bytes import flip
from tests.servers.faults import Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

THREAT = "bytes altered, size kept"
FLIPS = scale(60, 1000)
FILES = {
    "config.json": CONFIG * 20,
    "model.bin": weights(300_000, 1),
    "vectors.gz": gzip.compress(weights(50_000, 2), mtime=0),
    "large.bin": weights(1_500_000, 3),
    "one": b"1",
}


def test_a_byte_that_is_flipped_on_the_wire_is_never_published(tmp_path: Path, files: FileServer) -> None:
    dice = random.Random(1)  # noqa: S311  # repeatable, not secret
    for name, content in FILES.items():
        files.put(name, content)
    published = 0
    with delivering(tmp_path / "store") as delivery:
        for _ in range(FLIPS):
            name = dice.choice(list(FILES))
            files.faults = [Fault(name, "flip", times=2, after_bytes=dice.randrange(len(FILES[name])))]
            assert code_of(delivery.bring(files.url(name), FILES[name])) == 4
            published += len(delivery.published())
        files.faults = []
        for name, content in FILES.items():
            assert code_of(delivery.bring(files.url(name), content)) == 0
        assert {one.read_bytes() for one in delivery.published()} == set(FILES.values())
    assert published == 0
    figure(
        THREAT, "hash while streaming; publish only on a match", f"{FLIPS:,} flips on the wire: {published} published"
    )


@pytest.mark.parametrize("resumed", [False, True], ids=["whole", "resumed"])
def test_a_byte_that_is_flipped_once_is_fetched_once_more(tmp_path: Path, files: FileServer, *, resumed: bool) -> None:
    dice = random.Random(2)  # noqa: S311  # repeatable, not secret
    content = FILES["model.bin"]
    files.put("model.bin", content)
    for number in range(scale(10, 200)):
        at = dice.randrange(100_000, len(content)) if resumed else dice.randrange(len(content))
        files.faults = [Fault("model.bin", "flip", after_bytes=at)]
        if resumed:
            files.faults.append(Fault("model.bin", "reset", after_bytes=at - 1))
            files.faults.reverse()
        with delivering(tmp_path / str(number)) as delivery:
            assert code_of(delivery.bring(files.url("model.bin"), content)) == 0
            assert [one.read_bytes() for one in delivery.published()] == [content]
        assert [fault.used for fault in files.faults] == [1] * len(files.faults)


@pytest.fixture
def synced(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    hub.commit(REPO, FILES, license="mit")
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/__init__.py": b"#\n", "pack/w.bin": weights(9_000, 4)}))
    project.manifest("models: {asr: {source: hf:org/name}, vad: {source: pypi:pack}}\n")
    assert project.run("sync", MODELS_LINK_MODE="copy").code == 0
    return project


def test_a_byte_that_is_flipped_on_disk_is_found_by_verify(synced: Project) -> None:
    dice = random.Random(3)  # noqa: S311  # repeatable, not secret
    placed = [synced.view / path for path, content in synced.placed().items() if content and "/refs/" not in path]
    found = 0
    for _ in range(FLIPS):
        path = dice.choice(placed)
        at = dice.randrange(path.stat().st_size)
        flip(path, at)
        result = synced.run("verify", "--json")
        assert result.code == 1, result.text
        (finding,) = result.document["findings"]
        found += finding["path"].endswith(path.name)
        flip(path, at)
    assert synced.run("verify").code == 0
    assert found == FLIPS
    figure(THREAT, "`verify` finds each", f"{FLIPS:,} flips on disk: {found:,} found")


def test_a_blob_with_a_flipped_byte_is_never_placed(synced: Project) -> None:
    """Its time tells that it was touched; then it is hashed, dropped, and fetched anew."""
    dice = random.Random(4)  # noqa: S311  # repeatable, not secret
    right = synced.placed()
    blobs = {one: one.read_bytes() for one in synced.blobs()}
    tries = scale(10, 100)
    for _ in range(tries):
        path = dice.choice(list(blobs))
        synced.forget_view()
        path.chmod(0o644)
        path.write_bytes(flipped(blobs[path], dice.randrange(len(blobs[path]))))
        assert synced.run("sync").code == 0
        assert synced.placed() == right
    assert synced.run("verify").code == 0
    figure(THREAT, "a blob that was touched is hashed before it is linked", f"{tries} flips in the store: 0 placed")
