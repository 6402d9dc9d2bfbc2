"""Which pins stay: while the request is unchanged, or the version still satisfies the changed range."""

from dataclasses import replace

import pytest

from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Lock
from resolver.domain.manifest import Manifest, Model, Request, Variant
from resolver.domain.ports import Candidate
from resolver.stages.resolve import Demand, Earlier, Pin, Use, demands
from tests.unit.domain.values import OTHER_COMMIT, artifact, file, lock, model, variant, wheel

MAIN = artifact("hf:org/name@main")
TAGGED = replace(artifact("hf:org/name@>=1,<2"), version="v1.5")
BIN, JSON = FileFilter(("*.bin",)), FileFilter(("*.json",))


def locked(*artifacts: Artifact, files: FileFilter | None = None) -> Lock:
    variants = [replace(variant(f"v{n}", one.key), files=files) for n, one in enumerate(artifacts)]
    return lock([model("asr", *variants)], *artifacts)


def demand(key: str, request: Request, *filters: FileFilter | None) -> Demand:
    return Demand(key, request, frozenset(Use("huggingface", files) for files in filters or (None,)), ("asr",))


def kept(demand: Demand, old: Lock) -> Pin:
    return Earlier(old).pin(demand)


def candidate(one: Artifact) -> Pin:
    return Pin(candidate=Candidate(version=one.version, commit=one.commit))


@pytest.mark.parametrize(
    ("one", "request_"),
    [
        (MAIN, Request("hf:org/name")),
        (MAIN, Request("hf:org/name", revision="main")),
        (artifact("hf:org/name@v1"), Request("hf:org/name", revision="v1")),
        (TAGGED, Request("hf:org/name", version=">=1,<2")),
        (wheel("pypi:voices@*"), Request("pypi:voices")),
        (wheel("pypi:voices@>=1"), Request("pypi:voices", version=">=1")),
        (artifact("file:./own", commit=None), Request("file:./own")),
        (artifact("url:https://h/x@y.bin", commit=None), Request("url:https://h/x@y.bin")),
    ],
    ids=lambda one: getattr(one, "key", None) or getattr(one, "source", None),
)
def test_a_pin_stays_while_its_request_is_unchanged(one: Artifact, request_: Request) -> None:
    assert kept(demand(one.key, request_), locked(one)) == Pin(artifact=one)


@pytest.mark.parametrize("asked", [">=1", ">=1.5", "==1.5", "<9", "~=1.4"])
def test_a_pin_stays_while_its_version_satisfies_the_changed_range(asked: str) -> None:
    key = f"hf:org/name@{asked}"
    pin = kept(demand(key, Request("hf:org/name", version=asked)), locked(TAGGED))
    assert pin == Pin(artifact=replace(TAGGED, key=key))


@pytest.mark.parametrize("asked", [">=1.6", "<1.5", "==1.4", "!=1.5"])
def test_a_pin_goes_when_its_version_does_not_satisfy_the_range(asked: str) -> None:
    assert kept(demand("k", Request("hf:org/name", version=asked)), locked(TAGGED)) == Pin()


def test_a_pre_release_goes_when_the_range_does_not_name_one_any_more() -> None:
    old = replace(artifact("hf:org/name@==2.0rc1"), version="2.0rc1")
    assert kept(demand("k", Request("hf:org/name", version=">=1")), locked(old)) == Pin()
    assert kept(demand("k", Request("hf:org/name", version=">=2.0rc1")), locked(old)).artifact is not None


@pytest.mark.parametrize("version", [None, "nightly"])
def test_a_pin_without_a_version_satisfies_no_range(version: str | None) -> None:
    old = replace(artifact("hf:org/name@nightly"), version=version)
    assert kept(demand("k", Request("hf:org/name", version=">=0")), locked(old)) == Pin()


@pytest.mark.parametrize(
    "request_",
    [
        Request("hf:org/name", revision="v1"),
        Request("hf:org/name", version=">=1"),
        Request("hf:org/other"),
        Request("hf:org/nam"),
    ],
)
def test_another_request_moves_the_pin(request_: Request) -> None:
    assert kept(demand("k", request_), locked(MAIN)) == Pin()


def test_of_several_pins_of_a_source_the_one_of_the_same_request_stays() -> None:
    other = replace(TAGGED, key="hf:org/name@>=1", version="1.7", commit=OTHER_COMMIT)
    for order in ((TAGGED, other), (other, TAGGED)):
        pin = kept(demand(other.key, Request("hf:org/name", version=">=1")), locked(*order))
        assert pin == Pin(artifact=other)


def test_a_new_request_takes_over_the_pin_of_another_that_satisfies_it() -> None:
    pin = kept(demand("hf:org/name@>=1.2", Request("hf:org/name", version=">=1.2")), locked(MAIN, TAGGED))
    assert pin.artifact is not None
    assert pin.artifact.commit == TAGGED.commit


def test_edges_are_left_to_be_made_anew() -> None:
    old = artifact("hf:org/name@main", needs=["hf:org/dep@main"])
    pin = kept(demand(old.key, Request("hf:org/name")), locked(old, artifact("hf:org/dep@main")))
    assert pin.artifact == replace(old, dependencies=())


FILES = (file("a.bin"), file("b.json"), file("c.md"))


def test_the_files_that_nobody_wants_any_more_go() -> None:
    old = locked(artifact("hf:org/name@main", *FILES))
    pin = kept(demand("hf:org/name@main", Request("hf:org/name"), BIN), old)
    assert pin.artifact is not None
    assert pin.artifact.files == FILES[:1]


def test_files_that_may_be_missing_are_listed_again_at_the_same_pin() -> None:
    one = artifact("hf:org/name@main", *FILES[:1])
    for filters in ((JSON,), (BIN, JSON), (None,)):
        assert kept(demand(one.key, Request("hf:org/name"), *filters), locked(one, files=BIN)) == candidate(one)


def test_files_that_were_wanted_by_the_same_filter_are_there() -> None:
    one = artifact("hf:org/name@main", *FILES[:1])
    assert kept(demand(one.key, Request("hf:org/name"), BIN), locked(one, files=BIN)) == Pin(artifact=one)


def test_a_dependency_was_wanted_whole() -> None:
    dependency = artifact("hf:org/dep@main", *FILES)
    needing = replace(variant("v", MAIN.key), depends=(dependency.key,))
    old = lock([model("asr", needing)], MAIN, dependency)
    pin = kept(demand(dependency.key, Request("hf:org/dep"), BIN), old)
    assert pin.artifact is not None
    assert pin.artifact.files == FILES[:1]


def test_a_licence_that_is_stated_is_written_down() -> None:
    pin = kept(demand(MAIN.key, Request("hf:org/name", license="mit")), locked(replace(MAIN, license="other")))
    assert pin == Pin(artifact=replace(MAIN, license="mit", license_stated=True))


def test_a_licence_that_is_not_stated_any_more_is_asked_for_at_the_same_pin() -> None:
    old = replace(MAIN, license="mit", license_stated=True)
    assert kept(demand(MAIN.key, Request("hf:org/name")), locked(old)) == candidate(old)


def test_another_index_moves_the_pin() -> None:
    old = wheel("pypi:voices@*")
    request = Request("pypi:voices", index="https://index.example/simple")
    assert kept(demand(old.key, request), locked(old)) == Pin()
    assert kept(demand(old.key, request), locked(replace(old, index=request.index))).artifact is not None
    assert kept(demand(old.key, Request("pypi:voices")), locked(replace(old, index=request.index))) == Pin()


URL = "url:https://h/x.bin"
PLAIN = artifact(URL, file("x.bin", b"x"), commit=None)
PACKED = replace(PLAIN, archive=file("x.bin", b"zip"))


@pytest.mark.parametrize(
    ("old", "request_", "stays"),
    [
        (PLAIN, Request(URL), True),
        (PLAIN, Request(URL, sha256=PLAIN.files[0].sha256), True),
        (PLAIN, Request(URL, sha256="0" * 64), False),
        (PLAIN, Request(URL, unpack=True), False),
        (PACKED, Request(URL), False),
        (PACKED, Request(URL, unpack=True), True),
        (PACKED, Request(URL, unpack=True, sha256=file("", b"zip").sha256), True),
        (PACKED, Request(URL, unpack=True, sha256=PLAIN.files[0].sha256), False),
        (replace(PLAIN, files=()), Request(URL, sha256="0" * 64), False),
    ],
)
def test_an_address_stays_while_digest_and_unpacking_are_the_same(
    old: Artifact, request_: Request, *, stays: bool
) -> None:
    assert kept(demand(URL, request_), locked(old)) == (Pin(artifact=old) if stays else Pin())


def test_without_a_lock_of_the_source_nothing_stays() -> None:
    assert kept(demand(MAIN.key, Request("hf:org/name")), Lock((), {})) == Pin()


def test_demands_are_what_variants_and_dependencies_ask_for() -> None:
    one = Variant("a", "hf:a/a@main", "r", "c", files=BIN, depends=("hf:c/c@main",))
    two = Variant("b", "hf:a/a@main", "r", "c", files=JSON)
    three = Variant("c", "hf:b/b@main", "r", "c")
    requests = {
        key: Request(key.partition("@")[0]) for key in ("hf:a/a@main", "hf:b/b@main", "hf:c/c@main", "hf:x/x@main")
    }
    found = demands(Manifest((Model("m", (one, two)), Model("n", (three,))), requests), {})
    assert {key: one.filters for key, one in found.items()} == {
        "hf:a/a@main": {BIN, JSON},
        "hf:b/b@main": {None},
        "hf:c/c@main": {None},
    }
    assert found["hf:a/a@main"].request == requests["hf:a/a@main"]
    assert found["hf:a/a@main"].wants("x.bin")
    assert not found["hf:a/a@main"].wants("x.md")
    assert found["hf:a/a@main"].models == ("m",)
    assert found["hf:c/c@main"].dependants == ("m",)
