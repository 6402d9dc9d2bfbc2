"""What is newer, in words: what stands first, what is cut, what is left out."""

import io

import pytest
from inline_snapshot import snapshot

from resolver.cli.outlooks import excluded_text, held_lines, models_text, outlook_text, rows, update_hint
from resolver.cli.tables import show
from resolver.domain.errors import NetworkError
from resolver.domain.lock import Artifact
from resolver.domain.ports import Candidate
from resolver.domain.upstream import NO_WHEEL, Excluded, Outlook, Subject
from tests.unit.domain.values import COMMIT, OTHER_COMMIT, file


class Terminal(io.StringIO):
    """A screen that somebody watches."""

    def isatty(self) -> bool:
        return True


def subject(key: str, *models: str, version: str | None = None, needed: bool = False) -> Subject:
    commit = None if key.startswith(("pypi:", "spacy:", "file:")) else COMMIT
    return Subject(Artifact(key, commit, version, (file(),)), models or ("asr",), needed)


MAIN = subject("hf:Systran/faster-whisper-large-v3@main")
NER = subject("spacy:en_core_web_md@~=3.8.0", "ner", version="3.8.0")
NEEDED = subject("hf:pyannote/wespeaker-voxceleb-resnet34-LM@main", "diarization", needed=True)
PINNED = subject(f"hf:pyannote/speaker-diarization-3.1@{COMMIT}", "diarization")
SEVERAL = (
    Outlook(MAIN, "newer", Candidate(commit=OTHER_COMMIT)),
    Outlook(PINNED, "pinned", None, (Excluded("main", OTHER_COMMIT, (f"revision: {COMMIT}",)),)),
    Outlook(NEEDED, "gone", remark="no such repository, or it is private"),
    Outlook(NER, "current", None, (Excluded("3.9.0", None, ("version: ~=3.8.0",), "for spaCy 3.9"),)),
)


def drawn(width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    show(rows(SEVERAL), out)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_on_eighty_columns_nothing_is_cut_and_every_line_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = drawn(80, monkeypatch)
    assert all(len(line) <= 80 for line in lines)
    assert "\n".join(lines) == snapshot("""\
 newer    asr                Systran/faster-whisper-large-v3
     main@c0ffee0 → main@deadbee
 pinned   diarization        pyannote/speaker-diarization-3.1
     c0ffee00; main@deadbee exists, `revision: c0ffee00…` excludes it
 gone     diarization needs  pyannote/wespeaker-voxceleb-resnet34-LM
     main@c0ffee0; no such repository, or it is private
 current  ner                en_core_web_md
     3.8.0; 3.9.0 (for spaCy 3.9) exists, `version: ~=3.8.0` excludes it\
""")


def test_where_there_is_room_a_line_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\n".join(drawn(160, monkeypatch)) == snapshot("""\
 newer    asr                Systran/faster-whisper-large-v3          main@c0ffee0 → main@deadbee
 pinned   diarization        pyannote/speaker-diarization-3.1         c0ffee00; main@deadbee exists, `revision: c0ffee00…` excludes it
 gone     diarization needs  pyannote/wespeaker-voxceleb-resnet34-LM  main@c0ffee0; no such repository, or it is private
 current  ner                en_core_web_md                           3.8.0; 3.9.0 (for spaCy 3.9) exists, `version: ~=3.8.0` excludes it\
""")  # noqa: E501 - a line of the screen


def test_models_are_counted_and_not_listed() -> None:
    assert models_text(subject("hf:org/name@main", "asr", "vad", "ner")) == "asr +2"
    assert models_text(subject("hf:org/name@main", "asr", "vad", needed=True)) == "asr +1 needs"


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (Outlook(MAIN, "current"), "main@c0ffee0"),
        (Outlook(MAIN, "newer", Candidate(commit=OTHER_COMMIT)), "main@c0ffee0 → main@deadbee"),
        (Outlook(NER, "newer", Candidate("3.8.1")), "3.8.0 → 3.8.1"),
        (
            Outlook(
                subject("hf:org/name@~=1.0", version="v1.0"), "moved", Candidate("v1.0", OTHER_COMMIT), remark="moved"
            ),
            "v1.0@c0ffee0 → v1.0@deadbee; moved",
        ),
        (Outlook(subject("file:./own"), "changed", remark="w.bin"), f"sha256 {file().sha256[:8]}; w.bin"),
        (Outlook(MAIN, "unasked", error=NetworkError("no route")), "main@c0ffee0; could not be asked: no route"),
    ],
)
def test_a_line_says_the_pin_first(one: Outlook, text: str) -> None:
    assert outlook_text(one) == text


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (Excluded("3.9.0", None, ("version: ~=3.8.0",)), "3.9.0 exists, `version: ~=3.8.0` excludes it"),
        (Excluded("4.0a1", None, ("pre-release",)), "4.0a1 exists, a pre-release"),
        (Excluded("4.0", None, ("yanked", "version: <4")), "4.0 exists, yanked, `version: <4` excludes it"),
        (Excluded("4.0", None, (NO_WHEEL,)), "4.0 exists, no py3-none-any wheel"),
        (
            Excluded("main", COMMIT, (f"revision: {OTHER_COMMIT}",)),
            "main@c0ffee0 exists, `revision: deadbeef…` excludes it",
        ),
        (Excluded("9" * 60, None, ("yanked",)), f"{'9' * 39}… exists, yanked"),
    ],
)
def test_what_excludes_is_quoted_as_the_manifest_writes_it(one: Excluded, text: str) -> None:
    assert excluded_text(one) == text


def test_what_was_left_behind_names_the_model_and_what_it_needs() -> None:
    held = [*SEVERAL, Outlook(NEEDED, "current", None, (Excluded("v2", None, ("revision: v1",)),))]
    assert list(held_lines(held)) == [
        "diarization: main@deadbee exists, `revision: c0ffee00…` excludes it",
        "ner: 3.9.0 (for spaCy 3.9) exists, `version: ~=3.8.0` excludes it",
        "diarization (needs pyannote/wespeaker-voxceleb-resnet34-LM): v2 exists, `revision: v1` excludes it",
    ]


def test_the_command_names_the_models_that_have_something_to_take() -> None:
    assert update_hint(SEVERAL) == "`models update asr`"
    assert update_hint(SEVERAL[1:]) is None
    moved = Outlook(subject("hf:org/name@v1", "asr", "vad"), "moved", Candidate(commit=OTHER_COMMIT))
    assert update_hint([*SEVERAL, moved]) is None, "somebody should look why first"
    gone = Outlook(MAIN, "gone", Candidate(commit=OTHER_COMMIT))
    assert update_hint([gone]) == "`models update asr`", "another commit is the way out"
    many = [Outlook(subject("hf:org/name@main", f"m{at}"), "changed") for at in range(7)]
    assert update_hint(many) == "`models update m0 m1 m2 m3 m4 …`"
