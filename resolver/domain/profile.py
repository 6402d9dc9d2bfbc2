"""The profile of a machine: everything `models hardware` prints, and the facts that selectors see of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from resolver.domain.facts import ACCELERATORS, Facts

SCHEMA = "models.profile/1"
DEVICE_KINDS = ("cuda", "intel", "metal", "rocm")


@dataclass(frozen=True, slots=True)
class OperatingSystem:
    """`name` is linux, darwin or windows; `libc` like `glibc 2.36`; container and WSL where that is known."""

    name: str
    release: str | None = None
    libc: str | None = None
    wsl: bool = False
    container: bool = False


@dataclass(frozen=True, slots=True)
class Processor:
    """`logical` cores of the machine, `usable` after affinity and quota (whole cores, at least 1).

    `features` are the instruction sets that matter to inference; None is unknown, an empty tuple is none of them.
    """

    arch: str
    model: str | None = None
    features: tuple[str, ...] | None = None
    logical: int | None = None
    usable: int | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: what the machine has, what a control group allows (None: no limit), and the smaller of both."""

    total: int | None = None
    limit: int | None = None
    usable: int | None = None


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One device of a kind of `DEVICE_KINDS`. `memory` in bytes; None is unknown (a GB10 does not tell), never 0."""

    kind: str
    name: str | None = None
    memory: int | None = None
    unified: bool = False
    compute_capability: str | None = None
    driver: str | None = None
    cuda: str | None = None
    mig: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A machine. `volatile` (bytes free on disk and in memory) is shown and never selected by.

    `declared` holds the facts of a profile that was declared rather than detected; they stand for the rest.
    """

    os: OperatingSystem
    cpu: Processor
    memory: Memory
    accelerators: tuple[Accelerator, ...] = ()
    accelerators_known: bool = True
    runtimes: Mapping[str, str] = field(default_factory=dict)
    volatile: Mapping[str, int | None] = field(default_factory=dict)
    name: str | None = None
    source: str = "detected"
    declared: Facts | None = None

    @property
    def facts(self) -> Facts:
        """The facts that selectors see: those of one device, the largest (ties: the lowest index).

        A device that does not tell its memory could be the largest: only what it has in common with the others counts.

        Devices of a kind that selectors do not know are passed over: an Intel GPU alone is no accelerator, because
        none of the libraries that open our models computes on one (CTranslate2, MLX and the CPU and CUDA builds of
        torch and ONNX Runtime do not).
        """
        if self.declared is not None:
            return self.declared
        base = Facts(os=self.os.name or None, arch=self.cpu.arch or None, ram=self.memory.usable, cores=self.cpu.usable)
        known = [one for one in self.accelerators if one.kind in ACCELERATORS]
        if not known:
            return _with(base, accelerator="none" if self.accelerators_known else None)
        silent = [one for one in known if one.memory is None]
        largest = [max(known, key=lambda one: one.memory or 0)]
        possible = largest if not silent or len(known) == 1 else [*largest, *silent]
        return _with(
            base,
            accelerator=_common(one.kind for one in possible),
            vram=_common(one.memory for one in possible),
            cuda=_common(one.cuda for one in possible),
            compute_capability=_common(one.compute_capability for one in possible),
        )


T = TypeVar("T")


def _common(values: Iterable[T]) -> T | None:
    """The value that all have; None if they differ."""
    first, *others = dict.fromkeys(values)
    return None if others else first


def _with(base: Facts, **more: str | int | None) -> Facts:
    return Facts(**{**base.known(), **{name: value for name, value in more.items() if value is not None}})  # type: ignore[arg-type]  # the names are those of Facts
