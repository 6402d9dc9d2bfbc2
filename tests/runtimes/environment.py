"""The environment of the real libraries, and a process in it that has no network."""

import functools
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resolver.files.turns import turn
from tests.cli.project import ROOT, Project

RUNTIMES = ROOT / ".venv-runtimes"
INSTALL = "apt-get install $(cat .ci/packages) && .venv/bin/python scripts/runtimes.py"
PROGRAMS = Path(__file__).parent / "programs"
LONGEST_RUN = 300
LOOK = 0.2
"""Seconds between two looks at a lock."""


def interpreter() -> Path:
    """The Python of the libraries."""
    python = RUNTIMES / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    assert python.exists(), f"the runtimes are not installed: {INSTALL}"
    return python


@functools.cache
def without_network() -> tuple[str, ...]:
    """What a command begins with to run where there is no network at all; nothing where this system cannot say so."""
    for way in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):
        if shutil.which(way[0]) and subprocess.run([*way, "true"], capture_output=True, check=False).returncode == 0:
            return way
    return ()


@dataclass(frozen=True, slots=True)
class Opened:
    """What a program left: its exit code, its document, and what the library said on the way."""

    code: int
    document: Mapping[str, Any]
    stderr: str

    @property
    def wanted(self) -> Sequence[str]:
        """Whom it wanted to reach."""
        found: Sequence[str] = self.document["wanted"]
        return found

    @property
    def said(self) -> Any:
        """What the model said, of a program that succeeded and wanted to reach nobody."""
        assert self.code == 0, self.stderr
        assert self.wanted == []
        return self.document["said"]


def run_program(project: Project, *arguments: str | Path, inside: Sequence[str] = (), **environment: str) -> Opened:
    """Run one of `programs` as a user of the project would, with `models run`; without network unless `--online`.

    `inside` is what the command begins with besides.
    """
    around = () if "--online" in arguments else without_network()
    models = [sys.executable, "-m", "resolver", "run", "--"]
    return _finished(project, [*around, *inside, *models, *_program(arguments)], environment)


def run_evaluated(project: Project, *arguments: str | Path, **environment: str) -> Opened:
    """The same by a shell that has evaluated `models env`, which runs whatever is there."""
    script = f'eval "$({shlex.quote(sys.executable)} -m resolver env --shell bash)" && exec "$@"'
    return _finished(project, [*without_network(), "sh", "-c", script, "sh", *_program(arguments)], environment)


def run_plainly(project: Project, *arguments: str | Path, **environment: str) -> Opened:
    """The same without `models`: the library believes whatever the shell says."""
    return _finished(project, [*without_network(), *_program(arguments)], environment)


def _program(arguments: Sequence[str | Path]) -> list[str]:
    return [str(interpreter()), str(PROGRAMS), *map(str, arguments)]


def _finished(project: Project, command: Sequence[str], environment: Mapping[str, str]) -> Opened:
    done = subprocess.run(
        command,
        cwd=project.folder,
        env={**project.environment, "OMP_NUM_THREADS": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_RUN,
    )
    last = done.stdout.rpartition("\n{")[2]
    assert last, done.stderr
    return Opened(done.returncode, json.loads("{" + last), done.stderr)


@dataclass(frozen=True, slots=True)
class Workshop:
    """Models by their recipes, in a folder: the same recipe with the same options is made once, whoever asks first."""

    folder: Path

    def __call__(self, recipe: str, *options: str) -> Path:
        name = f"{recipe}-{hashlib.sha256(repr(options).encode()).hexdigest()[:8]}"
        made, part = self.folder / name, self.folder / f"{name}.part"
        with turn(self.folder / f"{name}.lock", lambda: time.sleep(LOOK)):
            if not made.exists():
                shutil.rmtree(part, ignore_errors=True)
                _make(recipe, part, options)
                part.rename(made)
        return made


def _make(recipe: str, folder: Path, options: Sequence[str]) -> None:
    command = [str(interpreter()), "-m", f"tests.runtimes.recipes.{recipe}", str(folder), *options]
    environment = {"PATH": os.environ["PATH"], "PYANNOTE_METRICS_ENABLED": "0", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
