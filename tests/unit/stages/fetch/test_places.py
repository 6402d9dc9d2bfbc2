"""Places in order: who is asked, who is asked no more, and what is said when all fail."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from resolver.concurrency import Limits
from resolver.domain.errors import (
    AccessRefusedError,
    DiskError,
    InterruptedByUserError,
    MismatchError,
    ModelsError,
    NetworkError,
    NotFoundUpstreamError,
    TransientError,
)
from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Download
from resolver.domain.ports import Body, Portion, Silence
from resolver.stages.fetch import Fetched, Places, fetch
from tests.unit.domain.values import artifact, file
from tests.unit.stages.fetch.fakes import FakeBlobs, FakeBody, FakePart, FakeSource, Sleepless, broken

CONTENT = b"the right bytes"
MODEL = file("model.bin", CONTENT)
OTHER = file("other.bin", b"other")
ASKING = artifact("hf:org/name@main", MODEL, OTHER)


@dataclass
class FakeMirror:
    """Does what it is told to, and remembers what it was asked."""

    act: Callable[[File, Portion], Body]
    says: Callable[[File], bool] = lambda _: True
    asked: list[str] = field(default_factory=list)

    def has(self, artifact: Artifact, file: File) -> bool:
        del artifact
        self.asked.append(f"has {file.path}")
        return self.says(file)

    def open(self, artifact: Artifact, file: File, portion: Portion) -> Body:
        del artifact
        self.asked.append(f"open {file.path} {portion.offset}")
        return self.act(file, portion)


def right(file: File, portion: Portion) -> Body:
    content = {"model.bin": CONTENT, "other.bin": b"other"}[file.path]
    return FakeBody([content[portion.offset :]], portion.offset, total=file.size)


def failing(error: type[ModelsError], message: str = "it failed") -> FakeMirror:
    def act(_file: File, _portion: Portion) -> Body:
        raise error(message)

    return FakeMirror(act)


def mirrored(*mirrors: FakeMirror, source: FakeSource | None = None) -> Places:
    named = {f"m{number}": one for number, one in enumerate(mirrors, 1)}
    return Places(named, {"hf": source} if source else {})


def run(places: Places, blobs: FakeBlobs | None = None, *files: File, limits: Limits | None = None) -> Fetched:
    wanted = [(Download(ASKING.key, one, ("m",)), ASKING) for one in files or (MODEL,)]
    chosen = limits or Limits(workers=1, stop=Sleepless())
    return fetch(wanted, places, blobs or FakeBlobs(), chosen, Silence())[-1]


@pytest.mark.parametrize("error", [NotFoundUpstreamError, AccessRefusedError, NetworkError, TransientError])
def test_the_next_place_is_asked(error: type[ModelsError]) -> None:
    source = FakeSource({"model.bin": CONTENT})
    first, second = failing(error), FakeMirror(right)
    assert run(mirrored(first, second, source=source)).error is None
    assert second.asked == ["open model.bin 0"]
    assert source.opened == []
    assert run(mirrored(failing(error), source=source)).error is None
    assert source.opened == [("model.bin", 0, None)]


@pytest.mark.parametrize(("error", "again"), [(NotFoundUpstreamError, 2), (AccessRefusedError, 2), (NetworkError, 1)])
def test_only_a_mirror_that_fails_as_a_whole_is_asked_no_more(error: type[ModelsError], again: int) -> None:
    first = failing(error)
    assert run(mirrored(first, FakeMirror(right)), None, MODEL, OTHER).error is None
    assert len(first.asked) == again


@pytest.mark.parametrize(("alone", "longest"), [(False, 10.0), (True, 100.0)])
def test_what_is_worth_another_try_is_waited_for_shortly_where_there_is_another_place(
    *, alone: bool, longest: float
) -> None:
    def busy(_file: File, _portion: Portion) -> Body:
        raise TransientError("busy", retry_after=100.0)

    stop = Sleepless()
    first = FakeMirror(busy)
    source = None if alone else FakeSource({"model.bin": CONTENT})
    found = run(mirrored(first, source=source), limits=Limits(1, None, 300.0, stop))
    assert (found.error is not None) == alone
    assert len(first.asked) > 1
    assert max(stop.waits) == longest


@pytest.mark.parametrize("stops", [DiskError, InterruptedByUserError])
def test_the_own_disk_and_the_users_wish_are_no_failure_of_a_place(stops: type[ModelsError]) -> None:
    source = FakeSource({"model.bin": CONTENT})
    places = mirrored(failing(stops), source=source)
    assert isinstance(run(places).error, stops)
    assert source.opened == []
    assert places.warnings == ()
    with pytest.raises(stops):
        mirrored(FakeMirror(right, says=lambda _: raising(stops))).mirrored(ASKING, MODEL)


def test_an_interruption_at_the_source_is_worse_than_what_a_mirror_said() -> None:
    def interrupted(_path: str, _offset: int) -> Body | None:
        raise InterruptedByUserError("interrupted")

    source = FakeSource({"model.bin": CONTENT})
    source.before = interrupted
    assert isinstance(run(mirrored(failing(NetworkError), source=source)).error, InterruptedByUserError)


def raising(error: type[ModelsError]) -> bool:
    raise error("it failed")


def test_what_came_before_a_failure_is_kept_and_the_validator_is_not() -> None:
    def breaking(_file: File, portion: Portion) -> Body:
        if portion.offset:
            raise NetworkError("gone")
        return broken(CONTENT[:8], validator='"tag"')

    source = FakeSource({"model.bin": CONTENT})
    found = run(mirrored(FakeMirror(breaking), source=source))
    assert found.error is None
    assert source.opened == [("model.bin", 8, None)]
    assert found.bytes == len(CONTENT)


def test_wrong_bytes_are_asked_for_twice_then_elsewhere_and_told() -> None:
    wrong = FakeMirror(lambda _, portion: FakeBody([b"x" * (15 - portion.offset)], portion.offset))
    places = mirrored(wrong, FakeMirror(right))
    blobs = FakeBlobs()
    assert run(places, blobs).error is None
    assert wrong.asked == ["open model.bin 0"] * 2
    assert blobs.has(MODEL)
    assert places.warnings == ("mirror m1: wrong bytes for model.bin; none of them was kept",)


def test_nothing_of_a_body_that_is_too_long_is_left_for_the_next_place() -> None:
    long = FakeMirror(lambda _, portion: FakeBody([b"wrong byt", b"es and much more"], portion.offset))
    second = FakeMirror(right)
    assert run(mirrored(long, second)).error is None
    assert long.asked == ["open model.bin 0"] * 2
    assert second.asked == ["open model.bin 0"]


def test_a_mirror_is_not_blamed_for_what_was_there_before() -> None:
    blobs = FakeBlobs()
    blobs.parts[MODEL.sha256] = FakePart(b"wrong")
    places = mirrored(FakeMirror(right))
    assert run(places, blobs).error is None
    assert places.warnings == ()
    blobs = FakeBlobs()
    blobs.parts[MODEL.sha256] = FakePart(b"x" * len(CONTENT))
    assert run(places, blobs).error is None
    assert places.warnings == ()


def test_a_mirror_that_refuses_to_begin_spoils_nothing() -> None:
    blobs = FakeBlobs()
    blobs.parts[MODEL.sha256] = FakePart(CONTENT[:8])
    source = FakeSource({"model.bin": CONTENT})
    places = mirrored(failing(MismatchError, "3 bytes"), source=source)
    assert run(places, blobs).error is None
    assert source.opened == [("model.bin", 8, None)]
    assert "wrong bytes for model.bin" in places.warnings[0]


def test_what_a_source_has_no_more_is_not_kept_in_parts() -> None:
    blobs = FakeBlobs()
    blobs.parts[MODEL.sha256] = FakePart(CONTENT[:8])
    source = FakeSource({"model.bin": CONTENT})
    source.before = lambda _path, offset: FakeBody([b"longer"], offset, total=99)
    assert isinstance(run(mirrored(source=source), blobs).error, MismatchError)
    assert [offset for _, offset, _ in source.opened] == [8, 0]
    assert blobs.parts[MODEL.sha256].size == 0


def test_a_part_that_is_whole_and_wrong_is_forgotten_at_the_last_place_too() -> None:
    blobs = FakeBlobs()
    blobs.parts[MODEL.sha256] = FakePart(b"x" * len(CONTENT))
    source = FakeSource({"model.bin": b"y" * len(CONTENT)})
    assert isinstance(run(mirrored(source=source), blobs).error, MismatchError)
    assert blobs.parts[MODEL.sha256].size == 0


@pytest.mark.parametrize(
    ("errors", "kind", "message"),
    [
        ((NotFoundUpstreamError, NetworkError, NotFoundUpstreamError), NotFoundUpstreamError, "of m3"),
        ((NotFoundUpstreamError, AccessRefusedError, NetworkError), AccessRefusedError, "of m2"),
        ((MismatchError, AccessRefusedError, NetworkError), MismatchError, "sha256"),
    ],
)
def test_when_all_fail_the_worst_is_the_error_and_each_place_is_named(
    errors: tuple[type[ModelsError], ...], kind: type[ModelsError], message: str
) -> None:
    mirrors = [failing(error, f"model.bin of m{number}") for number, error in enumerate(errors, 1)]
    found = run(mirrored(*mirrors)).error
    assert type(found) is kind
    assert message in found.message
    assert [detail.partition(":")[0] for detail in found.details] == ["mirror m1", "mirror m2", "mirror m3"]


def test_one_place_alone_says_what_it_says() -> None:
    found = run(mirrored(failing(NetworkError, "model.bin of m1"))).error
    assert found is not None
    assert (found.message, found.details) == ("model.bin of m1", ())


def test_the_hint_for_wrong_bytes_fits_the_place() -> None:
    wrong = FakeMirror(lambda _, portion: FakeBody([b"x" * (15 - portion.offset)], portion.offset))
    of_mirror = run(mirrored(wrong)).error
    of_source = run(mirrored(source=FakeSource({"model.bin": b"x" * 15}))).error
    assert of_mirror is not None
    assert of_source is not None
    assert "mirror" in str(of_mirror.hint)
    assert "--upgrade-model" in str(of_source.hint)


def test_without_any_place_left_the_error_says_why() -> None:
    found = run(mirrored(failing(NetworkError, "model.bin: gone")), None, MODEL, OTHER).error
    assert isinstance(found, NetworkError)
    assert "other.bin" in found.message
    assert found.details == ("mirror m1: not asked again: model.bin: gone",)


def test_the_first_mirror_that_says_yes_answers_and_one_that_fails_is_not_asked_again() -> None:
    dead = FakeMirror(right, says=lambda _: raising(TransientError))
    lacking, having, idle = FakeMirror(right, says=lambda _: False), FakeMirror(right), FakeMirror(right)
    places = mirrored(dead, lacking, having, idle)
    assert places.mirrored(ASKING, MODEL)
    assert places.mirrored(ASKING, OTHER)
    assert dead.asked == ["has model.bin"]
    assert having.asked == lacking.asked == ["has model.bin", "has other.bin"]
    assert idle.asked == []
    assert places.warnings == ("mirror m1: not asked again: it failed",)
    assert not mirrored(lacking).mirrored(ASKING, MODEL)


def test_warnings_count_files_and_say_each_thing_once() -> None:
    places = mirrored(FakeMirror(right))
    for one in (OTHER, MODEL, MODEL):
        places.was_wrong("m1", one)
    for number in range(3):
        places.failed("m1", AccessRefusedError(f"refused {number}"))
        places.failed("m1", NetworkError(f"gone {number}"))
        places.failed("m1", NotFoundUpstreamError("nothing to tell"))
    assert places.warnings == (
        "mirror m1: wrong bytes for model.bin and 1 more; none of them was kept",
        "mirror m1: not asked again: gone 0",
        "mirror m1: refused 0",
    )
