"""From a manifest, what sources offer, and the old lock: which pins stay, which candidate wins, the new lock."""

from resolver.stages.resolve.artifacts import assemble, complete
from resolver.stages.resolve.demands import Demand, Edges, Use, demands, uses_in
from resolver.stages.resolve.newer import outlook
from resolver.stages.resolve.pins import Earlier, Pin, settled
from resolver.stages.resolve.versions import choose

__all__ = [
    "Demand",
    "Earlier",
    "Edges",
    "Pin",
    "Use",
    "assemble",
    "choose",
    "complete",
    "demands",
    "outlook",
    "settled",
    "uses_in",
]
