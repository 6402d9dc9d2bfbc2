"""Bytes on their way in.

A part has two kinds of names, and a file is only ever open under the second:

    <64>.part             left in good order: nobody has it open
    <64>.<owner>.part     of one process, which alone writes to it (owners.py)
    <owner>.keep          bytes whose digest is not known yet, of one process too

Who wants to go on with a part renames it first, and only one can. So two processes never write to one file, even where
every lock is granted to everybody (docs/decisions/0022-durability.md). Beside a part may lie its journal
(files/part.py); it is copied before the rename and removed after it, so that a kill in between leaves the part with
its journal.
"""

import contextlib
import os
import stat
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from resolver.domain.errors import DiskError
from resolver.files.guarded import is_ours, open_regular, read_regular, write_new
from resolver.files.part import Part, journal_of, there
from resolver.files.turns import is_free
from resolver.store.owners import Owner, let_go, new_owner, owner

PART, KEEP, MAP, LOCK = ".part", ".keep", ".part.map", ".lock"


class Staging:
    """The folder where parts lie; `published` says of a digest whether its blob is there."""

    def __init__(self, folder: Path, published: Callable[[str], bool]) -> None:
        self.folder = folder
        self._published = published
        self._strangers: set[str] = set()

    def lock_of(self, what: str) -> Path:
        """The file that is locked by who fetches a blob, or collects."""
        return self.folder / f"{what}{LOCK}"

    def staged(self, wanted: Collection[str]) -> dict[str, int]:
        """Bytes of each wanted blob that are there already; the folder is read once, however many are wanted.

        Of several parts of one blob the largest counts, and what cannot be read counts for nothing.
        """
        found: dict[str, int] = {}
        with contextlib.suppress(OSError):
            for name in self._names() if wanted else ():
                sha256 = name.partition(".")[0]
                if sha256 in wanted and name.endswith(PART):
                    with contextlib.suppress(OSError):
                        found[sha256] = max(found.get(sha256, 0), there(self.folder / name).size)
        return found

    @contextlib.contextmanager
    def claimed(self, sha256: str) -> Iterator[Part]:
        """The part of a blob under a name of our own; what is not published is left for who comes next.

        Raises:
            DiskError: something that is no part of ours is in the way.
            OSError: the disk.
        """
        mine = new_owner()
        path = self.folder / f"{sha256}.{mine}{PART}"
        try:
            self._take(self._left(sha256), path)
            part = Part(path)
            try:
                yield part
            finally:
                part.close()
                self._put_back(path, self._left(sha256))
        finally:
            let_go(mine)

    @contextlib.contextmanager
    def unnamed(self) -> Iterator[Path]:
        """A name for bytes whose digest is not known yet; nothing is left of it."""
        mine = new_owner()
        path = self.folder / f"{mine}{KEEP}"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)
            let_go(mine)

    def sweep(self) -> None:
        """Put back what processes that are gone left of parts, and remove what they left of anything else."""
        for name in sorted(self._names()):
            with contextlib.suppress(OSError):  # another one sweeps too
                self._sweep(name)

    def forget(self, sha256: str) -> None:
        """The blob is there: whatever is left of its parts nobody needs."""
        _remove(self._left(sha256))
        for name in [one for one in tuple(self._strangers) if one.startswith(sha256)]:
            self._strangers.discard(name)
            _remove(self.folder / name)

    def _names(self) -> list[str]:
        return os.listdir(self.folder)  # noqa: PTH208  # names are all that is wanted, for every part anew

    def _sweep(self, name: str) -> None:
        path = self.folder / name
        if name.endswith(LOCK):
            is_free(path)
        elif name.endswith(KEEP):
            if owner(name.removesuffix(KEEP)) is Owner.GONE:
                path.unlink()
        elif name.endswith(PART):
            self._sweep_part(path)
        elif name.endswith(MAP) and not path.with_name(name.removesuffix(".map")).exists():
            self._sweep_journal(path)

    def _sweep_part(self, path: Path) -> None:
        sha256, _, mine = path.name.removesuffix(PART).partition(".")
        state = owner(mine) if mine else Owner.GONE
        if state is Owner.UNKNOWN:
            self._strangers.add(path.name)
        elif state is Owner.GONE and self._published(sha256):
            _remove(path)
        elif state is Owner.GONE and mine:
            self._put_back(path, self._left(sha256))

    def _sweep_journal(self, path: Path) -> None:
        """Remove a journal without its part, unless somebody may just be putting that back: the journal comes first."""
        sha256, _, mine = path.name.removesuffix(MAP).partition(".")
        claimed = any(name.startswith(f"{sha256}.") and name.endswith(PART) for name in self._names())
        if owner(mine) is Owner.GONE if mine else not claimed:
            path.unlink()

    def _left(self, sha256: str) -> Path:
        return self.folder / f"{sha256}{PART}"

    def _take(self, left: Path, mine: Path) -> None:
        journal = read_regular(journal_of(left))
        if journal is not None:
            write_new(journal_of(mine), journal[0])
        try:
            left.rename(mine)
        except FileNotFoundError:
            if journal is not None:
                journal_of(mine).unlink(missing_ok=True)
            self._copy_of_a_stranger(mine)
            return
        found = mine.lstat()
        if stat.S_ISDIR(found.st_mode):
            mine.rename(left)
            raise DiskError(f"{left} is a folder where a file belongs", hint="remove it")
        if not stat.S_ISREG(found.st_mode) or not is_ours(found) or found.st_nlink != 1:
            _remove(mine)  # a link, a pipe, a second name of some other file: nothing that we wrote
        elif stat.S_IMODE(found.st_mode) != 0o600:
            mine.chmod(0o600)  # killed while it was published
        journal_of(left).unlink(missing_ok=True)

    def _copy_of_a_stranger(self, mine: Path) -> None:
        """Whether who left it lives cannot be known: it may still write there. So the bytes are copied."""
        sha256 = mine.name.partition(".")[0]
        found = [self.folder / name for name in tuple(self._strangers) if name.startswith(sha256)]
        if not found:
            return
        with contextlib.suppress(OSError):
            best = max(found, key=lambda one: there(one).size)
            journal = read_regular(journal_of(best))
            if journal is not None:
                write_new(journal_of(mine), journal[0])
            try:
                _copy(best, mine)
            except OSError:
                _remove(mine)
                raise

    def _put_back(self, mine: Path, left: Path) -> None:
        """Give a part that is not open the name under which anybody may take it; the larger one stays."""
        if not mine.exists():
            return  # published
        if there(mine).size <= there(left).size:
            _remove(mine)
            return
        journal = read_regular(journal_of(mine))
        if journal is None:
            journal_of(left).unlink(missing_ok=True)
        else:
            write_new(journal_of(left), journal[0])
        mine.rename(left)
        journal_of(mine).unlink(missing_ok=True)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    journal_of(path).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    import shutil  # 2 ms, and seldom

    with (
        os.fdopen(open_regular(source), "rb") as reading,
        os.fdopen(open_regular(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as writing,
    ):
        shutil.copyfileobj(reading, writing, 1 << 20)
