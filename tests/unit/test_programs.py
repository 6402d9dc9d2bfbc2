"""Other programs: asked within bounds, or run in our place."""

import subprocess
import sys
from pathlib import Path

import pytest

from resolver.domain.errors import UsageError
from resolver.programs import ask, become

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "de_DE.UTF-8"}
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of POSIX")


def test_an_answer_has_what_was_said_and_the_code() -> None:
    answer = ask(["sh", "-c", "printf $LC_ALL; echo no >&2; exit 3"], ENVIRONMENT)
    assert answer is not None
    assert (answer.code, answer.stdout, answer.stderr) == (3, b"C", b"no\n")


def test_a_program_is_asked_in_a_folder_and_by_its_path(tmp_path: Path) -> None:
    answer = ask(["/bin/pwd"], ENVIRONMENT, folder=tmp_path)
    assert answer is not None
    assert answer.stdout.decode().strip() == str(tmp_path)


@pytest.mark.parametrize("command", ["no-such-command", "a\0b", "/", "/no/such/command"])
def test_what_is_not_there_has_no_answer(command: str) -> None:
    assert ask([command], ENVIRONMENT) is None


def test_what_hangs_has_no_answer() -> None:
    assert ask(["sleep", "5"], ENVIRONMENT, seconds=0.1) is None


def test_a_program_takes_our_place_with_its_code_and_its_signals() -> None:
    script = (
        "from resolver.programs import become\n"
        "become(['sh', '-c', 'trap - PIPE; kill -PIPE $$'], {'PATH': '/usr/bin:/bin'})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == -13, "what Python ignores would be ignored in the program"


@pytest.mark.parametrize("command", ["no-such-command", "/", "a\0b"])
def test_what_cannot_be_run_is_an_error(command: str) -> None:
    with pytest.raises(UsageError, match="cannot be run"):
        become([command], ENVIRONMENT)
