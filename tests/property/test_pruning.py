"""Whatever was synced, changed, added and removed: what goes is ours, unwanted and unchanged, and all of that goes."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.documents.lock_writer import lock_text
from resolver.documents.record import NAME, read_record
from resolver.domain.lock import Artifact, Lock
from resolver.domain.manifest import Model, Variant
from resolver.workflows.prune import perform, prepare
from resolver.workflows.sync import SyncOptions, sync
from resolver.workflows.verify import VerifyOptions, verify
from tests.unit.domain.values import artifact, file, lock, wheel
from tests.unit.workflows.projects import heard, workspace

COMMITS = {1: "a" * 40, 2: "b" * 40}
FROZEN = SyncOptions(mode="frozen")
STRANGERS = [
    "huggingface/hub/models--org--one/snapshots/" + "a" * 40 + "/README.md",
    "huggingface/hub/models--org--one/refs/pr",
    "huggingface/hub/models--their--own/x",
    "python/pack/theirs.bin",
    "files/plain/one.bin",
    "top",
]
CONTENTS = {
    f"{name}{number}": f"{name} {number}".encode() for name in ("one", "two", "pack", "same") for number in (1, 2)
}


def hub(name: str, number: int) -> Artifact:
    files = [file("model.bin", CONTENTS[f"{name}{number}"]), file("config.json", CONTENTS["same1"])]
    return artifact(f"hf:org/{name}@main", *files, commit=COMMITS[number])


def package(number: int) -> Artifact:
    papers, module = file(f"pack-{number}.dist-info/RECORD", CONTENTS["same2"]), file("pack/own.bin", CONTENTS["same1"])
    special = file(f"pack/only{number}.bin", CONTENTS[f"pack{number}"])
    return wheel("pypi:pack@*", papers, module, special, version=str(number), archive=file(f"pack-{number}.whl"))


def plain(number: int) -> Artifact:
    return artifact("file:./plain", file(f"{'one' if number == 1 else 'two'}.bin", CONTENTS[f"one{number}"]))


RUNTIMES = {"one": "huggingface", "two": "huggingface", "pack": "python", "plain": "files"}
LOCKS = st.dictionaries(st.sampled_from(list(RUNTIMES)), st.sampled_from([1, 2])).map(
    lambda wanted: dict(sorted(wanted.items()))
)


def locked(wanted: dict[str, int]) -> Lock:
    made = {"pack": package, "plain": plain}
    artifacts = [made[name](number) if name in made else hub(name, number) for name, number in wanted.items()]
    models = [
        Model(name, (Variant("v", one.key, RUNTIMES[name], "other"),))
        for name, one in zip(wanted, artifacts, strict=True)
    ]
    return lock(models, *artifacts)


class Machine:
    """A project on the disk, and beside it what we placed there and what others did, by path."""

    def __init__(self, folder: Path) -> None:
        self.workspace = workspace(folder, heard({}))
        self.workspace.store.keep([b"weights"])
        for content in CONTENTS.values():
            self.workspace.store.keep([content])
        self.ours: dict[str, bytes] = {}
        self.lock({})

    @property
    def root(self) -> Path:
        return self.workspace.project / ".cache"

    def there(self) -> dict[str, bytes]:
        files = (one for one in self.root.rglob("*") if one.is_file())
        found = {one.relative_to(self.root).as_posix(): one.read_bytes() for one in files}
        return {path: content for path, content in found.items() if path != NAME}

    def empty(self) -> set[Path]:
        """Folders in which nothing lies."""
        return {one for one in self.root.rglob("*") if one.is_dir() and not any(one.iterdir())}

    def lock(self, wanted: dict[str, int]) -> None:
        self.workspace.lock_path.write_bytes(lock_text(locked(wanted)))

    def sync(self, wanted: dict[str, int]) -> None:
        self.lock(wanted)
        report = sync(self.workspace, FROZEN)
        assert not [one.error for one in report.outcomes if one.error]
        there = self.there()
        self.ours |= {path: there[path] for path in self.wanted_by(wanted)}

    def strange(self, number: int) -> None:
        place = self.root / STRANGERS[number % len(STRANGERS)]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(b"theirs")

    def change(self, number: int) -> None:
        self._touch(number, b"changed")

    def rewrite(self, number: int) -> None:
        self._touch(number, None)

    def remove(self, number: int) -> None:
        paths = sorted(self.there())
        if paths:
            (self.root / paths[number % len(paths)]).unlink()

    def _touch(self, number: int, content: bytes | None) -> None:
        paths = sorted(self.there())
        if paths:
            place = self.root / paths[number % len(paths)]
            new = place.read_bytes() if content is None else content
            place.unlink()
            place.write_bytes(new)

    def prune(self, wanted: dict[str, int]) -> None:
        """Prune for the lock that lies there, which may be another one than was synced."""
        self.lock(wanted)
        shown = prepare(self.workspace, None)
        before, empty = self.there(), self.empty()
        done = perform(shown).pruning
        after = self.there()
        gone = before.keys() - after.keys()
        view_paths = self.wanted_by(wanted)
        unchanged = {path for path, content in before.items() if self.ours.get(path) == content}
        files = {path for path in unchanged - view_paths if "/refs/" not in path}
        assert {path for path in gone if "/refs/" not in path} == files
        for path in (path for path in unchanged - view_paths if "/refs/" in path):
            folder = path.partition("/refs/")[0] + "/snapshots/" + before[path].decode() + "/"
            inhabited = any(one.startswith(folder) and one not in view_paths for one in after)
            assert (path in gone) is not inhabited
        assert gone <= unchanged - view_paths, "neither a stranger's, nor changed, nor wanted"
        assert {path: before[path] for path in after} == after
        assert self.empty() <= empty, "an empty folder is left"
        self.ours = {path: content for path, content in self.ours.items() if path in after}
        record = read_record(self.root)
        spoken = {*record.traces, *record.references}
        assert spoken - view_paths <= after.keys(), "the record speaks of what is gone"
        assert not done.failed
        assert prepare(self.workspace, None).pruning.is_empty

    def wanted_by(self, wanted: dict[str, int]) -> set[str]:
        found: set[str] = set()
        for name, number in wanted.items():
            if RUNTIMES[name] == "huggingface":
                home = f"huggingface/hub/models--org--{name}"
                found |= {f"{home}/snapshots/{COMMITS[number]}/{one}" for one in ("model.bin", "config.json")}
                found.add(f"{home}/refs/main")
            else:
                one = package(number) if name == "pack" else plain(number)
                folder = "python" if name == "pack" else f"files/{name}"
                found |= {f"{folder}/{it.path}" for it in one.files}
        return found


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["sync", "sync", "prune"]), LOCKS),
        st.tuples(st.sampled_from(["strange", "change", "rewrite", "remove"]), st.integers(0, 30)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(STEPS, LOCKS)
def test_what_goes_is_ours_unwanted_and_unchanged_and_all_of_that_goes(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]], last: dict[str, int]
) -> None:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    for step, argument in steps:
        getattr(machine, step)(argument)
    machine.prune(last)
    machine.sync(last)
    machine.prune(last)
    report = verify(machine.workspace, VerifyOptions())
    assert [one for one in report.findings if one.kind != "unexpected"] == []


@settings(max_examples=15)
@given(LOCKS, LOCKS)
def test_after_a_sync_of_the_same_lock_nothing_goes(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, int], wanted: dict[str, int]
) -> None:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    machine.sync(before)
    machine.sync(wanted)
    machine.prune(wanted)
    left = machine.there()
    machine.sync(wanted)
    assert machine.there() == left
    assert prepare(machine.workspace, None).pruning.is_empty
    assert verify(machine.workspace, VerifyOptions()).findings == ()
