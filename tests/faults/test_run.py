"""The frame: figures become rows, and the page keeps everything but its table."""

import json
from pathlib import Path

import pytest

from tests.faults.figures import figure
from tests.faults.run import BEGIN, END, PAGE, file_system, page, table
from tests.faults.scale import scale


def test_a_test_is_short_unless_all_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELS_FAULTS", raising=False)
    assert scale(3, 300) == 3
    monkeypatch.setenv("MODELS_FAULTS", "whole")
    assert scale(3, 300) == 300


def test_figures_are_lines_of_a_file_where_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODELS_FAULTS_FIGURES", raising=False)
    figure("fire", "water", "wet")
    monkeypatch.setenv("MODELS_FAULTS_FIGURES", str(tmp_path / "figures"))
    figure("fire", "water", "wet")
    figure("flood", "a boat", "dry")
    lines = [json.loads(line) for line in (tmp_path / "figures").read_text().splitlines()]
    assert lines == [
        {"threat": "fire", "promise": "water", "found": "wet"},
        {"threat": "flood", "promise": "a boat", "found": "dry"},
    ]


def test_the_table_has_each_figure_once_in_order_whatever_it_holds() -> None:
    one = {"threat": "b", "promise": "x | y", "found": "1"}
    other = {"threat": "a", "promise": "z", "found": "2"}
    assert table([one, other, one]) == (
        "| threat | promise | found |\n|---|---|---|\n| a | z | 2 |\n| b | x \\| y | 1 |\n"
    )


def test_only_the_table_of_the_page_changes() -> None:
    written = f"before\n{BEGIN}old\n{END}after\n"
    assert page(written, "new\n") == f"before\n{BEGIN}new\n{END}after\n"
    with pytest.raises(ValueError, match="no place"):
        page("before\nafter\n", "new\n")


def test_the_page_has_a_place_for_the_table() -> None:
    written = PAGE.read_text(encoding="utf-8")
    inside = written.partition(BEGIN)[2].partition(END)[0]
    assert page(written, inside) == written


def test_every_folder_lies_on_some_file_system(tmp_path: Path) -> None:
    assert file_system(tmp_path)
    assert file_system(Path("/proc")) in ("proc", "an unknown file system")
