"""What libraries copied of locked code: right, changed, or beside it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.verify_report import Finding
from resolver.domain.view import View
from resolver.stages.copies import altered
from tests.unit.domain.values import COMMIT, KEY, OTHER_COMMIT, file, placement, sha, view

MODULES = "huggingface/modules"
ORG = f"{MODULES}/transformers_modules/org"
COPIES = f"{ORG}/name/{COMMIT}"
CODE = {"modeling.py": b"class Model: ...\n", "parts/layer.py": b"class Layer: ...\n", "__init__.py": b"import this\n"}


def looking(code: Mapping[str, bytes] = CODE, *, models: tuple[str, ...] = ("asr",)) -> View:
    """A view of one model whose repository holds code."""
    originals = {path: placement(f"hub/c/{path}", file(path, content), KEY, models) for path, content in code.items()}
    return replace(view(placement("hub/c/model.bin")), copies={MODULES: {COMMIT: originals}})


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """A file in the view."""

    def put(path: str, content: bytes = b"") -> Path:
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return place

    return put


Put = Callable[..., Path]


def places(root: Path, seen: View | None = None) -> list[str]:
    found = altered(looking() if seen is None else seen, root)
    assert all((one.kind, one.model, one.artifact) == ("unexpected", "asr", KEY) for one in found)
    return [one.path.removeprefix(f"{MODULES}/transformers_modules/") for one in found]


def test_no_copies_are_no_findings(tmp_path: Path) -> None:
    assert places(tmp_path) == []


def test_right_copies_and_empty_markers_are_no_findings(tmp_path: Path, put: Put) -> None:
    for path, content in CODE.items():
        put(f"{COPIES}/{path}", content)
    for folder in (MODULES, f"{MODULES}/transformers_modules", ORG, f"{ORG}/name", f"{COPIES}/parts"):
        put(f"{folder}/__init__.py")
    assert places(tmp_path) == []


def test_a_changed_copy_is_found_with_what_lies_there(tmp_path: Path, put: Put) -> None:
    other = b"class MODEL: ...\n"
    put(f"{COPIES}/modeling.py", other)
    put(f"{COPIES}/parts/layer.py", b"longer than it was\n")
    hint = "remove it, or `models verify --repair` does; libraries copy it again"
    modeling, layer = (sha(CODE[path]) for path in ("modeling.py", "parts/layer.py"))
    assert altered(looking(), tmp_path) == [
        Finding("unexpected", "asr", KEY, f"{COPIES}/modeling.py", modeling, sha(other), hint),
        Finding("unexpected", "asr", KEY, f"{COPIES}/parts/layer.py", layer, "19 bytes", hint),
    ]


def test_code_beside_the_copies_is_found(tmp_path: Path, put: Put) -> None:
    put(f"{COPIES}/modeling.py", CODE["modeling.py"])
    put(f"{COPIES}/numbers.py", b"import os\n")
    put(f"{COPIES}/modeling/__init__.py", b"import os\n")
    assert [(one.path.removeprefix(COPIES), one.expected, one.found) for one in altered(looking(), tmp_path)] == [
        ("/modeling/__init__.py", None, "not in models.lock"),
        ("/numbers.py", None, "not in models.lock"),
    ]


def test_a_marker_above_that_is_not_empty_is_found(tmp_path: Path, put: Put) -> None:
    put(f"{COPIES}/modeling.py", CODE["modeling.py"])
    for folder in (f"{MODULES}/transformers_modules", ORG, f"{ORG}/other", f"{MODULES}/transformers_modules/else"):
        put(f"{folder}/__init__.py", b"import os\n")
    assert places(tmp_path) == ["__init__.py", "org/__init__.py"]


def test_the_marker_of_the_repository_itself_may_be_empty_or_the_locked_one(tmp_path: Path, put: Put) -> None:
    put(f"{COPIES}/__init__.py")
    assert places(tmp_path) == []
    put(f"{COPIES}/__init__.py", b"import other\n")
    assert places(tmp_path) == [f"org/name/{COMMIT}/__init__.py"]


def test_copies_of_other_commits_and_other_libraries_are_nobody_s_concern(tmp_path: Path, put: Put) -> None:
    put(f"{ORG}/name/{OTHER_COMMIT}/modeling.py", b"older")
    put(f"{MODULES}/datasets_modules/datasets/x/x.py", b"other")
    put(f"{MODULES}/datasets_modules/__init__.py", b"other")
    assert places(tmp_path) == []


@pytest.mark.parametrize("folder", [COMMIT, f"_{COMMIT}", f"_{COMMIT}/0123456789abcdef"])
def test_copies_of_a_snapshot_that_was_opened_by_its_path_are_copies_too(tmp_path: Path, put: Put, folder: str) -> None:
    place = put(f"{MODULES}/transformers_modules/{folder}/parts/layer.py", CODE["parts/layer.py"])
    assert places(tmp_path) == []
    place.write_bytes(b"other")
    assert places(tmp_path) == [f"{folder}/parts/layer.py"]


def test_what_python_compiled_is_not_judged(tmp_path: Path, put: Put) -> None:
    put(f"{COPIES}/modeling.py", CODE["modeling.py"])
    put(f"{COPIES}/__pycache__/modeling.cpython-311.pyc", b"compiled")
    assert places(tmp_path) == []


@pytest.mark.parametrize("name", ["other.cpython-311.pyc", "modeling.py", "modeling.bin"])
def test_what_python_did_not_compile_is_a_stranger_in_its_cache_too(tmp_path: Path, put: Put, name: str) -> None:
    put(f"{COPIES}/modeling.py", CODE["modeling.py"])
    put(f"{COPIES}/__pycache__/{name}", b"code")
    assert [one.rpartition("/")[2] for one in places(tmp_path)] == [name]


def test_a_link_among_the_copies_is_found_and_not_followed(tmp_path: Path, put: Put) -> None:
    original = put("hub/c/modeling.py", CODE["modeling.py"])
    link = put(f"{COPIES}/x").with_name("modeling.py")
    link.with_name("x").unlink()
    link.symlink_to(original)
    assert [one.found for one in altered(looking(), tmp_path)] == ["no regular file"]


def test_what_lies_behind_a_link_is_not_ours(tmp_path: Path, put: Put) -> None:
    put(f"outside/transformers_modules/org/name/{COMMIT}/modeling.py", b"other")
    root = tmp_path / "view"
    (root / "huggingface").mkdir(parents=True)
    (root / MODULES).symlink_to(tmp_path / "outside")
    assert places(root) == []


def test_code_of_models_that_are_not_looked_at_is_not_judged(tmp_path: Path, put: Put) -> None:
    put(f"{COPIES}/modeling.py", b"other")
    assert places(tmp_path, looking(models=("night",))) == []
    assert places(tmp_path, looking(models=("night", "asr"))) == [f"org/name/{COMMIT}/modeling.py"]


def test_a_file_that_cannot_be_read_is_found(tmp_path: Path, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(place: Path) -> str:
        raise PermissionError(13, "Permission denied", str(place))

    put(f"{COPIES}/modeling.py", CODE["modeling.py"])
    monkeypatch.setattr("resolver.stages.copies.digest_of", fail)
    assert [one.found for one in altered(looking(), tmp_path)] == ["Permission denied"]
