"""Whatever was edited before, and in which order: the lock says the same, and it is at rest."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.errors import ModelsError
from resolver.domain.lock import Lock
from resolver.domain.lock_report import LockReport
from resolver.workflows.lock import LockOptions, check, lock
from tests.property.edits import START, Manifest, edited
from tests.property.worlds import World, worlds
from tests.unit.workflows.projects import workspace

EDITS = 7
AS_IT_IS = LockOptions()


class Place:
    """A project that is edited and locked."""

    def __init__(self, root: Path, world: World) -> None:
        root.mkdir()
        self._world = world
        self._workspace = workspace(root, world)

    @property
    def text(self) -> bytes:
        path = self._workspace.lock_path
        return path.read_bytes() if path.exists() else b""

    def write(self, manifest: Manifest) -> None:
        self._workspace.manifest_path.write_text(json.dumps(manifest))

    def lock(self) -> LockReport | ModelsError:
        try:
            return lock(self._workspace, AS_IT_IS)
        except ModelsError as error:
            return error

    def is_fresh(self) -> bool:
        """What `lock --check` says; it asks nobody."""
        self._world.asked.clear()
        try:
            _, found = check(self._workspace)
        except ModelsError:
            return False
        finally:
            assert self._world.asked == []
        return not found

    def is_at_rest(self) -> bool:
        """Whether another lock changes nothing and asks nobody."""
        self._world.asked.clear()
        report = self.lock()
        return isinstance(report, LockReport) and not report.changed and self._world.asked == [] and self.is_fresh()


def is_connected(found: Lock) -> bool:
    """Whether the models reach every artifact, and no edge leads anywhere else."""
    own = {variant.artifact for model in found.models for variant in model.variants}
    reached = {key for one in own for key in found.closure(one)}
    edges = {edge.artifact for one in found.artifacts.values() for edge in one.dependencies}
    return reached == set(found.artifacts) >= edges


def was_locked(kept: Place, scratch: Place, manifest: Manifest) -> bool:
    """Lock a manifest over an old lock and from scratch, and compare; whether it can be locked at all."""
    kept.write(manifest)
    scratch.write(manifest)
    before, fresh = kept.text, kept.is_fresh()
    report, wanted = kept.lock(), scratch.lock()
    if not isinstance(report, LockReport):
        assert isinstance(wanted, ModelsError), f"only the old lock stands in the way: {report!r}"
        assert not fresh
        assert kept.text == before
        return False
    assert isinstance(wanted, LockReport), f"only the old lock makes it possible: {wanted!r}"
    assert kept.text == scratch.text
    assert fresh == (not report.changed) == (before == kept.text)
    assert kept.is_at_rest()
    assert scratch.is_at_rest()
    assert is_connected(report.lock)
    return True


@settings(max_examples=50, derandomize=True)
@given(worlds(), st.data())
def test_a_lock_does_not_tell_how_it_came_about(
    tmp_path_factory: pytest.TempPathFactory, world: World, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("history")
    kept = Place(root / "kept", world)
    manifest = START
    for step in range(EDITS):
        after = data.draw(edited(manifest), label="manifest")
        if was_locked(kept, Place(root / f"scratch{step}", world), after):
            manifest = after
