"""A kill and a failing disk at every call that a prune makes on its files: the same command goes on from there."""

import json
import os
import py_compile
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, offer, weights
from tests.cli.project import Project
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.faults.stage import Order, Stage
from tests.faults.strikes import Strike, calls, strike
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

FAULTS = ("KILL", "EIO")
SAMPLE = 30
MET = 0.9
OTHER = "org/other"
THEIRS = "huggingface/hub/models--org--other/notes.txt"
PRUNE = ("prune", "-y")
MODELS = """
models:
  asr: {source: hf:org/name}
  ner: {source: hf:org/other}
  vad: {source: pypi:pack}
"""


@pytest.fixture
def old(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    """A repository, a package with bytecode and an earlier commit that the lock does not want any more."""
    offer(hub)
    offer(hub, OTHER, seed=1)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/__init__.py": b"", "pack/old.py": b"x = 1\n"}))
    project.manifest(MODELS)
    assert project.run("sync").code == 0
    py_compile.compile(str(project.view / "python" / "pack" / "old.py"), doraise=True)
    (project.view / THEIRS).write_bytes(b"mine")
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(1000, 9)})
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert project.run("sync").code == 0
    assert project.run("lock", "--upgrade").code == 0
    assert project.run("sync").code == 0
    return project


@pytest.fixture
def stage(old: Project, tmp_path: Path) -> Iterator[Stage]:
    """The stage, which has shown once what would go."""
    with Stage(tmp_path / "stage") as stage:
        assert stage.perform(Order(old, ("prune", "--dry-run"), forked=False)).code == 0
        yield stage


def state(project: Project) -> dict[str, bytes]:
    """Every file of the view, and every empty folder. (One that the disk refuses to remove stays: it holds nothing.)"""
    empty = {one.relative_to(project.view).as_posix(): b"" for one in project.view.rglob("*") if is_empty(one)}
    return {**project.placed(), **empty}


def is_empty(place: Path) -> bool:
    return place.is_dir() and not any(place.iterdir())


def recorded(project: Project) -> set[str]:
    found = json.loads((project.view / "models-record.json").read_bytes())
    return {*found["files"], *found["references"]}


def test_no_fault_at_any_call_removes_what_is_wanted_or_loses_what_is_left(
    old: Project, stage: Stage, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    shutil.copytree(old.view, before, copy_function=os.link)
    there = state(old)
    found = calls(stage, old, *PRUNE)
    wanted = state(old)
    assert wanted.keys() < there.keys()
    assert recorded(old) == wanted.keys() - {THEIRS}
    strikes = [Strike(*call, fault) for call in found for fault in FAULTS]
    dice = random.Random(17)  # noqa: S311 - repeatable, not secret
    chosen = sorted(dice.sample(strikes, min(len(strikes), scale(SAMPLE, len(strikes)))), key=strikes.index)
    met: Counter[str] = Counter()
    for one in chosen:
        shutil.rmtree(old.view)
        shutil.copytree(before, old.view, copy_function=os.link)
        met[one.fault] += struck_and_healed(old, stage, one, there, wanted)
    assert met.total() >= MET * len(chosen), f"{met} of {len(chosen)} met a file"
    figure(
        "crash or failing disk while pruning",
        "KILL and EIO at every call of a prune on its files: nothing wanted or foreign goes, nothing is left",
        f"{len(found)} calls; {', '.join(f'{met[one]} {one}' for one in FAULTS)}: 0 lost, 0 left, exit 0 or 3",
    )


def struck_and_healed(
    project: Project, stage: Stage, one: Strike, there: dict[str, bytes], wanted: dict[str, bytes]
) -> bool:
    """Whether the fault met a file of ours; whatever it met, the same command leaves what an untroubled one leaves."""
    struck = strike(stage, project, one, *PRUNE)
    allowed = (0, 3, -9) if one.fault == "KILL" else (0, 3)
    assert struck.result.code in allowed, f"{one}: exit {struck.result.code}: {struck.result.text}"
    assert "Traceback" not in struck.result.text, f"{one}: {struck.result.text}"
    now = {path: content for path, content in project.placed().items() if not path.startswith(".models-record.json.")}
    assert now.items() >= {path: wanted[path] for path in wanted}.items(), f"{one} removed too much"
    assert now.items() <= there.items(), f"{one} left something new"
    ours = there.keys() - {THEIRS} - {path for path in there if path.endswith(".pyc")}
    assert now.keys() & ours <= recorded(project), f"after {one} the record forgot what is there"
    again = stage.perform(Order(project, PRUNE))
    assert again.code == 0, f"after {one}: {again.text}"
    left = project.placed() if (one.call, one.fault) == ("rmdir", "EIO") else state(project)
    assert left == wanted, f"after {one} other files are there"
    assert recorded(project) == wanted.keys() - {THEIRS}, f"after {one} the record says something else"
    return struck.met
