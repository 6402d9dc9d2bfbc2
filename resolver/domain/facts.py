"""The facts about a machine that a selector may ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from resolver.domain.quantities import parse_dotted

OPERATING_SYSTEMS = ("darwin", "linux", "windows")
ARCHITECTURES = ("arm64", "x86_64")
ACCELERATORS = ("cuda", "metal", "none", "rocm")

LARGEST = (1 << 63) - 1

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
        """Whether the fact cannot exist here: conditions on CUDA are false without an accelerator, not unknown."""
        return self.accelerator == "none" and name in ("cuda", "compute_capability")

    @property
    def unified_memory(self) -> bool:
        """Whether accelerator and processor share one memory."""
        return self.accelerator == "metal"


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
