"""The lock as values: keys, closures, and which files of an artifact somebody wants."""

from dataclasses import replace

import pytest

from resolver.domain.digests import is_commit, is_sha256
from resolver.domain.globs import FileFilter
from resolver.domain.lock import (
    Artifact,
    Dependency,
    Selected,
    Selection,
    Skipped,
    files_passing,
    key_for,
    key_of,
    request_in,
    request_of,
    source_of,
)
from resolver.domain.manifest import Request
from resolver.domain.plan import Download, Plan
from resolver.domain.selector import Mismatch
from resolver.domain.view import Reference
from tests.unit.domain.values import KEY, artifact, file, lock, model, placement, variant, view


@pytest.mark.parametrize(
    ("key", "source", "request_"),
    [
        ("hf:org/name@main", "hf:org/name", "main"),
        ("hf:org/name@feature@2", "hf:org/name", "feature@2"),
        ("hf:org/name", "hf:org/name", ""),
        ("pypi:silero-vad@>=5,<7", "pypi:silero-vad", ">=5,<7"),
        ("url:https://host/@scope/x.bin", "url:https://host/@scope/x.bin", ""),
        ("file:./own@home", "file:./own@home", ""),
    ],
)
def test_a_key_is_source_and_request(key: str, source: str, request_: str) -> None:
    assert (source_of(key), request_of(key)) == (source, request_)
    assert key_of(source, request_) == key


def test_an_artifact_reads_its_key() -> None:
    one = Artifact("hf:org/name@v1", None, None, ())
    assert (one.source, one.kind, one.name, one.request) == ("hf:org/name", "hf", "org/name", "v1")
    address = Artifact("url:https://host/x.bin", None, None, ())
    assert (address.kind, address.name, address.request) == ("url", "https://host/x.bin", "")


def test_a_request_reads_its_source() -> None:
    one = Request("url:https://host/x.bin")
    assert (one.kind, one.name) == ("url", "https://host/x.bin")


def test_a_closure_is_everything_that_is_needed_once_itself_first() -> None:
    locked = lock(
        [model()],
        artifact("a", needs=["b", "c"]),
        artifact("b", needs=["d", "a"]),
        artifact("c", needs=["d", "c"]),
        artifact("d"),
        artifact("e", needs=["a"]),
    )
    assert locked.closure("a") == ("a", "b", "c", "d")
    assert locked.closure("d") == ("d",)


FILES = (file("model.bin"), file("README.md"), file("config.json"))


BIN, JSON = FileFilter(("*.bin",)), FileFilter(("*.json",))


def test_the_files_of_an_artifact_are_those_that_one_of_the_filters_lets_pass() -> None:
    one = artifact(KEY, *FILES)
    assert files_passing(one, [BIN]) == (FILES[0],)
    assert files_passing(one, [BIN, JSON]) == (FILES[0], FILES[2])
    assert files_passing(one, [BIN, None]) == FILES
    assert files_passing(one, []) == ()


def test_a_variant_wants_its_files_and_of_what_it_needs_those_that_the_edges_name() -> None:
    edges = (Dependency("b", "x"), Dependency("c", "y", JSON))
    locked = lock(
        [model()],
        replace(artifact("a", *FILES), dependencies=edges),
        replace(artifact("b", *FILES), dependencies=(Dependency("c", "z", BIN), Dependency("a", "back", JSON))),
        artifact("c", *FILES),
    )
    wanted = locked.wanted(replace(variant("v", "a"), files=BIN))
    assert wanted == {"a": (FILES[0], FILES[2]), "b": FILES, "c": (FILES[0], FILES[2])}
    assert list(wanted) == ["a", "b", "c"]


def test_a_way_is_the_shortest_chain_of_edges() -> None:
    locked = lock([model()], artifact("a", needs=["b", "c"]), artifact("b", needs=["d"]), artifact("c"), artifact("d"))
    assert [[edge.artifact for edge in way] for way in locked.ways("a").values()] == [[], ["b"], ["c"], ["b", "d"]]


@pytest.mark.parametrize(
    ("key", "request_"),
    [
        ("hf:org/name@main", Request("hf:org/name")),
        ("hf:org/name@v1.0", Request("hf:org/name", revision="v1.0")),
        ("hf:org/name@>=1,<2", Request("hf:org/name", version=">=1,<2")),
        ("github:org/name@main", Request("github:org/name")),
        ("pypi:name@*", Request("pypi:name")),
        ("spacy:en_core_web_sm@~=3.8.0", Request("spacy:en_core_web_sm", version="~=3.8.0")),
        ("file:./a@b", Request("file:./a@b")),
        ("url:https://h/a@b", Request("url:https://h/a@b")),
    ],
)
def test_a_key_says_its_request_and_a_request_its_key(key: str, request_: Request) -> None:
    assert request_in(key) == request_
    assert key_for(request_) == key


def test_choices_keep_the_order_of_the_models() -> None:
    models = [model("a"), model("b", variant("large")), model("c")]
    skipped = Skipped((Mismatch("ram", "8GB", "4GB"),))
    selection = Selection((Selected(models[0], variant()), Selected(models[1], variant("large"))), {"c": skipped})
    assert list(selection.choices(models).items()) == [("a", "small"), ("b", "large"), ("c", skipped)]


def test_a_narrowed_view_keeps_what_its_models_want_and_every_folder() -> None:
    both = placement("x/both", models=("asr", "vad"))
    whole = view(
        placement("x/asr"),
        both,
        placement("x/vad", models=("vad",)),
        references=[Reference("r/asr", "t", KEY, ("asr",)), Reference("r/vad", "t", KEY, ("vad",))],
        folders={"x": ("asr",)},
    )
    narrow = whole.narrowed(frozenset({"vad"}))
    assert list(narrow.placements) == ["x/both", "x/vad"]
    assert list(narrow.references) == ["r/vad"]
    assert list(narrow.opens) == ["vad"]
    assert narrow.folders == whole.folders


def test_a_plan_adds_up_what_it_fetches() -> None:
    downloads = tuple(Download(KEY, file("x", b"1" * size), ("asr",)) for size in (1, 20, 300))
    assert Plan(downloads, (), (), (), (), frozenset()).bytes_to_fetch == 321


@pytest.mark.parametrize(
    ("text", "commit", "sha256"),
    [
        ("0123456789abcdef" * 4, False, True),
        ("0123456789abcdef" * 2 + "01234567", True, False),
        ("A" * 64, False, False),
        ("A" * 40, False, False),
        ("a" * 63, False, False),
        ("a" * 65, False, False),
        ("a" * 39, False, False),
        ("a" * 41, False, False),
        ("g" * 64, False, False),
        ("g" * 40, False, False),
        ("a" * 64 + "\n", False, False),
        ("a" * 40 + "\n", False, False),
        ("\u0661" * 64, False, False),
        ("\u0661" * 40, False, False),
        ("", False, False),
    ],
    ids=ascii,
)
def test_digests_are_lower_case_hexadecimal_of_their_whole_length(text: str, commit: bool, sha256: bool) -> None:  # noqa: FBT001
    assert (is_commit(text), is_sha256(text)) == (commit, sha256)
