"""A project's folder and the command in it, as a user has them, with nothing of this machine's own settings."""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from resolver.cli.main import outcome
from resolver.surroundings import Surroundings

ROOT = Path(__file__).parents[2]
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LONGEST_RUN = 60


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left: its exit code and what it said."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.stdout)

    @property
    def text(self) -> str:
        """Everything that was said."""
        return self.stdout + self.stderr


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a manifest; `environment` is all that a command in it sees of the outside."""

    folder: Path
    home: Path
    store: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def manifest(self, text: str) -> None:
        """Write models.yaml; `version: 1` comes before the text."""
        self.folder.joinpath("models.yaml").write_text("version: 1\n" + textwrap.dedent(text).lstrip("\n"))

    @property
    def manifest_path(self) -> Path:
        return self.folder / "models.yaml"

    @property
    def lock_path(self) -> Path:
        return self.folder / "models.lock"

    @property
    def lock(self) -> Any:
        """models.lock as a document."""
        return json.loads(self.lock_path.read_bytes())

    def pin(self, key: str) -> Any:
        """The commit or version that an artifact is pinned to."""
        artifact = self.lock["artifacts"][key]
        return artifact["commit"] or artifact["version"]

    def edit_lock(self, old: str, new: str) -> None:
        """Replace a text in the lock, as somebody with an editor would."""
        text = self.lock_path.read_text()
        assert old in text
        self.lock_path.write_text(text.replace(old, new))

    @property
    def view(self) -> Path:
        return self.folder / ".cache"

    def repository(self, name: str) -> Path:
        """The folder of a repository in the view's hub cache."""
        return self.view / "huggingface" / "hub" / f"models--{name.replace('/', '--')}"

    def placed(self) -> dict[str, bytes]:
        """Every file of the view but the record, by its path."""
        found = {one.relative_to(self.view).as_posix(): one for one in self.view.rglob("*") if one.is_file()}
        return {path: one.read_bytes() for path, one in sorted(found.items()) if path != "models-record.json"}

    def snapshot(self, name: str) -> dict[str, bytes]:
        """What lies in the one snapshot of a repository, by path."""
        (folder,) = (self.repository(name) / "snapshots").iterdir()
        return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}

    def staged(self) -> list[str]:
        """What lies in the store's staging."""
        staging = self.store / "staging"
        return sorted(one.name for one in staging.iterdir()) if staging.is_dir() else []

    def blobs(self) -> list[Path]:
        return sorted(one for one in self.store.joinpath("blobs").rglob("*") if one.is_file())

    @property
    def root(self) -> Path:
        """Where the package under test is imported from."""
        return ROOT

    def forget_view(self) -> None:
        shutil.rmtree(self.view)

    def forget_store(self) -> None:
        shutil.rmtree(self.store)

    def beside(self, name: str) -> "Project":
        """Another project of the same user with the same manifest and lock."""
        folder = self.folder.parent / name
        folder.mkdir()
        for path in (self.manifest_path, self.lock_path):
            if path.exists():
                shutil.copy(path, folder)
        return Project(folder, self.home, self.store, self.environment)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """The real process, running."""
        return subprocess.Popen(
            [sys.executable, "-m", "resolver", *arguments],
            cwd=self.folder,
            env={**self.environment, "PYTHONPATH": str(ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def models(self, *arguments: str, **environment: str) -> Result:
        """Run the real process."""
        return finished(self.start(*arguments, **environment))

    def run(self, *arguments: str, **environment: str) -> Result:
        """Run the command in this process: the same arguments, boundary and outcome, without the start of a Python."""
        around = Surroundings({**self.environment, **environment}, self.home, self.folder)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _signals_kept():
            code = outcome(arguments, around)
        return Result(code, out.getvalue(), err.getvalue())


def finished(process: "subprocess.Popen[str]") -> Result:
    """Wait for a process that `Project.start` started."""
    try:
        stdout, stderr = process.communicate(timeout=LONGEST_RUN)
    except subprocess.TimeoutExpired:
        process.kill()
        stdout, stderr = process.communicate()
        raise AssertionError(f"still running after {LONGEST_RUN} s:\n{stdout}{stderr}") from None
    return Result(process.returncode, stdout, stderr)


def clean_environment(home: Path, store: Path, endpoint: str, index: str) -> dict[str, str]:
    """No token, no proxy, no setting of this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "MODELS_STORE": str(store),
        "HF_ENDPOINT": endpoint,
        "PIP_INDEX_URL": index,
        "PIP_CONFIG_FILE": os.devnull,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextlib.contextmanager
def _signals_kept() -> Iterator[None]:
    """The command listens to signals; afterwards they are the test runner's again."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
