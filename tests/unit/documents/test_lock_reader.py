"""Every kind of nonsense in a lock is refused with a LockError that names the place."""

import copy
import json
import re
import time
from typing import Any

import pytest

import resolver
from resolver.documents import lock_reader
from resolver.documents.lock_reader import read_lock
from resolver.documents.lock_writer import lock_text
from resolver.domain.errors import LockError
from tests.unit.documents.example_lock import EXAMPLE, SEGMENTATION, VOICES, WHISPER

TEXT = lock_text(EXAMPLE)
Path = tuple[str | int, ...]
FILES: Path = ("artifacts", WHISPER, "files")
ARCHIVE: Path = ("artifacts", VOICES, "archive")
VARIANT: Path = ("models", 0, "variants", 0)
SERVER: Path = ("profiles", "server")
EDGE: Path = ("artifacts", SEGMENTATION, "dependencies", 1)
REQUIRES: Path = ("artifacts", VOICES, "requires")


def edited(path: Path, value: Any) -> bytes:
    """The example with something else at one place."""
    document = copy.deepcopy(json.loads(TEXT))
    container = document
    for key in path[:-1]:
        container = container[key]
    container[path[-1]] = value
    return json.dumps(document).encode()


def without(path: Path) -> bytes:
    document = copy.deepcopy(json.loads(TEXT))
    container = document
    for key in path[:-1]:
        container = container[key]
    del container[path[-1]]
    return json.dumps(document).encode()


def refusal(text: bytes) -> str:
    with pytest.raises(LockError) as caught:
        read_lock(text)
    assert caught.value.message.startswith("models.lock")
    return caught.value.message


def test_the_example_is_read() -> None:
    assert read_lock(TEXT) == EXAMPLE
    assert read_lock(TEXT.replace(b"\n", b"\r\n")) == EXAMPLE


NO_JSON = {
    "nothing": b"",
    "white space": b" \n",
    "a word": b"lock",
    "a comment": b"// x\n" + TEXT,
    "two documents": TEXT + TEXT,
    "a trailing comma": TEXT.replace(b"true}", b"true,}", 1).replace(b"}\n]}", b"},\n]}", 1),
    "not a number": TEXT.replace(b"483546902", b"NaN"),
    "infinity": TEXT.replace(b"483546902", b"Infinity"),
    "negative infinity": TEXT.replace(b"483546902", b"-Infinity"),
    "a number in words": TEXT.replace(b"483546902", b"0x1F"),
    "a number of 5000 digits": TEXT.replace(b"483546902", b"9" * 5000),
    "brackets": b"[" * 200_000,
    "braces": b'{"a":' * 200_000,
    "brackets inside": TEXT.replace(b'"batch_size": 8', b'"batch_size": ' + b"[" * 200_000),
    "bytes that are no text": TEXT.replace(b"whisper", b"whi\xffper"),
    "a lone surrogate in bytes": TEXT.replace(b"whisper", b"whi\xed\xa0\x80per"),
    "a control character": TEXT.replace(b"whisper", b"whi\x01per"),
    "a NUL": TEXT + b"\x00",
    "conflict markers": b"<<<<<<< ours\n" + TEXT + b"=======\n" + TEXT + b">>>>>>> theirs\n",
    "a key twice": TEXT.replace(b'"lock_version": 1,', b'"lock_version": 1, "lock_version": 1,'),
    "an artifact twice": TEXT.replace(b'"artifacts": {', b'"artifacts": {"x": 1, "x": 1,'),
    "a size twice": TEXT.replace(b'"size": 2371', b'"size": 2371, "size": 1'),
}


@pytest.mark.parametrize("text", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_json_is_not_readable(text: bytes) -> None:
    assert "not readable" in refusal(text)


def test_the_key_that_stands_twice_is_named() -> None:
    assert "the key 'size' stands twice" in refusal(NO_JSON["a size twice"])


@pytest.mark.parametrize("text", [b"[]", b'"lock"', b"1", b"null", b"true"])
def test_a_lock_is_a_mapping(text: bytes) -> None:
    assert refusal(text) == "models.lock: the whole must be a mapping"


@pytest.mark.parametrize("number", [b"1e400", b"-1e400"])
def test_a_number_beyond_what_programs_hold_is_refused(number: bytes) -> None:
    refusal(TEXT.replace(b'"batch_size": 8', b'"batch_size": ' + number))


def test_a_duplicate_after_many_keys_is_found_at_once() -> None:
    keys = ", ".join(f'"{n}": 0' for n in range(20_000))
    started = time.monotonic()
    assert "'last' stands twice" in refusal(f'{{{keys}, "last": 0, "last": 1}}'.encode())
    # Counting each name among all of them takes more than a hundred times as long.
    assert time.monotonic() - started < 1


def test_a_larger_text_than_any_lock_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_reader, "LARGEST", len(TEXT))
    assert read_lock(TEXT) == EXAMPLE
    assert "larger than" in refusal(TEXT + b" ")


@pytest.mark.parametrize("version", [2, 3, 10**9])
def test_a_newer_version_is_refused_with_the_way_out(version: int) -> None:
    said = f"has version {version}; this release, {resolver.__version__}, reads version 1"
    with pytest.raises(LockError, match=re.escape(said)) as caught:
        read_lock(json.dumps({"lock_version": version, "whatever": "comes"}).encode())
    assert caught.value.hint == (
        "the release that wrote it reads it, and so does every later one: `pip install --upgrade models-lock`"
    )


@pytest.mark.parametrize("version", [0, -1, "1", 1.0, True, None, [1]])
def test_a_version_that_never_was_is_refused(version: Any) -> None:
    assert "lock_version" in refusal(edited(("lock_version",), version))


REQUIRED: list[Path] = [
    *[("lock_version",), ("models",), ("artifacts",), ("policy",), ("budget",), ("cache",), ("profiles",)],
    *[("models", 0, key) for key in ("name", "variants", "optional", "group", "allow")],
    *[(*VARIANT, key) for key in ("name", "artifact", "runtime", "category", "when", "needs", "requires")],
    *[(*VARIANT, key) for key in ("settings", "depends")],
    *[("models", 1, "variants", 0, "files", key) for key in ("include", "exclude")],
    *[(*EDGE, "files", key) for key in ("include", "exclude")],
    *[("artifacts", WHISPER, key) for key in ("gated", "flags", "dependencies", "files")],
    *[(*FILES, 0, key) for key in ("path", "size", "sha256")],
    *[(*ARCHIVE, key) for key in ("path", "size", "sha256")],
    *[("artifacts", SEGMENTATION, "dependencies", 0, key) for key in ("artifact", "because")],
    *[("policy", key) for key in ("licenses", "pickle", "remote_code")],
    ("policy", "licenses", "deny"),
    *[(*SERVER, key) for key in ("facts", "selection")],
    *[("profiles", "ci", "selection", "diarization", "skipped", 0, key) for key in ("fact", "wanted")],
]


@pytest.mark.parametrize("path", REQUIRED, ids=lambda path: ".".join(map(str, path)))
def test_what_every_lock_has_cannot_be_missing(path: Path) -> None:
    message = refusal(without(path))
    assert "lacks" in message or "without path, size or sha256" in message


OF_TYPES: list[tuple[Path, list[Any]]] = [
    *[(path, [1, True, None, ["x"], {}]) for path in (("cache",), ("models", 0, "name"), ("models", 0, "group"))],
    *[((*VARIANT, key), [1, False, None, [], {}]) for key in ("name", "artifact", "runtime", "category")],
    *[((*VARIANT, key), [1, "x", None, {}, [1], [None]]) for key in ("requires", "depends")],
    *[((*VARIANT, key), [1, "x", None, []]) for key in ("when", "needs", "settings")],
    ((*VARIANT, "files"), [1, "x", True, []]),
    (("models", 1, "variants", 0, "files", "include"), ["*.bin", [1], None]),
    (("models",), [{}, None, [1], ["x"], [None]]),
    (("models", 0, "variants"), [{}, None, [1], [[]], []]),
    (("models", 0, "optional"), ["false", 0, None]),
    (("models", 0, "allow"), ["pickle", {}, [True]]),
    (("artifacts",), [[], None, {"a": 1}, {"a": []}]),
    *[(("artifacts", WHISPER, key), [1, True, [], {}]) for key in ("version", "license", "upstream_id", "index")],
    (("artifacts", WHISPER, "gated"), ["false", 1, None]),
    (("artifacts", WHISPER, "license_stated"), ["true", 1]),
    (("artifacts", WHISPER, "flags"), ["pickle", {"pickle": True}, [1]]),
    (("artifacts", WHISPER, "dependencies"), [{}, ["x"], [[]]]),
    ((*EDGE, "files"), [1, "x", True, []]),
    ((*EDGE, "files", "exclude"), ["*.md", [1], None]),
    (REQUIRES, [1, "x", None, {}, [1], [None], True]),
    (("artifacts", WHISPER, "files"), [{}, None, ["x"], [1], [[]], [None]]),
    (ARCHIVE, [1, "x", [], True]),
    (("policy",), [[], None, "deny"]),
    (("policy", "licenses"), [[], None]),
    (("policy", "licenses", "allow"), ["mit", [1], {}]),
    (("budget",), [[], None, {"ram": 75}, {"ram": None}]),
    (("profiles",), [[], None, {"x": 1}]),
    ((*SERVER, "facts"), [[], None, {"os": 1}]),
    ((*SERVER, "selection"), [[], None, {"asr": 1}, {"asr": None}, {"asr": {}}, {"asr": {"skipped": [1]}}]),
    (("profiles", "ci", "selection", "diarization", "skipped", 0, "found"), [1, True, []]),
]


@pytest.mark.parametrize(
    ("path", "value"),
    [(path, value) for path, values in OF_TYPES for value in values],
    ids=lambda part: ".".join(map(str, part)) if isinstance(part, tuple) else ascii(part),
)
def test_a_wrong_type_is_refused(path: Path, value: Any) -> None:
    refusal(edited(path, value))


SHA = "a" * 64
WRONG: list[tuple[Path, Any, str]] = [
    *[((*FILES, 0, "size"), size, "wrong path, size or sha256") for size in (-1, True, 1.0, "1", None, 2**63)],
    *[((*FILES, 0, "sha256"), sha, "wrong path, size") for sha in (SHA.upper(), SHA[1:], f"{SHA}a", "g" * 64, 1, None)],
    *[((*FILES, 0, "path"), path, "wrong path, size") for path in (1, None, ["a"])],
    *[((*FILES, 0, "path"), path, "holds the path") for path in ("", "../x", "/etc/x", "a\\b", "nul", "C:x", "a//b")],
    *[((*FILES, 0, "path"), path, "holds the path") for path in ("model.bin", "MODEL.BIN", "model.bin/x", "\ud800")],
    *[((*ARCHIVE, "path"), path, "archive whose name") for path in ("a/b", "..", "", "nul.whl", "\\x")],
    *[((*ARCHIVE, "size"), size, "wrong path, size or sha256") for size in (-1, False)],
    ((*ARCHIVE, "sha256"), SHA.upper(), "wrong path, size or sha256"),
    *[
        (("artifacts", WHISPER, "commit"), commit, "40 hexadecimal digits")
        for commit in ("", "main", "c0ffee", "c" * 39, "c" * 41, "C" * 40, "g" * 40)
    ],
    (("artifacts", WHISPER, "commit"), 1, "must be a text"),
    *[((*VARIANT, "needs", "ram"), need, "'ram'") for need in (-1, True, 1.5, "2GB", None, 2**63)],
    ((*VARIANT, "needs", "vram"), -1, "negative 'vram'"),
    ((*VARIANT, "when"), {"vramm": ">=8GB"}, "wrong selector: unknown selector key 'vramm'"),
    ((*VARIANT, "when"), {"os": "linus"}, "wrong selector"),
    ((*VARIANT, "name"), "small", "variants with different names"),
    (("models", 0, "variants"), [], "variants with different names"),
    (("models", 0, "name"), "a/b", "slash"),
    *[(("models", 0, "name"), name, "a model's name") for name in ("", "..", "nul", "VAD", "\ud800", "a:b")],
    ((*VARIANT, "artifact"), "hf:org/other@main", "model 'asr' needs the artifact 'hf:org/other@main'"),
    ((*VARIANT, "depends"), ["hf:org/other@main"], "model 'asr' needs the artifact 'hf:org/other@main'"),
    (("artifacts", SEGMENTATION, "dependencies", 0, "artifact"), "hf:a/b@c", "needs the artifact 'hf:a/b@c'"),
    ((*SERVER, "selection", "asr"), "large", "'large'"),
    ((*SERVER, "selection", "ghost"), "small", "'ghost'"),
    *[((*SERVER, "facts"), facts, "profile 'server'") for facts in ({"gpu": 1}, {"os": "beos"}, {"ram": -1})],
    ((*SERVER, "facts", "ram"), 2**63, "profile 'server'"),
    *[(("policy", "pickle"), word, "deny, warn and allow") for word in ("", "Deny", "no")],
    (("policy", "remote_code"), "x", "deny, warn and allow"),
    *[
        (("budget", "ram"), share, "percents")
        for share in ("75", "%", "75 %", "-5%", "7.5%", "0%", "101%", "\u0667%", "\u00b2%", "9" * 5000 + "%")
    ],
    (("budget", "disk"), "5%", "percents"),
    *[(("cache",), path, "'cache'") for path in ("", "..", "/etc", "../x", "C:x", "\ud800")],
    *[
        (REQUIRES, [one], "which is no requirement")
        for one in ("", "x @ https://h/x", "-x", "x>=", "x" * 301, "x; a\tb")
    ],
    *[(REQUIRES, some, "twice, out of order") for some in (["a", "a"], ["b", "a"], [f"x{n:03}" for n in range(201)])],
    *[((*VARIANT, key), "\ud800", "") for key in ("runtime", "category")],
    (("artifacts", WHISPER, "license"), "\udfff", ""),
]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    WRONG,
    ids=[f"{'.'.join(map(str, path))}={ascii(value)[:20]}" for path, value, _ in WRONG],
)
def test_nonsense_is_refused_where_it_stands(path: Path, value: Any, message: str) -> None:
    assert message in refusal(edited(path, value))


def test_requirements_may_be_as_many_and_as_long_as_they_are_kept() -> None:
    most = [f"x{n:03}" for n in range(199)] + ["y" * 300]
    assert read_lock(edited(REQUIRES, most)).artifacts[VOICES].requires == tuple(most)


@pytest.mark.parametrize("path", [REQUIRES, (*EDGE, "files")])
def test_what_only_some_artifacts_have_may_be_missing(path: Path) -> None:
    after = read_lock(without(path)).artifacts
    assert after[VOICES].requires == (() if path is REQUIRES else EXAMPLE.artifacts[VOICES].requires)
    assert (after[SEGMENTATION].dependencies[1].files is None) == (path is not REQUIRES)


@pytest.mark.parametrize("path", [("artifacts", WHISPER, "whatever"), ("whatever",), (*VARIANT, "needs", "later")])
def test_keys_of_later_releases_are_passed_over(path: Path) -> None:
    assert read_lock(edited(path, {"new": 1})) == EXAMPLE


@pytest.mark.parametrize("key", ["commit", "version", "license", "upstream_id"])
def test_what_a_source_has_not_may_be_null(key: str) -> None:
    artifact = read_lock(edited(("artifacts", WHISPER, key), None)).artifacts[WHISPER]
    assert getattr(artifact, key) is None
