"""Whether the files that are wanted make a whole: shards of weights, and what a library cannot do without."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from resolver.domain.errors import InputError
from resolver.domain.globs import matches
from resolver.domain.lock import Artifact
from resolver.domain.ports import Reader
from resolver.runtimes.named import below, paths_of, shown

NAMED = 5
_INDEXES = ("**/*.safetensors.index.json", "**/*.bin.index.json")

# huggingface_hub 1.x and 2.x, serialization/_base.py: `model-00001-of-00003.safetensors`, `pytorch_model-…bin`.
# llama.cpp, llama.h (llama_split_path, llama_model_load_from_file): `name-00001-of-00003.gguf`. Both count from 1.
_NUMBERED = re.compile(
    r"(?P<stem>.*)-(?P<index>[0-9]{5})-of-(?P<count>[0-9]{5})\.(?P<kind>safetensors|bin|gguf)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _Incomplete:
    """Shards that belong together: how many there are, some of those that are not wanted, and what covers all."""

    count: int
    missing: int
    names: tuple[str, ...]
    globs: tuple[str, ...]


def check_shards(artifact: Artifact, read: Reader) -> None:
    """Refuse a filter that leaves some shards of a set of weights and not the others.

    None at all is fine: then somebody wants the tokenizer only. The names of shards count even where their index is
    left out, because llama.cpp has none and every loader of the others follows the names.

    Raises:
        InputError: some shards are missing; the hint has the glob to write.
    """
    wanted = paths_of(artifact)
    indexed = _indexed(wanted, read)
    by_index = [one for shards in indexed if (one := _lacking(shards, wanted)) is not None]
    found = [*by_index, *_by_name(wanted.difference(*indexed))]
    if not found:
        return
    first = found[0]
    raise InputError(
        f"{artifact.key}: {first.missing} of {first.count} shards are left out: {_listed(first)}",
        hint=write_globs(first.globs),
        details=[f"{one.missing} of {one.count}: {_listed(one)}" for one in found],
    )


def write_globs(globs: Iterable[str]) -> str:
    """The hint for files that are not there: nobody but the source knows whether a filter left them out."""
    quoted = ", ".join(f"'{shown(glob)}'" for glob in globs)
    return f"write {quoted} into `files.include`, if `files` leaves that out; else the source itself lacks it"


def require(artifact: Artifact, needed: Mapping[str, Iterable[str]], library: str) -> None:
    """Refuse files that a library cannot open: of each kind in `needed` one has to be there, by its globs.

    An artifact without files is one that refuses access; nothing can be said of it.

    Raises:
        InputError: a kind has no file; the hint has the globs to write.
    """
    wanted = paths_of(artifact)
    globs = {kind: tuple(ones) for kind, ones in needed.items()}
    missing = [kind for kind, ones in globs.items() if not any(matches(glob, one) for glob in ones for one in wanted)]
    if wanted and missing:
        raise InputError(
            f"{artifact.key}: {library} opens {', '.join(missing)}, and there is none among its files",
            hint=write_globs(glob for kind in missing for glob in globs[kind][:1]),
        )


def _listed(one: _Incomplete) -> str:
    more = ", …" if one.missing > len(one.names) else ""
    return ", ".join(shown(name) for name in one.names) + more


def _indexed(wanted: frozenset[str], read: Reader) -> list[frozenset[str]]:
    """The sets of shards that indexes name, numbered or not (`weight_map`: transformers 5.23, utils/hub.py)."""
    found = []
    for index in sorted(path for path in wanted if any(matches(glob, path) for glob in _INDEXES)):
        document = read(index)
        weights = document.get("weight_map") if isinstance(document, dict) else None
        if isinstance(weights, dict):
            folder = index.rpartition("/")[0]
            found.append(frozenset(below(folder, one) for one in weights.values() if isinstance(one, str)))
    return found


def _lacking(shards: frozenset[str], wanted: frozenset[str]) -> _Incomplete | None:
    missing = sorted(shards - wanted)
    if not missing or not shards & wanted:
        return None
    globs = dict.fromkeys(_NUMBERED.sub(r"\g<stem>-*-of-\g<count>.\g<kind>", one) for one in missing)
    return _Incomplete(len(shards), len(missing), tuple(missing[:NAMED]), tuple(globs)[:NAMED])


def _by_name(paths: Iterable[str]) -> list[_Incomplete]:
    groups: dict[tuple[str, str, str], set[int]] = {}
    for path in sorted(paths):
        if part := _NUMBERED.fullmatch(path):
            groups.setdefault((part["stem"], part["count"], part["kind"]), set()).add(int(part["index"]))
    return [one for group, present in groups.items() if (one := _numbered(*group, present)) is not None]


def _numbered(stem: str, count: str, kind: str, present: set[int]) -> _Incomplete | None:
    """What a numbered set lacks; one that does not count from 1 to its count follows another rule."""
    total = int(count)
    missing = total - len(present)
    if missing <= 0 or min(present) < 1 or max(present) > total:
        return None
    lacking = (index for index in range(1, total + 1) if index not in present)
    names = tuple(f"{stem}-{index:05d}-of-{count}.{kind}" for index in islice(lacking, NAMED))
    return _Incomplete(total, missing, names, (f"{stem}-*-of-{count}.{kind}",))
