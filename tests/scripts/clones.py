"""A clone of this repository as the scripts need it, whose environment is there and whose pip does nothing."""

import shutil
import sys
from pathlib import Path

from tests.cli.project import ROOT

PIP = '#!/bin/sh\n[ "$1 $2" = "-m pip" ] && exit ${PIP_FAILS:-0}\nexec REAL "$@"\n'
MODELS = '#!/bin/sh\nPYTHONPATH=ROOT exec REAL -m resolver "$@"\n'


def make_clone(folder: Path) -> Path:
    """The clone in a new folder. Its pip does nothing: the tool is installed, or no test would run."""
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "bootstrap.sh", folder / "scripts")
    shutil.copy(ROOT / "check-models.sh", folder)
    for name, text in (("python", PIP), ("models", MODELS)):
        program(folder / ".venv" / "bin" / name, text)
    return folder


def program(path: Path, text: str) -> Path:
    """A program of these lines; ROOT is this repository in them, and REAL the Python of the tests."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("ROOT", f"'{ROOT}'").replace("REAL", f"'{sys.executable}'"))
    path.chmod(0o755)
    return path
