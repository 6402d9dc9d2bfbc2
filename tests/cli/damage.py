"""Ways in which a view comes to hold something else than was placed."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.cli.offers import REPO, WEIGHTS, flipped, weights
from tests.cli.project import Project

PACKED = weights(200_000, 2)
Damage = Callable[[Project], None]


def place(project: Project, name: str = "model.bin", repo: str = REPO) -> Path:
    return next(project.repository(repo).joinpath("snapshots").rglob(name))


def overwrite(path: Path, content: bytes) -> None:
    """Other bytes in a file of their own, with the time of the old one: no record can tell."""
    before = path.stat()
    path.unlink()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def flip_in_place(project: Project) -> None:
    """The same inode, size and time."""
    path = place(project)
    before = path.stat()
    path.chmod(0o600)
    with path.open("r+b") as stream:
        stream.write(flipped(WEIGHTS, 4321))
    path.chmod(0o400)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def flip_beside(project: Project) -> None:
    overwrite(place(project), flipped(WEIGHTS, 1234))


def flip_in_a_wheel(project: Project) -> None:
    overwrite(project.view / "python" / "pack" / "w.bin", flipped(PACKED, 1))


def truncate(project: Project) -> None:
    overwrite(place(project), WEIGHTS[:1000])


def remove(project: Project) -> None:
    place(project).unlink()


def remove_everything(project: Project) -> None:
    project.forget_view()


def move_the_reference(project: Project) -> None:
    project.repository(REPO).joinpath("refs", "main").write_text("0" * 40)


def add_a_newline(project: Project) -> None:
    path = project.repository(REPO).joinpath("refs", "main")
    path.write_text(path.read_text() + "\n")


def remove_the_reference(project: Project) -> None:
    project.repository(REPO).joinpath("refs", "main").unlink()


def add_a_file(project: Project) -> None:
    place(project).with_name("extra.py").write_bytes(b"print('loaded')\n")


def add_a_file_to_a_package(project: Project) -> None:
    project.view.joinpath("python", "pack", "extra.py").write_bytes(b"1\n")


def add_a_file_in_a_folder(project: Project) -> None:
    folder = place(project).parent / "more" / "deeper"
    folder.mkdir(parents=True)
    folder.joinpath("x").write_bytes(b"1")


def link_out(project: Project) -> None:
    path = place(project)
    outside = project.folder.parent / "outside.bin"
    outside.write_bytes(WEIGHTS)
    path.unlink()
    path.symlink_to(outside)


def link_to_nothing(project: Project) -> None:
    path = place(project)
    path.unlink()
    path.symlink_to(project.folder.parent / "nowhere")


DAMAGES: dict[str, tuple[Damage, str, str]] = {
    "a byte flipped in place": (flip_in_place, "damaged", "asr"),
    "a byte flipped in a new file": (flip_beside, "damaged", "asr"),
    "a byte flipped in a wheel": (flip_in_a_wheel, "damaged", "vad"),
    "a file cut short": (truncate, "damaged", "asr"),
    "a file gone": (remove, "missing", "asr"),
    "a reference moved": (move_the_reference, "ref-moved", "asr"),
    "a reference with a newline": (add_a_newline, "ref-moved", "asr"),
    "a reference gone": (remove_the_reference, "missing", "asr"),
    "a file too many": (add_a_file, "unexpected", "asr"),
    "a file too many in a package": (add_a_file_to_a_package, "unexpected", "vad"),
    "a file too many in a new folder": (add_a_file_in_a_folder, "unexpected", "asr"),
    "a link that leads out": (link_out, "damaged", "asr"),
    "a link to nothing": (link_to_nothing, "damaged", "asr"),
}
