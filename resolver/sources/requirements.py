"""The Python requirements that a wheel states, as the lock keeps them."""

import re
from collections.abc import Iterable
from itertools import islice

from packaging.requirements import InvalidRequirement, Requirement

MOST_READ = 10_000
"""So many lines of METADATA are looked at: a wheel with a million of them would cost half a minute."""
MOST_KEPT = 200
LONGEST = 300


def python_requirements(stated: Iterable[str]) -> tuple[str, ...]:
    """The requirements of the package itself, not of its extras: in packaging's own spelling, sorted, each once.

    What cannot be read or is longer than any real one is left out, and so is an address: the lock holds none.
    """
    found = {text for one in islice(stated, MOST_READ) if (text := _spelled(one)) is not None}
    return tuple(sorted(found)[:MOST_KEPT])


def _spelled(stated: str) -> str | None:
    plain = " ".join(stated.split())
    if len(plain) > LONGEST:
        return None
    try:
        requirement = Requirement(plain)
    except InvalidRequirement:
        return None
    if requirement.marker and _names_an_extra(str(requirement.marker)):
        return None
    requirement.url = None
    text = str(requirement)
    return text if len(text) <= LONGEST and text.isprintable() else None


def _names_an_extra(marker: str) -> bool:
    """Whether a marker asks for an extra; a quoted `extra` is a value."""
    return bool(re.search(r"\bextras?\b", re.sub(r"'[^']*'|\"[^\"]*\"", "", marker)))
