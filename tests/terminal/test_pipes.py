"""Commands whose output goes into a pipe, while somebody watches what goes beside it."""

import pytest

from tests.terminal.pipeline import SMALL, SPEAKERS, Pipeline
from tests.terminal.tmux import Terminal

LEFT_EARLY = ("status", "status --format markdown", "tree", "cache ls", "outdated", "explain asr --profile ci")


def test_prose_beside_a_pipe_is_as_wide_as_the_terminal(locked: Pipeline) -> None:
    with Terminal(locked.project, 110) as terminal:
        code, lines = terminal.run("models sync --profile ci | cat")
        assert code == 0
        assert terminal.broken() == []
        assert max(map(len, lines)) > 85, "and not as narrow as a terminal that is not known"
        assert any("Synced 4 of 5 models" in line for line in lines)


@pytest.mark.parametrize("verb", LEFT_EARLY)
def test_who_reads_the_first_line_alone_gets_it_and_nothing_else(locked: Pipeline, verb: str) -> None:
    with Terminal(locked.project) as terminal:
        _, whole = terminal.run(f"models {verb} | cat")
        code, first = terminal.run(f"{{ models {verb}; echo $? > code; }} | head -1")
        assert code == 0
        assert first == whole[:1] or verb == "outdated", "which says how long it took"
        assert len(first) == 1
        assert (locked.project.folder / "code").read_text() == "0\n"


def test_who_reads_nothing_gets_no_traceback(locked: Pipeline) -> None:
    with Terminal(locked.project) as terminal:
        code, lines = terminal.run("{ sleep 0.2; models status; echo $? > code; } | true; sleep 1")
        assert (code, lines) == (0, [])
        terminal.until((locked.project.folder / "code").exists, "the command does not end")
        assert (locked.project.folder / "code").read_text() == "0\n"


def test_who_stops_reading_does_not_change_the_exit_code_or_what_is_done(locked: Pipeline) -> None:
    with Terminal(locked.project) as terminal:
        terminal.run("{ sleep 0.2; models sync --profile ci; echo $? > code; } 2>&1 | true; sleep 2")
        terminal.until((locked.project.folder / "code").exists, "the command does not end")
        assert (locked.project.folder / "code").read_text() == "0\n"
        assert locked.project.snapshot(SMALL)
        locked.project.repository(SMALL).joinpath("refs", "main").unlink()
        terminal.run("{ models verify --profile ci; echo $? > code; } | head -1")
        assert (locked.project.folder / "code").read_text() == "1\n"


def test_findings_and_what_to_do_about_them_stay_in_order_through_one_pipe(locked: Pipeline) -> None:
    assert locked.project.run("sync", "--profile", "ci").code == 0
    locked.project.repository(SPEAKERS).joinpath("refs", "main").write_text("0" * 40)
    with Terminal(locked.project) as terminal:
        _, lines = terminal.run("models verify --profile ci 2>&1 | cat")
        assert [line.split()[0] for line in lines[1:]] == ["ref-moved", "hint:"]
