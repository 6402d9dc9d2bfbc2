"""How many connections: one, until more were seen to bring more."""

import pytest

from resolver.stages.fetch.growth import (
    FAST,
    GROWN,
    LOOK_SECONDS,
    PROOF_SECONDS,
    REST_SECONDS,
    WORTH_BYTES,
    Growth,
    Sight,
)

MEGABYTE = 1_000_000
LEFT = 10_000 * MEGABYTE


class Link:
    """What comes over a link, by a clock of its own."""

    def __init__(self, growth: Growth, left: int = LEFT) -> None:
        self.growth, self.left = growth, left
        self.now, self.received = 50.0, 0

    def brings(self, rate: float, seconds: float = PROOF_SECONDS * 1.01, running: int | None = None) -> int:
        """How many connections are wanted after so many seconds at so many bytes a second."""
        running = self.growth.wanted if running is None else running
        self.growth.look(Sight(self.now, self.received, self.left, running))
        self.now += seconds
        self.received += int(rate * seconds)
        return self.growth.look(Sight(self.now, self.received, self.left, running))


def test_a_slow_connection_is_joined_by_others_and_they_stay_if_more_comes() -> None:
    link = Link(Growth(8))
    assert link.brings(20 * MEGABYTE) == 8
    assert link.brings(150 * MEGABYTE) == 8
    assert link.brings(150 * MEGABYTE) == 8


def test_many_are_reached_by_steps_each_of_which_has_to_pay() -> None:
    link = Link(Growth(20))
    assert link.brings(5 * MEGABYTE) == 8
    assert link.brings(40 * MEGABYTE) == 20
    assert link.brings(40 * MEGABYTE * (GROWN - 0.01)) == 8


def test_where_the_link_is_full_the_others_are_let_go_for_a_while() -> None:
    link = Link(Growth(8))
    assert link.brings(20 * MEGABYTE) == 8
    assert link.brings(20 * MEGABYTE * (GROWN - 0.01)) == 1
    assert link.brings(20 * MEGABYTE, REST_SECONDS - 1) == 1
    link.brings(20 * MEGABYTE, 2)
    assert link.growth.wanted == 8, "later it is worth another try"


def test_others_that_were_let_go_because_of_a_lucky_moment_come_back() -> None:
    link = Link(Growth(8))
    assert link.brings(140 * MEGABYTE, LOOK_SECONDS * 1.01) == 8, "a burst from some buffer"
    assert link.brings(150 * MEGABYTE) == 1
    assert link.brings(20 * MEGABYTE, PROOF_SECONDS * 0.9) == 1
    assert link.brings(20 * MEGABYTE, PROOF_SECONDS) == 8
    assert link.brings(150 * MEGABYTE) == 8


def test_a_server_that_asked_for_less_is_left_alone_however_little_comes() -> None:
    link = Link(Growth(8))
    link.brings(20 * MEGABYTE)
    link.brings(20 * MEGABYTE)
    link.growth.retreat(link.now)
    assert link.brings(1 * MEGABYTE, REST_SECONDS - 1) == 1


@pytest.mark.parametrize(
    ("rate", "left"), [(FAST, LEFT), (20 * MEGABYTE, WORTH_BYTES - 1), (100 * MEGABYTE, 199 * MEGABYTE)]
)
def test_a_fast_link_and_a_file_that_is_nearly_there_need_no_others(rate: int, left: int) -> None:
    assert Link(Growth(8), left).brings(rate) == 1


def test_nothing_is_judged_before_all_bring_bytes_and_some_time_went_by() -> None:
    link = Link(Growth(8))
    assert link.brings(20 * MEGABYTE, LOOK_SECONDS * 0.9) == 1
    link = Link(Growth(8))
    link.brings(20 * MEGABYTE)
    assert link.brings(20 * MEGABYTE, running=7) == 8


def test_new_connections_have_time_to_become_fast() -> None:
    link = Link(Growth(8))
    assert link.brings(20 * MEGABYTE, LOOK_SECONDS * 1.01) == 8
    assert link.brings(1 * MEGABYTE, PROOF_SECONDS * 0.9) == 8
    link.now += PROOF_SECONDS
    link.received += 150 * MEGABYTE
    assert link.brings(0, 0) == 8


def test_where_the_rate_is_limited_others_would_bring_no_more() -> None:
    assert Link(Growth(8, 10 * MEGABYTE)).brings(10 * MEGABYTE / GROWN) == 1
    assert Link(Growth(8, 10 * MEGABYTE)).brings(10 * MEGABYTE / GROWN - 1000) == 8
    assert Link(Growth(8, 2.0 * FAST)).brings(FAST) == 1


def test_once_all_have_brought_bytes_those_that_just_change_their_segment_delay_no_judgement() -> None:
    link = Link(Growth(8))
    assert link.brings(20 * MEGABYTE) == 8
    link.growth.look(Sight(link.now, link.received, link.left, 8))
    assert link.brings(20 * MEGABYTE, running=7) == 1


def test_after_a_failure_half_as_many_are_wanted_for_as_long_as_the_server_says() -> None:
    link = Link(Growth(8))
    link.brings(20 * MEGABYTE)
    link.growth.retreat(link.now, 100.0)
    assert link.growth.wanted == 4
    link.brings(1000 * MEGABYTE, 99)
    assert link.growth.wanted == 4
    link.growth.retreat(link.now)
    link.growth.retreat(link.now)
    link.growth.retreat(link.now)
    assert link.growth.wanted == 1


def test_without_ranges_there_is_one_for_good() -> None:
    link = Link(Growth(8))
    link.growth.stop()
    assert link.brings(1 * MEGABYTE, 1000) == 1


def test_one_is_all_that_is_allowed_if_one_is_allowed() -> None:
    assert Link(Growth(1)).brings(1 * MEGABYTE) == 1
