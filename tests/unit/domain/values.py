"""Small values with defaults, so that a test names only what it is about."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from resolver.domain.lock import Artifact, Dependency, File, Lock
from resolver.domain.manifest import Model, Variant
from resolver.domain.plan import Observation, State, Survey
from resolver.domain.view import Placement, Reference, View

COMMIT = "c0ffee" + "0" * 34
OTHER_COMMIT = "deadbeef" + "0" * 32
KEY = "hf:org/name@main"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file(path: str = "model.bin", content: bytes = b"weights") -> File:
    return File(path, len(content), sha(content))


def artifact(key: str = KEY, *files: File, commit: str | None = COMMIT, needs: Iterable[str] = ()) -> Artifact:
    edges = tuple(Dependency(one, "config.yaml") for one in needs)
    return Artifact(key, commit, None, files or (file(),), dependencies=edges)


def wheel(key: str = "pypi:voices@*", *members: File, archive: File | None = None, version: str = "1.0") -> Artifact:
    packed = archive or file("voices-1.0-py3-none-any.whl", b"zipped")
    return Artifact(key, None, version, members or (file("voices/v.bin"),), archive=packed)


def variant(name: str = "small", key: str = KEY, runtime: str = "huggingface") -> Variant:
    return Variant(name, key, runtime, "other")


def model(name: str = "asr", *variants: Variant, optional: bool = False) -> Model:
    return Model(name, variants or (variant(),), optional)


def lock(models: Iterable[Model], *artifacts: Artifact) -> Lock:
    return Lock(tuple(models), {one.key: one for one in artifacts})


def placement(path: str, one: File | None = None, key: str = KEY, models: tuple[str, ...] = ("asr",)) -> Placement:
    return Placement(path, one or file(path.rpartition("/")[2]), key, models)


def view(
    *placements: Placement, references: Iterable[Reference] = (), folders: Mapping[str, tuple[str, ...]] | None = None
) -> View:
    return View(
        placements={one.path: one for one in placements},
        references={one.path: one for one in references},
        folders=folders or {},
        opens={model: one.path for one in placements for model in one.models},
        doubtful={},
        spare={},
    )


def survey(seen: View, state: State = State.MISSING, **references: str) -> Survey:
    """Everything in one state; references are absent."""
    texts: dict[str, str | None] = dict.fromkeys(seen.references)
    return Survey({path: Observation(state) for path in seen.placements}, {**texts, **references})


def with_states(seen: Survey, **states: State) -> Survey:
    """The survey with some places in another state, by the last part of their path, dots as underscores."""
    by_name = {path.rpartition("/")[2].replace(".", "_"): path for path in seen.files}
    return replace(seen, files={**seen.files, **{by_name[n]: Observation(s) for n, s in states.items()}})
