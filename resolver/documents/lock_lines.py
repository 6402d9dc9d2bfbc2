"""The lines of models.lock: its layout has one artifact's key and one file a line, so no parser is needed."""

import json

from resolver.domain.lock_places import LockPlaces

_KEY_END, _FILE_START = '": {', '  {"path": '


def lock_places(content: bytes, file: str) -> LockPlaces:
    """Where artifacts and files stand in a lock that `file` names; of another layout nothing is known."""
    artifacts: dict[str, int] = {}
    files: dict[tuple[str, str], int] = {}
    key = ""
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if line.startswith('"') and line.endswith(_KEY_END):
            key = str(_value(line[:-3]) or "")
            artifacts.setdefault(key, number)
        elif line.startswith(_FILE_START):
            entry = _value(line.strip().rstrip(","))
            if isinstance(entry, dict) and isinstance(entry.get("path"), str):
                files[key, entry["path"]] = number
    return LockPlaces(file, artifacts, files)


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
