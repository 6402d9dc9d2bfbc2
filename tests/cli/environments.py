"""Python environments of a user's own, real ones, and what lies in them."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PACK = {
    "pack/__init__.py": b"def main() -> None:\n    print('one')\n",
    "pack/w.bin": b"weights",
    "pack-1.0.dist-info/entry_points.txt": b"[console_scripts]\npack-run = pack:main\n",
}
"""A wheel with a script."""
WITHOUT_INDEX = {
    "PATH": os.environ["PATH"],
    "PIP_NO_INDEX": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_CONFIG_FILE": os.devnull,
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment at a folder."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        (found,) = self.folder.glob("lib/python3.*/site-packages")
        return found

    def put(self, path: str, content: str = "?") -> Path:
        """A file below the packages."""
        place = self.packages / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
        return place

    def installed(self, name: str, version: str, files: str = "", *, record: bool = True) -> Path:
        """A package that is nothing but its metadata and what it names."""
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        self.put(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        self.put(f"{info}/INSTALLER", "pip\n")
        if record:
            self.put(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/INSTALLER,,\n{info}/RECORD,,\n{files}")
        return self.packages / info

    def contents(self) -> dict[str, bytes]:
        """Every file but what Python compiled, by its path; a link by where it leads."""
        found = {}
        for one in sorted(self.folder.rglob("*")):
            if "__pycache__" not in one.parts and (one.is_symlink() or one.is_file()):
                body = bytes(one.readlink()) if one.is_symlink() else one.read_bytes()
                found[one.relative_to(self.folder).as_posix()] = body
        return found

    def pip(self, *arguments: str) -> str:
        """What pip says; it must be content."""
        done = self.run(str(self.python), "-m", "pip", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(command, env=WITHOUT_INDEX, capture_output=True, text=True, check=False)


def make_environment(folder: Path, *, pip: bool) -> Environment:
    """A new environment, with pip or without."""
    more = () if pip else ("--without-pip",)
    subprocess.run([sys.executable, "-m", "venv", *more, str(folder)], check=True, capture_output=True)
    return Environment(folder)


def copied(one: Environment, folder: Path) -> Environment:
    """The same at another place, which takes a tenth of the time."""
    shutil.copytree(one.folder, folder, symlinks=True)
    return Environment(folder)
