"""Adopting what another cache holds: told as it goes, and what came of it in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resolver.domain.plan import Adoption, Download, Trace
from resolver.domain.quantities import format_size
from resolver.workflows.workspace import Workspace

if TYPE_CHECKING:
    from resolver.stages import adopt as stage


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


def adopting(workspace: Workspace, adoptions: Sequence[Adoption], readers: int) -> Adopted:
    """Adopt, and tell the reporter; what adopts is imported when there is something to adopt."""
    from resolver.stages import adopt as stage

    totals = _by_model(adoptions)
    for model, size in totals.items():
        workspace.reporter.begin(model, size, "adopt")
    ways = stage.Ways(workspace.link_modes, readers, workspace.stop)
    done = stage.adopt(adoptions, workspace.store, ways, workspace.reporter)
    taken = _by_model(one.adoption for one in done if one.taking.how is not None)
    for model in totals:
        workspace.reporter.end(model, f"{format_size(taken.get(model, 0))} adopted from the Hugging Face cache")
    lost = [one for one in done if one.taking.how is None]
    for one in lost:
        workspace.reporter.note(_regret(one))
    linked = [one for one in done if one.taking.how == "hardlink"]
    return Adopted(
        tuple(one.adoption.download for one in lost),
        {one.adoption.file.sha256: one.taking.mtime for one in linked},
    )


def _by_model(adoptions: Iterable[Adoption]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for one in adoptions:
        sizes[one.models[0]] = sizes.get(one.models[0], 0) + one.file.size
    return sizes


def _regret(one: "stage.Adopted") -> str:
    origin = one.adoption.origins[-1]
    return f"note: {one.adoption.file.path} is not adopted from {origin}: {one.taking.because}"
