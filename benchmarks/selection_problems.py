"""Machines and manifests to select from: large ones with a planted conflict, and small ones drawn at random."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from benchmarks.brute import first_of_all
from resolver.domain.facts import Facts
from resolver.domain.lock import Artifact, File, Lock
from resolver.domain.manifest import Model, Needs, Variant
from resolver.domain.selector import parse_selector
from resolver.stages.select.search import Load
from resolver.stages.select.table import BEST, UNLIMITED, Machine, Row, table

GB = 10**9
MB = 10**6
MODELS, VARIANTS = 500, 20
SMALL_MODELS, SMALL_VARIANTS = 6, 5
MACHINE = Facts("linux", "x86_64", "cuda", "12.8", "8.6", vram=24 * GB, ram=64 * GB, cores=16)
ROOMY = replace(MACHINE, vram=192 * GB)
"""A machine that the first choice of every model fits on at once."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A lock and a machine; `culprits` are the models that were made to contradict each other."""

    title: str
    lock: Lock
    facts: Facts
    culprits: frozenset[str] = frozenset()

    def rows(self) -> list[Row]:
        """Each model with its variants judged."""
        return table(self.lock.models, Machine(self.facts, self.lock.budget))

    def options(self, row: Row) -> list[int]:
        """The variants that suit the machine alone, best first; models here are required, so none is skipped."""
        return [option for option in row.options(BEST) if option is not None]

    def loads(self) -> list[list[Load]]:
        """What each option of each model takes."""
        return [[row.loads[option] for option in self.options(row)] for row in self.rows()]

    def limits(self) -> Load:
        """What may be taken in all."""
        return Machine(self.facts, self.lock.budget).limits(UNLIMITED)


def planted() -> tuple[Problem, ...]:
    """500 models x 20 variants that cannot be selected, because of two models far apart in the manifest."""
    repository, needs = _two_commits(_large()), _two_giants(_large())
    return (
        Problem("one repository at two commits, room for all", repository, ROOMY, frozenset({"m17", "m481"})),
        Problem("one repository at two commits, budget tight", repository, MACHINE, frozenset({"m17", "m481"})),
        Problem("two models that do not fit together", needs, MACHINE, frozenset({"m3", "m499"})),
    )


def _large() -> Lock:
    variants = [[_variant(model, position) for position in range(VARIANTS)] for model in range(MODELS)]
    models = tuple(Model(f"m{number}", tuple(own)) for number, own in enumerate(variants))
    keys = (variant.artifact for own in variants for variant in own)
    return Lock(models, {key: _artifact(key, number) for number, key in enumerate(keys)}, budget={"vram": 90})


def _variant(model: int, position: int) -> Variant:
    """The better the larger: from 200 MB on a device of 20 GB down to 10 MB on whatever there is."""
    steps = VARIANTS - position
    condition = {"accelerator": "cuda", "vram": f">={steps}GB"} if steps > 1 else {}
    key = f"hf:org/m{model}-v{position}@main"
    needs = Needs(steps * 10 * MB, 10 * MB)
    return Variant(f"v{position}", key, "huggingface", "text", parse_selector(condition), needs)


def _artifact(key: str, number: int) -> Artifact:
    return Artifact(key, f"{number:040x}", None, (File("model.bin", 10, f"{number:064x}"),))


def _two_commits(lock: Lock) -> Lock:
    """Every variant of one model wants a repository at one commit, every variant of another at another."""
    first, second = "hf:org/shared@v1", "hf:org/shared@v2"
    count = len(lock.artifacts)
    both = {first: _artifact(first, count), second: _artifact(second, count + 1)}
    changes = {17: partial(_of, first), 481: partial(_of, second)}
    return replace(lock, models=_changed(lock.models, changes), artifacts={**lock.artifacts, **both})


def _of(artifact: str, variant: Variant) -> Variant:
    return replace(variant, artifact=artifact)


def _two_giants(lock: Lock) -> Lock:
    """Each fits the machine's 64 GB alone, in every variant, and no two variants of them do together."""
    return replace(lock, models=_changed(lock.models, {3: partial(_needing, 40 * GB), 499: partial(_needing, 30 * GB)}))


def _needing(ram: int, variant: Variant) -> Variant:
    return replace(variant, needs=Needs(ram=ram))


def _changed(models: tuple[Model, ...], changes: Mapping[int, Callable[[Variant], Variant]]) -> tuple[Model, ...]:
    return tuple(
        replace(model, variants=tuple(map(changes[number], model.variants))) if number in changes else model
        for number, model in enumerate(models)
    )


def drawn(count: int, seed: int) -> Iterator[Problem]:
    """Small manifests where the first choices do not all fit and something else does.

    Needs are whole tenths of a GB up to 1 GB in both memories; each limit lies between the least of all models
    together and what their first choices take.
    """
    source = random.Random(seed)  # noqa: S311  # the same cases each time, not a secret
    found = 0
    while found < count:
        problem = _draw(source)
        if problem is not None:
            found += 1
            yield problem


def _draw(source: random.Random) -> Problem | None:
    needs = [[_random_needs(source) for _ in range(SMALL_VARIANTS)] for _ in range(SMALL_MODELS)]
    vram, ram = (_limit(source, [[getattr(one, name) for one in own] for own in needs]) for name in ("vram", "ram"))
    models = tuple(
        Model(f"m{number}", tuple(Variant(f"v{i}", "files", "files", "text", needs=one) for i, one in enumerate(own)))
        for number, own in enumerate(needs)
    )
    problem = Problem("drawn", Lock(models, {}), replace(MACHINE, vram=vram, ram=ram))
    best = first_of_all(problem.loads(), problem.limits())
    return problem if any(best) and all(len(own) == SMALL_VARIANTS for own in problem.loads()) else None


def _random_needs(source: random.Random) -> Needs:
    return Needs(source.randint(1, 10) * GB // 10, source.randint(1, 10) * GB // 10)


def _limit(source: random.Random, sizes: list[list[int]]) -> int:
    least, first = sum(map(min, sizes)), sum(own[0] for own in sizes)
    return source.randrange(least, first + 1, GB // 10)
