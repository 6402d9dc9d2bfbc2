"""The one rule for names from outside: what it refuses, and that what it accepts stays where it is put, anywhere."""

import importlib.util
import ntpath
import os
import posixpath
import random
import re
import sys
import unicodedata
from pathlib import PurePosixPath, PureWindowsPath
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolver.domain import names
from resolver.domain.names import did_you_mean, folded, nearest, objections, path_objection

HOSTILE = {
    "": "is empty",
    "/": "is absolute",
    "/etc/passwd": "is absolute",
    "//server/share": "is absolute",
    "..": "segment",
    ".": "segment",
    "../up": "segment",
    "a/../../up": "segment",
    "a/..": "segment",
    "./a": "segment",
    "a//b": "segment",
    "a/": "segment",
    "a/./b": "segment",
    "C:": "some system refuses",
    "C:/Windows": "some system refuses",
    "c:relative": "some system refuses",
    "a\\b": "some system refuses",
    "..\\up": "some system refuses",
    "\\\\server\\share": "some system refuses",
    "\\\\?\\C:\\x": "some system refuses",
    "file.txt:stream": "some system refuses",
    "file.txt::$DATA": "some system refuses",
    "nul\x00byte": "some system refuses",
    "line\nbreak": "some system refuses",
    "escape\x1b[2J": "some system refuses",
    "delete\x7f": "some system refuses",
    "c1\x9b": "some system refuses",
    "a<b": "some system refuses",
    "a>b": "some system refuses",
    'a"b': "some system refuses",
    "a|b": "some system refuses",
    "a?b": "some system refuses",
    "a*b": "some system refuses",
    "trailing.": "ends in a space or dot",
    "trailing ": "ends in a space or dot",
    "folder./file": "ends in a space or dot",
    "folder /file": "ends in a space or dot",
    " leading": "begins with a space",
    "...": "ends in a space or dot",
    "CON": "reserves for a device",
    "con": "reserves for a device",
    "PrN": "reserves for a device",
    "aux": "reserves for a device",
    "NUL": "reserves for a device",
    "nul.txt": "reserves for a device",
    "nul.tar.gz": "reserves for a device",
    "folder/aux.h": "reserves for a device",
    "com1": "reserves for a device",
    "COM0": "reserves for a device",
    "com9.log": "reserves for a device",
    "lpt1": "reserves for a device",
    "LPT9.bin": "reserves for a device",
    "com\u00b9": "reserves for a device",
    "lpt\u00b2.x": "reserves for a device",
    "COM\u00b3": "reserves for a device",
    "conin$": "reserves for a device",
    "CONOUT$": "reserves for a device",
    "a/nul/b": "reserves for a device",
    "nul .txt": "reserves for a device",
    "com1 .a.b": "reserves for a device",
    "\ud800": "is not valid Unicode",
    "right\u202eleft": "invisible",
    "zero\u200bwidth": "invisible",
    "joiner\u200d": "invisible",
    "bom\ufeff": "invisible",
    "soft\u00adhyphen": "invisible",
    "line\u2028": "invisible",
    "paragraph\u2029": "invisible",
    "a" * 256: "a segment longer than 255 bytes",
    "\u00e9" * 128: "a segment longer than 255 bytes",
    "/".join(["a" * 200] * 6): "longer than 1024 bytes",
}
HARMLESS = [
    "a",
    "model.bin",
    "a/b/c.json",
    ".gitattributes",
    "..a",
    "a..b",
    "...a",
    "-rf",
    "~user",
    "$HOME",
    "%TEMP%",
    "a b",
    "a,b;c",
    "null",
    "console",
    "common",
    "com10",
    "com",
    "lpt",
    "auxiliary.txt",
    "x.nul",
    "a.con",
    "\u00e9t\u00e9/\u6a21\u578b.bin",
    "\u00a0nbsp",
    "a" * 255,
    "\u00e9" * 127,
    "/".join(["a" * 204] * 5),
]


@pytest.mark.parametrize(("path", "reason"), HOSTILE.items(), ids=map(ascii, HOSTILE))
def test_a_hostile_name_is_refused_with_its_reason(path: str, reason: str) -> None:
    assert reason in str(path_objection(path))


@pytest.mark.parametrize("path", HARMLESS, ids=map(ascii, HARMLESS))
def test_a_harmless_name_is_accepted(path: str) -> None:
    assert path_objection(path) is None


def test_the_longest_path_has_1024_bytes() -> None:
    path = "/".join(["a" * 204] * 4 + ["b" * 204])
    assert len(path) == 1024
    assert path_objection(path) is None
    assert path_objection(path + "c") == "is longer than 1024 bytes"


PIECES = [
    *HOSTILE,
    *HARMLESS[:24],
    *("/", "\\", ".", "..", ":", " ", "nul", "CON", "com", "1", "C:", "~", "%2e%2e", "%2f", "\u03b1", "\u212a"),
    *("\u0130", "\u00df", "e\u0301", "\u0301", "\u2024", "\uff0f", "\u2215", "\u29f5", "\u1e9e", "\u0345"),
]
ANY_NAME = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), min_size=1, max_size=6).map("".join)
DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789\u00b9\u00b2\u00b3"
}


def assert_contained(path: str) -> None:
    """What no system may make of an accepted name: anything but this file below the folder."""
    segments = path.split("/")
    assert tuple(segments) == PurePosixPath("/home/view", path).parts[3:]
    assert tuple(segments) == PureWindowsPath("C:\\view", path).parts[2:]
    assert posixpath.normpath(posixpath.join("/view", path)) == f"/view/{path}"
    assert ntpath.normpath(ntpath.join("C:\\view", path)) == "C:\\view\\" + "\\".join(segments)
    assert not PureWindowsPath(path).drive
    for segment in segments:
        # As Python 3.13's ntpath.isreserved has it: up to the first dot, spaces at its end do not count.
        assert segment.partition(".")[0].rstrip(" ").upper() not in DEVICES
        assert segment[-1] not in " ."
        assert len(segment.encode()) <= 255


@settings(max_examples=2_000, deadline=None)
@given(ANY_NAME)
@example("nul .txt")
def test_an_accepted_name_never_leaves_its_folder_on_any_system(path: str) -> None:
    if path_objection(path) is None:
        assert_contained(path)


def names_at_random(count: int) -> list[str]:
    dice = random.Random(20261122)  # noqa: S311  # repeatable, not secret
    return ["".join(dice.choices(PIECES, k=dice.randint(1, 5))) for _ in range(count)]


def test_of_a_hundred_thousand_names_none_escapes() -> None:
    accepted = [path for path in names_at_random(100_000) if path_objection(path) is None]
    assert len(accepted) > 5_000
    for path in accepted:
        assert_contained(path)


def test_what_is_said_at_once_is_what_the_rules_say_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [*HOSTILE, *HARMLESS, *names_at_random(30_000)]
    at_once = {path: path_objection(path) for path in paths}
    plain = [path for path in paths if names._PLAIN_PATH.fullmatch(path)]
    assert len(plain) > 1_000
    monkeypatch.setattr(names, "_PLAIN_PATH", re.compile("(?!)"))
    assert {path: path_objection(path) for path in paths} == at_once
    assert names._PLAIN_PATH.fullmatch("model.bin") is None


@pytest.mark.parametrize(
    "path", ["model.bin", "huggingface/hub/models--a--b/snapshots/c/config.json", "A-1_2+3=4@5, 6.x"]
)
def test_nearly_every_path_is_plain(path: str) -> None:
    assert names._PLAIN_PATH.fullmatch(path)


@pytest.mark.parametrize(("platform", "name", "separator"), [("win32", "nt", "\\"), ("darwin", "posix", "/")])
def test_the_verdict_is_the_same_on_every_system(
    monkeypatch: pytest.MonkeyPatch, platform: str, name: str, separator: str
) -> None:
    everything = [*HOSTILE, *HARMLESS, *names_at_random(5_000)]
    here = [path_objection(path) for path in everything]
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(os, "name", name)
    monkeypatch.setattr(os, "sep", separator)
    there = freshly_imported(names)
    assert [there.path_objection(path) for path in everything] == here
    assert [there.folded(path) for path in HARMLESS] == [folded(path) for path in HARMLESS]


def freshly_imported(module: ModuleType) -> ModuleType:
    spec = importlib.util.spec_from_file_location("names_elsewhere", str(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    return fresh


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("README.md", "readme.MD"),
        ("a/B", "A/b"),
        ("\u00e9", "e\u0301"),
        ("\u00c9", "e\u0301"),
        ("\u00df", "SS"),
        ("\u212a", "k"),
        ("\u017f", "S"),
        ("\u03c3", "\u03c2"),
        ("\u1fb3", "\u03b1\u0345"),
        ("\u1e9e", "ss"),
    ],
)
def test_names_that_some_file_system_takes_for_one_collide(first: str, second: str) -> None:
    assert folded(first) == folded(second)
    assert objections([first, second]) == [f"{second!r} collides with {first!r}"]


@pytest.mark.parametrize(
    ("first", "second"), [("a", "b"), ("\u00e9", "e"), ("i", "\u0131"), ("a/b", "ab"), ("a.b", "a")]
)
def test_names_that_differ_everywhere_do_not_collide(first: str, second: str) -> None:
    assert objections([first, second]) == []


@settings(deadline=None)
@given(st.text(max_size=6))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@settings(deadline=None)
@given(st.text(max_size=6))
def test_a_name_and_its_upper_case_collide(text: str) -> None:
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text))
    assert folded(text) == folded(text.casefold())


def test_a_file_cannot_be_a_folder_too() -> None:
    assert objections(["a/b", "A"]) == ["'a/b' needs 'A' to be a folder, and it is a file"]
    assert objections(["a", "a/b/c/d"]) == ["'a/b/c/d' needs 'a' to be a folder, and it is a file"]
    assert objections(["a/b/c", "a/b"]) == ["'a/b/c' needs 'a/b' to be a folder, and it is a file"]
    assert objections(["ab", "a/b"]) == []


def test_everything_that_speaks_against_some_paths_is_said_at_once() -> None:
    found = objections(["../x", "a", "A", "nul", "b"])
    assert found == [
        "'../x' has an empty, `.` or `..` segment",
        "'A' collides with 'a'",
        "'nul' has a segment that Windows reserves for a device",
    ]


def test_the_same_path_twice_collides() -> None:
    assert objections(["a", "a"]) == ["'a' collides with 'a'"]


@pytest.mark.parametrize(
    ("written", "meant"), [("asrr", "asr"), ("ASR", "asr"), ("diarisation", "diarization"), ("xyz", None), ("", None)]
)
def test_the_nearest_name_is_found_whatever_its_case(written: str, meant: str | None) -> None:
    assert nearest(written, ["vad", "asr", "diarization"]) == meant


def test_a_suggestion_keeps_the_case_of_what_exists() -> None:
    assert nearest("readme", ["README", "other"]) == "README"


def test_a_hint_is_the_nearest_name_or_else_all_there_are() -> None:
    assert did_you_mean("asrr", ["vad", "asr"]) == "did you mean 'asr'?"
    assert did_you_mean("zzz", ["vad", "asr"]) == "known: asr, vad"
    assert did_you_mean("zzz", []) == "there is none"
