"""`models init`: a starter file, the schema for editors, and what git must know."""

import json
from pathlib import Path

import pytest

from resolver.documents.manifest import read_manifest
from resolver.documents.schema import schema_text
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES
from resolver.workflows.init import SCHEMA, TEMPLATES, template_bytes
from tests.cli.project import Project
from tests.conftest import Run

TOLD = {".gitattributes": "models.lock text eol=lf\n", ".gitignore": ".cache/\n"}


def inside(folder: Path) -> list[str]:
    return sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())


@pytest.fixture
def tree(project: Project) -> Project:
    """A project in a git work tree."""
    project.folder.joinpath(".git").mkdir()
    return project


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("arguments", "template"), [([], "minimal"), *((["--template", one], one) for one in TEMPLATES)]
)
def test_a_starter_file_is_written(project: Project, run: Run, arguments: list[str], template: str) -> None:
    result = run("init", *arguments)
    assert (result.code, result.stdout) == (0, "")
    assert result.stderr == (
        f"Wrote {SCHEMA} and models.yaml (template {template})\n"
        "hint: edit models.yaml, then run `models lock` and `models sync`\n"
    )
    assert project.manifest_path.read_bytes() == template_bytes(template)
    assert inside(project.folder) == [SCHEMA, "models.yaml"], "without git there is nothing to tell it"


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_editor_finds_the_schema_where_the_first_line_says(project: Project, run: Run, template: str) -> None:
    assert run("init", "--template", template).code == 0
    first = project.manifest_path.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA}"
    assert project.folder.joinpath(SCHEMA).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_a_manifest_that_any_system_and_editor_reads(template: str) -> None:
    content = template_bytes(template)
    manifest = read_manifest(
        content, "models.yaml", {kind: one.default_runtime for kind, one in SOURCES.items()}, RUNTIMES
    )
    assert manifest.models
    assert content.endswith(b"\n")
    assert b"\r" not in content
    assert content.isascii()


@pytest.mark.parametrize("existing", ["version: 1\n", ""])
def test_an_existing_manifest_is_not_touched(tree: Project, run: Run, existing: str) -> None:
    tree.manifest_path.write_text(existing)
    result = run("init")
    assert result.code == 2
    assert "already; it was not touched" in result.stderr
    assert tree.manifest_path.read_text() == existing
    assert inside(tree.folder) == ["models.yaml"]


def test_a_link_or_a_folder_of_that_name_is_not_touched_either(project: Project, run: Run) -> None:
    project.manifest_path.symlink_to("elsewhere.yaml")
    assert run("init").code == 2
    project.manifest_path.unlink()
    project.manifest_path.mkdir()
    assert run("init").code == 2
    assert inside(project.folder) == []


def test_in_a_work_tree_git_is_told(tree: Project, run: Run) -> None:
    result = run("init")
    assert result.code == 0
    assert "Added to .gitattributes: models.lock text eol=lf\nAdded to .gitignore: .cache/\n" in result.stderr
    assert {name: tree.folder.joinpath(name).read_text() for name in TOLD} == TOLD


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"*.pyc", b"*.pyc\n.cache/\n"),
        (b"*.pyc\n", b"*.pyc\n.cache/\n"),
        (b"*.pyc\r\nout/\r\n", b"*.pyc\r\nout/\r\n.cache/\r\n"),
        (b"\xff\n", b"\xff\n.cache/\n"),
        (b".cache/\n*.pyc", b".cache/\n*.pyc"),
        (b"out/\r\n.cache/  \r\n", b"out/\r\n.cache/  \r\n"),
    ],
)
def test_what_git_knows_stays_and_is_not_said_twice(tree: Project, run: Run, before: bytes, after: bytes) -> None:
    ignore = tree.folder / ".gitignore"
    ignore.write_bytes(before)
    result = run("init")
    assert result.code == 0
    assert ignore.read_bytes() == after
    assert ("Added to .gitignore" in result.stderr) is (before != after)


def test_what_stands_at_the_top_of_the_work_tree_holds_below(tree: Project, run: Run) -> None:
    tree.folder.joinpath(".gitignore").write_text(".cache/\n")
    below = tree.folder / "services" / "speech"
    below.mkdir(parents=True)
    assert run("init", "--project", "services/speech").code == 0
    assert inside(below) == [SCHEMA, ".gitattributes", "models.yaml"]


def test_a_work_tree_of_a_submodule_has_a_file_named_git(project: Project, run: Run) -> None:
    project.folder.joinpath(".git").write_text("gitdir: ../.git/modules/speech\n")
    assert run("init").code == 0
    assert project.folder.joinpath(".gitignore").read_text() == ".cache/\n"


def test_it_is_the_current_folder_that_is_meant_and_none_above(project: Project) -> None:
    project.manifest_path.write_text("version: 1\n")
    below = project.folder / "below"
    below.mkdir()
    assert Project(below, project.home, project.store, project.environment).run("init").code == 0
    assert inside(below) == [SCHEMA, "models.yaml"]


def test_the_document_says_what_was_written(tree: Project, run: Run) -> None:
    result = run("init", "--json", "-q")
    assert (result.code, result.stderr) == (0, "")
    assert result.document == {
        "schema": "models.init/1",
        "ok": True,
        "exit_code": 0,
        "template": "minimal",
        "project": str(tree.folder),
        "written": [SCHEMA, "models.yaml"],
        "appended": {".gitattributes": ["models.lock text eol=lf"], ".gitignore": [".cache/"]},
        "models": [],
        "passed_over": [],
        "notes": [],
    }


def test_an_unknown_template_or_folder_is_wrong_usage(project: Project, run: Run) -> None:
    assert run("init", "--template", "speech").code == 2
    assert run("init", "--project", "nowhere").code == 2
    assert inside(project.folder) == []


def test_what_cannot_be_written_can_be_tried_again(project: Project, run: Run) -> None:
    project.folder.joinpath(".cache").write_text("in the way")
    assert run("init").code == 3
    assert not project.manifest_path.exists()
    project.folder.joinpath(".cache").unlink()
    assert run("init").code == 0


def test_the_schema_is_no_concern_of_sync_and_verify(project: Project, run: Run) -> None:
    assert run("init").code == 0
    project.folder.joinpath("own").mkdir()
    project.folder.joinpath("own", "model.bin").write_bytes(b"weights")
    project.manifest("models: {own: {source: file:./own}}\n")
    assert run("sync").code == 0
    assert run("verify").code == 0
    assert json.loads(project.folder.joinpath(SCHEMA).read_bytes())["title"] == "models.yaml"
