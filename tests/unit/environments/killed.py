"""Installs into an environment again and again, and dies before each operation on its disk, one after the other.

A process of its own, because it forks: `python -m tests.unit.environments.killed FOLDER SCENARIO` says how many deaths
there were. What must be true after each is asserted here.
"""

import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from resolver.environments.ground import is_leftover
from tests.unit.environments.sites import SCRIPTS, SITE, Made, Site, made, recorded

KILLED = 9
OPERATIONS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}
RUN = {"entry_points.txt": "[console_scripts]\npack-run = pack:main\n"}
NEW = made(papers=RUN)
OTHER = made(version="2.0", files={"pack/__init__.py": b"2\n", "pack/sub/w.bin": b"other weights"})
OLD = {"pack/__init__.py": b"old\n", "pack/sub/old.py": b"gone\n", "pack/w.bin": b"old weights"}


def nothing(site: Site) -> None:
    """Nothing is installed."""
    site.put("other.py", "somebody's\n")


def older(site: Site) -> None:
    """Another version of pip, with scripts, and files that the new one has too."""
    nothing(site)
    site.put("../../../bin/old-run", "#!python\n")
    site.put("pack/sub/__pycache__/old.cpython-312.pyc")
    site.pip("pack", "0.9", OLD, record="../../../bin/old-run,,\n")


def same(site: Site) -> None:
    """The same version of pip with other bytes."""
    nothing(site)
    site.pip("pack", "1.0", OLD)


def ours(site: Site) -> None:
    """Our own, with another filter and one wrong byte."""
    nothing(site)
    site.install(made(files={"pack/__init__.py": b"1\n", "pack/more.bin": b"more", "pack/w.bin": b"weights"}))
    site.put("pack/w.bin", "weightz")


SCENARIOS: dict[str, Callable[[Site], None]] = {one.__name__: one for one in (nothing, older, same, ours)}


def main(folder: Path, scenario: str) -> None:
    """Die at the first operation, at the second, and so on until there is no further one."""
    want, want_other = (expected(folder / name, one) for name, one in (("new", NEW), ("other", OTHER)))
    for number in itertools.count(1):
        if not died(prepared(folder / "site", scenario), number):
            break
        for one, right in ((NEW, want), (OTHER, want_other)):
            site = prepared(folder / "site", scenario)
            assert died(site, number)
            unnamed = set(unnamed_files(site))
            assert not unnamed, f"{scenario}, death {number}: {unnamed} belong to nobody"
            site.install(one)
            found = {path: body for path, body in site.files().items() if not is_leftover(Path(path).name)}
            assert found == right, f"{scenario}, death {number}: {found.keys() ^ right.keys()}"
            assert found == site.files(), f"{scenario}, death {number}: something is left"
            assert site.install(one) == ["present"]
    sys.stdout.write(f"{number - 1}\n")


def expected(folder: Path, one: Made) -> dict[str, bytes]:
    """What an undisturbed installation leaves, in a place of the same name."""
    site = prepared(folder.with_name("site"), "nothing")
    site.install(one)
    return site.files()


def prepared(prefix: Path, scenario: str) -> Site:
    """A new environment as the scenario has it."""
    shutil.rmtree(prefix, ignore_errors=True)
    for folder in (SITE, SCRIPTS):
        prefix.joinpath(folder).mkdir(parents=True)
    site = Site(prefix)
    SCENARIOS[scenario](site)
    return site


def died(site: Site, number: int) -> bool:
    """Whether a process that installs came to that operation, and died before it."""
    child = os.fork()
    if not child:
        seen = itertools.count(1)

        def die(event: str, arguments: tuple[object, ...]) -> None:
            if event in OPERATIONS and str(site.prefix) in str(arguments[0]) and next(seen) == number:
                os._exit(KILLED)

        sys.addaudithook(die)
        site.install(NEW)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def unnamed_files(site: Site) -> Iterator[str]:
    """Files of the package that no RECORD names, so that nobody would know whose they are."""
    infos = [one.name for one in site.packages.glob("pack-*.dist-info") if (one / "RECORD").exists()]
    named = {os.path.normpath(site.packages / path) for info in infos for path in recorded(site, info)}
    for path in site.files():
        place = site.prefix / path
        is_excused = place.name == "other.py" or "__pycache__" in path or is_leftover(place.name)
        if not is_excused and str(place) not in named:
            yield path


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
