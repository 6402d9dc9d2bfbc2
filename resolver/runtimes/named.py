"""What the files of an artifact name: repositories, revisions, folders. Others wrote them; they may hold anything."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from resolver.domain.errors import InputError
from resolver.domain.lock import Artifact
from resolver.domain.manifest import MAIN, Request
from resolver.domain.names import path_objection
from resolver.domain.ports import Need, Reader

HUB = "hf"
MOST_NEEDS = 100
DEEPEST = 64
_SHOWN = 80

# huggingface_hub 1.x and 2.x, utils/_validators.py (validate_repo_id): at most 96 characters, `--` and `..` forbidden.
_REPOSITORY = re.compile(r"(?:\w[\w.-]*/)?\w[\w.-]*", re.ASCII)
_LONGEST = 96
# What git takes (git-check-ref-format) and every file system too: the revision becomes a file below `refs/`.
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/@+=-]{0,199}")
_NO_REVISION = re.compile(r"\.\.|/\.|\.lock(?:/|$)")
# transformers 5.23, trainer_utils.py (PREFIX_CHECKPOINT_DIR): a folder that training left, on somebody's machine.
_CHECKPOINT = re.compile(r"checkpoint-[0-9]+")
_FILE = re.compile(r".+\.(?:bin|ckpt|json|npz|onnx|pth?|safetensors|wav|ya?ml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value inside a document that holds no others, or that the walk was told to stop at, and the keys to it."""

    keys: tuple[str, ...]
    value: object


def is_repository(text: object) -> bool:
    """Whether a text has the form of a repository's name on the hub, and not that of a file or a training folder."""
    if not isinstance(text, str) or len(text) > _LONGEST or not _REPOSITORY.fullmatch(text):
        return False
    last = text.rpartition("/")[2]
    if _FILE.fullmatch(last) or _CHECKPOINT.fullmatch(last) or text.endswith(".git"):
        return False
    return "--" not in text and ".." not in text and not any(one[-1] in ".-" for one in text.split("/"))


def is_revision(text: str) -> bool:
    """Whether a text can be a branch, tag or commit."""
    return bool(_REVISION.fullmatch(text)) and not _NO_REVISION.search(text) and path_objection(text) is None


def split_revision(text: str) -> tuple[str, str | None]:
    """`org/name@revision` as its two parts."""
    name, _, revision = text.partition("@")
    return name, revision or None


def asked(name: str, revision: object, where: str) -> Request:
    """What to ask the hub for.

    Raises:
        InputError: something is written as the revision, and no repository can have it.
    """
    if revision is None or revision == "":
        return Request(f"{HUB}:{name}")
    if not isinstance(revision, str) or not is_revision(revision):
        raise InputError(
            f"{where} names '{shown(revision)}' as a revision of {name}",
            hint="a revision is a branch, tag or commit; ask the repository's owner, or pin another revision of it",
        )
    return Request(f"{HUB}:{name}", revision=revision)


def is_itself(artifact: Artifact, request: Request) -> bool:
    """Whether a request is met by the artifact: the view's `refs/main` and its own request are its pin."""
    return request.source == artifact.source and request.revision in (None, MAIN, artifact.request, artifact.commit)


def at(file: str, keys: Iterable[str]) -> str:
    """Where something is said: `config.yaml: pipeline.params.segmentation`."""
    return f"{file}: {'.'.join(shown(key) for key in keys)}"


def shown(value: object) -> str:
    """A text of unknown origin, fit for a lock and a terminal: short, on one line."""
    text = value if isinstance(value, str) else type(value).__name__
    line = "".join(one if one.isprintable() else "?" for one in text[: _SHOWN + 1])
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def leaves(root: object, keys: Sequence[str] = (), *, whole: str | None = None) -> Iterator[Leaf]:
    """Everything inside nested tables and lists, in order; a table with the key `whole` comes as it is.

    Each container is entered once and none below `DEEPEST`, so that no document, however nested, is too much.
    """
    entered: set[int] = set()
    waiting = [Leaf(tuple(keys), root)]
    while waiting:
        leaf = waiting.pop()
        inner = _inner(leaf.value, whole)
        if inner is None:
            yield leaf
        elif id(leaf.value) not in entered and len(leaf.keys) < DEEPEST:
            entered.add(id(leaf.value))
            waiting += [Leaf((*leaf.keys, key), value) for key, value in reversed(inner)]


def _inner(value: object, whole: str | None) -> list[tuple[str, object]] | None:
    if isinstance(value, dict) and whole not in value:
        return [(str(key), one) for key, one in value.items()]
    if isinstance(value, list):
        return [(str(index), one) for index, one in enumerate(value)]
    return None


def paths_of(artifact: Artifact) -> frozenset[str]:
    """The paths of its files."""
    return frozenset(file.path for file in artifact.files)


def below(folder: str, name: str) -> str:
    """The path of a name in a folder; the folder may be the top."""
    return f"{folder}/{name}" if folder else name


def readable(artifact: Artifact, path: str, read: Reader) -> object:
    """What a file of the artifact says.

    Raises:
        InputError: it cannot be read, so that nobody knows what the library would open.
    """
    value = read(path)
    if value is None:
        raise InputError(
            f"{artifact.key}: {path} cannot be read, so what it needs besides stays unknown",
            hint="it is damaged or far too large; pin another revision, or leave it out of `files`",
        )
    return value


def few(artifact: Artifact, needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs, each once.

    Raises:
        InputError: there are more than any model can have.
    """
    found = tuple(dict.fromkeys(needs))
    if len(found) > MOST_NEEDS:
        raise InputError(
            f"{artifact.key}: its files name {len(found)} other repositories, and {MOST_NEEDS} are the most",
            hint="pin another revision of it",
        )
    return found
