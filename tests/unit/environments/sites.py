"""Folders of packages as other installers leave them, and locked wheels to go there; no interpreter is needed."""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from resolver.domain.installation import Installation, LockedWheel, Piece, PythonEnvironment, Wheel
from resolver.domain.lock import Artifact, File
from resolver.environments.change import change
from resolver.environments.look import look
from resolver.environments.wheels import installed_form
from resolver.stages.install import decide
from tests.unit.domain.values import file

SITE, SCRIPTS = "lib/python3.12/site-packages", "bin"


def environment(prefix: Path, **changed: str) -> PythonEnvironment:
    """The environment below a folder, for which nobody is asked."""
    site, scripts = str(prefix / SITE), str(prefix / SCRIPTS)
    return PythonEnvironment(
        executable=str(prefix / SCRIPTS / "python"),
        prefix=str(prefix),
        implementation="CPython",
        version="3.12.1",
        roots={"purelib": site, "platlib": site, "scripts": scripts, **changed},
        markers={"python_version": "3.12", "sys_platform": "linux"},
        path=(site,),
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A locked wheel with the bytes of its members."""

    locked: LockedWheel
    contents: Mapping[str, bytes]

    def read(self, member: File) -> bytes | None:
        return self.contents.get(member.sha256)

    def without(self, *paths: str) -> "Made":
        """The same where `files:` of the manifest leave some members out."""
        kept = tuple(one for one in self.locked.files if one.path not in paths)
        return replace(self, locked=replace(self.locked, files=kept))


def made(
    name: str = "pack",
    version: str = "1.0",
    files: Mapping[str, bytes] | None = None,
    papers: Mapping[str, str | None] | None = None,
    models: tuple[str, ...] = ("vad",),
) -> Made:
    """A wheel; `papers` are files of its `.dist-info`, None takes one away."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    texts = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "of the wheel\n",
        **(papers or {}),
    }
    inside = {f"{info}/{one}": text.encode() for one, text in texts.items() if text is not None}
    every = {**({f"{name}/__init__.py": b"1\n", f"{name}/w.bin": b"weights"} if files is None else files), **inside}
    members = tuple(file(path, content) for path, content in sorted(every.items()))
    archive = file(f"{name}-{version}-py3-none-any.whl", name.encode() + version.encode())
    artifact = Artifact(f"pypi:{name}@*", None, version, members, archive=archive)
    contents = {one.sha256: every[one.path] for one in members}
    return Made(LockedWheel(artifact, models, members), contents)


@dataclass(frozen=True, slots=True)
class Site:
    """An environment on disk."""

    prefix: Path
    told: list[int] = field(default_factory=list)

    @property
    def environment(self) -> PythonEnvironment:
        return environment(self.prefix)

    @property
    def packages(self) -> Path:
        return self.prefix / SITE

    def put(self, path: str, content: bytes | str = b"?") -> Path:
        """A file below the packages; `../../../bin/x` is a script."""
        place = Path(os.path.normpath(self.packages / path))
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
        return place

    def pip(self, name: str, version: str, files: Mapping[str, bytes], record: str | None = None) -> Path:
        """A package as pip leaves it; `record` are lines that its RECORD has besides, None for the usual one."""
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        papers = {"METADATA": f"Name: {name}\nVersion: {version}\n", "INSTALLER": "pip\n"}
        every = {**files, **{f"{info}/{one}": text.encode() for one, text in papers.items()}}
        for path, content in every.items():
            self.put(path, content)
        rows = "".join(f"{path},{digest(content)},{len(content)}\n" for path, content in every.items())
        self.put(f"{info}/RECORD", f"{rows}{info}/RECORD,,\n{record or ''}")
        return self.packages / info

    def files(self) -> dict[str, bytes]:
        """Every file, by its path below the prefix; a link by where it leads."""
        found = {}
        for one in sorted(self.prefix.rglob("*")):
            if one.is_symlink():
                found[one.relative_to(self.prefix).as_posix()] = b"-> " + bytes(one.readlink())
            elif one.is_file():
                found[one.relative_to(self.prefix).as_posix()] = one.read_bytes()
        return found

    def form(self, one: Made) -> Wheel:
        return installed_form(one.locked, self.environment, one.read)

    def plan(self, *several: Made) -> tuple[Installation, ...]:
        """What is decided for wheels."""
        wheels = [self.form(one) for one in several]
        return decide(wheels, look(self.environment, wheels))

    def install(self, *several: Made) -> list[str]:
        """Do what is decided, and what it is called."""
        contents = {sha256: content for one in several for sha256, content in one.contents.items()}

        def opened(piece: Piece) -> BinaryIO:
            return BytesIO(contents[piece.sha256])

        found = self.plan(*several)
        for one in found:
            assert one.refusals == ()
            change(one, self.environment, opened, self.told.append)
        return [one.state for one in found]

    def refusals(self, *several: Made) -> list[str]:
        """Everything that speaks against installing, places below the prefix."""
        return [text.replace(f"{self.prefix}/", "") for one in self.plan(*several) for text in one.refusals]


def digest(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def recorded(site: Site, info: str) -> list[str]:
    """The paths that a RECORD names."""
    lines = site.packages.joinpath(info, "RECORD").read_text().splitlines()
    return [line.rpartition(",")[0].rpartition(",")[0] for line in lines]
