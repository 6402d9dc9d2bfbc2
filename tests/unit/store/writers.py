"""Writers that all want the same blobs, and locks that stop none of them."""

import contextlib
import hashlib
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from resolver.domain.lock import File
from resolver.files import turns
from resolver.files.part import Part
from resolver.store import Store
from tests.unit.domain.values import file

WRITERS, PROCESSES, ROUNDS = 4, 4, 25
PIECE = 1 << 12
CONTENTS = [bytes([number]) * (PIECE * 6 + number) for number in range(4)]
FILES = [file(f"{number}.bin", content) for number, content in enumerate(CONTENTS)]


def lie() -> None:
    """From now on every lock in this process is granted at once."""
    setattr(turns, "_lock", lambda _: True)  # noqa: B010 - a function is replaced
    setattr(turns, "_still_there", lambda *_: True)  # noqa: B010 - as above


def put(store: Store, wanted: File, content: bytes, chance: random.Random) -> None:
    """What a fetch does: go on where something was left; at times give up, get wrong bytes, or begin anew."""
    if store.has(wanted):
        return
    with store.stage(wanted.sha256) as part:
        if store.has(wanted):
            return
        for wrong in (0.05, 0.0):
            if not bring(part, wanted, content, chance, wrong):
                return
            if part.sha256 == wanted.sha256:
                store.publish(part, wanted)
                return
            part.restart()


def bring(part: Part, wanted: File, content: bytes, chance: random.Random, wrong: float) -> bool:
    """Write what is missing, in any order; False if the connection broke."""
    missing = [at for start, end in part.gaps(wanted.size) for at in range(start, end, PIECE)]
    chance.shuffle(missing)
    for at in missing:
        piece = content[at : at + PIECE]
        part.write(at, b"\xff" * len(piece) if chance.random() < wrong else piece)
        if chance.random() < 0.1:
            time.sleep(0.001)
        if chance.random() < 0.02:
            return False
    return True


def many(root: Path, seed: int) -> list[str]:
    """One process: writers on the same blobs, and somebody who takes blobs away; what went wrong."""
    lie()
    wrong: list[str] = []

    def write(number: int) -> None:
        chance = random.Random(seed * 1000 + number)  # noqa: S311 - no secret
        mine = Store(root)
        for turn in range(ROUNDS):
            which = chance.randrange(len(FILES))
            try:
                put(mine, FILES[which], CONTENTS[which], chance)
                mine.staging.sweep()
                if turn % 5 == 0:
                    with contextlib.suppress(FileNotFoundError):
                        mine.blob(FILES[which].sha256).unlink()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
                wrong.append(repr(error))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    watch(root, threads, wrong)
    return wrong


def watch(root: Path, threads: list[threading.Thread], wrong: list[str]) -> None:
    """As long as they work: every name below blobs has its bytes."""
    while any(thread.is_alive() for thread in threads):
        wrong += [f"{blob.name} has other bytes" for blob in corrupt(root)]


def corrupt(root: Path) -> Iterator[Path]:
    for blob in root.glob("blobs/sha256/*/*"):
        with contextlib.suppress(FileNotFoundError):
            if hashlib.sha256(blob.read_bytes()).hexdigest() != blob.name:
                yield blob
