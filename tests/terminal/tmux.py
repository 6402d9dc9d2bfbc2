"""A real terminal: a tmux server of its own, one window of a given size, a shell in it that somebody types into."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.cli.project import Project
from tests.servers.certificates import tool

PATIENCE = 60
LINES = 50
_EXIT = re.compile(r"^(?:\^C)*\(exit (\d+)\)$", re.MULTILINE)
"""A key that is pressed when the command has just ended is echoed before it."""
_LISTEN, _ASK = "trap : INT; ", '; echo "(exit $?)"; trap - INT'
"""Around a command: a C-c that comes when it has just ended does not take its exit code away."""
PROMPT = "$ "


class Terminal:
    """A context manager; the folder is the project's, and `models` is the real command.

    What stands on the screen is what somebody sees: tmux has interpreted every escape sequence. The shell is the
    plainest there is, so that the echo and the line mode are those of the terminal and no line editor's.
    """

    def __init__(self, project: Project, columns: int = 80, **environment: str) -> None:
        self.columns = columns
        self._project = project
        self._environment = environment
        self._tmux = tool("tmux", "apt-get install tmux")
        self._folder = Path(tempfile.mkdtemp(prefix="tmux-"))  # short: the address of a socket is
        self._begun = 0

    def __enter__(self) -> Self:
        size = ("-x", str(self.columns), "-y", str(LINES))
        self._ask("new-session", "-d", *size, "-c", str(self._project.folder), "exec sh -i")
        self.until(lambda: self.screen() != "", "the shell did not start")
        self.type(f"PS1='{PROMPT}'; clear")
        self.until(lambda: self.screen() == PROMPT.strip(), "the prompt was not set")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ask("kill-server")
        shutil.rmtree(self._folder)

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        self._ask("clear-history")
        self._ask("send-keys", "-l", line)
        self._ask("send-keys", "Enter")

    def press(self, key: str) -> None:
        """Press one key, such as C-c."""
        self._ask("send-keys", key)

    def start(self, command: str) -> None:
        """Begin a command on an empty screen; `finish` waits for it."""
        self._begun += 1  # what is typed before the shell has cleared the screen would be cleared too
        self.type(f"clear; echo command {self._begun}")
        cleared = f"command {self._begun}\n{PROMPT.strip()}"
        self.until(lambda: self.screen() == cleared, "the screen was not cleared")
        self.type(_LISTEN + command + _ASK)

    def finish(self) -> int:
        """The exit code of the command that was begun."""
        self.until(lambda: self.ended, "the command does not end")
        self.until(lambda: self.screen().endswith(PROMPT.strip()), "the shell did not come back")
        return int(_EXIT.findall(self.screen())[-1])

    def run(self, command: str) -> tuple[int, list[str]]:
        """The exit code of a command, and what it left on the screen and above it."""
        self.start(command)
        code = self.finish()
        return code, self.said()

    def said(self) -> list[str]:
        """The lines that a finished command left, without the command and its exit code."""
        lines = self.text().split("\n")
        first = next(index for index, line in enumerate(lines) if line.endswith(_ASK))
        last = max(index for index, line in enumerate(lines) if _EXIT.match(line))
        return lines[first + 1 : last]

    def screen(self, *flags: str) -> str:
        """What can be seen now, as it stands there; `-e` keeps colours."""
        return self._ask("capture-pane", "-p", *flags).rstrip()

    def text(self) -> str:
        """Everything since the screen was cleared, with lines that the terminal had to break as the one they are."""
        joined = self._ask("capture-pane", "-p", "-J", "-S", "-")
        return "\n".join(line.rstrip() for line in joined.rstrip().split("\n"))

    def broken(self) -> list[str]:
        """The lines of output that the terminal had to break, because they are longer than it is wide."""
        lines = self.text().split("\n")
        return [line for line in lines if len(line) > self.columns and not line.endswith(_ASK)]

    def resize(self, columns: int) -> None:
        """Make the window narrower or wider while something runs in it."""
        self._ask("resize-window", "-x", str(columns), "-y", str(LINES))
        self.columns = columns

    @property
    def ended(self) -> bool:
        """Whether the command that was begun has ended."""
        return _EXIT.search(self.screen()) is not None

    @property
    def python(self) -> str:
        """The interpreter, for a command that is not `models` itself."""
        return shlex.quote(sys.executable)

    @property
    def cursor_shown(self) -> bool:
        return self._ask("display-message", "-p", "#{cursor_flag}").strip() == "1"

    def until(self, true: Callable[[], bool], otherwise: str) -> None:
        """Wait for something to be true."""
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"{otherwise}; the screen:\n{self.screen()}"
            time.sleep(0.02)

    def _ask(self, *arguments: str) -> str:
        command = [self._tmux, "-u", "-L", "models", "-f", os.devnull, *arguments]
        done = subprocess.run(command, env=self._variables(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{shlex.join(arguments)}: {done.stderr}"
        return done.stdout

    def _variables(self) -> dict[str, str]:
        programs = self._folder / "bin"
        if not programs.exists():
            programs.mkdir()
            command = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m resolver "$@"\n'
            programs.joinpath("models").write_text(command)
            programs.joinpath("models").chmod(0o700)
        return {
            **self._project.environment,
            "PYTHONPATH": str(self._project.root),
            "PATH": f"{programs}:{self._project.environment['PATH']}",
            "TMUX_TMPDIR": str(self._folder),
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color",
            **self._environment,
        }
