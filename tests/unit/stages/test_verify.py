"""The findings: what is missing, damaged, moved or unexpected, and nothing that is not ours."""

from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.plan import Observation, State, Trace
from resolver.domain.verify_report import Finding
from resolver.domain.view import Reference, View
from resolver.stages.verify import findings, undeclared_flags, unexpected
from tests.unit.domain.values import KEY, file, placement, sha, survey, view, with_states

ONE, TWO = placement("hub/c/one.bin"), placement("hub/c/two.bin", models=("asr", "night"))
MAIN = Reference("hub/refs/main", "c" * 40, KEY, ("asr",))
VIEW = view(ONE, TWO, references=[MAIN], folders={"hub/c": ("asr",)})
RIGHT = replace(survey(VIEW, State.PRESENT), references={MAIN.path: MAIN.text})
REQUIRED: frozenset[str] = frozenset()


def put(path: Path, content: bytes = b"?") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_what_is_right_is_no_finding() -> None:
    assert findings(VIEW, RIGHT, REQUIRED) == []


def test_a_missing_file_is_found() -> None:
    assert findings(VIEW, with_states(RIGHT, one_bin=State.MISSING), REQUIRED) == [
        Finding("missing", "asr", KEY, ONE.path, ONE.file.sha256, None, "`models sync` brings 7 B back", optional=False)
    ]


def test_a_damaged_file_is_found_with_what_lies_there() -> None:
    seen = replace(RIGHT, files={**RIGHT.files, ONE.path: Observation(State.DAMAGED, found="3 bytes")})
    found = findings(VIEW, seen, frozenset({"asr", "night"}))
    assert [(one.kind, one.expected, one.found, one.optional) for one in found] == [
        ("damaged", ONE.file.sha256, "3 bytes", False)
    ]
    assert "--repair" in str(found[0].hint)


@pytest.mark.parametrize(
    ("optional", "counts"),
    [(set(), [False, False]), ({"asr"}, [True, False]), ({"night"}, [False, False]), ({"asr", "night"}, [True, True])],
)
def test_what_only_optional_models_miss_is_optional(optional: set[str], counts: list[bool]) -> None:
    found = findings(VIEW, replace(survey(VIEW), references=RIGHT.references), frozenset(optional))
    assert [(one.path, one.optional) for one in found] == [(ONE.path, counts[0]), (TWO.path, counts[1])]


@pytest.mark.parametrize(("text", "kind"), [(None, "missing"), ("d" * 40, "ref-moved"), ("c" * 40 + "\n", "ref-moved")])
def test_a_reference_that_says_something_else_is_found(text: str | None, kind: str) -> None:
    found = findings(VIEW, replace(RIGHT, references={MAIN.path: text}), REQUIRED)
    assert [(one.kind, one.model, one.path, one.expected, one.found, one.optional) for one in found] == [
        (kind, "asr", MAIN.path, MAIN.text, text, False)
    ]


def test_a_missing_reference_of_an_optional_model_is_optional() -> None:
    assert findings(VIEW, survey(VIEW, State.PRESENT), frozenset({"asr"}))[0].optional


def strangers(root: Path, seen: View = VIEW, traces: dict[str, Trace] | None = None) -> tuple[list[str], list[str]]:
    found, warnings = unexpected(seen, root, traces or {})
    assert all((one.kind, one.model, one.artifact) == ("unexpected", "asr", KEY) for one in found)
    return [one.path for one in found], warnings


def test_an_unlisted_file_in_our_folder_is_unexpected(tmp_path: Path) -> None:
    for name in ("one.bin", "two.bin", "three.bin", "deep/four.bin", ".hidden"):
        put(tmp_path / "hub" / "c" / name)
    assert strangers(tmp_path) == (["hub/c/.hidden", "hub/c/deep/four.bin", "hub/c/three.bin"], [])


def test_an_unlisted_link_is_unexpected_and_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "outside" / "precious")
    (tmp_path / "hub" / "c").mkdir(parents=True)
    (tmp_path / "hub" / "c" / "link").symlink_to(tmp_path / "outside")
    assert strangers(tmp_path) == (["hub/c/link"], [])


def test_what_lies_beside_our_folders_is_not_ours(tmp_path: Path) -> None:
    for name in ("hub/d/x", "hub/blobs/x", "hub/refs/other", "hub/x", "hub/cc/x", "x"):
        put(tmp_path / name)
    assert strangers(tmp_path) == ([], [])


@pytest.mark.parametrize("link", ["hub", "hub/c"])
def test_what_lies_behind_a_link_is_not_ours(tmp_path: Path, link: str) -> None:
    put(tmp_path / "outside" / "c" / "precious")
    put(tmp_path / "outside" / "precious")
    root = tmp_path / "view"
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(tmp_path / "outside")
    assert strangers(root) == ([], [])


def test_a_file_where_our_folder_belongs_is_no_crash(tmp_path: Path) -> None:
    put(tmp_path / "hub" / "c")
    assert strangers(tmp_path)[1] == []


def test_no_folder_has_no_strangers(tmp_path: Path) -> None:
    assert strangers(tmp_path) == ([], [])


MODULE = placement("hub/c/pkg/m.py")
WITH_MODULE = replace(VIEW, placements={**VIEW.placements, MODULE.path: MODULE})


@pytest.mark.parametrize("name", ["m.cpython-311.pyc", "m.cpython-313.opt-2.pyc", "m.cpython-311.pyc.140234"])
def test_bytecode_of_a_locked_module_is_worth_a_warning(tmp_path: Path, name: str) -> None:
    put(tmp_path / "hub/c/pkg/__pycache__" / name)
    found, warnings = strangers(tmp_path, WITH_MODULE)
    assert (found, warnings) == ([], [f"hub/c/pkg/__pycache__/{name}: compiled by Python, not locked"])


@pytest.mark.parametrize(
    "path",
    [
        "pkg/__pycache__/other.cpython-311.pyc",
        "pkg/__pycache__/m.py",
        "pkg/__pycache__/m.cpython-311.so",
        "pkg/__pycache__/model.bin",
        "pkg/__pycache__/m.cpython-311.pyc/deep.pyc",
        "pkg/__pycache__/m.cpython-311.pyc.12x",
        "__pycache__/m.cpython-311.pyc",
        "pkg/m.pyc",
        "my__pycache__/m.cpython-311.pyc",
    ],
)
def test_anything_else_in_the_cache_of_python_is_unexpected(tmp_path: Path, path: str) -> None:
    put(tmp_path / "hub/c" / path)
    assert strangers(tmp_path, WITH_MODULE) == ([f"hub/c/{path}"], [])


def test_bytecode_of_a_module_that_is_a_stranger_is_one_too(tmp_path: Path) -> None:
    put(tmp_path / "hub/c/own.py")
    put(tmp_path / "hub/c/__pycache__/own.cpython-311.pyc")
    assert strangers(tmp_path) == (["hub/c/__pycache__/own.cpython-311.pyc", "hub/c/own.py"], [])


def test_bytecode_of_a_module_of_an_earlier_selection_is_worth_a_warning(tmp_path: Path) -> None:
    spare = replace(VIEW, spare={"hub/c/own.py": file("own.py", b"spare")})
    put(tmp_path / "hub/c/own.py", b"spare")
    put(tmp_path / "hub/c/__pycache__/own.cpython-311.pyc")
    found, warnings = strangers(tmp_path, spare)
    assert (found, len(warnings)) == ([], 2)


def test_what_another_variant_wants_is_worth_a_warning_if_it_is_right(tmp_path: Path) -> None:
    spare = replace(VIEW, spare={f"hub/c/{name}": file(name, b"spare") for name in ("right", "wrong", "short", "link")})
    put(tmp_path / "hub/c/right", b"spare")
    put(tmp_path / "hub/c/wrong", b"SPARE")
    put(tmp_path / "hub/c/short", b"spar")
    (tmp_path / "hub/c/link").symlink_to("right")
    found, warnings = strangers(tmp_path, spare)
    assert found == ["hub/c/link", "hub/c/short", "hub/c/wrong"]
    assert warnings == ["hub/c/right: locked, and wanted only by another variant"]


def test_what_we_placed_earlier_is_worth_a_warning_while_it_is_as_we_placed_it(tmp_path: Path) -> None:
    traces = {}
    for name in ("kept", "touched", "grown", "replaced"):
        found = put(tmp_path / "hub" / "c" / name).stat()
        traces[f"hub/c/{name}"] = Trace(found.st_size, found.st_mtime_ns, found.st_ino, sha(b"?"))
    for name, change in {"touched": (0, 1, 0), "grown": (1, 0, 0), "replaced": (0, 0, 1)}.items():
        size, mtime, inode = change
        one = traces[f"hub/c/{name}"]
        traces[f"hub/c/{name}"] = Trace(one.size + size, one.mtime + mtime, one.inode + inode, one.sha256)
    found_, warnings = strangers(tmp_path, VIEW, traces)
    assert found_ == ["hub/c/grown", "hub/c/replaced", "hub/c/touched"]
    assert warnings == ["hub/c/kept: placed for an earlier selection and not wanted now"]


def test_what_models_that_are_not_looked_at_want_is_no_stranger(tmp_path: Path) -> None:
    for name in ("one.bin", "two.bin", "three.bin"):
        put(tmp_path / "hub" / "c" / name)
    both = replace(VIEW, folders={"hub/c": ("asr", "night")})
    found, _ = unexpected(both.narrowed(frozenset({"night"})), tmp_path, {})
    assert [(one.model, one.path) for one in found] == [("night", "hub/c/three.bin")]


def test_a_folder_of_models_that_are_not_looked_at_is_not_looked_into(tmp_path: Path) -> None:
    put(tmp_path / "hub" / "c" / "three.bin")
    assert unexpected(VIEW.narrowed(frozenset({"night"})), tmp_path, {}) == ([], [])


def test_what_does_harm_is_worth_a_warning_where_it_is(tmp_path: Path) -> None:
    seen = replace(VIEW, doubtful={"hub/trees/c.json": "it does harm"})
    assert strangers(tmp_path, seen) == ([], [])
    put(tmp_path / "hub/trees/c.json")
    assert strangers(tmp_path, seen) == ([], ["hub/trees/c.json: it does harm"])


def test_a_file_that_carries_what_its_lock_does_not_say_is_found() -> None:
    carried = {ONE.path: frozenset({"pickle", "code"}), TWO.path: frozenset({"pickle"})}
    files = {path: Observation(State.PRESENT, undeclared=flags) for path, flags in carried.items()}
    found = undeclared_flags(VIEW, replace(RIGHT, files=files))
    assert [(one.kind, one.model, one.path, one.expected, one.found) for one in found] == [
        ("policy", "asr", ONE.path, "no code or pickle", "code, pickle"),
        ("policy", "asr", TWO.path, "no pickle", "pickle"),
    ]


def test_a_file_that_carries_nothing_else_is_no_finding() -> None:
    assert undeclared_flags(VIEW, RIGHT) == []


def test_a_note_that_hides_a_file_of_ours_is_worth_a_warning_and_no_other_note_is(tmp_path: Path) -> None:
    seen = replace(VIEW, absences={"hub/.no_exist/c": "hub/c"})
    for path in ("hub/.no_exist/c/more.json", "hub/.no_exist/d/one.bin"):
        put(tmp_path / path)
    assert strangers(tmp_path, seen) == ([], [])
    put(tmp_path / "hub/.no_exist/c/one.bin")
    assert strangers(tmp_path, seen) == (
        [],
        ["hub/.no_exist/c/one.bin: a library's note that there is no such file, which hides it"],
    )
