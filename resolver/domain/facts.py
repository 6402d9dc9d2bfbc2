"""The facts about a machine that a selector may ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from resolver.domain.quantities import parse_dotted

OPERATING_SYSTEMS = ("darwin", "linux", "windows")
ARCHITECTURES = ("arm64", "x86_64")
ACCELERATORS = ("cuda", "metal", "none", "rocm")

LARGEST = (1 << 63) - 1

_SHARING = frozenset(map(parse_dotted, ("5.3", "6.2", "7.2", "8.7", "10.1", "11.0", "12.1")))
"""Compute capabilities that only devices without memory of their own have.

By NVIDIA's tables (developer.nvidia.com/cuda-gpus and /cuda-legacy-gpus): Jetson Nano 5.3, TX2 6.2, Xavier 7.2,
Orin 8.7, Thor 11.0 and GB10 12.1. Thor was 10.1 before CUDA 13.0 (its release notes: "SM101 has been renumbered as
SM110"). GH200, GB200 and GB300 are not among them: their GPUs have memory of their own.
"""

type_of_fact = {
    "os": OPERATING_SYSTEMS,
    "arch": ARCHITECTURES,
    "accelerator": ACCELERATORS,
    "cuda": "version",
    "compute_capability": "version",
    "vram": "size",
    "ram": "size",
    "cores": "count",
}
"""Each fact with what it may be: one of some words, a dotted version, a size in bytes, or a count."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one machine. None is unknown, never 0 and never false.

    `vram` and `ram` are bytes, `ram` the usable memory, `cores` the usable cores; `vram`, `cuda` and
    `compute_capability` are of one device, the largest.
    """

    os: str | None = None
    arch: str | None = None
    accelerator: str | None = None
    cuda: str | None = None
    compute_capability: str | None = None
    vram: int | None = None
    ram: int | None = None
    cores: int | None = None

    def known(self) -> dict[str, str | int]:
        """The facts that are known, by name, in code-point order."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: found[name] for name in sorted(found) if found[name] is not None}

    def unknown(self) -> tuple[str, ...]:
        """The names of the facts that are not known, in code-point order."""
        return tuple(sorted(field.name for field in fields(self) if self.of(field.name) is None))

    def of(self, name: str) -> str | int | None:
        """One fact; without an accelerator `vram` is known to be 0."""
        value: str | int | None = getattr(self, name)
        if value is None and name == "vram" and self.accelerator == "none":
            return 0
        return value

    def does_not_apply(self, name: str) -> bool:
        """Whether the fact cannot exist here: without a CUDA device, conditions on CUDA are false and not unknown."""
        if name not in ("cuda", "compute_capability"):
            return False
        return self.accelerator == "none" or (self.accelerator in ("metal", "rocm") and getattr(self, name) is None)

    @property
    def unified_memory(self) -> bool:
        """Whether accelerator and processor share one memory.

        A CUDA device of which nobody tells the compute capability counts as one with a memory of its own: those that
        have none are known by it, and a profile that is declared by hand is hardly ever for one of them.
        """
        return shares_memory(self.accelerator, self.compute_capability)

    @property
    def may_share_memory(self) -> bool:
        """Whether that hangs on an accelerator that is unknown."""
        return self.accelerator is None


def shares_memory(accelerator: str | None, compute_capability: str | None) -> bool:
    """Whether devices of a kind have no memory but the machine's: Apple silicon, and some of NVIDIA's."""
    if accelerator == "metal":
        return True
    return accelerator == "cuda" and bool(compute_capability) and parse_dotted(compute_capability or "") in _SHARING


def facts_from(values: Mapping[str, object]) -> Facts:
    """Facts from plain values as the lock and a saved profile keep them.

    Raises:
        ValueError: a fact is unknown or its value has the wrong type.
    """
    for name, value in values.items():
        kind = type_of_fact.get(name)
        if kind is None:
            raise ValueError(f"unknown fact {name!r}")
        if kind in ("size", "count"):
            valid = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST
        elif kind == "version":
            valid = isinstance(value, str) and bool(parse_dotted(value))
        else:
            valid = value in kind
        if not valid:
            raise ValueError(f"fact {name!r} cannot be {value!r}")
    return Facts(**values)  # type: ignore[arg-type]  # checked fact by fact above
