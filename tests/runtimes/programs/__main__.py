"""Runs one of the programs beside this file, and says as JSON on the last line what it opened and what that took.

`python programs [--disobedient] [--online] NAME OPENED [ARGUMENT…]`

A program imports its library; `load(OPENED)` opens a model, and `said(model, ARGUMENT…)` is what the model then says.
Whoever wants to reach the network is written down, and refused unless it is `--online`. The hook sees what Python does,
on every system; what a library does past Python meets the empty network that the tests start this in where they can.
A `--disobedient` program forgets that it was told to be offline.
"""

import argparse
import importlib
import json
import os
import sys
import time
from typing import Any

LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname")
SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")


def watch(*, refuse: bool) -> list[str]:
    """Every attempt to reach another machine or a port of this one, from now on and for good."""
    wanted: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in (*LOOK_UPS, *SENDING):
            return
        whom = arguments[:2] if event in LOOK_UPS else arguments[1]
        if isinstance(whom, tuple):  # a socket of this machine's own is a name on disk
            wanted.append(":".join(str(one) for one in whom[:2]))
            if refuse:
                raise ConnectionRefusedError(f"{event}: the tests allow no network")

    sys.addaudithook(hook)
    return wanted


def most_memory() -> int:
    """The most that this process had resident, in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def main(arguments: list[str]) -> None:
    """Run one; what was seen is said even if the library fails."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--disobedient", action="store_true")
    parser.add_argument("--online", action="store_true")
    parser.add_argument("name")
    parser.add_argument("opened")
    parser.add_argument("more", nargs="*")
    asked = parser.parse_args(arguments)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE") if asked.disobedient else ():
        os.environ.pop(name, None)
    document: dict[str, Any] = {"wanted": watch(refuse=not asked.online)}
    started = time.monotonic()
    try:
        program = importlib.import_module(asked.name)
        document["import_seconds"] = time.monotonic() - started
        model = program.load(asked.opened)
        document["load_seconds"] = time.monotonic() - started - document["import_seconds"]
        document["said"] = program.said(model, *asked.more)
    finally:
        document["most_memory"] = most_memory()
        sys.stdout.write(f"\n{json.dumps(document)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
