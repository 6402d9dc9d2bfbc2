"""Values of a lock as short texts, so that two that differ also look different."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Dependency
from resolver.domain.manifest import Needs
from resolver.domain.quantities import format_size

Said = tuple[str | None, str | None]
"""A value before and after, as texts; equal texts are no change."""

_MEMORIES = frozenset({"ram", "vram"})


def written(value: object) -> str:
    """A value as JSON: `1`, `1.0`, `true` and `"1"` are equal or alike to Python and people, and not to a pipeline."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def differing(old: Mapping[str, object], new: Mapping[str, object]) -> Said:
    """Of two mappings the keys that differ, as two texts; sizes of memory for people where that shows what differs."""
    keys = [key for key in sorted({*old, *new}) if _exact(key, old) != _exact(key, new)]
    return _two(keys, old, new, _readable) or (_listed(keys, old, _exact), _listed(keys, new, _exact))


def _two(
    keys: list[str],
    old: Mapping[str, object],
    new: Mapping[str, object],
    text: Callable[[str, Mapping[str, object]], str],
) -> Said | None:
    """Both texts, if each key reads otherwise in the other."""
    if any(text(key, old) == text(key, new) for key in keys):
        return None
    return _listed(keys, old, text), _listed(keys, new, text)


def _listed(
    keys: list[str], values: Mapping[str, object], text: Callable[[str, Mapping[str, object]], str]
) -> str | None:
    return ", ".join(text(key, values) for key in keys if key in values) or None


def _exact(key: str, values: Mapping[str, object]) -> str:
    return f"{key}: {written(values[key])}" if key in values else ""


def _readable(key: str, values: Mapping[str, object]) -> str:
    value = values.get(key)
    return f"{key}: {format_size(value)}" if key in _MEMORIES and isinstance(value, int) else _exact(key, values)


def listed(texts: Iterable[str]) -> str | None:
    """Texts without an order of their own, as one; None if there is none."""
    return ", ".join(sorted(texts)) or None


def lists(old: Sequence[str], new: Sequence[str]) -> Said:
    """Two such lists, if they differ."""
    if sorted(old) == sorted(new):
        return None, None
    before, after = listed(old), listed(new)
    return (before, after) if before != after else (written(sorted(old)), written(sorted(new)))


def filter_text(files: FileFilter | None) -> str:
    """Which files are wanted: `all`, or the globs."""
    if files is None:
        return "all"
    return f"include {written(sorted(files.include))}, exclude {written(sorted(files.exclude))}"


def needs_of(needs: Needs) -> dict[str, object]:
    """Bytes of memory by name, without those that are not needed."""
    return {name: size for name, size in (("ram", needs.ram), ("vram", needs.vram)) if size}


def edge_text(edge: Dependency) -> str:
    """What is needed, why, and which files of it."""
    files = "" if edge.files is None else f", files: {filter_text(edge.files)}"
    return f"{edge.artifact} ({edge.because}{files})"


def pin_of(artifact: Artifact) -> str:
    """What an artifact is pinned to: its release or tag and commit, else the bytes of the one file, else its key."""
    if artifact.commit and artifact.version:
        return f"{artifact.version} ({artifact.commit})"
    files = (artifact.archive,) if artifact.archive else artifact.files
    digest = f"sha256:{files[0].sha256}" if len(files) == 1 else artifact.key
    return artifact.commit or artifact.version or digest
