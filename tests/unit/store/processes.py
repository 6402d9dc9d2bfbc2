"""Names of files in staging, as processes would have given them."""

import os
import subprocess

from resolver.store.owners import let_go, new_owner


def owned_by(process: int) -> str:
    """An owner's name as that process on this machine would make it; nothing in this process holds it."""
    name = new_owner()
    let_go(name)
    machine, boot, _, unique = name.split("-")
    return f"{machine}-{boot}-{process}-{unique}"


def rebooted(name: str) -> str:
    """The same name from before the machine was restarted."""
    machine, _, rest = name.split("-", 2)
    return f"{machine}-{'0' * 8}-{rest}"


def elsewhere(name: str) -> str:
    """The same name from another machine."""
    return f"{'0' * 8}-{name.partition('-')[2]}"


def gone_process() -> int:
    """The number of a process that has ended."""
    gone = subprocess.Popen(["true"])  # noqa: S607 - the system's
    gone.wait()
    assert gone.pid != os.getpid()
    return gone.pid
