"""Which variants a machine could have at all, and what each of them takes: what the search works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from resolver.domain.facts import LARGEST, Facts
from resolver.domain.manifest import Model, Variant
from resolver.domain.selector import Mismatch, Truth, Verdict
from resolver.stages.select.search import NOTHING, Load

MEMORIES = ("vram", "ram")


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine's facts and the shares of its memories that models loaded together may take."""

    facts: Facts
    budget: Mapping[str, int]

    def limit(self, memory: str) -> int | None:
        """Bytes of a memory that may be taken; None if the memory is unknown."""
        total = self.facts.of(memory)
        return None if total is None else int(total) * self.budget.get(memory, 100) // 100

    def limits(self, unknown: int) -> Load:
        """Both limits, with what stands for one that is unknown."""
        vram, ram = (unknown if limit is None else limit for limit in map(self.limit, MEMORIES))
        return vram, ram

    @property
    def available(self) -> dict[str, int]:
        """The limits that are known."""
        return {memory: limit for memory in MEMORIES if (limit := self.limit(memory)) is not None}

    def load(self, variant: Variant) -> Load:
        """What a variant takes of each memory, as far as is known; where both are one, everything counts as ram too."""
        shared = variant.needs.vram if self.facts.unified_memory else 0
        return variant.needs.vram, variant.needs.ram + shared

    def most(self, variant: Variant) -> Load:
        """What it takes if it turns out that both memories are one."""
        shared = variant.needs.vram if self.facts.may_share_memory else 0
        vram, ram = self.load(variant)
        return vram, ram + shared

    def judge(self, variant: Variant) -> Verdict:
        """Whether a variant is for the machine and fits its budget alone."""
        verdicts = [variant.when.judge(self.facts), *map(self._within, MEMORIES, self.load(variant))]
        if self.facts.may_share_memory and self._within("ram", self.most(variant)[1]).truth is Truth.FALSE:
            verdicts.append(Verdict(Truth.UNKNOWN, (Mismatch("accelerator", "one with a memory of its own", None),)))
        for truth in (Truth.FALSE, Truth.UNKNOWN):
            if any(verdict.truth is truth for verdict in verdicts):
                because = (one for verdict in verdicts if verdict.truth is truth for one in verdict.because)
                return Verdict(truth, tuple(because))
        return Verdict(Truth.TRUE)

    def _within(self, memory: str, need: int) -> Verdict:
        limit = self.limit(memory)
        if need == 0:
            return Verdict(Truth.TRUE)
        if limit is None:
            return Verdict(Truth.UNKNOWN, (Mismatch(memory, str(need), None),))
        if need <= limit:
            return Verdict(Truth.TRUE)
        return Verdict(Truth.FALSE, (Mismatch(memory, str(need), str(limit)),))


@dataclass(frozen=True, slots=True)
class Row:
    """One model before a machine: the verdict on each variant, what each takes, and what it takes at most."""

    model: Model
    verdicts: tuple[Verdict, ...]
    loads: tuple[Load, ...]
    most: tuple[Load, ...]

    def options(self, accepted: frozenset[Truth]) -> list[int | None]:
        """The variants that may be chosen, by position in order of preference; None is to skip the model."""
        found: list[int | None] = [i for i, verdict in enumerate(self.verdicts) if verdict.truth in accepted]
        return [*found, None] if self.model.optional else found

    def load_of(self, option: int | None) -> Load:
        """What an option takes."""
        return NOTHING if option is None else self.loads[option]

    @property
    def at_worst(self) -> "Row":
        """The same with what each variant takes at most."""
        return replace(self, loads=self.most)


def table(models: Sequence[Model], machine: Machine) -> list[Row]:
    """Every variant of the models, judged."""
    return [
        Row(
            model,
            tuple(map(machine.judge, model.variants)),
            tuple(map(machine.load, model.variants)),
            tuple(map(machine.most, model.variants)),
        )
        for model in models
    ]


BEST = frozenset({Truth.TRUE, Truth.UNKNOWN})
WORST = frozenset({Truth.TRUE})
"""What counts as suitable if every unknown fact turns out well, or badly."""

UNLIMITED = LARGEST
"""What stands for an unknown limit if it turns out well: no sum of needs reaches it by accident."""
