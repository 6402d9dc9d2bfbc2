"""What is asked of a source and of the libraries: versions, revisions, digests, requirements.

`packaging` (27 ms) is imported where it judges: a manifest that was judged before is read without it.
"""

import re

from resolver.documents.kinds import WrongTextError, matching, refused, text_of
from resolver.domain.digests import is_sha256
from resolver.domain.names import path_objection

LONGEST = 200
SHA256 = "[0-9A-Fa-f]{64}"
REVISION = r"[A-Za-z0-9_][A-Za-z0-9._/@+=-]{0,199}"


def specifiers(value: object) -> str:
    """A PEP 440 specifier set such as `>=5,<7`; white space within means nothing and goes."""
    return "".join(text_of(value).split())


def judged_specifiers(value: object) -> str:
    """The same, after packaging has read it."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    text = specifiers(value)
    if text in ("", "*", "latest"):
        raise refused(text, "leave the key out for the latest version, or write a range like '>=5,<7'")
    try:
        if len(text) <= LONGEST and all(text.split(",")) and SpecifierSet(text_of(value)):
            return text
    except InvalidSpecifier:
        pass
    if _is_version(text):
        raise refused(text, f"write =={text}")
    raise refused(text, "write a PEP 440 range like '>=5,<7' or '~=3.8.0'")


def _is_version(text: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        Version(text[:LONGEST])
    except InvalidVersion:
        return False
    return True


def revision(value: object) -> str:
    """A branch, tag or commit whose name git takes (git-check-ref-format) and every file system too."""
    text = matching(REVISION, value, "write a branch, tag or commit: letters, digits and . _ / @ + = -")
    objection = path_objection(text)
    if objection:
        raise refused(text, "write a branch, tag or commit", objection)
    if ".." in text or "/." in text or re.search(r"\.lock(?:/|$)", text):
        raise refused(text, "write a branch, tag or commit", "is no name that git takes")
    return text


def sha256(value: object) -> str:
    """A sha256, in lower case."""
    text = text_of(value).lower()
    if not is_sha256(text):
        raise refused(text, "write the sha256 of the file: 64 hexadecimal digits")
    return text


def requirement(value: object) -> str:
    """A PEP 508 requirement, as written."""
    return text_of(value).strip()


def judged_requirement(value: object) -> str:
    """The same, after packaging has read it; one with an address says nothing that we could compare."""
    from packaging.requirements import InvalidRequirement, Requirement

    text = requirement(value)
    hint = 'write a requirement like "faster-whisper>=1.0"'
    try:
        read = Requirement(text[: LONGEST + 1])
    except InvalidRequirement as error:
        raise refused(text, hint) from error
    if read.url or len(text) > LONGEST:
        raise WrongTextError("takes requirements of a name and versions, of 200 characters at most", hint)
    return text
