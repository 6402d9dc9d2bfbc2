"""From the models of a lock and the facts of a machine: which variant of each model it gets. Pure and offline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolver.domain.errors import NothingSuitsError, UnknownFactError
from resolver.domain.facts import Facts
from resolver.domain.lock import Selected, Selection, Skipped
from resolver.domain.manifest import Model, Variant
from resolver.domain.quantities import format_size
from resolver.domain.selector import Mismatch, Truth, Verdict


@dataclass(frozen=True, slots=True)
class _Outcome:
    chosen: Variant | None
    rejected: tuple[tuple[Variant, Verdict], ...]


def select(models: Sequence[Model], budget: Mapping[str, int], facts: Facts, machine: str) -> Selection:
    """The first feasible variant of each model, in written order; `machine` names it in messages.

    Raises:
        UnknownFactError: an unknown fact could change a winner.
        NothingSuitsError: a required model has no feasible variant.
    """
    chosen: list[Selected] = []
    skipped: dict[str, Skipped] = {}
    impossible: list[tuple[Model, _Outcome]] = []
    for model in models:
        outcome = _first_feasible(model, budget, facts, machine)
        if outcome.chosen is not None:
            chosen.append(Selected(model, outcome.chosen))
        elif model.optional:
            skipped[model.name] = Skipped(outcome.rejected[-1][1].because)
        else:
            impossible.append((model, outcome))
    if impossible:
        raise _nothing_suits(impossible, machine)
    return Selection(tuple(chosen), skipped)


def _first_feasible(model: Model, budget: Mapping[str, int], facts: Facts, machine: str) -> _Outcome:
    rejected: list[tuple[Variant, Verdict]] = []
    for variant in model.variants:
        verdict = judge(variant, budget, facts)
        if verdict.truth is Truth.UNKNOWN:
            raise _unknown(model, variant, verdict, machine)
        if verdict.truth is Truth.TRUE:
            return _Outcome(variant, tuple(rejected))
        rejected.append((variant, verdict))
    return _Outcome(None, tuple(rejected))


def judge(variant: Variant, budget: Mapping[str, int], facts: Facts) -> Verdict:
    """Whether a variant is for the machine and fits its budget alone."""
    verdicts = [variant.when.judge(facts), *_fits(variant, budget, facts)]
    for truth in (Truth.FALSE, Truth.UNKNOWN):
        because = tuple(one for verdict in verdicts if verdict.truth is truth for one in verdict.because)
        if any(verdict.truth is truth for verdict in verdicts):
            return Verdict(truth, because)
    return Verdict(Truth.TRUE)


def _fits(variant: Variant, budget: Mapping[str, int], facts: Facts) -> list[Verdict]:
    ram = variant.needs.ram + (variant.needs.vram if facts.unified_memory else 0)
    return [_within("vram", variant.needs.vram, budget, facts), _within("ram", ram, budget, facts)]


def _within(name: str, need: int, budget: Mapping[str, int], facts: Facts) -> Verdict:
    if need == 0:
        return Verdict(Truth.TRUE)
    total = facts.of(name)
    if total is None:
        return Verdict(Truth.UNKNOWN, (Mismatch(name, str(need), None),))
    available = int(total) * budget.get(name, 100) // 100
    if need <= available:
        return Verdict(Truth.TRUE)
    return Verdict(Truth.FALSE, (Mismatch(name, str(need), str(available)),))


def _unknown(model: Model, variant: Variant, verdict: Verdict, machine: str) -> UnknownFactError:
    facts = sorted({one.fact for one in verdict.because})
    return UnknownFactError(
        f"{machine}: {' and '.join(facts)} is unknown and decides whether '{model.name}' gets '{variant.name}'",
        hint=f"declare it: a profile in models.yaml with {', '.join(f'{fact}: …' for fact in facts)}, "
        "then `--profile NAME`; `models hardware` shows what is known",
    )


def _nothing_suits(impossible: Sequence[tuple[Model, _Outcome]], machine: str) -> NothingSuitsError:
    details = [
        f"{model.name}  {variant.name}: {'; '.join(mismatch_text(one) for one in verdict.because)}"
        for model, outcome in impossible
        for variant, verdict in outcome.rejected
    ]
    names = ", ".join(model.name for model, _ in impossible)
    return NothingSuitsError(
        f"{machine}: no variant suits for {names}",
        hint="add a variant without `when` as the last one, or `optional: true`",
        details=details,
    )


def mismatch_text(one: Mismatch) -> str:
    """A reason for people: sizes readable, the unknown called so."""
    sizes = one.fact in ("ram", "vram")
    wanted = format_size(int(one.wanted)) if sizes and one.wanted.isdigit() else one.wanted
    found = "unknown" if one.found is None else format_size(int(one.found)) if sizes else one.found
    if sizes and one.wanted.isdigit():
        return f"needs {wanted} {one.fact}, {found} left in the budget"
    return f"{one.fact} must be {wanted}, is {found}"
