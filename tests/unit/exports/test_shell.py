"""Real shells read back what was written for them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from resolver.domain.environment import Variables
from resolver.domain.errors import UsageError
from resolver.exports.shell import SHELLS, shell_text

HOSTILE = [
    "plain",
    "",
    "two words",
    "it's",
    "\"$HOME\" `id` $(id) ${X} !! \\ \\\\ \\' '\\''",
    "semi;colon & pipe | > < * ? [a] {b,c} ~ # %",
    "\N{RIGHT SINGLE QUOTATION MARK}; calc \N{SINGLE LOW-9 QUOTATION MARK}",
    "-n",
    "tab\tand é 漢",
    "trailing\\",
]
LINES = "two\nlines"


def read_back(shell: str, text: str, name: str, folder: Path) -> str:
    path = shutil.which(shell)
    assert path, f"{shell} is not installed: apt-get install {shell}"
    script = folder / "script"
    script.write_text(f"{text}printf '%s' \"${name}\" > {folder}/value\n")
    options = ["--no-config"] if shell == "fish" else []
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "OLD": "still there", "LC_ALL": "C.UTF-8"}
    subprocess.run([path, *options, script], check=True, env=environment, stdin=subprocess.DEVNULL)
    return (folder / "value").read_text()


@pytest.mark.parametrize("value", [*HOSTILE, LINES])
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_the_value_as_it_is(shell: str, value: str, tmp_path: Path) -> None:
    text = shell_text(shell, Variables({"VALUE": value}, ()))
    assert read_back(shell, text, "VALUE", tmp_path) == value


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_loses_what_would_lead_elsewhere(shell: str, tmp_path: Path) -> None:
    assert read_back(shell, shell_text(shell, Variables({}, ("NEVER_SET", "OLD"))), "OLD", tmp_path) == ""


@pytest.mark.parametrize("value", HOSTILE)
def test_a_file_of_variables_is_read_back_by_the_library_that_reads_such_files(value: str, tmp_path: Path) -> None:
    from dotenv import dotenv_values

    path = tmp_path / ".env"
    path.write_text(shell_text("dotenv", Variables({"VALUE": value, "NEXT": "1"}, ("OLD",))))
    assert dotenv_values(path, interpolate=False) == {"VALUE": value, "NEXT": "1"}


def test_a_plain_value_has_no_quotes_in_a_file_of_variables() -> None:
    assert shell_text("dotenv", Variables({"A": "/a/b:/c", "B": "1"}, ())) == "A=/a/b:/c\nB=1\n"


def test_a_line_break_cannot_stand_in_a_file_of_variables() -> None:
    with pytest.raises(UsageError, match="line break"):
        shell_text("dotenv", Variables({"VALUE": LINES}, ()))


def test_powershell_takes_curly_quotes_for_quotes() -> None:
    assert shell_text("powershell", Variables({"A": "it's \N{RIGHT SINGLE QUOTATION MARK}x"}, ("OLD",))) == (
        "Remove-Item Env:OLD -ErrorAction SilentlyContinue\n"
        "$env:A = 'it''s \N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}x'\n"
    )


def test_the_command_offers_the_shells_that_there_are() -> None:
    from resolver.cli.env import SHELLS as OFFERED

    assert list(OFFERED) == list(SHELLS)
