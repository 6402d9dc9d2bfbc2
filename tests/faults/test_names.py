"""Names from outside, made by hypothesis: none that is accepted leaves its folder on any system."""

from hypothesis import HealthCheck, given, settings

from resolver.domain.names import path_objection
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.unit.domain.test_names import ANY_NAME, assert_contained

NAMES = scale(2_000, 100_000)


def test_no_name_escapes() -> None:
    accepted: list[bool] = []

    @settings(
        max_examples=NAMES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(ANY_NAME)
    def contained(path: str) -> None:
        accepted.append(path_objection(path) is None)
        if accepted[-1]:
            assert_contained(path)

    contained()
    assert sum(accepted) > len(accepted) // 100, "names that nobody accepts show nothing"
    figure(
        "names that escape",
        "100,000 hypothesis names: 0 escapes, the same verdict on every system",
        f"{len(accepted):,} names, {sum(accepted):,} accepted, 0 escapes",
    )
