"""How the location of a mirror is written: an address, a folder, or `hf:` and an endpoint."""

import re
from collections.abc import Callable, Collection
from urllib.parse import unquote

from resolver.documents.document import Fault, entries_in, items_in, refusal
from resolver.documents.kinds import UnknownWordError, WrongTextError, refused, shown, text_of
from resolver.documents.source import LONGEST_ADDRESS, split_address

LOCATION = r"\S(?:[^\n\r\t]{0,2046}\S)?"
_KIND = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)  # one letter is a drive
_PATH = re.compile(r"[/\\.].*|[A-Za-z]:[/\\].*", re.DOTALL)  # a bare word could be a host that lost its https://


def location(value: object, kinds: Collection[str]) -> str:
    """A location in the one form that mirrors are known by: its kind, a colon, the rest; a folder is `file:`.

    Raises:
        WrongTextError: the kind is none of `kinds`, or the rest is none of that kind.
    """
    text = text_of(value)
    found = _KIND.fullmatch(text)
    if not found and not _PATH.fullmatch(text):
        raise refused(text, "write an address with its https://, or a folder that begins with / or ./")
    kind, rest = (found[1], found[2]) if found else ("file", text)
    if kind not in kinds:
        raise UnknownWordError(f"unknown kind of mirror '{shown(kind)}'", kind, sorted(kinds), whole=True)
    return f"{kind}:{_RULES.get(kind, _other)(text, rest)}"


def locations_in(content: bytes, file: str, kinds: Collection[str]) -> tuple[str, ...]:
    """The mirrors that a manifest names, in its order; nothing else of it is judged.

    Raises:
        ManifestError: they are wrong, or the text cannot be read.
    """
    from resolver.documents.text import read_document

    document = read_document(content, file)
    problems, found = list(document.problems), []
    for number, written in enumerate(items_in(entries_in(document.root).get("mirrors"))):
        try:
            found.append(location(written, kinds))
        except WrongTextError as error:
            message = error.message if error.whole else f"'mirrors' {error.message}"
            problems.append(document.problem(Fault(("mirrors", number), message, error.hint)))
    if problems:
        raise refusal(problems)
    return tuple(found)


def _web(text: str, rest: str) -> str:
    """The address without its scheme; userinfo would be read by all who read the manifest or the list of processes."""
    address = text if text.startswith(("http:", "https:")) else rest
    parts = split_address(text, address)
    if parts.username is not None or parts.password is not None:
        raise WrongTextError("holds credentials, and everybody who reads it would see them", "write it without")
    if parts.query or parts.fragment or address.endswith(("?", "#")):
        raise refused(text, "write the address of a folder, without '?' and '#'")
    return rest.rstrip("/")


def _folder(text: str, rest: str) -> str:
    """A path; none that names a host, because Windows shows such a host who is logged in."""
    hint = "write a folder, such as /mnt/models or ../models"
    path = unquote(rest[2:]) if rest.startswith("///") else rest
    if (
        not path
        or path.startswith("~")
        or re.match(r"[/\\]{2}", path)
        or not path.isprintable()
        or len(path) > LONGEST_ADDRESS
    ):
        raise refused(text, hint)
    return path


def _other(text: str, rest: str) -> str:
    if not re.fullmatch(r"\S+", rest) or len(rest) > LONGEST_ADDRESS:
        raise refused(text, "write the kind, a colon and a place, without spaces")
    return rest


_RULES: dict[str, Callable[[str, str], str]] = {"file": _folder, "hf": _web, "http": _web, "https": _web}
