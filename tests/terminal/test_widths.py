"""What verbs show where a window is 80 or 120 columns wide, held against what they show where it is very wide."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterable

import pytest

from tests.cli.offers import flipped
from tests.terminal.pipeline import SMALL, SPEAKERS, Pipeline
from tests.terminal.tmux import Terminal

CI = "--profile ci"
COLUMNS = (80, 120)
WIDE = 600
COPIED = re.compile(r"(Lock sha256 |.* shared: | +)\S+")
"""Lines with what is for copying: a path or digest may be longer than the window."""
OF_THE_RUN = re.compile(r"\b\d+\.\d s\b|, [\d.]+ [kMGT]?B free|http://[\d.:]+")


def words(lines: Iterable[str]) -> Counter[str]:
    """Every word with how often it stands there; headers of columns that went below their row are gone with these."""
    return Counter(OF_THE_RUN.sub("", "\n".join(lines)).split())


def readable(pipeline: Pipeline, command: str, *, code: int = 0, headers: str = "", **environment: str) -> None:
    """Nothing is lost, no word is broken, and the terminal breaks no line that is not for copying."""
    with Terminal(pipeline.project, WIDE, **environment) as terminal:
        found, whole = terminal.run(command)
        assert found == code, "\n".join(whole)
        assert terminal.broken() == []
    for columns in COLUMNS:
        with Terminal(pipeline.project, columns, **environment) as terminal:
            found, lines = terminal.run(command)
            shown = "\n".join(lines)
            assert found == code, shown
            assert [line for line in terminal.broken() if not COPIED.fullmatch(line)] == [], shown
            assert words(lines) - words(whole) == Counter(), f"a word is broken:\n{shown}"
            assert words(whole) - words(lines) <= Counter(headers.split()), f"something is lost:\n{shown}"


@pytest.fixture
def synced(locked: Pipeline) -> Pipeline:
    result = locked.project.run("sync", "--profile", "ci")
    assert result.code == 0, result.text
    return locked


@pytest.fixture
def moved(synced: Pipeline) -> Pipeline:
    """A month later; the lock is committed."""
    for command in ("init -q", "add models.lock", "-c user.name=a -c user.email=b commit -qm first"):
        subprocess.run(["git", *command.split()], cwd=synced.project.folder, check=True)  # noqa: S607
    synced.move_on()
    return synced


@pytest.fixture
def damaged(synced: Pipeline) -> Pipeline:
    """A byte flipped, a file gone, a reference moved, a file too many."""
    project = synced.project
    place = next(project.repository(SMALL).rglob("model.bin"))
    content = place.read_bytes()
    place.unlink()
    place.write_bytes(flipped(content, 3))
    place.with_name("extra.txt").write_bytes(b"1")
    project.repository(SPEAKERS).joinpath("refs", "main").write_text("0" * 40)
    project.view.joinpath("python", "silero_vad", "data", "silero_vad.jit").unlink()
    return synced


def test_lock(pipeline: Pipeline) -> None:
    readable(pipeline, "models lock --dry-run")


def test_closed_gates(pipeline: Pipeline) -> None:
    readable(pipeline, "models lock", code=5, HF_TOKEN="")


def test_sync_that_is_planned(locked: Pipeline) -> None:
    readable(locked, f"models sync --dry-run {CI}")


def test_sync(synced: Pipeline) -> None:
    readable(synced, f"rm -rf .cache; models sync {CI}")


def test_verify_with_findings(damaged: Pipeline) -> None:
    readable(damaged, f"models verify {CI}", code=1)


@pytest.mark.parametrize(
    "command",
    [
        "models",
        f"models status {CI}",
        f"models explain asr {CI}",
        f"models explain voices {CI}",
        "models tree",
        "models why pyannote/wespeaker-voxceleb-resnet34-LM",
        "models hardware",
        "models cache size",
        "models cache gc --dry-run",
    ],
)
def test_what_a_synced_machine_says(synced: Pipeline, command: str) -> None:
    readable(synced, command)


def test_cache_ls(synced: Pipeline) -> None:
    readable(synced, "models cache ls", headers="for")


def test_outdated_and_what_is_done_about_it(moved: Pipeline) -> None:
    readable(moved, "models outdated")
    readable(moved, f"models status --check-updates {CI}")
    readable(moved, "models verify --upstream-only", code=1)
    readable(moved, "models update asr vad --dry-run")


def test_diff(moved: Pipeline) -> None:
    assert moved.project.run("update", "asr", "vad").code == 0
    readable(moved, "models diff")


def test_prune(moved: Pipeline) -> None:
    assert moved.project.run("sync", "--profile", "server").code == 0
    readable(moved, f"models prune --dry-run {CI}")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("models status --profile servr", 2),
        ("models explain asrr", 2),
        ("models synk", 2),
        ("models path voices --profile ci", 1),
        ("models lock --check --upgrade", 2),
        ("models prune --profile server < /dev/null", 2),
    ],
)
def test_errors(synced: Pipeline, command: str, code: int) -> None:
    assert synced.project.run("sync", "--profile", "laptop").code == 0
    readable(synced, command, code=code)


@pytest.mark.parametrize("columns", [60, *COLUMNS])
def test_the_caret_stands_below_its_place(pipeline: Pipeline, columns: int) -> None:
    line = (
        "  ner: {source: hf:org/name, settings: {device: cpu, compute_type: int8, batch_size: 1}, whenn: {os: linux}}"
    )
    pipeline.project.manifest(f"models:\n{line}\n")
    with Terminal(pipeline.project, columns) as terminal:
        code, lines = terminal.run("models lock")
        assert code == 2
        assert terminal.broken() == []
        source, caret = (
            lines[at] for at in (next(i for i, one in enumerate(lines) if " | " in one) + n for n in (0, 1))
        )
        assert source[caret.index("^") : caret.rindex("^") + 1] == "whenn"
        assert "hint: did you mean 'when'?" in lines


def test_what_is_for_programs_is_not_folded(synced: Pipeline) -> None:
    with Terminal(synced.project) as terminal:
        for command in (f"models path asr {CI}", f"models status {CI} --format markdown", f"models env {CI}"):
            _, lines = terminal.run(command)
            assert lines == synced.project.models(*command.split()[1:]).stdout.splitlines()
            assert terminal.broken()
