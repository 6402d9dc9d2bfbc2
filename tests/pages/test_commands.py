"""Every command that a page shows is run, as it stands there, on a machine that has what the page speaks of."""

import re
from itertools import groupby
from pathlib import Path

import pytest

from scripts.generate import ROOT
from tests.cli.terminal import on_terminal
from tests.pages.blocks import blocks, words
from tests.pages.world import World

NOT_HERE = {
    "./scripts/bootstrap.sh": "tests/scripts/test_bootstrap.py",
    "./scripts/test.sh": ".ci/run calls it",
    "./examples/transcription/small/run.sh": "tests/runtimes/test_transcription_example.py",
    "cd examples/transcription/small": "tests/runtimes/test_transcription_example.py",
    "PYTHONPATH=../../.. ../../../.venv/bin/models run": "tests/runtimes/test_transcription_example.py",
    ".venv/bin/sphinx-build": "tests/pages/test_pages.py",
    "python -m tests.faults.run": "half an hour; docs/reliability.md has what it found",
    "python -m pip install": "pip's",
    "python -m venv": "Python's",
    ". .venv/bin/activate": "Python's",
    "apt-get install": "Debian's",
    "mv .cache/torch/hub/models--*": "tests/scripts/test_old_pipeline.py",
}
"""How a line begins that something else runs, or that is not ours."""

SAYS_NO = ("models diff --exit-code",)
"""Lines that are shown for their exit code, after others that make it 1."""

WHOLE = {ROOT / "docs" / "week.md": "tests/scripts/test_week.py"}
"""Pages whose commands another test runs from the first to the last, with all their exit codes."""

ASKING = ("models prune", "models prune --profile server", "models cache gc")

PAGES = {
    page: [(block.where, line) for block in shown for line in block.typed if line and not line.startswith("#")]
    for page, shown in groupby(blocks("sh", "console"), key=lambda one: one.page)
    if page not in WHOLE
}


def test_there_are_commands_to_run() -> None:
    assert sum("models" in line for lines in PAGES.values() for _, line in lines) > 80


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_the_commands_of_a_page_work_one_after_the_other(page: Path, world: World) -> None:
    for where, line in PAGES[page]:
        if not line.startswith(tuple(NOT_HERE)):
            said = typed(world, line)
            assert "Traceback" not in said, f"{where}: {line}\n{said}"


def typed(world: World, line: str) -> str:
    """What a line says; it must succeed. `init` is typed where there is no manifest yet, questions get a yes."""
    if line.startswith("models init"):
        for path in (world.project.manifest_path, world.project.lock_path):
            path.unlink(missing_ok=True)
    if line in ASKING:
        code, shown = on_terminal(world.project, *words(line), answer=b"y\n")
        assert code == 0, shown
        return "\n".join(shown)
    result = world.type(line)
    assert result.code == int(line in SAYS_NO), f"{line}: exit {result.code}\n{result.text}"
    return result.text


def test_what_runs_elsewhere_is_there() -> None:
    shown = {line for lines in PAGES.values() for _, line in lines}
    assert [one for one in NOT_HERE if not any(line.startswith(one) for line in shown)] == []
    files = [where for where in (*NOT_HERE.values(), *WHOLE.values()) if re.fullmatch(r"[\w/]+\.py", where)]
    assert [where for where in files if not (ROOT / where).is_file()] == []
