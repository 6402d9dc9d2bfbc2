"""One rule for every name that comes from outside: safe on Linux, macOS and Windows alike, whatever system we run on.

The rules of Windows are those of "Naming Files, Paths, and Namespaces" (Microsoft); collisions are judged after NFC
and casefold because APFS and NTFS fold both.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

LONGEST_PATH = 1024
LONGEST_SEGMENT = 255

_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?", re.IGNORECASE | re.DOTALL
)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\]')
_PLAIN = (
    r"(?!(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:[ ./]|\Z))"
    r"[a-z0-9_\-](?:[a-z0-9_\-.+=@ ,]{0,199}[a-z0-9_\-+=@,])?"
)
_SEPARATORS = re.compile(r"[-_.]+")
_PLAIN_PATH = re.compile(rf"{_PLAIN}(?:/{_PLAIN})*", re.IGNORECASE | re.ASCII)
"""What nearly every path is, and nothing speaks against: said at once, because a lock may have 100,000 of them."""


def path_objection(path: str) -> str | None:
    """Why a relative POSIX path is not safe to place, or None if it is."""
    if len(path) <= LONGEST_PATH and _PLAIN_PATH.fullmatch(path):
        return None
    if not path or len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
        return "is empty" if not path else f"is longer than {LONGEST_PATH} bytes"
    if path.startswith("/"):
        return "is absolute"
    for segment in path.split("/"):
        objection = _segment_objection(segment)
        if objection:
            return objection
    return None


@functools.lru_cache(maxsize=4096)
def _segment_objection(segment: str) -> str | None:
    if segment in ("", ".", ".."):
        return "has an empty, `.` or `..` segment"
    if _FORBIDDEN.search(segment):
        return "holds a character that some system refuses"
    if segment[-1] in " ." or segment[0] == " ":
        return "has a segment that begins with a space or ends in a space or dot"
    if _RESERVED.fullmatch(segment):
        return "has a segment that Windows reserves for a device"
    return _encoding_objection(segment)


def _encoding_objection(segment: str) -> str | None:
    try:
        length = len(segment.encode())
    except UnicodeEncodeError:
        return "is not valid Unicode"
    if length > LONGEST_SEGMENT:
        return f"has a segment longer than {LONGEST_SEGMENT} bytes"
    if any(unicodedata.category(character) in ("Cf", "Cs", "Zl", "Zp") for character in segment):
        return "holds an invisible character"
    return None


def folded(path: str) -> str:
    """The form under which two paths collide on a case-insensitive, normalizing file system."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def objections(paths: Iterable[str]) -> list[str]:
    """Everything that speaks against placing these paths together: unsafe names, collisions, a file as a folder."""
    found: list[str] = []
    seen: dict[str, str] = {}
    for path in paths:
        objection = path_objection(path)
        if objection:
            found.append(f"{path!r} {objection}")
            continue
        key = folded(path)
        if key in seen:
            found.append(f"{path!r} collides with {seen[key]!r}")
        seen[key] = path
    return [*found, *_files_as_folders(seen)]


def _files_as_folders(seen: Mapping[str, str]) -> Iterator[str]:
    """What needs a file to be a folder, by folded path; each folder is looked at once."""
    above: dict[str, list[str]] = {}
    for key, path in seen.items():
        parent = key.rpartition("/")[0]
        if parent not in above:
            above[parent] = [seen[one] for one in _folders_of(parent) if one in seen]
        for file in above[parent]:
            yield f"{path!r} needs {file!r} to be a folder, and it is a file"


def _folders_of(folder: str) -> Iterator[str]:
    """A folder and those that it lies in, the nearest first."""
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def canonical_name(name: str) -> str:
    """A package's name in the form in which names are compared (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one most likely means."""
    from difflib import get_close_matches  # only for somebody who made a mistake: 1 ms

    candidates = sorted(known)
    by_fold = {candidate.lower(): candidate for candidate in candidates}
    close = get_close_matches(name.lower(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A hint for a name that does not exist: the nearest one, else all there are."""
    close = nearest(name, known)
    if close:
        return f"did you mean '{close}'?"
    return f"known: {', '.join(sorted(known))}" if known else "there is none"
