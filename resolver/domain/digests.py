"""Digests as values. Hashing itself is in `resolver.files`."""

import re

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


def is_sha256(text: str) -> bool:
    """Whether the text is a sha256 in lower-case hexadecimal."""
    return bool(_SHA256.fullmatch(text))


def is_commit(text: str) -> bool:
    """Whether the text is a whole git commit id; short ones fail offline (facts.md) and are never pinned."""
    return bool(_COMMIT.fullmatch(text))
