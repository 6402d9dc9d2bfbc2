"""Paths and patterns of paths that a person wrote."""

from resolver.documents.kinds import WrongTextError, refused, text_of
from resolver.domain.names import folded, path_objection

LONGEST_GLOB = 200
MOST_STARS = 10
MOST_DOUBLE_STARS = 4
# The second is what Windows also calls the first.
_GIT = (".git", "git~1")


def folder(value: object) -> str:
    """A folder in the project: the cache."""
    text = text_of(value)
    hint = "write a folder in the project, like .cache"
    objection = path_objection(text)
    if objection:
        raise refused(text, hint, objection)
    if any(folded(segment) in _GIT for segment in text.split("/")):
        raise refused(text, hint, "lies in git's own folder")
    return text


def glob(value: object) -> str:
    """A pattern of paths in a repository; bounded, because each becomes a regular expression."""
    text = text_of(value)
    hint = "write a pattern of paths within the repository, like '*.json' or 'onnx/**'"
    if not text or text.startswith("/") or "\\" in text:
        raise refused(text, hint)
    if any(segment in ("", ".", "..") for segment in text.split("/")):
        raise refused(text, hint, "has an empty, `.` or `..` segment")
    doubles = text.count("**")
    if len(text) > LONGEST_GLOB or doubles > MOST_DOUBLE_STARS or text.count("*") - 2 * doubles > MOST_STARS:
        raise WrongTextError(
            f"takes patterns of at most {LONGEST_GLOB} characters, {MOST_STARS} '*' and {MOST_DOUBLE_STARS} '**'",
            "write two patterns",
        )
    return text
