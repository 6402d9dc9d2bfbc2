"""`verify` for other programs: annotations of GitHub, SARIF, JUnit; and `lock --check` as annotations."""

import json
import os
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.offers import REPO
from tests.cli.project import Project
from tests.conftest import Run


@pytest.fixture
def hurt(three: Project) -> Project:
    """A damaged required file, a missing optional one, and a stranger."""
    weights = next(three.repository(REPO).joinpath("snapshots").iterdir()) / "model.bin"
    weights.unlink()
    weights.write_bytes(b"damaged")
    next(three.repository("org/ner").joinpath("snapshots").iterdir()).joinpath("config.json").unlink()
    three.view.joinpath("python", "pack", "stranger.py").write_text("")
    return three


def line_of(project: Project, text: str) -> int:
    return next(number for number, line in enumerate(project.lock_path.read_text().splitlines(), 1) if text in line)


def test_github_shows_each_finding_beside_its_line_of_the_lock(hurt: Project, run: Run) -> None:
    result = run("verify", "--format", "github")
    assert result.code == 1
    commands = result.stdout.splitlines()
    assert [one.split(" ")[0] for one in commands] == ["::error", "::error", "::warning"]
    sha256 = next(one["sha256"] for one in hurt.lock["artifacts"]["hf:org/name@main"]["files"] if one["size"] > 1000)
    line = line_of(hurt, f'"path": "model.bin", "size": 300000, "sha256": "{sha256}"')
    assert commands[0].startswith(
        f"::error file=models.lock,line={line},title=models verify%3A damaged::asr: damaged: "
    )
    assert "%0A`models verify --repair` fetches 300 kB again" in commands[0]
    stranger = line_of(hurt, '"pypi:pack@*": {')
    assert f",line={stranger}," in commands[1], "a stranger stands beside its artifact"
    assert "damaged" in result.stderr, "a person who reads the log sees the table"


def test_a_project_below_the_checkout_is_named_by_its_path_there(hurt: Project, run: Run) -> None:
    top = str(hurt.folder.parent)
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        assert "file=project/models.lock," in run("verify", "--format", "github", **{variable: top}).stdout
    assert "file=models.lock," in run("verify", "--format", "github", GITHUB_WORKSPACE="/elsewhere").stdout


def test_sarif_has_a_result_for_each_finding(hurt: Project, run: Run) -> None:
    result = run("verify", "--format", "sarif")
    assert result.code == 1
    (found,) = json.loads(result.stdout)["runs"]
    assert [(one["ruleId"], one["level"]) for one in found["results"]] == [
        ("damaged", "error"),
        ("missing", "note"),
        ("unexpected", "error"),
    ]
    rules = {one["id"] for one in found["tool"]["driver"]["rules"]}
    assert {one["ruleId"] for one in found["results"]} <= rules
    prints = [one["partialFingerprints"]["finding/v1"] for one in found["results"]]
    assert len(set(prints)) == 3
    again = json.loads(run("verify", "--format", "sarif").stdout)["runs"][0]["results"]
    assert [one["partialFingerprints"]["finding/v1"] for one in again] == prints
    assert hurt.view.exists()


def test_junit_has_a_case_for_each_model(hurt: Project, run: Run) -> None:
    result = run("verify", "--format", "junit")
    assert result.code == 1
    suite = ET.fromstring(result.stdout.encode())[0]  # noqa: S314  # our own text
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")
    cases = {one.get("name"): one for one in suite}
    assert {name: one.find("failure") is not None for name, one in cases.items()} == {
        "asr": True,
        "vad": True,
        "ner": False,
    }
    assert "config.json" in (cases["ner"].findtext("system-out") or "")
    assert hurt.view.exists()


@pytest.mark.parametrize("format_", ["github", "sarif", "junit"])
def test_nothing_found_is_a_document_too(three: Project, run: Run, format_: str) -> None:
    result = run("verify", "--format", format_)
    assert result.code == 0
    if format_ == "sarif":
        assert json.loads(result.stdout)["runs"][0]["results"] == []
    elif format_ == "junit":
        assert ET.fromstring(result.stdout.encode())[0].get("failures") == "0"  # noqa: S314  # our own text
    else:
        assert result.stdout == ""
    assert three.view.exists()


def test_json_has_two_names(three: Project, run: Run) -> None:
    one, other = run("verify", "--format", "json").document, run("verify", "--json").document
    assert {**one, "seconds": 0} == {**other, "seconds": 0}
    assert three.view.exists()


def test_a_hostile_name_begins_no_command_and_breaks_no_document(three: Project, run: Run) -> None:
    name = "x\n::warning::%0Amine\x1b[31m]]>&<.bin"
    Path(three.view / "python" / "pack" / name).write_text("")
    (command,) = run("verify", "--format", "github").stdout.splitlines()
    assert command.startswith("::error ")
    assert "%250A" in command
    suite = ET.fromstring(run("verify", "--format", "junit").stdout.encode())[0]  # noqa: S314  # our own text
    assert "\n::warning::%0Amine\N{REPLACEMENT CHARACTER}[31m]]>&<.bin" in (suite[1].findtext("failure") or "")
    (result,) = json.loads(run("verify", "--format", "sarif").stdout)["runs"][0]["results"]
    assert name in result["message"]["text"]


def test_a_name_that_is_no_unicode_breaks_no_document(three: Project, run: Run) -> None:
    Path(three.view / "python" / "pack" / os.fsdecode(b"x\xff.bin")).write_text("")
    (command,) = run("verify", "--format", "github").stdout.splitlines()
    assert "x\N{REPLACEMENT CHARACTER}.bin" in command
    assert ET.fromstring(run("verify", "--format", "junit").stdout.encode())[0].get("failures") == "1"  # noqa: S314
    result = run("verify", "--format", "sarif")
    assert result.code == 1, result.stderr
    (found,) = json.loads(result.stdout.encode())["runs"][0]["results"]
    assert "x\N{REPLACEMENT CHARACTER}.bin" in found["message"]["text"]


def test_very_many_findings_are_counted(three: Project, run: Run) -> None:
    for number in range(60):
        three.view.joinpath("python", "pack", f"{number}.py").write_text("")
    commands = run("verify", "--format", "github").stdout.splitlines()
    assert len(commands) == 10, "GitHub shows no more of a level"
    assert commands[-1] == "::error file=models.lock,title=51 more::and 51 more; `models verify` has all"


def test_every_format_says_what_a_person_is_told_to_do(three: Project, run: Run) -> None:
    shutil.rmtree(three.repository(REPO))
    advice = [line.removeprefix("hint: ") for line in run("verify").stderr.splitlines() if line.startswith("hint: ")]
    assert advice == ["`models sync` brings 300 kB back"]
    for form in ("json", "github", "sarif", "junit"):
        text = run("verify", "--format", form).stdout
        assert advice[0] in text, form
        assert set(re.findall(r"`models \w+(?: --\w+)?`", text)) == {"`models sync`"}, form


def test_a_stale_lock_stands_beside_the_manifest(three: Project, run: Run) -> None:
    assert run("lock", "--check", "--format", "github").stdout == ""
    three.manifest("models: {asr: {source: hf:org/name, optional: true}}\n")
    result = run("lock", "--check", "--format", "github")
    assert result.code == 1
    assert len(result.stdout.splitlines()) == 5
    assert result.stdout.startswith("::error file=models.yaml,line=1,title=models.lock is stale::")
    assert run("lock", "--format", "github").code == 2


def test_a_lock_of_another_layout_has_lines_that_are_not_known(hurt: Project, run: Run) -> None:
    hurt.lock_path.write_text(json.dumps(hurt.lock, indent=4))
    result = run("verify", "--format", "github")
    assert result.code == 1
    assert all(",line=1," in line for line in result.stdout.splitlines())
