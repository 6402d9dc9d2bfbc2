"""When the disk has bytes back: a name that goes frees nothing while another one is left."""

import pytest

from resolver.domain.pruning import AT_ONCE, COLLECTED, NOT, Leaving, Pruning, Seen
from resolver.stages.prune.freeing import Stored, freed

BLOB = Seen(5, 1, 1, 7, 2)
ELSEWHERE = Seen(5, 1, 1, 8, 1)
COPY = Seen(5, 1, 1, 9, 1)


def when(*seen: Seen, blob: Seen | None = BLOB, is_needed: bool = False, is_cloned: bool = False) -> list[str]:
    files = [Leaving(f"a/{number}", "a", one, "") for number, one in enumerate(seen)]
    return [one.freed for one in freed(files, lambda _: Stored(blob, is_needed, is_cloned))]


def linked(names: int) -> Seen:
    return Seen(5, 1, 1, 7, names)


def test_a_copy_is_free_at_once() -> None:
    assert when(COPY) == [AT_ONCE]
    assert when(COPY, blob=None) == [AT_ONCE]
    assert when(COPY, is_needed=True) == [AT_ONCE]


def test_a_hard_link_is_free_when_the_store_lets_go() -> None:
    assert when(linked(2)) == [COLLECTED]
    assert when(linked(2), is_needed=True) == [NOT]


@pytest.mark.parametrize("blob", [None, ELSEWHERE])
def test_a_name_that_is_not_the_stores_is_nobodys_to_give(blob: Seen | None) -> None:
    assert when(linked(2), blob=blob) == [NOT]


def test_a_third_name_keeps_the_bytes() -> None:
    assert when(linked(3)) == [NOT]


def test_names_that_go_together_count_together() -> None:
    assert when(linked(3), linked(3)) == [COLLECTED, COLLECTED]
    assert when(linked(2), linked(2), blob=None) == [AT_ONCE, AT_ONCE]


def test_a_reflink_is_free_when_the_store_lets_go() -> None:
    assert when(COPY, is_cloned=True, blob=ELSEWHERE) == [COLLECTED]
    assert when(COPY, is_cloned=True, blob=ELSEWHERE, is_needed=True) == [NOT]
    assert when(COPY, is_cloned=True, blob=None) == [NOT]


def test_bytes_with_two_names_are_counted_once() -> None:
    files = [Leaving(f"a/{number}", "a", linked(3), "", freed=COLLECTED) for number in range(2)]
    pruning = Pruning((*files, Leaving("b/x", "b", COPY, "")), {}, (), ())
    assert (pruning.size, pruning.freed(COLLECTED), pruning.freed(AT_ONCE), pruning.freed(NOT)) == (10, 5, 5, 0)
