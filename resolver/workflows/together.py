"""Asking for several things at once, and saying at once everything that went wrong."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from resolver.concurrency import in_threads
from resolver.domain.errors import AccessRefusedError, InputError, MismatchError, ModelsError, OutsideError

K = TypeVar("K")
T = TypeVar("T")

AT_A_TIME = 32
"""Questions of some hundred bytes, of which round trips are waited for; what reads whole files has narrower bounds."""


def together(items: Sequence[K], question: Callable[[K], T]) -> dict[K, T]:
    """The answers; what fails is raised together, when every answer is in."""
    futures = dict(zip(items, in_threads(items, question, AT_A_TIME), strict=True))
    errors = [error for future in futures.values() if isinstance(error := future.exception(), ModelsError)]
    if errors:
        raise joined(errors)
    return {item: future.result() for item, future in futures.items()}


def joined(errors: Sequence[ModelsError]) -> ModelsError:
    """Several failures as one error of the worst kind, each with its message and its hint."""
    unique = list({error.message: error for error in errors}.values())
    order = (MismatchError, AccessRefusedError, OutsideError, InputError)
    kind, worst = next((kind, error) for kind in order for error in unique if isinstance(error, kind))
    if len(unique) == 1:
        return worst
    details = [line for error in unique for line in (error.message, *_more(error, worst))]
    return kind(f"{len(unique)} things stand in the way", hint=worst.hint, details=details)


def _more(error: ModelsError, worst: ModelsError) -> list[str]:
    hint = [f"  {error.hint}"] if error.hint and error.hint != worst.hint else []
    return [*(f"  {detail}" for detail in error.details), *hint]
