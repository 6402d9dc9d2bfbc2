"""Variants that no machine can ever get: a mistake in the manifest that nobody would notice otherwise."""

from collections.abc import Iterator, Sequence

from resolver.domain.coverage import holds_wherever, never_holds
from resolver.domain.manifest import Model, Variant


def never_chosen(models: Sequence[Model]) -> tuple[str, ...]:
    """A sentence on each variant that cannot win anywhere."""
    return tuple(
        f"{model.name}  variant '{variant.name}' can never be chosen: {reason}"
        for model in models
        for variant, reason in _hopeless(model)
    )


def _hopeless(model: Model) -> Iterator[tuple[Variant, str]]:
    for index, variant in enumerate(model.variants):
        contradicting = never_holds(variant.when)
        if contradicting:
            yield variant, f"no machine satisfies its {' and '.join(contradicting)}"
            continue
        earlier = next((one for one in model.variants[:index] if _always_before(one, variant)), None)
        if earlier is not None:
            yield variant, f"'{earlier.name}' stands before it, suits wherever it does and needs no more"


def _always_before(earlier: Variant, later: Variant) -> bool:
    frugal = earlier.needs.vram <= later.needs.vram and earlier.needs.ram <= later.needs.ram
    return frugal and holds_wherever(earlier.when, later.when)
