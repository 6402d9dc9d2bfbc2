"""What somebody sees while bytes come, and after Ctrl-C in the middle of it."""

import re
import time

import pytest

from tests.servers.faults import ALWAYS, Fault
from tests.terminal.pipeline import SMALL, Pipeline
from tests.terminal.tmux import Terminal

SIZE = 486_000
SLOW = 150_000
SYNC = "models sync --profile ci"
BAR = re.compile(r"^ asr +[━╸╺ ]+ +(\d+)% +([\d.]+)/486\.0 kB +[\d.]+ [kM]B/s +\d:\d\d:\d\d$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3\d|4\d|9\d)\b")
GO_ON = "error: interrupted\nhint: what came is kept; run the same command again\n(exit 130)\n$"


@pytest.fixture
def slow(locked: Pipeline) -> Pipeline:
    """The largest file takes three seconds."""
    locked.hub.faults = [Fault("model.bin", "slow", times=ALWAYS, bytes_per_second=SLOW, origin="cdn")]
    return locked


def percent(terminal: Terminal) -> int:
    """How far the bar is; -1 while there is none."""
    found = BAR.search(terminal.screen())
    return int(found[1]) if found else -1


def until_some_came(terminal: Terminal, least: int = 10) -> None:
    terminal.until(lambda: percent(terminal) >= least, "no bar goes on")


def until_it_moves(terminal: Terminal) -> None:
    before = percent(terminal)
    terminal.until(lambda: percent(terminal) > before, "the bar does not move")


@pytest.mark.parametrize("columns", [80, 120])
def test_a_bar_has_percent_size_and_rate_and_fits(slow: Pipeline, columns: int) -> None:
    with Terminal(slow.project, columns) as terminal:
        terminal.start(SYNC)
        until_some_came(terminal)
        assert not terminal.cursor_shown
        until_it_moves(terminal)
        assert terminal.broken() == []
        assert terminal.finish() == 0
        assert terminal.cursor_shown
        assert "━" not in terminal.text(), "what is done stands in the table below"
        assert "%" not in terminal.text()
        assert " asr          ✓  placed    486 kB" in terminal.said()


def test_a_long_name_is_cut_in_the_bar_and_nowhere_else(slow: Pipeline) -> None:
    name = "a-model-with-a-name-that-is-longer-than-any-bar-should-be"
    project = slow.project
    project.manifest_path.write_text(project.manifest_path.read_text().replace("  asr:\n", f"  {name}:\n"))
    assert project.run("lock").code == 0
    with Terminal(project) as terminal:
        terminal.start(SYNC)
        terminal.until(lambda: "…" in terminal.screen() and "%" in terminal.screen(), "no bar")
        assert terminal.broken() == []
        assert terminal.finish() == 0
        assert any(line.startswith(f" {name}") for line in terminal.said())


def test_a_window_may_become_narrower_and_wider_meanwhile(slow: Pipeline) -> None:
    with Terminal(slow.project, 120) as terminal:
        terminal.start(SYNC)
        until_some_came(terminal)
        for columns in (80, 100):
            terminal.resize(columns)
            until_it_moves(terminal)
            assert len(BAR.findall(terminal.screen())) == 1, terminal.screen()
        assert terminal.finish() == 0
        assert "━" not in terminal.text()


def test_without_colour_there_are_bars_in_none(slow: Pipeline) -> None:
    with Terminal(slow.project) as terminal:
        terminal.start(f"NO_COLOR=1 {SYNC}")
        until_some_came(terminal)
        assert not COLOUR.search(terminal.screen("-e"))
        assert terminal.finish() == 0
        assert not COLOUR.search(terminal.screen("-e"))


def test_with_colour_what_is_ready_is_green(slow: Pipeline) -> None:
    slow.hub.faults = []
    with Terminal(slow.project) as terminal:
        assert terminal.run(SYNC)[0] == 0
        assert re.search(r"\x1b\[32mplaced", terminal.screen("-e"))


def test_in_ci_a_model_has_a_line_when_it_begins_and_ends(slow: Pipeline) -> None:
    with Terminal(slow.project) as terminal:
        terminal.start(f"CI=true {SYNC} --only asr")
        terminal.until(lambda: "asr: 486 kB to fetch" in terminal.screen(), "nothing begins")
        assert terminal.cursor_shown
        assert terminal.finish() == 0
        lines = terminal.said()
        assert [line for line in lines if line.startswith("asr:")] == ["asr: 486 kB to fetch", "asr: placed"]
        assert "━" not in terminal.text()


def test_ctrl_c_says_what_to_type_and_that_goes_on_where_it_stopped(slow: Pipeline) -> None:
    with Terminal(slow.project) as terminal:
        terminal.start(SYNC)
        until_some_came(terminal, 20)
        terminal.press("C-c")
        assert terminal.finish() == 130
        assert terminal.screen().endswith(GO_ON), terminal.screen()
        assert percent(terminal) >= 20, "how far it came is still there"
        assert "Traceback" not in terminal.text()
        assert terminal.cursor_shown
        terminal.type("echo typ''ed")
        terminal.until(lambda: "$ echo typ''ed\ntyped\n$" in terminal.screen(), "the shell does not echo")
        came = slow.hub.bytes_sent("model.bin", origin="cdn")
        slow.hub.faults = []
        assert terminal.run(SYNC)[0] == 0
        again = slow.hub.bytes_sent("model.bin", origin="cdn") - came
        assert SIZE * 0.1 < again < SIZE * 0.9, "what came is not fetched again"
    assert len(slow.project.snapshot(SMALL)["model.bin"]) == SIZE


@pytest.mark.parametrize("seconds", [0, 0.01, 0.03, 0.06])
def test_ctrl_c_twice_ends_too_and_gives_the_cursor_back(slow: Pipeline, seconds: float) -> None:
    with Terminal(slow.project) as terminal:
        terminal.start(SYNC)
        until_some_came(terminal)
        terminal.press("C-c")
        time.sleep(seconds)
        terminal.press("C-c")
        assert terminal.finish() == 130
        assert "hint: what came is kept; run the same command again" in terminal.text()
        assert "Traceback" not in terminal.text()
        assert terminal.cursor_shown
        slow.hub.faults = []
        assert terminal.run(SYNC)[0] == 0


def test_a_second_ctrl_c_ends_what_does_not_end_by_itself(slow: Pipeline) -> None:
    """A `models` that hangs in what follows the first one: its bars never stop."""
    hangs = "import threading, resolver.cli.progress as it; it.Bars.close = lambda bars: threading.Event().wait()"
    begins = "from resolver.__main__ import main; main()"
    with Terminal(slow.project) as terminal:
        terminal.start(f"{terminal.python} -c '{hangs}; {begins}' sync --profile ci")
        until_some_came(terminal)
        terminal.press("C-c")
        time.sleep(0.5)
        assert not terminal.ended
        terminal.press("C-c")
        assert terminal.finish() == 130
        assert terminal.screen().endswith(GO_ON)
        assert terminal.cursor_shown
