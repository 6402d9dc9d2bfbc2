"""Who was called, in which order."""

from collections.abc import Callable
from typing import Any


def noting(calls: list[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which writes its name into `calls` first."""

    def noted(*arguments: Any) -> Any:
        calls.append(name)
        return function(*arguments)

    return noted
