"""Whatever projects, locks, accidents and forgets there were: what is needed stays, and what nobody needs goes."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.documents.lock_writer import lock_text
from resolver.domain.lock import Lock
from resolver.store import Store
from resolver.workflows.collect import collect, decide
from tests.unit.domain.values import artifact, file, lock, model, sha

CONTENTS = [bytes([number]) for number in range(8)]
PROJECTS = 4
SETS = st.frozensets(st.integers(0, len(CONTENTS) - 1), min_size=1)
STEPS = st.lists(
    st.tuples(
        st.integers(0, PROJECTS - 1), st.sampled_from(["sync", "sync", "lock", "remove", "tear", "forget", "gc"]), SETS
    ),
    max_size=14,
)


def locked(numbers: frozenset[int]) -> Lock:
    files = [file(f"{number}.bin", CONTENTS[number]) for number in sorted(numbers)]
    return lock([model()], artifact("hf:org/name@main", *files))


class Machine:
    """A store, projects, and beside it what each project needs by the rules of product.md."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "store")
        self.remembered: dict[int, frozenset[int]] = {}
        self.lies: dict[int, frozenset[int] | None] = {}

    def project(self, number: int) -> Path:
        folder = self.folder / str(number)
        folder.mkdir(exist_ok=True)
        return folder

    def needed(self) -> set[int]:
        found: set[int] = set()
        for number, last in self.remembered.items():
            lies = self.lies.get(number)
            found |= last if lies is None else lies
        return found

    def sync(self, number: int, numbers: frozenset[int]) -> None:
        self.lock(number, numbers)
        self.store.register(self.project(number), locked(numbers).digests)
        self.remembered[number] = numbers
        for one in numbers:
            self.store.keep([CONTENTS[one]])

    def lock(self, number: int, numbers: frozenset[int]) -> None:
        (self.project(number) / "models.lock").write_bytes(lock_text(locked(numbers)))
        self.lies[number] = numbers

    def remove(self, number: int, _: frozenset[int]) -> None:
        shutil.rmtree(self.project(number))
        self.lies[number] = None

    def tear(self, number: int, _: frozenset[int]) -> None:
        (self.project(number) / "models.lock").write_bytes(b"{")
        self.lies[number] = None

    def forget(self, number: int, _: frozenset[int]) -> None:
        if number in self.remembered:
            collect(self.store, decide(self.store, [self.folder / str(number)], 0), 0)
            del self.remembered[number]

    def gc(self, _: int, __: frozenset[int]) -> None:
        before = self.there()
        collect(self.store, decide(self.store, (), 0), 0)
        assert self.there() == before & self.needed()

    def there(self) -> set[int]:
        digests = [sha(content) for content in CONTENTS]
        return {digests.index(path.name) for path in self.store.root.glob("blobs/sha256/*/*")}


@settings(max_examples=60)
@given(STEPS)
def test_needed_blobs_stay_and_the_others_go(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, str, frozenset[int]]]
) -> None:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    for number, step, numbers in steps:
        before = machine.there() & machine.needed()
        getattr(machine, step)(number, numbers)
        assert machine.there() >= before & machine.needed()
    machine.gc(0, frozenset())
