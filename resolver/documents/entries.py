"""Entries: what is said of each source once the defaults of its model are filled in, each key with its path."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from resolver.documents import constraints, kinds
from resolver.documents.document import Document, Path, Value, entries_in, items_in
from resolver.documents.source import address, source
from resolver.domain.manifest import Request

DEFAULT_KEYS = frozenset(
    {
        "category",
        "depends",
        "files",
        "index",
        "license",
        "needs",
        "requires",
        "revision",
        "runtime",
        "settings",
        "sha256",
        "source",
        "unpack",
        "version",
        "when",
    }
)
"""Keys of a model that are defaults for its variants; a test holds them to the types."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A variant or a dependency: where it stands, what is said of it, and where each of that stands."""

    path: Path
    values: Mapping[str, Value]
    paths: Mapping[str, Path]

    @property
    def model(self) -> str:
        """The name of its model."""
        return str(self.path[1])

    @property
    def kind(self) -> str:
        """The kind of its source, as written."""
        written = self.values.get("source")
        return written.partition(":")[0] if isinstance(written, str) else ""

    @property
    def is_only_variant(self) -> bool:
        """Whether the model itself is the variant."""
        return len(self.path) == 2


def entries_of(document: Document) -> Iterator[Entry]:
    """Every variant of every model, in order."""
    for name, value in entries_in(entries_in(document.root).get("models")).items():
        path: Path = ("models", name)
        table = entries_in(value)
        defaults = {key: table[key] for key in table if key in DEFAULT_KEYS}
        paths = {key: (*path, key) for key in defaults}
        if "variants" not in table and isinstance(value, dict):
            yield Entry(path, defaults, paths)
        for index, one in enumerate(items_in(table.get("variants"))):
            own: Path = (*path, "variants", index)
            if isinstance(one, dict):
                yield Entry(own, {**defaults, **one}, {**paths, **{key: (*own, key) for key in one}})


def dependencies_of(entry: Entry) -> Iterator[Entry]:
    """What a variant says that it needs besides."""
    path = entry.paths.get("depends", ())
    for index, item in enumerate(items_in(entry.values.get("depends"))):
        own = (*path, index)
        values = spelled_out(item) if isinstance(item, str) else entries_in(item)
        yield Entry(own, values, {key: (*own, key) for key in values})


def spelled_out(text: str) -> dict[str, Value]:
    """The long form of a dependency: `hf:org/name@main` is a source and a revision."""
    kind = text.partition(":")[0]
    if kind in ("url", "file") or "@" not in text:
        return {"source": text}
    before, _, asked = text.partition("@")
    return {"source": before, "revision" if kind in ("github", "hf") else "version": asked}


def request_of(entry: Entry, known: Collection[str]) -> Request:
    """What the entry asks of its source, of one of the known kinds.

    Raises:
        WrongTextError: something of it cannot be.
    """
    said = entry.values
    return Request(
        source=source(said.get("source"), known),
        revision=constraints.revision(said["revision"]) if "revision" in said else None,
        version=constraints.specifiers(said["version"]) if "version" in said else None,
        sha256=constraints.sha256(said["sha256"]) if "sha256" in said else None,
        unpack="unpack" in said and kinds.flag(said["unpack"]),
        index=address(said["index"]) if "index" in said else None,
        license=kinds.licence(said["license"]) if "license" in said else None,
    )
