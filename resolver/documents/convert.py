"""A judged document as the domain's values. Nothing is judged here, so neither pydantic nor packaging is needed.

Lists whose order means nothing come out sorted and without repeats, as the lock has them, so that the two compare.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from resolver.documents import kinds
from resolver.documents.constraints import requirement
from resolver.documents.document import Document, Value, entries_in, items_in
from resolver.documents.entries import Entry, dependencies_of, entries_of, request_of
from resolver.documents.settings import typed
from resolver.domain.facts import Facts, facts_from, type_of_fact
from resolver.domain.globs import FileFilter
from resolver.domain.lock import key_for, stated_by
from resolver.domain.manifest import DEFAULT_CACHE, DEFAULT_GROUP, Manifest, Model, Needs, Policy, Request, Variant
from resolver.domain.selector import parse_selector

DEFAULT_CATEGORY = "other"

Table = Mapping[str, Value]


def manifest_of(document: Document, defaults: Mapping[str, str]) -> Manifest:
    """The manifest of a judged document; `defaults` maps each kind of source to the runtime it has without being told.

    A document that was not judged may raise anything.
    """
    root = entries_in(document.root)
    tables = entries_in(root["models"])
    entries: dict[str, list[Entry]] = {name: [] for name in tables}
    for entry in entries_of(document):
        entries[entry.model].append(entry)
    return _with_stated_revisions(
        Manifest(
            models=tuple(_model(name, entries_in(tables[name]), entries[name], defaults) for name in tables),
            requests=_requests((entry for some in entries.values() for entry in some), defaults),
            profiles={name: _facts(entries_in(one)) for name, one in entries_in(root.get("profiles")).items()},
            budget={name: kinds.percent(one) for name, one in entries_in(root.get("budget")).items()},
            policy=_policy(entries_in(root.get("policy"))),
            cache=str(root.get("cache", DEFAULT_CACHE)),
        )
    )


def _with_stated_revisions(manifest: Manifest) -> Manifest:
    """A revision that one model states decides for dependencies on the same repository that state none."""
    stated = stated_by(manifest.models)
    moved = {
        key: stated[request.source]
        for key, request in manifest.requests.items()
        if key == key_for(Request(request.source)) and request.source in stated
    }
    own = {variant.artifact for model in manifest.models for variant in model.variants}
    models = tuple(
        replace(model, variants=tuple(_depending(variant, moved) for variant in model.variants))
        for model in manifest.models
    )
    needed = own | {key for model in models for variant in model.variants for key in variant.depends}
    return replace(manifest, models=models, requests={k: one for k, one in manifest.requests.items() if k in needed})


def _depending(variant: Variant, moved: Mapping[str, str]) -> Variant:
    return replace(variant, depends=tuple(sorted({moved.get(key, key) for key in variant.depends})))


def _facts(table: Table) -> Facts:
    values: dict[str, object] = {}
    for fact, value in table.items():
        read = {"size": kinds.size, "count": kinds.count}.get(str(type_of_fact[fact]), kinds.text_of)
        values[fact] = read(value)
    return facts_from(values)


def _policy(table: Table) -> Policy:
    licenses = entries_in(table.get("licenses"))
    allow, deny = _licences(licenses.get("allow")), _licences(licenses.get("deny"))
    verdicts = {name: str(table[name]) for name in ("pickle", "remote_code") if name in table}
    return Policy(licenses_allow=allow if "allow" in licenses else None, licenses_deny=deny, **verdicts)


def _licences(value: Value) -> tuple[str, ...]:
    return tuple(sorted({kinds.licence(one) for one in items_in(value)}))


def _model(name: str, table: Table, entries: Iterable[Entry], defaults: Mapping[str, str]) -> Model:
    requests = [(entry, request_of(entry, defaults)) for entry in entries]
    names = _variant_names(requests)
    return Model(
        name=name,
        variants=tuple(
            _variant(variant, entry, request, defaults)
            for variant, (entry, request) in zip(names, requests, strict=True)
        ),
        optional="optional" in table and kinds.flag(table["optional"]),
        group=str(table.get("group", DEFAULT_GROUP)),
        allow=_texts(table.get("allow")),
    )


def _variant(name: str, entry: Entry, request: Request, defaults: Mapping[str, str]) -> Variant:
    said = entry.values
    files = entries_in(said.get("files"))
    needs = {memory: kinds.size(value) for memory, value in entries_in(said.get("needs")).items()}
    return Variant(
        name=name,
        artifact=key_for(request),
        runtime=str(said.get("runtime", defaults[request.kind])),
        category=str(said.get("category", DEFAULT_CATEGORY)),
        when=parse_selector(entries_in(said.get("when"))),
        needs=Needs(**needs),
        requires=tuple(sorted({requirement(one) for one in items_in(said.get("requires"))})),
        files=FileFilter(_texts(files.get("include")), _texts(files.get("exclude"))) if files else None,
        settings={key: typed(value) for key, value in entries_in(said.get("settings")).items()},
        depends=tuple(sorted({key_for(request_of(one, defaults)) for one in dependencies_of(entry)})),
    )


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(sorted({str(one) for one in items_in(value)}))


def _variant_names(requests: Iterable[tuple[Entry, Request]]) -> list[str]:
    """The names given, and for the others the last part of the source; what is taken gets #2, #3."""
    variants = list(requests)
    taken = {str(entry.values["name"]) for entry, _ in variants if "name" in entry.values}
    repeats: dict[str, int] = {}
    names = []
    for entry, request in variants:
        if "name" in entry.values:
            names.append(str(entry.values["name"]))
            continue
        name = base = _last_part(request)
        while name in taken:
            repeats[base] = repeats.get(base, 1) + 1
            name = f"{base}#{repeats[base]}"
        taken.add(name)
        names.append(name)
    return names


def _last_part(request: Request) -> str:
    path = urlsplit(request.name).path if request.kind == "url" else request.name
    return path.rpartition("/")[2]


def _requests(entries: Iterable[Entry], kinds_of_source: Mapping[str, str]) -> dict[str, Request]:
    """What each key asks for; what only one of its uses states holds for all of them."""
    found: dict[str, Request] = {}
    for entry in entries:
        for one in (entry, *dependencies_of(entry)):
            request = request_of(one, kinds_of_source)
            key = key_for(request)
            found[key] = _together(found[key], request) if key in found else request
    return found


def _together(first: Request, second: Request) -> Request:
    return replace(
        first,
        revision=first.revision or second.revision,
        sha256=first.sha256 or second.sha256,
        unpack=first.unpack or second.unpack,
        index=first.index or second.index,
        license=first.license or second.license,
    )
