"""Who does not fit together is said within bounds, also where nobody could say it exactly."""

import pytest

from resolver.stages.select import search
from resolver.stages.select.search import MOST_LOADS, Load, conflict, plus

MODELS, VARIANTS = 100, 20
LIMITS = (24 * 10**9, 64 * 10**9)
BOUND = 20_000


def odd(model: int, variant: int) -> Load:
    """Needs in bytes of which no two sums are alike: the more of one memory, the less of the other."""
    vram = 10**9 + variant * 100_003_001 + model * 7_919 + 1
    return vram, 4 * 10**9 - variant * 100_019_003 - model * 6_007


OPTIONS = [[odd(model, variant) for variant in range(VARIANTS)] for model in range(MODELS)]


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> list[Load]:
    """Every load that was weighed, where few may be."""
    found: list[Load] = []

    def recorded(one: Load, other: Load) -> Load:
        found.append(one)
        return plus(one, other)

    monkeypatch.setattr(search, "MOST_LOADS", BOUND)
    monkeypatch.setattr(search, "plus", recorded)
    return found


def test_many_models_with_odd_needs_end_within_the_bound_and_those_named_do_not_fit(weighed: list[Load]) -> None:
    guilty = conflict(OPTIONS, LIMITS)
    assert 0 < len(weighed) <= BOUND < MOST_LOADS
    least = [min(vram for vram, _ in OPTIONS[index]) for index in guilty]
    assert sum(least) > LIMITS[0], "they do not fit, whatever each of them takes"
    assert guilty == tuple(sorted(set(guilty)))


def test_where_the_bound_is_reached_at_once_all_stay_in(weighed: list[Load], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_LOADS", VARIANTS)
    assert conflict(OPTIONS, LIMITS) == tuple(range(MODELS))
    assert len(weighed) <= VARIANTS


def test_within_the_bound_nobody_innocent_is_named(weighed: list[Load]) -> None:
    options = [[(1, 0)], [(5, 0)], [(2, 0), (3, 0)], [(6, 0)], [(9, 0)]]
    assert conflict(options, (10, 10)) == (1, 3)
    assert weighed
