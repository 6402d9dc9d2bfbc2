"""Configurations that name code for a loader to import: the loader's own files are not code, and lead to it."""

import json
import re

from resolver.domain.manifest import CUSTOM_LOADER

LARGEST = 1 << 20
"""Bytes of a configuration that is parsed; a larger one that a loader would open counts as one that names code."""

_REMOTE_CODE_KEYS = ("auto_map", "custom_pipelines")  # transformers.dynamic_module_utils, transformers.pipelines
_TRUSTED_MODULES = ("sentence_transformers.",)
_KERAS = re.compile(r"(?:keras|tf_keras|keras_hub|keras_nlp|keras_cv)(?:\..*)?")
_HDF5_LAMBDA = re.compile(rb'"class_name":\s*"Lambda"')
_FLAGGED = frozenset({CUSTOM_LOADER})
_NONE: frozenset[str] = frozenset()


def is_configuration(path: str, size: int) -> bool:
    """Whether a loader may open it: any JSON that is small enough, and those that loaders open by name."""
    return path.lower().endswith(".json") and (size <= LARGEST or _is_opened_by_name(path))


def _is_opened_by_name(path: str) -> bool:
    return path.lower().endswith(("config.json", "modules.json"))


def json_flags(path: str, size: int, content: bytes) -> frozenset[str]:
    """The flags of a JSON file of `size` bytes; `content` is all of it, or less if it is larger than `LARGEST`.

    The keys are those that transformers, diffusers and sentence-transformers hand to `importlib`.
    """
    if size > LARGEST:
        return _FLAGGED
    try:
        document = _parsed(content)
    except RecursionError:
        return _FLAGGED
    except ValueError:  # what no loader can read names nothing
        return _NONE
    names_code = _names_remote_code(document) or (
        path.lower().rpartition("/")[2] == "modules.json" and _names_foreign_modules(document)
    )
    return _FLAGGED if names_code else _NONE


def keras_flags(size: int, content: bytes) -> frozenset[str]:
    """The flags of the `config.json` in a `.keras` file: Lambda layers, and classes outside Keras (CVE-2025-1550)."""
    if size > LARGEST:
        return _FLAGGED
    try:
        document = _parsed(content)
    except RecursionError:
        return _FLAGGED
    except ValueError:
        return _NONE
    if not isinstance(document, dict) or "class_name" not in document:
        return _NONE
    return _FLAGGED if _names_foreign_layers(document) else _NONE


def hdf5_flags(head: bytes) -> frozenset[str]:
    """The flags of a Keras HDF5 file, whose model configuration is JSON in an attribute near its beginning."""
    return _FLAGGED if _HDF5_LAMBDA.search(head) else _NONE


def _parsed(content: bytes) -> object:
    """Numbers stay text: Python refuses some that are only long, and older ones do not."""
    document: object = json.loads(content, parse_int=str, parse_float=str)
    return document


def _names_remote_code(document: object) -> bool:
    """A vocabulary may have a token of that name; its value is then a number."""
    if not isinstance(document, dict):
        return False
    values = [document.get(key) for key in _REMOTE_CODE_KEYS]
    return any(isinstance(value, dict | list) and value for value in values)


def _names_foreign_modules(document: object) -> bool:
    entries = document if isinstance(document, list) else []
    types = [entry.get("type") for entry in entries if isinstance(entry, dict)]
    return any(not str(kind).startswith(_TRUSTED_MODULES) for kind in types)


def _names_foreign_layers(document: object) -> bool:
    waiting = [document]
    while waiting:
        current = waiting.pop()
        if isinstance(current, list):
            waiting.extend(current)
        elif isinstance(current, dict):
            module = current.get("module")
            if current.get("class_name") == "Lambda" or (isinstance(module, str) and not _KERAS.fullmatch(module)):
                return True
            waiting.extend(current.values())
    return False
