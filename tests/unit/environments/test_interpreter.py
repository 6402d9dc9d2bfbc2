"""Which interpreter a path means, and what it says of itself."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resolver.domain.errors import UsageError
from resolver.environments.interpreter import environment_at

VARIABLES = {"PATH": os.environ["PATH"]}
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are shell scripts")

ANSWER: dict[str, Any] = {
    "executable": "/v/bin/python",
    "prefix": "/v",
    "implementation": "CPython",
    "version": "3.12.1",
    "roots": {"purelib": "/v/lib", "platlib": "/v/lib64", "scripts": "/v/bin"},
    "path": ["/v/lib"],
    "managed": False,
    "markers": {"python_version": "3.12"},
}


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A real environment, in a folder whose name is no ASCII."""
    folder = tmp_path / "umgebung ü"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


def stand_in(tmp_path: Path, said: str) -> Path:
    """A program that says something, whatever it is asked."""
    place = tmp_path / "python"
    place.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\n")
    place.chmod(0o755)
    return place


def answering(tmp_path: Path, **changed: Any) -> Path:
    return stand_in(tmp_path, "models-lock:" + json.dumps({**ANSWER, **changed}))


@pytest.mark.parametrize("named", [".", "bin/python", "bin/python3", "bin/../bin/python", "../umgebung ü"])
def test_a_folder_and_every_name_of_its_python_are_one_environment(venv: Path, named: str) -> None:
    found = environment_at(named, venv, VARIABLES)
    assert found.prefix == str(venv)
    assert found.executable == str(venv / "bin" / "python")
    assert found.roots["purelib"] == found.roots["platlib"]
    assert found.roots["purelib"].startswith(f"{venv}/lib")
    assert found.roots["scripts"] == str(venv / "bin")
    assert found.version == ".".join(map(str, sys.version_info[:3]))
    assert found.markers["sys_platform"] == sys.platform
    assert found.roots["purelib"] in found.path
    assert not found.managed


def test_a_way_through_a_link_is_the_same_environment(venv: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(venv)
    assert environment_at("current", tmp_path, VARIABLES) == environment_at(str(venv), tmp_path, VARIABLES)


def test_a_bare_name_is_looked_for_on_the_path(venv: Path, tmp_path: Path) -> None:
    assert environment_at("python3", tmp_path, {"PATH": str(venv / "bin")}).prefix == str(venv)
    (tmp_path / "python3").mkdir()
    with pytest.raises(UsageError):
        environment_at("python3", tmp_path, {"PATH": str(venv / "bin")})


def test_what_the_environment_prints_before_does_not_matter(venv: Path) -> None:
    site = environment_at(".", venv, VARIABLES).roots["purelib"]
    Path(site, "noise.pth").write_text("import sys; print('models-lock: noise {}')\n")
    assert environment_at(".", venv, VARIABLES).prefix == str(venv)


def test_variables_of_python_do_not_reach_it(venv: Path) -> None:
    variables = {**VARIABLES, "PYTHONHOME": "/nonexistent", "PYTHONPATH": "/nonexistent", "PYTHONSTARTUP": "/x"}
    assert environment_at(".", venv, variables).prefix == str(venv)


@pytest.mark.parametrize("named", ["nowhere", "", "a\0b", "empty", "file", "empty/bin/python", "x" * 5000])
def test_what_is_no_interpreter_is_wrong_usage_with_a_hint(tmp_path: Path, named: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("no program")
    with pytest.raises(UsageError, match="--python") as caught:
        environment_at(named, tmp_path, {"PATH": ""})
    assert "-m venv .venv" in str(caught.value.hint)


@pytest.mark.parametrize(
    "said",
    ["", "nonsense", "models-lock:", "models-lock:[]", "models-lock:{}", "models-lock:" + "[" * 100_000, "{}"],
    ids=lambda said: said[:20],
)
def test_what_answers_something_else_is_no_python(tmp_path: Path, said: str) -> None:
    with pytest.raises(UsageError, match="answers there"):
        environment_at(str(stand_in(tmp_path, said)), tmp_path, VARIABLES)


@pytest.mark.parametrize(
    "changed",
    [
        {"executable": None},
        {"executable": "python"},
        {"prefix": "v"},
        {"version": 3},
        {"roots": {"purelib": "/v/lib", "platlib": "/v/lib"}},
        {"roots": {"purelib": "lib", "platlib": "/v/lib", "scripts": "/v/bin"}},
        {"roots": None},
        {"path": "x"},
        {"path": [1]},
        {"markers": {"os_name": None}},
        {"prefix": "/v\0"},
    ],
    ids=repr,
)
def test_an_answer_with_a_hole_is_none(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no Python that could be used"):
        environment_at(str(answering(tmp_path, **changed)), tmp_path, VARIABLES)


def test_an_answer_is_taken_as_it_is(tmp_path: Path) -> None:
    found = environment_at(str(answering(tmp_path, managed=True)), tmp_path, VARIABLES)
    assert (found.prefix, found.version, found.managed) == ("/v", "3.12.1", True)
    assert found.sites == ("/v/lib", "/v/lib64")


def test_two_names_of_one_folder_of_packages_are_one(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib64").symlink_to("lib")
    roots = {"purelib": str(tmp_path / "lib"), "platlib": str(tmp_path / "lib64"), "scripts": "/v/bin"}
    assert environment_at(str(answering(tmp_path, roots=roots)), tmp_path, VARIABLES).sites == (str(tmp_path / "lib"),)
