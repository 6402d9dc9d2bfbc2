"""How a source is written: `kind:name`, and what a name is for each kind that has a grammar of its own."""

import re
from collections.abc import Callable, Collection
from urllib.parse import SplitResult, unquote, urlsplit

from resolver.documents.kinds import UnknownWordError, WrongTextError, refused, shown, text_of
from resolver.domain.names import canonical_name, path_objection

SOURCE = r"[a-z][a-z0-9-]*:\S+"
ADDRESS = r"https?://\S+"
LONGEST_NAME = 200
LONGEST_ADDRESS = 2048

# The rules of hubs: organisation and name, or a name alone as the first models have it.
_REPOSITORY = re.compile(r"(?:[\w.-]+/)?[\w.-]+", re.ASCII)
# The rules of GitHub: a login, with the suffix of an enterprise after `_`, and a repository's own name.
_LOGIN = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.IGNORECASE | re.ASCII)
_PROJECT = re.compile(r"[\w.-]+", re.ASCII)
_PACKAGE = re.compile(r"[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9]", re.IGNORECASE | re.ASCII)
_PIPELINE = re.compile(r"[a-z][a-z0-9_]{2,99}", re.ASCII)
# How spaCy names its own pipelines (spacy.io/models, "Naming conventions"), as package indexes spell names.
_PIPELINE_PACKAGE = re.compile(r"[a-z]{2,3}-(?:core|dep|ent|sent)-[a-z0-9]+-(?:sm|md|lg|trf)", re.ASCII)


def source(value: object, kinds: Collection[str]) -> str:
    """A source as the lock names it.

    Raises:
        WrongTextError: the kind is none of `kinds`, or the name is none of that kind.
    """
    text = text_of(value)
    kind, colon, written = text.partition(":")
    if not colon:
        raise refused(text, f"write the kind before it, like hf:{shown(text)}")
    if kind not in kinds:
        raise UnknownWordError(f"unknown source kind '{shown(kind)}'", kind, sorted(kinds), whole=True)
    return f"{kind}:{_NAMES.get(kind, _other)(text, written)}"


def address(value: object) -> str:
    """The address of a package index."""
    text = text_of(value)
    parts = split_address(text, text)
    if parts.username is not None or parts.password is not None:
        hint = "write it without, and keep them in pip's configuration or a netrc file"
        raise WrongTextError("holds credentials, and everybody who reads the manifest would see them", hint)
    if parts.query or parts.fragment:
        raise refused(text, "write the address of a package index, without '?' and '#'")
    return text


def _repository(text: str, name: str) -> str:
    _without_request(text, "revision")
    segments = name.split("/")
    sound = _REPOSITORY.fullmatch(name) and len(name) <= 96 and not name.endswith(".git")
    if not sound or any(_rough(segment) for segment in segments):
        raise refused(text, "write hf:organisation/name as the hub shows it")
    return name


def _rough(segment: str) -> bool:
    return segment[0] in ".-" or segment[-1] in ".-" or "--" in segment or ".." in segment


def _github(text: str, name: str) -> str:
    _without_request(text, "revision")
    owner, _, project = name.partition("/")
    sound = _LOGIN.fullmatch(owner) and len(owner) <= 39 and _PROJECT.fullmatch(project) and len(project) <= 100
    if not sound or project in (".", "..") or project.lower().endswith((".git", ".wiki")):
        raise refused(text, "write github:owner/repository, and a branch, tag or commit beside it as 'revision'")
    return name


def _package(text: str, name: str) -> str:
    _without_request(text, "version")
    if not _PACKAGE.fullmatch(name) or len(name) > LONGEST_NAME:
        raise refused(text, "write the name of a package, like pypi:silero-vad")
    normal = canonical_name(name)
    if _PIPELINE_PACKAGE.fullmatch(normal):
        reason = "names one of spaCy's pipelines, which package indexes hold stubs of"
        raise refused(text, f"write spacy:{normal.replace('-', '_')}", reason)
    return normal


def _pipeline(text: str, name: str) -> str:
    _without_request(text, "version")
    if not _PIPELINE.fullmatch(name):
        plain = re.sub(r"[-.]", "_", name).lower()
        hint = f"write spacy:{plain}" if _PIPELINE.fullmatch(plain) else "write a name like spacy:en_core_web_md"
        raise refused(text, hint)
    return name


def _other(text: str, name: str) -> str:
    _without_request(text, "version")
    if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*", name, re.ASCII) or len(name) > LONGEST_NAME:
        raise refused(text, "write a name of letters, digits, '.', '_', '-' and '/'")
    return name


def _without_request(text: str, key: str) -> None:
    before, at, after = text.partition("@")
    if at:
        raise refused(text, f"write '{before}' here and '{key}: {shown(after)}' beside it")


def _url(text: str, name: str) -> str:
    parts = split_address(text, name)
    if parts.username is not None or parts.password is not None:
        raise WrongTextError("holds credentials, and everybody who reads the lock would see them", "write it without")
    if parts.fragment or name.endswith("#"):
        raise refused(text, "leave out what begins with '#': a server never sees it")
    objection = path_objection(unquote(parts.path.rpartition("/")[2]))
    if objection:
        raise refused(text, "the address of a file ends in its name", f"names a file that {objection}")
    return name


def split_address(text: str, url: str) -> SplitResult:
    """The parts of a web address that stands in a text; raises WrongTextError if it is none."""
    hint = "write an address that begins with https:// and is plain ASCII, escaped where it has to be"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise refused(text, hint) from error
    if not usable or not re.fullmatch(r"[!-\[\]-~]+", url) or len(url) > LONGEST_ADDRESS:
        raise refused(text, hint)
    return parts


def _local(text: str, name: str) -> str:
    inner = name.rstrip("/")
    if name.startswith(("/", "~", "\\")) or re.match("[A-Za-z]:", name):
        raise refused(text, "write a path from the project, like file:./models/own", "is absolute")
    while inner.startswith(("./", "../")):
        inner = inner.partition("/")[2]
    objection = path_objection(inner)
    if objection:
        raise refused(text, "write a path from the project, like file:./models/own", objection)
    return name.rstrip("/")


_NAMES: dict[str, Callable[[str, str], str]] = {
    "github": _github,
    "hf": _repository,
    "pypi": _package,
    "spacy": _pipeline,
    "url": _url,
    "file": _local,
}
