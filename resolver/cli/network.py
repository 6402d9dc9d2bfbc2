"""Verbs that have to ask the sources, where the network may not be used."""

from collections.abc import Iterator
from contextlib import contextmanager

from resolver.cli.options import Session
from resolver.domain.errors import OfflineError, UsageError

_ASKED = "the sources have to be asked, and"


@contextmanager
def asking(session: Session) -> Iterator[None]:
    """Around what asks: a flag that forbids it contradicts the command, a variable is how things stand here.

    Raises:
        UsageError: `--offline` was given; one command line cannot ask for both.
        OfflineError: a variable forbids it, as a network that is down would.
    """
    try:
        yield
    except OfflineError as error:
        if session.offline:
            raise UsageError(f"{_ASKED} --offline forbids it", hint="leave out --offline") from error
        names = session.surroundings.forbidding
        raise OfflineError(
            f"{_ASKED} {' and '.join(names)} {'forbids' if len(names) == 1 else 'forbid'} it",
            hint=f"unset {' and '.join(names)} for this command"
            + (" (`models env` sets it)" if names == ("HF_HUB_OFFLINE",) else ""),
        ) from error
