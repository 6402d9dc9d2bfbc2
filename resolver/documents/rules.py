"""What no type can say: rules between keys, between the variants of a model, and between models."""

from collections.abc import Collection, Iterable, Iterator

from resolver.documents.document import Document, Fault, Path, Value, entries_in, quoted_key
from resolver.documents.entries import DEFAULT_KEYS, Entry, dependencies_of, entries_of, request_of
from resolver.documents.kinds import WrongTextError, is_misspelt
from resolver.documents.settings import leaves, typed
from resolver.domain.facts import type_of_fact
from resolver.domain.lock import key_for
from resolver.domain.manifest import Request
from resolver.domain.names import folded
from resolver.domain.selector import SelectorError, parse_selector

_NOT_FOR = {"revision": ("file", "pypi", "spacy", "url"), "version": ("file", "url")}
_ONLY_FOR = {"sha256": ("url",), "unpack": ("url",), "index": ("pypi",)}
_HINTS = {
    "revision": "only repositories have revisions; a package is pinned with 'version'",
    "version": "an address or folder has no versions",
}


def rule_faults(document: Document, known: Collection[str]) -> Iterator[Fault]:
    """Every rule that is broken; `known` are the kinds of sources. What the types refuse is passed over."""
    entries = list(entries_of(document))
    yield from _colliding(document)
    yield from _sourceless(document, entries)
    yield from _named_twice(document, entries)
    for entry in (*entries, *_distinct_dependencies(entries)):
        yield from _excluding(document, entry)
        yield from _misplaced(entry)
    for path, value in _distinct(entries, "when"):
        yield from _selector_faults(value, path)
    for path, value in _distinct(entries, "settings"):
        yield from _setting_faults(value, path)
    yield from _conflicting(document, entries, known)


def _colliding(document: Document) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name in entries_in(entries_in(document.root).get("models")):
        first = seen.setdefault(folded(name), name)
        if first != name:
            message = f"'{name}' and '{first}' are one name where case does not count"
            yield Fault(("models", name), message, "rename one", at_key=True)


def _sourceless(document: Document, entries: Iterable[Entry]) -> Iterator[Fault]:
    for entry in entries:
        written = {**entries_in(document.at(entry.path[:2])), **entries_in(document.at(entry.path))}
        if "source" in entry.values or is_misspelt("source", written, DEFAULT_KEYS | {"variants", "name"}):
            continue
        message = f"model '{entry.model}' has neither a source nor variants"
        if not entry.is_only_variant:
            message = f"a variant of '{entry.model}' has no source"
        yield Fault(entry.path, message, "write it like source: hf:org/name", absent=True)


def _named_twice(document: Document, entries: Iterable[Entry]) -> Iterator[Fault]:
    seen: dict[tuple[str, Value], Path] = {}
    for entry in entries:
        name = entry.values.get("name")
        if not isinstance(name, str):
            continue
        first = seen.setdefault((entry.model, name), entry.path)
        if first is not entry.path:
            line = document.place((*first, "name")).line
            message = f"two variants of '{entry.model}' are named '{name}'"
            yield Fault(entry.paths["name"], message, f"rename one; the first is in line {line}")


def _distinct(entries: Iterable[Entry], key: str) -> Iterator[tuple[Path, Value]]:
    yield from {entry.paths[key]: entry.values[key] for entry in entries if key in entry.values}.items()


def _distinct_dependencies(entries: Iterable[Entry]) -> Iterator[Entry]:
    yield from {one.path: one for entry in entries for one in dependencies_of(entry)}.values()


def _excluding(document: Document, entry: Entry) -> Iterator[Fault]:
    if "version" in entry.values and "revision" in entry.values:
        both = entry.paths["version"], entry.paths["revision"]
        second = max(both, key=lambda path: (len(path), document.place(path, at_key=True)))
        yield Fault(second, "'version' and 'revision' exclude each other", "keep one", at_key=True)


def _misplaced(entry: Entry) -> Iterator[Fault]:
    for key in sorted({*_NOT_FOR, *_ONLY_FOR} & entry.values.keys()):
        wanted = _ONLY_FOR.get(key, (entry.kind,))
        if not entry.kind or (entry.kind in wanted and entry.kind not in _NOT_FOR.get(key, ())):
            continue
        hint = _HINTS.get(key) or f"it is for {wanted[0]}: sources only"
        if entry.paths[key][:-1] != entry.path:
            hint = "write it in the variants that it is for"
        yield Fault(entry.paths[key], f"'{key}' is not for {entry.kind}: sources", hint, at_key=True)


def _selector_faults(written: Value, path: Path) -> Iterator[Fault]:
    # One condition after the other, because the parser stops at the first that is wrong.
    for key, value in entries_in(written).items():
        try:
            parse_selector({key: value})
        except SelectorError as error:
            unknown = error.path[-1] not in {*type_of_fact, "any", "not"} and isinstance(error.path[-1], str)
            yield Fault((*path, *error.path), error.message, error.hint, at_key=unknown)


def _setting_faults(written: Value, path: Path) -> Iterator[Fault]:
    for place, leaf in leaves(written, path):
        try:
            typed(leaf)
        except WrongTextError as error:
            yield Fault(place, f"{quoted_key(place)} {error.message}", error.hint)


def _conflicting(document: Document, entries: Iterable[Entry], known: Collection[str]) -> Iterator[Fault]:
    seen: dict[str, tuple[Entry, Request]] = {}
    for entry in entries:
        try:
            request = request_of(entry, known)
        except WrongTextError:
            continue
        key = key_for(request)
        first, asked = seen.setdefault(key, (entry, request))
        for name in _differences(asked, request):
            line = document.place(first.paths.get(name, first.paths["source"])).line
            message = f"'{key}' is asked for twice, with a different '{name}'"
            hint = f"the first is in line {line}; an artifact has one"
            yield Fault(entry.paths.get(name, entry.paths["source"]), message, hint)


def _differences(first: Request, second: Request) -> Iterator[str]:
    """Where two requests contradict each other.

    A licence or digest that one of them states holds for both; no index and no `unpack` are statements too.
    """
    for name in ("sha256", "license"):
        one, other = getattr(first, name), getattr(second, name)
        if one and other and one != other:
            yield name
    for name in ("unpack", "index"):
        if getattr(first, name) != getattr(second, name):
            yield name
