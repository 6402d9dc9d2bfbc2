"""What a fault test found, as a line of JSON for docs/reliability.md."""

import json
import os


def figure(threat: str, promise: str, found: str) -> None:
    """Note a figure in the file that MODELS_FAULTS_FIGURES names, if it names one.

    A line is written at once: several test processes may add to the same file.
    """
    path = os.environ.get("MODELS_FAULTS_FIGURES")
    if not path:
        return
    line = json.dumps({"threat": threat, "promise": promise, "found": found}, ensure_ascii=False) + "\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
