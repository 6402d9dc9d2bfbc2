"""Whose a file in staging is, by its name, and whether that process still lives."""

import enum
import functools
import hashlib
import os
import re
import sys
import threading
from pathlib import Path

_OWNER = re.compile(r"([0-9a-f]{8})-([0-9a-f]{8})-([0-9]{1,10})-[0-9a-f]{16}", re.ASCII)
_held: set[str] = set()
_lock = threading.Lock()


class Owner(enum.Enum):
    """What is known of the process that a name speaks of."""

    LIVES = enum.auto()
    GONE = enum.auto()
    UNKNOWN = enum.auto()
    """On another machine or in another container, where nobody can be asked from here."""


def new_owner() -> str:
    """A name of this process that no other file has; it is held until `let_go`."""
    name = f"{_machine()}-{_boot()}-{os.getpid()}-{os.urandom(8).hex()}"
    with _lock:
        _held.add(name)
    return name


def let_go(name: str) -> None:
    """The file of that name is nobody's any more."""
    with _lock:
        _held.discard(name)


def owner(name: str) -> Owner:
    """What is known of the owner; of a name of another form nothing."""
    match = _OWNER.fullmatch(name)
    if match is None or match[1] != _machine():
        return Owner.UNKNOWN
    if match[2] != _boot():
        return Owner.GONE
    if int(match[3]) == os.getpid():
        with _lock:
            return Owner.LIVES if name in _held else Owner.GONE
    return Owner.LIVES if _lives(int(match[3])) else Owner.GONE


def _lives(process: int) -> bool:
    if sys.platform == "win32":
        return False  # asking would end it; there a file that is open cannot be renamed or removed
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@functools.cache
def _machine() -> str:
    """This machine, and within it the set of processes that see each other (Linux: the PID namespace)."""
    node = os.uname().nodename if hasattr(os, "uname") else ""
    return _short(node, _text("/etc/machine-id"), _target("/proc/self/ns/pid"))


@functools.cache
def _boot() -> str:
    """Since when it runs: what was begun before, nobody goes on with."""
    return _short(_text("/proc/sys/kernel/random/boot_id"))


def _short(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]


def _text(path: str) -> str:
    try:
        return Path(path).read_text("ascii", "replace")
    except OSError:
        return ""


def _target(path: str) -> str:
    try:
        return str(Path(path).readlink())
    except OSError:
        return ""
