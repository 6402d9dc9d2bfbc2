"""Which places are meant when bytes are missing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """Mirrors by judged location, in their order; whether those of the manifest follow, and at last the sources."""

    mirrors: tuple[str, ...] = ()
    manifest: bool = True
    origin: bool = True
