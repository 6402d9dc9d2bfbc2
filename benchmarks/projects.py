"""A project of `models` for a measurement: a manifest, a lock, a store of its own, and what was placed, checked."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.commands import Command, Ended, run
from benchmarks.peers import environment, models_command

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a manifest; everything that `models` keeps besides lies in `home`."""

    folder: Path
    home: Path
    endpoint: str

    @property
    def store(self) -> Path:
        """Where blobs go."""
        return self.home / "store"

    def manifest(self, sources: Iterable[str]) -> None:
        """One model for each source, in the plain layout of the hub's cache."""
        lines = (f"  m{number}: {{source: '{source}'}}\n" for number, source in enumerate(sources))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.joinpath("models.yaml").write_text("version: 1\nmodels:\n" + "".join(lines), encoding="utf-8")

    def models(self, *words: str, **settings: str) -> Ended:
        """Run the real command."""
        known = environment(self.home, self.endpoint) | {"MODELS_STORE": str(self.store)} | settings
        return run(Command([*models_command(), *words], self.folder, known))

    def lock(self) -> Ended:
        """Lock, with a store that is thrown away: what is fetched to be hashed must not be there at the sync."""
        ended = self.models("lock", MODELS_STORE=str(self.home / "other-store"))
        shutil.rmtree(self.home / "other-store", ignore_errors=True)
        return ended

    def sync(self, *words: str, **settings: str) -> Ended:
        """Sync without bars."""
        return self.models("sync", "--no-progress", *words, **settings)

    def forget(self) -> None:
        """Empty the store and the view."""
        shutil.rmtree(self.store, ignore_errors=True)
        self.forget_view()

    def forget_view(self) -> None:
        """Empty the view."""
        shutil.rmtree(self.folder / ".cache", ignore_errors=True)

    def locked(self) -> list[dict[str, Any]]:
        """The files of the lock."""
        artifacts = json.loads(self.folder.joinpath("models.lock").read_bytes())["artifacts"]
        return [file for one in artifacts.values() for file in one["files"]]

    def check(self) -> None:
        """Every locked file is in the store with its digest, and as many bytes are in the view.

        Raises:
            AssertionError: a contender that is wrong has no time worth knowing.
        """
        files = {file["sha256"]: file["size"] for file in self.locked()}
        for digest, size in files.items():
            blob = self.store / "blobs" / "sha256" / digest[:2] / digest
            if blob.stat().st_size != size or sha256_of(blob) != digest:
                raise AssertionError(f"{blob} is not what was locked")
        placed = [one for one in self.folder.joinpath(".cache").rglob("*") if one.is_file()]
        if sum(one.stat().st_size for one in placed) < sum(files.values()):
            raise AssertionError("not every file was placed")


def sha256_of(path: Path) -> str:
    """The digest of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def emptied(folder: Path) -> None:
    """Make a folder that is there and empty, and let the disk come to rest."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.sync()
