"""A process that dies at any moment of an installation leaves what the next one makes right, whatever that is of."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.project import ROOT
from tests.unit.environments.killed import SCENARIOS


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_death_at_any_moment_leaves_what_the_next_run_makes_right(tmp_path: Path, scenario: str) -> None:
    command = [sys.executable, "-m", "tests.unit.environments.killed", str(tmp_path), scenario]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 20
