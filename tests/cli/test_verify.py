"""`models verify`: every finding, offline, and a repair for each."""

import os

import pytest

from tests.cli.damage import DAMAGES, PACKED, flip_beside, flip_in_place, overwrite, place, remove_everything
from tests.cli.offers import CONFIG, WEIGHTS
from tests.cli.project import Project
from tests.conftest import Run

DEAD = {"HF_ENDPOINT": "http://127.0.0.1:1", "PIP_INDEX_URL": "http://127.0.0.1:1/simple"}


@pytest.mark.usefixtures("three", "no_network")
def test_what_is_right_is_proved_without_a_connection(run: Run) -> None:
    for arguments in (("verify",), ("verify", "--quick"), ("status",), ("sync", "--frozen", "--offline"), ("sync",)):
        assert run(*arguments, **DEAD).code == 0
    checked = run("verify", "--json", **DEAD).document["checked"]
    assert (checked["models"], checked["files"]) == (3, 9)
    assert checked["bytes"] > 2 * len(WEIGHTS) + len(PACKED)


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_found_and_repaired(three: Project, run: Run, what: str) -> None:
    damage, kind, model = DAMAGES[what]
    before = three.placed()
    damage(three)
    result = run("verify", "--json")
    assert result.code == 1
    assert [(one["kind"], one["model"]) for one in result.document["findings"]] == [(kind, model)]
    assert (result.document["ok"], result.document["exit_code"]) == (False, 1)
    assert run("verify").stdout.count(kind) == 1
    repaired = run("verify", "--repair", "--json")
    assert repaired.code == 0, repaired.stderr
    assert [one["kind"] for one in repaired.document["repaired"]] == [kind]
    assert three.placed() == before
    assert run("verify").code == 0
    assert run("sync", "--offline").code == 0


def test_everything_gone_is_a_finding_for_each_file_and_reference(three: Project, run: Run) -> None:
    before = three.placed()
    remove_everything(three)
    result = run("verify", "--json")
    assert result.code == 1
    assert {one["kind"] for one in result.document["findings"]} == {"missing"}
    assert {one["path"] for one in result.document["findings"]} == set(before)
    assert run("verify", "--repair").code == 0
    assert three.placed() == before


VISIBLE = [what for what in DAMAGES if not what.endswith("in place") and "too many" not in what]


@pytest.mark.parametrize("what", VISIBLE)
def test_sync_brings_back_what_it_can_see(three: Project, run: Run, what: str) -> None:
    before = three.placed()
    DAMAGES[what][0](three)
    assert run("sync").code == 0
    assert three.placed() == before


def test_quick_goes_by_size_time_and_inode(three: Project, run: Run) -> None:
    flip_in_place(three)
    assert run("verify", "--quick").code == 0
    assert run("verify").code == 1
    assert run("verify", "--quick").code == 1, "what was found is not trusted again"
    assert run("verify", "--repair").code == 0
    flip_beside(three)
    assert run("verify", "--quick").code == 1, "another inode is read"


def test_another_time_is_hashed_again_and_remembered(three: Project, run: Run) -> None:
    os.utime(place(three), ns=(1, 1))
    assert run("verify", "--quick").code == 0
    assert "1, " in three.view.joinpath("models-record.json").read_text()


def test_a_missing_optional_model_is_listed_and_leaves_0(three: Project, run: Run) -> None:
    place(three, repo="org/ner").unlink()
    result = run("verify", "--json")
    assert result.code == 0
    assert [(one["kind"], one["model"], one["optional"]) for one in result.document["findings"]] == [
        ("missing", "ner", True)
    ]
    assert run("verify", "--strict").code == 1
    overwrite(place(three, "config.json", "org/ner"), b"x" * len(CONFIG))
    assert run("verify").code == 1, "damage counts, whoever needs it"
