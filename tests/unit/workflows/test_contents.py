"""What a pinned artifact's documents say: from the store if they are there, else fetched, checked and kept."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from resolver.documents.foreign import LARGEST
from resolver.domain.errors import MismatchError, ModelsError, NetworkError, NotFoundUpstreamError, UnsafeContentError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.ports import Body, Candidate, Desk, Portion, Refusal
from resolver.domain.upstream import Standing
from resolver.workflows.contents import reader
from resolver.workflows.workspace import Workspace
from tests.servers.wheels import make_wheel
from tests.unit.domain.values import COMMIT, file
from tests.unit.workflows.projects import workspace

CONFIG = b'{"a": [1, null]}'
KEY = "hf:org/name@main"


@dataclass
class Bytes:
    """A body from memory."""

    stream: io.BytesIO
    total: int | None
    offset: int = 0
    validator: str | None = None
    closed: bool = False

    def readinto(self, buffer: memoryview) -> int:
        return self.stream.readinto(buffer)

    def close(self) -> None:
        self.closed = True


@dataclass
class Shop:
    """A source that has bytes by path, and remembers what was opened."""

    bytes_of: dict[str, bytes] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    bodies: list[Bytes] = field(default_factory=list)

    def candidates(self, request: Request) -> Sequence[Candidate]:
        raise AssertionError(f"{request} is pinned")

    def probe(self, source: str, candidate: Candidate, path: str | None) -> Refusal | None:
        raise AssertionError(f"{source} was asked before: {candidate}, {path}")

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        raise AssertionError(f"{key} is pinned: {request}, {candidate}, {desk}")

    def standing(self, artifact: Artifact, wanted: Callable[[str], bool]) -> Standing:
        raise AssertionError(f"{artifact.key} is read, not asked about: {wanted}")

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        del artifact, portion
        self.opened.append(file.path)
        if file.path not in self.bytes_of:
            raise NotFoundUpstreamError(f"{file.path}: gone")
        body = Bytes(io.BytesIO(self.bytes_of[file.path]), None)
        self.bodies.append(body)
        return body


def artifact_with(*files: File, archive: File | None = None) -> Artifact:
    return Artifact(KEY, COMMIT, None, files, archive=archive)


def keep(around: Workspace, *contents: bytes) -> None:
    for content in contents:
        around.store.keep([content])


def test_what_is_in_the_store_is_read_without_a_request(tmp_path: Path) -> None:
    shop = Shop()
    around = workspace(tmp_path, shop)
    keep(around, CONFIG)
    read = reader(around, artifact_with(file("config.json", CONFIG)))
    assert read("config.json") == {"a": [1, None]}
    assert read("config.json") == {"a": [1, None]}
    assert shop.opened == []


def test_what_is_missing_is_fetched_once_and_kept(tmp_path: Path) -> None:
    shop = Shop({"sub/config.yaml": b"a: 1\n"})
    around = workspace(tmp_path, shop)
    wanted = file("sub/config.yaml", b"a: 1\n")
    read = reader(around, artifact_with(wanted, file("model.bin")))
    assert [read("sub/config.yaml"), read("sub/config.yaml")] == [{"a": "1"}, {"a": "1"}]
    assert shop.opened == ["sub/config.yaml"], "and nothing else of the artifact"
    assert around.store.has(wanted)
    assert all(body.closed for body in shop.bodies)


@pytest.mark.parametrize("path", ["other.json", "config", "", "../config.json", "CONFIG.JSON"])
def test_a_path_that_the_artifact_does_not_have_is_nothing_and_nobody_is_asked(tmp_path: Path, path: str) -> None:
    shop = Shop({path: CONFIG})
    assert reader(workspace(tmp_path, shop), artifact_with(file("config.json", CONFIG)))(path) is None
    assert shop.opened == []


@pytest.mark.parametrize("answer", [b'{"a": [2, null]}', b"", CONFIG[:-1], CONFIG + b" "])
def test_other_bytes_than_were_locked_are_an_error_and_never_kept(
    tmp_path: Path, answer: bytes, waits: list[float]
) -> None:
    around = workspace(tmp_path, Shop({"config.json": answer}))
    with pytest.raises(ModelsError, match=r"config\.json") as caught:
        reader(around, artifact_with(file("config.json", CONFIG)))("config.json")
    assert isinstance(caught.value, MismatchError if len(answer) >= len(CONFIG) else NetworkError)
    assert bool(waits) == (len(answer) < len(CONFIG)), "what ends early is asked for again"
    assert not around.store.blob(hashlib.sha256(CONFIG).hexdigest()).exists()
    assert not around.store.blob(hashlib.sha256(answer).hexdigest()).exists()


def test_bytes_that_somebody_changed_in_the_store_are_fetched_again(tmp_path: Path) -> None:
    shop = Shop({"config.json": CONFIG})
    around = workspace(tmp_path, shop)
    keep(around, CONFIG)
    blob = around.store.blob(hashlib.sha256(CONFIG).hexdigest())
    blob.chmod(0o644)
    blob.write_bytes(CONFIG.replace(b"1", b"22"))
    assert reader(around, artifact_with(file("config.json", CONFIG)))("config.json") == {"a": [1, None]}
    assert shop.opened == ["config.json"]


def test_what_is_gone_upstream_is_an_error_and_not_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFoundUpstreamError, match=r"config\.json"):
        reader(workspace(tmp_path, Shop()), artifact_with(file("config.json", CONFIG)))("config.json")


def test_more_than_16_mebibytes_are_neither_fetched_nor_read(tmp_path: Path) -> None:
    shop = Shop()
    around = workspace(tmp_path, shop)
    blank = b" " * LARGEST
    keep(around, blank[:-1] + b"1", blank + b"1")
    most, more = file("most.json", blank[:-1] + b"1"), file("more.json", blank + b"1")
    read = reader(around, artifact_with(most, more, File("huge.json", LARGEST + 1, "0" * 64)))
    assert (read("most.json"), read("more.json"), read("huge.json")) == (1, None, None)
    assert shop.opened == []
    assert LARGEST == 16 * 2**20


def test_a_member_is_unpacked_out_of_the_archive(tmp_path: Path) -> None:
    wheel = make_wheel("own", "1.0", {"own/config.json": CONFIG, "own/big.bin": b"x" * 1000})
    packed = file("own-1.0-py3-none-any.whl", wheel)
    member, other = file("own/config.json", CONFIG), file("own/big.bin", b"x" * 1000)
    shop = Shop({packed.path: wheel})
    around = workspace(tmp_path, shop)
    read = reader(around, artifact_with(member, other, archive=packed))
    assert [read("own/config.json"), read("own/config.json")] == [{"a": [1, None]}] * 2
    assert shop.opened == [packed.path]
    assert around.store.has(member)
    assert not around.store.has(other), "nobody asked for that one"


def test_an_archive_that_is_here_already_is_not_fetched_again(tmp_path: Path) -> None:
    wheel = make_wheel("own", "1.0", {"own/config.json": CONFIG})
    shop = Shop()
    around = workspace(tmp_path, shop)
    keep(around, wheel)
    artifact = artifact_with(file("own/config.json", CONFIG), archive=file("own-1.0-py3-none-any.whl", wheel))
    assert reader(around, artifact)("own/config.json") == {"a": [1, None]}
    assert shop.opened == []


@pytest.mark.parametrize("path", ["own/config.json", "own/none.json"])
def test_a_member_that_is_another_or_not_there_is_a_mismatch(tmp_path: Path, path: str) -> None:
    wheel = make_wheel("own", "1.0", {"own/config.json": b'{"a": [2, null]}'})
    around = workspace(tmp_path, Shop({"w.whl": wheel}))
    artifact = artifact_with(file(path, CONFIG), archive=file("w.whl", wheel))
    with pytest.raises(MismatchError, match=path):
        reader(around, artifact)(path)


def test_an_archive_with_a_way_out_is_unsafe(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        entry = tarfile.TarInfo("../config.json")
        entry.size = len(CONFIG)
        archive.addfile(entry, io.BytesIO(CONFIG))
    around = workspace(tmp_path, Shop({"voice.tar": raw.getvalue()}))
    artifact = artifact_with(file("config.json", CONFIG), archive=file("voice.tar", raw.getvalue()))
    with pytest.raises(UnsafeContentError):
        reader(around, artifact)("config.json")
