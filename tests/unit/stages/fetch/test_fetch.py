"""Several downloads: each published only when right, none stopped by another."""

import concurrent.futures
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from resolver.concurrency import Limits
from resolver.domain.errors import InterruptedByUserError, MismatchError, NetworkError
from resolver.domain.lock import File
from resolver.domain.plan import Download
from resolver.domain.ports import Body, Silence
from resolver.stages.fetch import Fetched, Places, fetch
from resolver.stages.fetch.limits import SMALL
from tests.unit.domain.values import artifact, file
from tests.unit.stages.fetch.fakes import FakeBlobs, FakeBody, FakePart, FakeSource, Sleepless

CONTENTS = {"a": b"first", "b": b"second!", "c": b"third??"}
FILES = [file(path, content) for path, content in CONTENTS.items()]


@dataclass
class Told(Silence):
    """A reporter that adds up."""

    bytes: dict[str, int] = field(default_factory=dict)

    def advance(self, name: str, count: int) -> None:
        self.bytes[name] = self.bytes.get(name, 0) + count


def run(
    source: FakeSource,
    blobs: FakeBlobs,
    files: Iterable[File] = FILES,
    reporter: Silence | None = None,
    limits: Limits | None = None,
) -> tuple[Fetched, ...]:
    known = artifact("hf:org/name@main", *FILES)
    wanted = [(Download(known.key, one, (f"model-{one.path}", "other")), known) for one in files]
    chosen = limits or Limits(stop=Sleepless())
    return fetch(wanted, Places({}, {"hf": source}), blobs, chosen, reporter or Silence())


def test_everything_is_fetched_and_counted_in_order() -> None:
    blobs, told = FakeBlobs(), Told()
    found = run(FakeSource(CONTENTS), blobs, reporter=told)
    assert [(one.download.file.path, one.bytes, one.error) for one in found] == [
        ("a", 5, None),
        ("b", 7, None),
        ("c", 7, None),
    ]
    assert set(blobs.blobs.values()) == set(CONTENTS.values())
    assert told.bytes == {"model-a": 5, "model-b": 7, "model-c": 7}


def test_nothing_to_fetch_is_nothing() -> None:
    assert run(FakeSource({}), FakeBlobs(), []) == ()


def test_what_is_there_is_not_asked_for() -> None:
    source = FakeSource(CONTENTS)
    found = run(source, FakeBlobs(b"first", b"third??"))
    assert source.opened == [("b", 0, None)]
    assert [one.bytes for one in found] == [0, 7, 0]


def test_what_came_meanwhile_is_not_asked_for() -> None:
    class Late(FakeBlobs):
        def has(self, file: File) -> bool:
            return bool(self.staged) and super().has(file)

    source, blobs = FakeSource(CONTENTS), Late(b"first")
    assert run(source, blobs, FILES[:1])[0].bytes == 0
    assert blobs.staged == [FILES[0].sha256]
    assert source.opened == []


def test_a_broken_off_download_is_resumed_and_what_is_there_is_announced() -> None:
    blobs, source, told = FakeBlobs(), FakeSource(CONTENTS), Told()
    blobs.parts[FILES[1].sha256] = FakePart(b"sec")
    found = run(source, blobs, FILES[1:2], told)
    assert source.opened == [("b", 3, None)]
    assert found[0].bytes == 4
    assert told.bytes == {"model-b": 7}


def test_a_whole_part_is_published_without_a_question() -> None:
    blobs, source = FakeBlobs(), FakeSource(CONTENTS)
    blobs.parts[FILES[1].sha256] = FakePart(b"second!")
    assert run(source, blobs, FILES[1:2])[0].bytes == 0
    assert source.opened == []
    assert blobs.has(FILES[1])


@pytest.mark.parametrize("part", [b"second! and more", b"SECOND!", b"SEC"])
def test_a_wrong_part_is_forgotten_and_fetched_anew(part: bytes) -> None:
    blobs, source, told = FakeBlobs(), FakeSource(CONTENTS), Told()
    blobs.parts[FILES[1].sha256] = FakePart(part)
    found = run(source, blobs, FILES[1:2], told)
    assert found[0].error is None
    assert blobs.has(FILES[1])
    assert source.opened[-1] == ("b", 0, None)
    assert told.bytes == {"model-b": 7}


def wrong_once(count: int, content: bytes) -> FakeSource:
    source = FakeSource(CONTENTS)
    left = [count]

    def before(path: str, offset: int) -> Body | None:
        if path != "b" or not left[0]:
            return None
        left[0] -= 1
        return FakeBody([content[offset:]], offset)

    source.before = before
    return source


@pytest.mark.parametrize("content", [b"SECOND!", b"second? and far too long"])
def test_wrong_bytes_are_fetched_once_more(content: bytes) -> None:
    source, blobs, told = wrong_once(1, content), FakeBlobs(), Told()
    found = run(source, blobs, FILES[1:2], told)
    assert found[0].error is None
    assert [offset for _, offset, _ in source.opened] == [0, 0]
    assert blobs.blobs[FILES[1].sha256] == b"second!"
    assert told.bytes == {"model-b": 7}


def test_wrong_bytes_twice_are_an_error_and_nothing_of_them_is_kept() -> None:
    source, blobs = wrong_once(99, b"SECOND!"), FakeBlobs()
    found = run(source, blobs)
    assert len([path for path, _, _ in source.opened if path == "b"]) == 2
    assert isinstance(found[1].error, MismatchError)
    assert FILES[1].sha256 in str(found[1].error)
    assert found[1].bytes == 14
    assert not blobs.has(FILES[1])
    assert blobs.parts[FILES[1].sha256].content == b""


def test_one_that_fails_does_not_stop_the_others() -> None:
    source, blobs = FakeSource(CONTENTS), FakeBlobs()

    def before(path: str, _: int) -> Body | None:
        if path == "a":
            raise NetworkError("HTTP 404")
        return None

    source.before = before
    found = run(source, blobs)
    assert isinstance(found[0].error, NetworkError)
    assert [one.error for one in found[1:]] == [None, None]
    assert blobs.has(FILES[1])
    assert blobs.has(FILES[2])


def at_once(contents: dict[str, bytes], expected: int) -> int:
    """How many files come at a time with two workers; each waits until as many as expected have begun."""
    together, most = [0], [0]
    lock, everybody = threading.Lock(), threading.Barrier(expected, timeout=10)

    def before(_path: str, _offset: int) -> Body | None:
        with lock:
            together[0] += 1
            most[0] = max(most[0], together[0])
        everybody.wait()
        with lock:
            together[0] -= 1
        return None

    source = FakeSource(contents)
    source.before = before
    files = [file(path, content) for path, content in contents.items()]
    found = run(source, FakeBlobs(), files, limits=Limits(workers=2, stop=Sleepless()))
    assert [(one.download.file, one.error) for one in found] == [(one, None) for one in files]
    return most[0]


def test_so_many_large_files_come_at_a_time_and_no_more() -> None:
    assert at_once({str(n): bytes(SMALL) + b"x%d" % n for n in range(6)}, 2) == 2


def test_of_small_files_more_come_at_a_time_and_no_more_either() -> None:
    assert at_once({str(n): b"x%d" % n for n in range(16)}, 8) == 8


def test_small_files_come_before_large_ones_and_are_told_in_the_order_of_the_plan() -> None:
    contents = {"large": bytes(SMALL + 1), "small": bytes(SMALL), "none": b""}
    source = FakeSource(contents)
    found = run(
        source,
        FakeBlobs(),
        [file(path, content) for path, content in contents.items()],
        limits=Limits(workers=1, stop=Sleepless()),
    )
    assert [path for path, _, _ in source.opened] == ["small", "none", "large"]
    assert [one.download.file.path for one in found] == ["large", "small", "none"]


def test_once_stopped_everything_ends_with_what_came() -> None:
    stop = Sleepless()
    source, blobs = FakeSource(CONTENTS), FakeBlobs()

    def before(_path: str, _offset: int) -> Body | None:
        stop.set()
        return None

    source.before = before
    found = run(source, blobs, limits=Limits(workers=1, stop=stop))
    assert all(isinstance(one.error, InterruptedByUserError) for one in found)
    assert blobs.blobs == {}


def test_an_interruption_stops_the_workers_and_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    stop = Sleepless()
    monkeypatch.setattr(concurrent.futures, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(FakeSource(CONTENTS), FakeBlobs(), limits=Limits(workers=1, stop=stop))
    assert stop.is_set()


def test_all_connections_share_one_rate() -> None:
    stop = Sleepless()
    run(FakeSource(CONTENTS), FakeBlobs(), limits=Limits(workers=1, rate=10, stop=stop))
    assert sum(stop.waits) > 1.9, "19 bytes at 10 bytes a second, each wait for all before it"
