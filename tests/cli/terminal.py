"""A command on a terminal, as somebody sees it who sits there."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable

from tests.cli.project import Project

_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(
    project: Project,
    *arguments: str,
    columns: int = 80,
    answer: bytes = b"",
    meanwhile: Callable[[], object] | None = None,
) -> tuple[int, list[str]]:
    """The exit code of the real process, and the lines on its screen without styles; somebody types the answer.

    With a `meanwhile`, the answer comes after that, which happens while the question stands there.
    """
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "resolver", *arguments],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.root), "TERM": "xterm", "NO_COLOR": "1"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    if meanwhile is not None:
        while b"Remove it?" not in said:
            said += os.read(mine, 1 << 16)
        meanwhile()
    os.write(mine, answer)
    try:
        while piece := os.read(mine, 1 << 16):
            said += piece
    except OSError:  # the terminal is closed from the other side
        pass
    os.close(mine)
    return process.wait(), [line.rstrip() for line in _STYLE.sub("", said.decode()).replace("\r", "").split("\n")]
