"""What a shell completes: verbs, flags, models and profiles, without slow imports."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.offers import ASR
from tests.cli.project import Project
from tests.cli.test_start import imported
from tests.conftest import Run

LOCKED = "profiles: {server: {os: linux, arch: x86_64}, staging: {os: linux, arch: x86_64}}\n" + ASR


def complete(project: Project, *words: str) -> list[str]:
    """What bash would be told of the last word."""
    result = project.models(
        COMP_WORDS=" ".join(["models", *words]), COMP_CWORD=str(len(words)), _MODELS_COMPLETE="bash_complete"
    )
    assert (result.code, result.stderr) == (0, "")
    return [line.partition(",")[2] for line in result.stdout.splitlines() if line]


@pytest.fixture
def written(project: Project) -> Project:
    """A project with a manifest and no lock."""
    project.manifest(LOCKED)
    return project


def test_verbs_and_flags(written: Project) -> None:
    assert {"lock", "sync", "run", "env"} <= set(complete(written, ""))
    assert complete(written, "veri") == ["verify"]
    assert "--repair" in complete(written, "verify", "--re")


@pytest.mark.parametrize(
    "words",
    [
        ("path", ""),
        ("explain", "a"),
        ("sync", "--only", ""),
        ("lock", "--upgrade-model", "as"),
        ("why", ""),
        ("update", "a"),
        ("update", "vad", ""),
        ("remove", ""),
    ],
)
def test_models(written: Project, words: tuple[str, ...]) -> None:
    assert complete(written, *words) == ["asr"]


def test_profiles(written: Project) -> None:
    assert complete(written, "sync", "--profile", "s") == ["server", "staging"]


def test_a_project_that_is_named(written: Project) -> None:
    elsewhere = Project(written.home, written.home, written.store, written.environment)
    assert complete(elsewhere, "path", "--project", str(written.folder), "") == ["asr"]
    assert complete(elsewhere, "path", "--project", "/no/such/folder", "") == []
    assert complete(elsewhere, "path", "") == []


@pytest.mark.parametrize("text", ["models: [", "- a", "models: {asr: 1}", "", "\x00", "models: *x"])
def test_a_wrong_manifest_completes_what_can_be_told(project: Project, text: str) -> None:
    project.manifest_path.write_text(text)
    assert complete(project, "path", "") in ([], ["asr"])


@pytest.mark.parametrize("text", ["[]", "{", '{"models": [1]}', '{"models": {"a": 1}}', '{"profiles": []}'])
def test_a_wrong_lock_completes_nothing(project: Project, text: str) -> None:
    project.lock_path.write_text(text)
    assert complete(project, "path", "") == []


def test_names_of_the_lock_count_too(project: Project, run: Run) -> None:
    project.manifest(ASR)
    project.lock_path.write_text('{"models": [{"name": "old"}], "profiles": {"laptop": {}}}')
    assert complete(project, "path", "") == ["asr", "old"]
    assert complete(project, "sync", "--profile", "l") == ["laptop"]
    assert run("completion", "bash").code == 0


def test_nothing_slow_is_imported(written: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("COMP_WORDS", "models path "), ("COMP_CWORD", "2"), ("_MODELS_COMPLETE", "bash_complete")):
        monkeypatch.setitem(written.environment, name, value)
    found = {name.partition(".")[0] for name in imported(written)}
    assert "click" in found
    assert not found & {"pydantic", "rich", "urllib3", "ssl", "huggingface_hub", "packaging", "pynvml", "torch"}


@pytest.mark.skipif(sys.platform == "win32", reason="these shells are those of POSIX")
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_takes_the_script(shell: str, run: Run, tmp_path: Path) -> None:
    path = shutil.which(shell)
    assert path, f"{shell} is not installed: apt-get install {shell}"
    script = tmp_path / "script"
    script.write_text(run("completion", shell).stdout)
    subprocess.run([path, "-n", script], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="bash is not there")
def test_bash_completes_a_model_with_the_script(written: Project, run: Run, tmp_path: Path) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    command = bin_folder / "models"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={written.root} exec {sys.executable} -m resolver "$@"\n')
    command.chmod(0o755)
    script = (
        f"{run('completion', 'bash').stdout}\n"
        "COMP_WORDS=(models path ''); COMP_CWORD=2\n"
        '_models_completion models "" path\n'
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    environment = {**written.environment, "PATH": f"{bin_folder}:/usr/bin:/bin"}
    done = subprocess.run(
        ["/bin/bash", "-c", script], cwd=written.folder, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "asr\n"


def test_fish_completes_a_verb_with_its_meaning(written: Project) -> None:
    result = written.models(COMP_WORDS="models veri", COMP_CWORD="veri", _MODELS_COMPLETE="fish_complete")
    assert result.stdout == "plain,verify\tProve offline that what is on disk is what was locked.\n"


@pytest.mark.parametrize(
    ("words", "word", "first"),
    [
        ("models\nveri", "veri", "verify\tProve offline that what is on disk is what was locked."),
        ("models\npath\n", "", "asr\tasr"),
        ("models\nsync\n--profile\n'st", "st", "staging\tstaging"),
    ],
)
def test_powershell_gets_a_value_and_its_meaning(written: Project, words: str, word: str, first: str) -> None:
    result = written.models(COMP_WORDS=words, COMP_WORD=word, _MODELS_COMPLETE="powershell_complete")
    assert (result.code, result.stdout.splitlines()[0]) == (0, first)


def test_the_scripts_name_the_command_and_nothing_of_this_machine(run: Run) -> None:
    for shell in ("bash", "zsh", "fish", "powershell"):
        text = run("completion", shell).stdout
        assert "_MODELS_COMPLETE" in text
        assert sys.prefix not in text
    document = run("completion", "powershell", "--json").document
    assert document["script"] == run("completion", "powershell").stdout


def test_a_shell_that_is_none_is_an_error(run: Run) -> None:
    assert run("completion", "tcsh").code == 2


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("/bin/zsh", 'eval "$(models completion zsh)"  in ~/.zshrc'),
        ("/usr/bin/fish", "models completion fish | source  in ~/.config/fish/config.fish"),
        ("/bin/other", 'eval "$(models completion bash)"  in ~/.bashrc'),
    ],
)
def test_without_a_shell_all_are_listed_and_the_own_one_is_shown(run: Run, shell: str, line: str) -> None:
    result = run("completion", SHELL=shell)
    assert (result.code, result.stdout) == (2, "")
    said = result.stderr.splitlines()
    assert said[0] == "error: which shell?"
    assert [one.split(":")[0].strip() for one in said[1:-1]] == ["bash", "zsh", "fish", "powershell"]
    assert said[-1] == f"hint: put this line where your shell reads it: {line}"
