"""Carrying out what was decided for one wheel; nothing is decided here.

The order makes a kill harmless: at every moment each file that lies there is named by a RECORD of that package. So the
next run knows whose it is, and goes on. Each file gets its name in one rename, once its bytes are right.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from resolver.domain.errors import DiskError, MismatchError
from resolver.domain.installation import Installation, Piece, PythonEnvironment
from resolver.environments.ground import Ground, is_leftover, kind_of, temporary_name
from resolver.files.atomic import disk_error, sync_folder
from resolver.files.digest import feed

Open = Callable[[Piece], BinaryIO]
"""The bytes of a locked piece, from wherever they are; they are hashed while they are copied."""


def change(one: Installation, environment: PythonEnvironment, opened: Open, told: Callable[[int], None]) -> None:
    """Remove what goes, then write what comes; `told` hears of each piece's bytes as they are written.

    Raises:
        MismatchError: bytes are not those of the lock; the file did not get its name.
        DiskError: the environment cannot be written, or changed since it was looked at.
    """
    ground = Ground(environment.roots.values())
    hand = _Hand(ground, opened, told)
    try:
        hand.remove(one.removes)
        hand.remove_hollow(one.hollow)
        hand.write(piece for piece in one.writes if piece is one.wheel.record)
        hand.remove(one.old_records)
        hand.write(piece for piece in one.writes if piece is not one.wheel.record)
    except OSError as error:
        raise disk_error(error, Path(error.filename or one.wheel.folder)) from error


class _Hand:
    def __init__(self, ground: Ground, opened: Open, told: Callable[[int], None]) -> None:
        self._ground = ground
        self._opened = opened
        self._told = told

    def remove(self, places: Iterable[str]) -> None:
        """Remove files, and the folders that they leave empty; what became another thing meanwhile stays."""
        for place in places:
            self._refuse_detour(place)
            if kind_of(place) == "file":
                Path(place).unlink()
            self._remove_if_empty(*Path(place).parents)

    def remove_hollow(self, folders: Iterable[str]) -> None:
        """Remove folders in which nothing has a name."""
        for folder in map(Path, folders):
            self._refuse_detour(str(folder / "any"))
            for left in (one for one in folder.iterdir() if is_leftover(one.name)):
                left.unlink(missing_ok=True)
            self._remove_if_empty(folder)

    def _remove_if_empty(self, *folders: Path) -> None:
        for folder in (one for one in folders if kind_of(str(one)) == "folder"):
            if self._ground.root_of(str(folder)) is None:
                return
            try:
                folder.rmdir()
            except OSError:
                return

    def write(self, pieces: Iterable[Piece]) -> None:
        """Write each piece under a name that only we give, and rename it; then make the folders durable."""
        folders: dict[Path, None] = {}
        for piece in pieces:
            place = Path(piece.place)
            self._make_way(place)
            self._write(piece, place)
            folders[place.parent] = None
        for folder in folders:
            sync_folder(folder)

    def _make_way(self, place: Path) -> None:
        self._refuse_detour(str(place))
        place.parent.mkdir(parents=True, exist_ok=True)

    def _refuse_detour(self, place: str) -> None:
        obstacle = self._ground.obstacle(place)
        if obstacle is not None:
            raise DiskError(f"{place} cannot be reached: {obstacle}", hint="run the same command again")

    def _write(self, piece: Piece, place: Path) -> None:
        temporary = place.with_name(temporary_name())
        try:
            self._copy(piece, temporary)
            temporary.replace(place)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise

    def _copy(self, piece: Piece, place: Path) -> None:
        """The modes are those of every new file of this user, as other installers leave them."""
        mode = 0o777 if piece.executable else 0o666
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(place, flags, mode), "wb") as target:
            if piece.content is not None:
                target.write(piece.content)
                self._told(piece.size)
            else:
                self._copy_locked(piece, target)
            target.flush()
            os.fsync(target.fileno())

    def _copy_locked(self, piece: Piece, target: BinaryIO) -> None:
        hasher = hashlib.sha256()

        def take(chunk: memoryview) -> None:
            hasher.update(chunk)
            target.write(chunk)

        with self._opened(piece) as source:
            feed(source, take, told=self._told)
        if hasher.hexdigest() != piece.sha256:
            raise MismatchError(
                f"{piece.place}: expected sha256 {piece.sha256}, found {hasher.hexdigest()}; it was not installed",
                hint="`models verify --repair` fetches it again",
            )
