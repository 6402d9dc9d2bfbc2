"""What was adopted, and which of it another program can still write to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.domain.plan import Download, Trace


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of adopting: `lost` could not be and are downloads now.

    `shared` are the digests of what another program can still write to, with the mtime at which the bytes were right
    (None: a write would not show in it).
    """

    lost: tuple[Download, ...] = ()
    shared: Mapping[str, int | None] = field(default_factory=dict)

    def trusted(self, traces: Mapping[str, Trace]) -> dict[str, Trace]:
        """The traces without those of files that may have been written to between judging and placing."""
        return {path: one for path, one in traces.items() if self.shared.get(one.sha256, one.mtime) == one.mtime}
