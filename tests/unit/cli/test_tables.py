"""Lines and their terminals."""

import io
import re

import pytest
from inline_snapshot import snapshot

from resolver.cli.tables import WIDE, columns, folded, say, show, tell

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


def test_what_is_to_be_typed_and_a_size_are_not_divided() -> None:
    assert folded("hint: keep a mirror; `models update diarization --dry-run` says more", Terminal()).splitlines() == [
        "hint: keep a mirror;",
        "  `models update diarization --dry-run`",
        "  says more",
    ]
    assert folded("to remove: nine files, which together are 500 kB", Terminal()).splitlines() == [
        "to remove: nine files, which together",
        "  are 500 kB",
    ]


def test_prose_is_folded_line_by_line_and_cannot_move_the_cursor() -> None:
    out = Terminal()
    tell(f"one\x1b[2J\n{LINE}", out)
    assert out.getvalue() == f"one\N{REPLACEMENT CHARACTER}[2J\n{folded(LINE, out)}\n"


def test_what_is_said_is_said_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    say(LINE)
    assert capsys.readouterr() == ("", f"{LINE}\n")


def drawn(monkeypatch: pytest.MonkeyPatch, width: int, *rows: tuple[str, ...], headers: tuple[str, ...] = ()) -> str:
    for name, value in {"COLUMNS": str(width), "NO_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    out = Terminal()
    show(rows, out, right=(1,), headers=headers)
    return re.sub(r"\x1b\[\d*m", "", out.getvalue())


ROWS = (
    (" asr", "486 kB", "org/name", "optional: needs 4 GB ram, 3.4 GB left in the budget"),
    (" diarization", "1 B", "org/pipeline", ""),
)


def test_where_there_is_room_a_row_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 100, *ROWS) == snapshot("""\
 asr          486 kB  org/name      optional: needs 4 GB ram, 3.4 GB left in the budget
 diarization     1 B  org/pipeline
""")


def test_the_last_cells_fold_where_a_sentence_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 80, *ROWS) == snapshot("""\
 asr          486 kB  org/name      optional: needs 4 GB ram, 3.4 GB left in the
                                    budget
 diarization     1 B  org/pipeline
""")


def test_else_they_go_below_and_take_with_them_what_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 60, *ROWS, headers=("model", "size", "from", "why")) == snapshot("""\
model           size  from        \n\
 asr          486 kB  org/name
     optional: needs 4 GB ram, 3.4 GB left in the budget
 diarization     1 B  org/pipeline
""")
    assert drawn(monkeypatch, 25, *ROWS, headers=("model", "size", "from", "why")) == snapshot("""\
model           size
 asr          486 kB
     org/name  optional:
       needs 4 GB ram,
       3.4 GB left in the
       budget
 diarization     1 B
     org/pipeline
""")


def test_a_word_that_is_wider_than_the_room_is_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/".join(["folder"] * 9)
    assert drawn(monkeypatch, 80, ("one", "1", path), ("two", "2", f"in {path}")) == snapshot("""\
one  1  folder/folder/folder/folder/folder/folder/folder/folder/folder
two  2  in folder/folder/folder/folder/folder/folder/folder/folder/folder
""")


def test_a_first_cell_that_is_wider_than_the_terminal_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 20, ("x" * 30, "1", "why"), ("y", "2", "")) == snapshot("""\
xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    1  why
y
    2
""")


def test_wide_characters_count_as_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 80, ("\u8a9e" * 10, "1", "x"), ("abc", "2", "y")) == snapshot("""\
語語語語語語語語語語  1  x
abc                   2  y
""")


def test_a_cell_is_one_line_and_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 80, ("a\nb", "1", "[red]:smile:[/red] \x1b[31m")) == snapshot(
        "a b  1  [red]:smile:[/red] �[31m\n"
    )


def test_where_the_last_cells_are_empty_the_others_still_go_below(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 60, ("a" * 30, "1", "b" * 40, "")) == f"{'a' * 30}  1\n    {'b' * 40}\n"


def test_no_rows_are_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, 80, headers=("a",)) == ""
