"""models.lock from text, judged in full by plain code: fast enough to need no memory of earlier judgements.

Reading 100,000 files has to stay under half a second (figures.md, row 10), so this is written against the standard
library and not against pydantic (decision 0008).
"""

import re
from collections.abc import Mapping
from typing import TypeVar, cast

from resolver import __version__
from resolver.documents.lock_requirements import MOST, is_requirement
from resolver.documents.lock_writer import LOCK_VERSION
from resolver.documents.strict_json import check_characters, parse
from resolver.domain.digests import is_commit, is_sha256
from resolver.domain.errors import LockError
from resolver.domain.facts import facts_from
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Choice, Dependency, File, Lock, LockedProfile, Skipped
from resolver.domain.manifest import Model, Needs, Policy, Variant
from resolver.domain.names import objections, path_objection
from resolver.domain.selector import Mismatch, SelectorError, parse_selector

T = TypeVar("T")
LARGEST = 1 << 28
LARGEST_NUMBER = (1 << 63) - 1
_PERCENT = re.compile(r"(?:[1-9][0-9]?|100)%", re.ASCII)
_REPAIR = "restore it from git, or remove it and run `models lock`"
_TYPES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list", dict: "a mapping"}


def read_lock(text: bytes) -> Lock:
    """The lock that a text holds.

    Raises:
        LockError: it is no lock, of a newer version, or holds something that no lock may hold.
    """
    if len(text) > LARGEST:
        raise LockError(f"models.lock is larger than {LARGEST} bytes")
    try:
        document = parse(text)
        lock = _lock(_typed(document, dict, "the whole"))
        if b"\\u" in text:
            check_characters(document)
    except (ValueError, RecursionError) as error:
        raise LockError(f"models.lock is not readable: {error}", hint=_REPAIR) from error
    return lock


def _wrong(where: str, message: str) -> LockError:
    return LockError(f"models.lock: {where} {message}", hint=_REPAIR)


def _typed(value: object, kind: type[T], where: str) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _wrong(where, f"must be {_TYPES.get(kind, kind.__name__)}")
    return value


def _get(node: Mapping[str, object], key: str, kind: type[T], where: str) -> T:
    if key not in node:
        raise _wrong(where, f"lacks {key!r}")
    return _typed(node[key], kind, f"{where}, {key!r},")


def _maybe(node: Mapping[str, object], key: str, where: str) -> str | None:
    return None if node.get(key) is None else _get(node, key, str, where)


def _texts(node: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    return tuple(_typed(one, str, f"{where}, each of {key!r},") for one in _get(node, key, list, where))


def _lock(document: dict[str, object]) -> Lock:
    version = _get(document, "lock_version", int, "the whole")
    if version > LOCK_VERSION:
        raise LockError(
            f"models.lock has version {version}; this release, {__version__}, reads version {LOCK_VERSION}",
            hint="the release that wrote it reads it, and so does every later one: `pip install --upgrade models-lock`",
        )
    if version != LOCK_VERSION:
        raise _wrong("'lock_version'", f"cannot be {version}")
    artifacts = _get(document, "artifacts", dict, "the whole")
    lock = Lock(
        models=tuple(_model(one) for one in _get(document, "models", list, "the whole")),
        artifacts={key: _artifact(key, artifacts[key]) for key in artifacts},
        policy=_policy(_get(document, "policy", dict, "the whole")),
        budget=_budget(_get(document, "budget", dict, "the whole")),
        cache=_cache(_get(document, "cache", str, "the whole")),
        profiles=_profiles(_get(document, "profiles", dict, "the whole")),
    )
    _check_references(lock)
    _check_selections(lock)
    return lock


def _check_references(lock: Lock) -> None:
    names = [model.name for model in lock.models]
    for clash in objections(names):
        raise _wrong("a model's name", clash)
    variants = [(model, variant) for model in lock.models for variant in model.variants]
    wanted = [(f"model {model.name!r}", (variant.artifact, *variant.depends)) for model, variant in variants]
    wanted += [
        (f"artifact {artifact.key!r}", tuple(edge.artifact for edge in artifact.dependencies))
        for artifact in lock.artifacts.values()
    ]
    for where, keys in wanted:
        missing = next((key for key in keys if key not in lock.artifacts), None)
        if missing is not None:
            raise _wrong(where, f"needs the artifact {missing!r}, which is not in the lock")


def _check_selections(lock: Lock) -> None:
    variants = {model.name: {variant.name for variant in model.variants} for model in lock.models}
    for name, profile in lock.profiles.items():
        for model, choice in profile.selection.items():
            if model not in variants or (isinstance(choice, str) and choice not in variants[model]):
                raise _wrong(f"profile {name!r}", f"selects {choice!r} for {model!r}, which the lock does not have")


def _model(value: object) -> Model:
    node = _typed(value, dict, "a model")
    name = _get(node, "name", str, "a model")
    where = f"model {name!r}"
    if "/" in name:
        raise _wrong(where, "cannot have a slash in its name")
    variants = tuple(_variant(one, where) for one in _get(node, "variants", list, where))
    if not variants or len({variant.name for variant in variants}) != len(variants):
        raise _wrong(where, "needs variants with different names")
    return Model(
        name=name,
        variants=variants,
        optional=_get(node, "optional", bool, where),
        group=_get(node, "group", str, where),
        allow=_texts(node, "allow", where),
    )


def _variant(value: object, where: str) -> Variant:
    node = _typed(value, dict, f"{where}: a variant")
    name = _get(node, "name", str, f"{where}: a variant")
    where = f"{where}: variant {name!r}"
    needs = _get(node, "needs", dict, where)
    try:
        when = parse_selector(_get(node, "when", dict, where))
    except SelectorError as error:
        raise _wrong(where, f"has a wrong selector: {error.message}") from error
    return Variant(
        name=name,
        artifact=_get(node, "artifact", str, where),
        runtime=_get(node, "runtime", str, where),
        category=_get(node, "category", str, where),
        when=when,
        needs=Needs(**{key: _size(needs, key, where) for key in needs if key in ("ram", "vram")}),
        requires=_texts(node, "requires", where),
        files=None if node.get("files") is None else _filter(_get(node, "files", dict, where), where),
        settings=_get(node, "settings", dict, where),
        depends=_texts(node, "depends", where),
    )


def _filter(node: dict[str, object], where: str) -> FileFilter:
    return FileFilter(_texts(node, "include", where), _texts(node, "exclude", where))


def _size(node: Mapping[str, object], key: str, where: str) -> int:
    size = _get(node, key, int, where)
    if not 0 <= size <= LARGEST_NUMBER:
        raise _wrong(where, f"has a negative {key!r}, or one larger than any machine")
    return size


def _artifact(key: str, value: object) -> Artifact:
    where = f"artifact {key!r}"
    node = _typed(value, dict, where)
    commit = _maybe(node, "commit", where)
    if commit is not None and not is_commit(commit):
        raise _wrong(where, "needs a commit of 40 hexadecimal digits")
    files = tuple(_file(one, where) for one in _get(node, "files", list, where))
    for objection in objections(file.path for file in files):
        raise _wrong(where, f"holds the path {objection}")
    return Artifact(
        key=key,
        commit=commit,
        version=_maybe(node, "version", where),
        files=files,
        license=_maybe(node, "license", where),
        license_stated="license_stated" in node and _get(node, "license_stated", bool, where),
        gated=_get(node, "gated", bool, where),
        upstream_id=_maybe(node, "upstream_id", where),
        flags=_texts(node, "flags", where),
        dependencies=tuple(_edge(one, where) for one in _get(node, "dependencies", list, where)),
        archive=None if node.get("archive") is None else _archive(node["archive"], where),
        index=_maybe(node, "index", where),
        requires=_requires(node, where) if "requires" in node else (),
    )


def _requires(node: Mapping[str, object], where: str) -> tuple[str, ...]:
    found = _texts(node, "requires", where)
    if len(found) > MOST or list(found) != sorted(set(found)):
        raise _wrong(where, f"has requirements twice, out of order, or more than {MOST}")
    strange = next((one for one in found if not is_requirement(one)), None)
    if strange is not None:
        raise _wrong(where, f"requires {strange[:80]!r}, which is no requirement")
    return found


def _edge(value: object, where: str) -> Dependency:
    node = _typed(value, dict, f"{where}: a dependency")
    files = None if node.get("files") is None else _filter(_get(node, "files", dict, where), where)
    return Dependency(_get(node, "artifact", str, where), _get(node, "because", str, where), files)


def _file(value: object, where: str) -> File:
    node = cast("dict[str, object]", value)
    try:
        path, size, sha256 = node["path"], node["size"], node["sha256"]
    except (TypeError, KeyError) as error:
        raise _wrong(where, "has a file without path, size or sha256") from error
    if (
        type(path) is not str
        or type(size) is not int
        or not 0 <= size <= LARGEST_NUMBER
        or type(sha256) is not str
        or not is_sha256(sha256)
    ):
        raise _wrong(where, f"has a file with a wrong path, size or sha256: {path!r}")
    return File(path, size, sha256)


def _archive(value: object, where: str) -> File:
    archive = _file(value, where)
    objection = path_objection(archive.path)
    if objection or "/" in archive.path:
        raise _wrong(where, f"has an archive whose name {archive.path!r} {objection or 'is no plain name'}")
    return archive


def _policy(node: dict[str, object]) -> Policy:
    licenses = _get(node, "licenses", dict, "'policy'")
    verdicts = {key: _get(node, key, str, "'policy'") for key in ("pickle", "remote_code")}
    if not set(verdicts.values()) <= {"deny", "warn", "allow"}:
        raise _wrong("'policy'", "knows deny, warn and allow")
    return Policy(
        licenses_allow=None if licenses.get("allow") is None else _texts(licenses, "allow", "'policy'"),
        licenses_deny=_texts(licenses, "deny", "'policy'"),
        **verdicts,
    )


def _budget(node: dict[str, object]) -> dict[str, int]:
    found = {}
    for name in node:
        text = _get(node, name, str, "'budget'")
        if name not in ("ram", "vram") or not _PERCENT.fullmatch(text):
            raise _wrong("'budget'", "maps ram and vram to percents from 1% to 100%")
        found[name] = int(text[:-1])
    return found


def _cache(path: str) -> str:
    objection = "is git's" if ".git" in path.casefold().split("/") else path_objection(path)
    if objection:
        raise _wrong("'cache'", objection)
    return path


def _profiles(node: dict[str, object]) -> dict[str, LockedProfile]:
    return {name: _profile(name, node[name]) for name in node}


def _profile(name: str, value: object) -> LockedProfile:
    where = f"profile {name!r}"
    node = _typed(value, dict, where)
    selection = _get(node, "selection", dict, where)
    try:
        facts = facts_from(_get(node, "facts", dict, where))
    except ValueError as error:
        raise _wrong(where, str(error)) from error
    return LockedProfile(facts, {model: _choice(selection[model], where) for model in selection})


def _choice(value: object, where: str) -> Choice:
    if isinstance(value, str):
        return value
    node = _typed(value, dict, f"{where}: a choice")
    because = [_typed(one, dict, f"{where}: a reason") for one in _get(node, "skipped", list, where)]
    return Skipped(
        tuple(
            Mismatch(_get(one, "fact", str, where), _get(one, "wanted", str, where), _maybe(one, "found", where))
            for one in because
        )
    )
