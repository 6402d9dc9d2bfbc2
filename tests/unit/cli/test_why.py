"""A path on a screen: one line where it fits, else the reason below."""

import sys

import pytest

from resolver.cli.why import _fitting
from tests.unit.cli.test_tables import Terminal

PATH = "asr → hf:org/pipe@main → hf:org/part@main"
LINE = f"{PATH}   config.yaml: x"


@pytest.mark.parametrize("width", [len(LINE), len(LINE) + 1])
def test_what_fits_is_one_line(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", str(width))
    assert _fitting(PATH, "config.yaml: x") == LINE


def test_on_a_narrow_terminal_the_reason_stands_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", str(len(LINE) - 1))
    assert _fitting(PATH, "config.yaml: x") == f"{PATH}\n  config.yaml: x"
    monkeypatch.setenv("COLUMNS", "30")
    assert _fitting(PATH, "config.yaml: x").splitlines() == [
        "asr → hf:org/pipe@main →",
        "  hf:org/part@main",
        "  config.yaml: x",
    ]


def test_a_log_has_one_line_for_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "because " * 100
    monkeypatch.setenv("COLUMNS", "30")
    assert _fitting(PATH, long) == f"{PATH}   {long}"
