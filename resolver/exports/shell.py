"""Variables as the words of a shell, or as a file of NAME=value lines."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resolver.domain.environment import Variables
from resolver.domain.errors import UsageError

_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./\\-]*", re.ASCII)
_POWERSHELL_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")  # all of these end a text in single quotes


@dataclass(frozen=True, slots=True)
class _Words:
    """How a shell sets a variable to a text, and how it takes one away."""

    sets: Callable[[str, str], str]
    removes: Callable[[str], str]


def _posix(name: str, value: str) -> str:
    quoted = value.replace("'", "'\\''")
    return f"export {name}='{quoted}'"


def _fish(name: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{quoted}'"


def _powershell(name: str, value: str) -> str:
    return f"$env:{name} = '{_POWERSHELL_QUOTES.sub(lambda found: found[0] * 2, value)}'"


def _dotenv(name: str, value: str) -> str:
    """Plain where that is possible: Docker and CI systems know no quotes."""
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    if "\n" in value or "\r" in value:
        raise UsageError(f"{name} has a line break, which a file of variables cannot hold", hint="move the project")
    quoted = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"{name}='{quoted}'"


SHELLS: Mapping[str, _Words] = {
    "bash": _Words(_posix, lambda name: f"unset {name}"),
    "zsh": _Words(_posix, lambda name: f"unset {name}"),
    "fish": _Words(_fish, lambda name: f"set -e {name}"),
    "powershell": _Words(_powershell, lambda name: f"Remove-Item Env:{name} -ErrorAction SilentlyContinue"),
    "dotenv": _Words(_dotenv, lambda name: f"# {name} must not be set"),
}


def shell_text(shell: str, variables: Variables) -> str:
    """Lines that a shell of `SHELLS` evaluates.

    Raises:
        UsageError: a value cannot be written there.
    """
    words = SHELLS[shell]
    lines = [
        *(words.removes(name) for name in variables.removed),
        *(words.sets(name, value) for name, value in variables.values.items()),
    ]
    return "\n".join(lines) + "\n"
