"""When the disk has back the bytes of what goes: a name that goes frees nothing while another one is left."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from resolver.domain.pruning import AT_ONCE, COLLECTED, NOT, Leaving, Seen


@dataclass(frozen=True, slots=True)
class Stored:
    """The blob with the bytes of a file, and whether a lock names it; `is_cloned` where the two share by a reflink."""

    blob: Seen | None
    is_needed: bool
    is_cloned: bool


def freed(files: Iterable[Leaving], stored: Callable[[Leaving], Stored]) -> tuple[Leaving, ...]:
    """The files, each with when its bytes are free."""
    files = tuple(files)
    names = Counter((one.seen.device, one.seen.inode) for one in files)
    return tuple(replace(one, freed=_when(one, names[one.seen.device, one.seen.inode], stored)) for one in files)


def _when(one: Leaving, going: int, stored: Callable[[Leaving], Stored]) -> str:
    others, lies = one.seen.names - going, stored(one)
    if others < 1 and not lies.is_cloned:
        return AT_ONCE
    if lies.blob is None or lies.is_needed:
        return NOT
    is_last = others == 1 and (lies.blob.device, lies.blob.inode) == (one.seen.device, one.seen.inode)
    return COLLECTED if is_last or (others < 1 and lies.is_cloned) else NOT
