"""What loading a file may execute, told from its bytes; only what Python finds by name is told by name."""

import re
from typing import BinaryIO

from resolver.domain.manifest import CODE, CUSTOM_LOADER, PICKLE
from resolver.files.steady import read_up_to
from resolver.policy import loaders
from resolver.policy.containers import Sample, content_flags, sample_of

__all__ = ["CODE", "CUSTOM_LOADER", "PICKLE", "flags_of"]

_IMPORTED = re.compile(r".*(?:\.pyw?|\.pyc|\.pyd|\.so(?:\.\d+)*|\.dll|\.dylib)", re.IGNORECASE | re.DOTALL)
_IMPORT_LINE = re.compile(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?import[ \t]")


def flags_of(path: str, stream: BinaryIO) -> frozenset[str]:
    """The policy flags of one file: `pickle`, `code` and `custom_loader`.

    Reads the first 64 KiB once, and more only of containers, of short JSON and of a pickle's far end. Nothing is
    unpickled, imported or extracted.

    Raises:
        OSError: the stream cannot be read.
    """
    sample = sample_of(stream)
    flags = content_flags(sample)
    if _is_code(path, sample.head, flags):
        flags |= {CODE}
    if loaders.is_configuration(path, sample.size):
        flags |= loaders.json_flags(path, sample.size, _content(sample))
    return flags


def _is_code(path: str, head: bytes, flags: frozenset[str]) -> bool:
    """A `.pth` is a checkpoint, or a text that `site` executes line by line (docs.python.org, `site`)."""
    if path.lower().endswith(".pth"):
        return PICKLE not in flags or _IMPORT_LINE.search(head) is not None
    return _IMPORTED.fullmatch(path) is not None


def _content(sample: Sample) -> bytes:
    if sample.size <= len(sample.head) or sample.size > loaders.LARGEST:
        return sample.head
    sample.stream.seek(len(sample.head))
    return sample.head + read_up_to(sample.stream, sample.size - len(sample.head))
