"""Why a machine gets what it gets: values that the command line renders as text or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.domain.manifest import Model, Variant
from resolver.domain.selector import Mismatch


@dataclass(frozen=True, slots=True)
class Judged:
    """One variant before a machine: chosen, rejected with every reason, or not considered because an earlier one won.

    A reason about `vram` or `ram` that a budget gives has plain bytes as `wanted`, and as `found` the bytes that are
    left for it.
    """

    variant: Variant
    outcome: str
    because: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a model gets what it gets on one machine.

    `available` maps vram and ram to the bytes that its group may take, where known; the judged variants are in order.
    """

    model: Model
    judged: tuple[Judged, ...]
    available: Mapping[str, int]

    @property
    def chosen(self) -> Variant | None:
        """The variant that the machine gets, None if the model is skipped."""
        return next((one.variant for one in self.judged if one.outcome == "chosen"), None)
