"""Lines and their terminals."""

import io

import pytest

from resolver.cli.tables import WIDE, columns, folded

LINE = "    because pyannote.audio opens it, unless config.yaml names another"


class Terminal(io.StringIO):
    """A screen that somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def test_a_log_is_never_too_narrow() -> None:
    assert columns(io.StringIO()) == WIDE
    assert folded(LINE * 20, io.StringIO()) == LINE * 20


def test_a_terminal_has_its_columns() -> None:
    assert columns(Terminal()) == 40


def test_a_long_line_goes_on_below_further_in() -> None:
    assert folded(LINE, Terminal()).splitlines() == [
        "    because pyannote.audio opens it,",
        "      unless config.yaml names another",
    ]


@pytest.mark.parametrize("line", [LINE[:40], "", "    " + "x" * 60, "a-" * 30])
def test_what_fits_or_cannot_be_divided_stays(line: str) -> None:
    assert folded(line, Terminal()) == line
