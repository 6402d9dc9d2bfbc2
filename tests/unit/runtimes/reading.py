"""An artifact and what a reader says of its files, from one table of paths."""

from collections.abc import Mapping, Sequence

import pytest

from resolver.domain.errors import InputError
from resolver.domain.lock import Artifact, File
from resolver.domain.ports import Need
from resolver.runtimes import RUNTIMES
from tests.unit.domain.values import COMMIT, file, sha

KEY = "hf:org/name@main"
POOLING = "sentence_transformers.models.Pooling"
TRANSFORMER = "sentence_transformers.models.Transformer"


def artifact_of(paths: Sequence[str], key: str = KEY, archive: File | None = None) -> Artifact:
    commit = COMMIT if key.startswith("hf:") else None
    return Artifact(key, commit, None, tuple(file(path) for path in paths), archive=archive)


def wheel_of(paths: Sequence[str], key: str = "spacy:xx_own_pipeline@*") -> Artifact:
    return artifact_of(paths, key, File("own-1.0-py3-none-any.whl", 1, sha(b"w")))


def needs_of(runtime: str, files: Mapping[str, object], key: str = KEY) -> Sequence[Need]:
    """The needs of a repository with these files; a value of ... is a file that nobody has to read."""
    return RUNTIMES[runtime].needs(artifact_of(tuple(files), key), files.get)


def check_of(runtime: str, files: Mapping[str, object], key: str = KEY) -> None:
    """Whether a repository with these files is a whole; InputError if not."""
    RUNTIMES[runtime].check(artifact_of(tuple(files), key), files.get)


def refusal_of(runtime: str, files: Mapping[str, object], key: str = KEY) -> InputError:
    """What is said of files that make no whole. What they need is another question, which they never make fail."""
    needs_of(runtime, files, key)
    with pytest.raises(InputError) as caught:
        check_of(runtime, files, key)
    return caught.value


def wanted(needs: Sequence[Need]) -> list[str]:
    """What is asked for, in short: the source, and the revision or version if one is asked for."""
    return ["@".join(filter(None, (one.request.source, one.request.revision or one.request.version))) for one in needs]


def pipeline(params: object, name: str = "somebody.Pipeline", **more: object) -> dict[str, object]:
    return {"pipeline": {"name": name, "params": params}, **more}


def modules(*entries: tuple[str, str]) -> list[object]:
    """A modules.json of sentence-transformers, from folders and classes."""
    return [{"idx": i, "name": str(i), "path": path, "type": kind} for i, (path, kind) in enumerate(entries)]
