"""Adopting what another cache holds: told as it goes, and what came of it in words."""

from collections.abc import Iterable, Sequence

from resolver.domain.plan import Adoption
from resolver.domain.quantities import format_size
from resolver.stages import adopt as stage
from resolver.workflows.shared import Adopted
from resolver.workflows.workspace import Workspace


def adopting(workspace: Workspace, adoptions: Sequence[Adoption], readers: int) -> Adopted:
    """Adopt, and tell the reporter."""
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


def _regret(one: stage.Adopted) -> str:
    origin = one.adoption.origins[-1]
    return f"note: {one.adoption.file.path} is not adopted from {origin}: {one.taking.because}"
