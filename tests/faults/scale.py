"""How much a fault test does: a short run by default, the whole one for docs/reliability.md."""

import os


def scale(short: int, whole: int) -> int:
    """The number of tries: `whole` where MODELS_FAULTS=whole is set."""
    return whole if os.environ.get("MODELS_FAULTS") == "whole" else short
