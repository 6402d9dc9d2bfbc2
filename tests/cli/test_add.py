"""`models add`: one more model in models.yaml, and nothing else."""

import stat
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from resolver.workflows.init import TEMPLATES, template_bytes
from tests.cli.offers import offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

BEFORE = """\
version: 1

models:
  # speech
  asr:
    source: hf:org/name # as ever
"""


@pytest.fixture
def written(project: Project) -> Project:
    project.manifest_path.write_text(BEFORE)
    return project


@pytest.mark.usefixtures("no_network")
def test_a_model_is_added_with_what_is_known_of_its_source(written: Project, run: Run) -> None:
    result = run("add", "pypi:silero-vad", "--version", ">=5,<7")
    assert (result.code, result.stdout) == (0, "")
    assert result.stderr == snapshot("""\
Added silero-vad to models.yaml, line 8
Guessed from the source: category vad, runtime silero
hint: `models lock` pins it
""")
    assert written.manifest_path.read_text() == snapshot("""\
version: 1

models:
  # speech
  asr:
    source: hf:org/name # as ever

  silero-vad:
    category: vad
    runtime: silero
    source: pypi:silero-vad
    version: ">=5,<7"
""")
    assert not written.lock_path.exists()


def test_what_is_named_wins_over_what_is_guessed(written: Project, run: Run) -> None:
    arguments = ["--name", "own", "--runtime", "huggingface", "--revision", "v1.0", "--optional"]
    result = run("add", "hf:pyannote/segmentation", *arguments)
    assert result.stderr == "Added own to models.yaml, line 8\nhint: `models lock` pins it\n"
    assert written.manifest_path.read_text().removeprefix(BEFORE) == snapshot("""\

  own:
    runtime: huggingface
    source: hf:pyannote/segmentation
    revision: v1.0
    optional: true
""")
    run("add", "hf:pyannote/other", "--category", "speakers")
    assert (
        "category: speakers\n    runtime: pyannote\n    source: hf:pyannote/other" in written.manifest_path.read_text()
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_was_added_to_a_template_can_be_removed_without_a_trace(project: Project, run: Run, template: str) -> None:
    project.manifest_path.write_bytes(template_bytes(template))
    assert run("add", "hf:org/name").code == 0
    assert project.manifest_path.read_bytes().startswith(template_bytes(template))
    assert run("remove", "name").code == 0
    assert project.manifest_path.read_bytes() == template_bytes(template)


def test_what_was_added_can_be_locked(written: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "Systran/faster-whisper-tiny", seed=1)
    assert run("lock").code == 0
    assert run("add", "hf:Systran/faster-whisper-tiny", "--runtime", "huggingface").code == 0
    assert run("lock", "--check").code == 1
    assert run("lock").code == 0
    assert [one["name"] for one in written.lock["models"]] == ["asr", "faster-whisper-tiny"]


def test_the_document_says_what_was_written(written: Project, run: Run) -> None:
    result = run("add", "spacy:en_core_web_md", "--version", "~=3.8.0", "--json", "-q")
    assert result.stderr == ""
    assert result.document == {
        "schema": "models.add/1",
        "ok": True,
        "exit_code": 0,
        "changed": True,
        "dry_run": False,
        "manifest": "models.yaml",
        "project": str(written.folder),
        "model": {
            "name": "en_core_web_md",
            "category": "ner",
            "runtime": "spacy",
            "source": "spacy:en_core_web_md",
            "version": "~=3.8.0",
            "optional": False,
        },
        "guessed": ["category", "runtime"],
        "line": 8,
        "text": "  en_core_web_md:\n    category: ner\n    runtime: spacy\n    source: spacy:en_core_web_md\n"
        '    version: "~=3.8.0"',
    }


def test_a_dry_run_shows_it_and_writes_nothing(written: Project, run: Run) -> None:
    result = run("add", "file:./own", "--dry-run")
    assert (result.code, result.stdout) == (0, "  own:\n    source: file:./own\n")
    assert result.stderr == "Would add own to models.yaml, line 8\n"
    assert written.manifest_path.read_text() == BEFORE


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["huggingface:org/name"], "unknown source kind 'huggingface'", "known: file, github, hf"),
        (["gihub:org/name"], "unknown source kind 'gihub'", "did you mean 'github'?"),
        (["org/name"], "a source cannot be 'org/name'", "write the kind before it, like hf:org/name"),
        (["./own"], "a source cannot be './own'", "write file:./own"),
        (["https://h/x.bin"], "unknown source kind 'https'", "write url:https://h/x.bin"),
        (["https://me:secret@h/x.bin"], "unknown source kind 'https'", "write url:https://h/x.bin"),
        (["hf:org/name@v1"], "a source cannot be 'hf:org/name@v1'", "write `models add hf:org/name --revision 'v1'`"),
        (["pypi:x@1.0"], "a source cannot be 'pypi:x@1.0'", "write `models add pypi:x --version '==1.0'`"),
        (["pypi:x@>=1"], "a source cannot be 'pypi:x@>=1'", "write `models add pypi:x --version '>=1'`"),
        (["pypi:en-core-web-md"], "a source cannot be 'pypi:en-core-web-md'", "write spacy:en_core_web_md"),
        (["hf:a/b", "--version", ">=1", "--revision", "v1"], "--version and --revision exclude", "keep one"),
        (["hf:a/b", "--version", "1.0"], "'version' cannot be '1.0'", "write ==1.0"),
        (["pypi:x", "--revision", "v1"], "'revision' is not for pypi: sources", "only repositories have revisions"),
        (["hf:a/b", "--runtime", "whisper"], "unknown runtime 'whisper'", "did you mean 'mlx-whisper'?"),
        (["hf:a/b", "--name", "a b"], "'a b' is not a name", "a name has 1 to 64 letters"),
        (["hf:a/b", "--name", ""], "'' is not a name", "a name has 1 to 64 letters"),
        (["hf:a/b", "--category", ""], "'category' cannot be ''", "write 1 to 64 characters"),
        (["hf:a/b", "--category", "a\nb: c"], "'a\\nb: c' holds a character", "leave it out"),
        (["hf:a/b", "--name", "asr"], "there is a model 'asr' in models.yaml already", "choose another name with"),
        (["hf:a/ASR"], "there is a model 'asr' in models.yaml already, and case", "choose another name with"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    written: Project, run: Run, arguments: list[str], message: str, hint: str
) -> None:
    result = run("add", *arguments)
    assert result.code == 2
    assert f"error: {message}" in result.stderr
    assert f"hint: {hint}" in result.stderr
    assert written.manifest_path.read_text() == BEFORE


def test_without_a_manifest_there_is_nothing_to_add_to(project: Project, run: Run) -> None:
    result = run("add", "hf:org/name")
    assert result.code == 2
    assert "hint: `models init` writes one" in result.stderr
    assert not project.manifest_path.exists()


@pytest.mark.parametrize("arguments", [["add", "hf:a/b"], ["remove", "asr"]])
def test_a_manifest_that_is_wrong_is_not_edited(project: Project, run: Run, arguments: list[str]) -> None:
    wrong = "version: 1\nmodels:\n  asr: {sauce: hf:org/name}\n  b: {source: hf:o/b, sorce: x}\n"
    project.manifest_path.write_text(wrong)
    result = run(*arguments)
    assert result.code == 2
    assert "error: models.yaml:3:9: unknown key 'sauce'" in result.stderr
    assert "error: models.yaml:4:23: unknown key 'sorce'" in result.stderr
    assert project.manifest_path.read_text() == wrong


def test_what_conflicts_with_another_model_is_refused(project: Project, run: Run) -> None:
    before = "version: 1\nmodels:\n  a: {source: pypi:x, index: https://one.example.org/simple}\n"
    project.manifest_path.write_text(before)
    result = run("add", "pypi:x", "--name", "b")
    assert result.code == 2
    assert result.stderr == snapshot("""\
error: 'pypi:x@*' is asked for twice, with a different 'index'
hint: the first is in line 3; an artifact has one
""")
    assert project.manifest_path.read_text() == before


def test_a_way_of_writing_that_is_not_foreseen_is_left_alone(project: Project, run: Run) -> None:
    before = "version: 1\nmodels: {? a\n: {source: hf:o/a}, ? b\n: {source: hf:o/b}}\n"
    project.manifest_path.write_text(before)
    result = run("remove", "a")
    assert result.code == 2
    assert result.stderr == snapshot("""\
error: models.yaml is written in a way in which `models` cannot remove 'a'; it was not touched
hint: edit it yourself
""")
    assert project.manifest_path.read_text() == before


def test_a_link_stays_a_link_and_modes_stay(written: Project, run: Run, tmp_path: Path) -> None:
    shared = tmp_path / "shared.yaml"
    written.manifest_path.rename(shared)
    shared.chmod(0o600)
    written.manifest_path.symlink_to(shared)
    assert run("add", "hf:a/b").code == 0
    assert written.manifest_path.is_symlink()
    assert "hf:a/b" in shared.read_text()
    assert stat.S_IMODE(shared.stat().st_mode) == 0o600


def test_what_somebody_writes_meanwhile_is_not_lost(
    written: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from resolver.documents import editing

    original = editing.says

    def slow(*arguments: object) -> bool:
        written.manifest_path.write_text(BEFORE + "# by an editor\n")
        return original(*arguments)  # type: ignore[arg-type]  # whatever it was called with

    monkeypatch.setattr(editing, "says", slow)
    result = run("add", "hf:a/b")
    assert result.code == 2
    assert "models.yaml was changed meanwhile" in result.stderr
    assert written.manifest_path.read_text() == BEFORE + "# by an editor\n"


def test_a_folder_that_cannot_be_written_leaves_the_manifest_whole(written: Project, run: Run) -> None:
    written.manifest_path.unlink()
    written.manifest_path.mkdir()
    assert run("add", "hf:a/b").code == 2


def test_the_project_above_is_meant(written: Project) -> None:
    below = written.folder / "src" / "deep"
    below.mkdir(parents=True)
    inner = Project(below, written.home, written.store, written.environment)
    assert inner.run("add", "hf:a/b").code == 0
    assert "hf:a/b" in written.manifest_path.read_text()
