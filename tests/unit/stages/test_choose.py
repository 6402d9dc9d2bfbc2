"""Which candidate a request means: PEP 440 over tags and releases, and never a guess."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.domain.errors import NotFoundUpstreamError, VersionError
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate
from resolver.stages.resolve import choose

OFFERED = ["1.0", "v1.1", "1.2rc1", "2.0", "2.0.post1", "2.1.dev1", "v3.0a1", "nightly", "0.9", "release-5"]


def offered(*versions: str, yanked: tuple[str, ...] = ()) -> list[Candidate]:
    """Tags, each on a commit of its own."""
    return [Candidate(one, f"commit of {one}", one in yanked) for one in versions]


def chosen(asked: str | None, candidates: list[Candidate]) -> str | None:
    return choose(Request("hf:org/name", version=asked), candidates).version


TABLE = {
    ">=1": "2.0.post1",
    ">=1,<2": "v1.1",
    "~=1.0": "v1.1",
    "==1.0": "1.0",
    "==1.0.0": "1.0",
    "==1.1": "v1.1",
    "==1.*": "v1.1",
    "==2.0": "2.0",
    "!=2.0.post1": "2.0",
    "<1": "0.9",
    "<=1.1": "v1.1",
    ">1.1,<2.0": None,
    "==1.2rc1": "1.2rc1",
    ">=1.2rc1,<2": "1.2rc1",
    ">=1.2": "2.0.post1",
    "==1.2": None,
    "==2.1.dev1": "2.1.dev1",
    ">=2.1": None,
    ">=3.0": None,
    ">=3.0a1": "v3.0a1",
    "===1.0": "1.0",
    "==5": None,
    ">=9": None,
}


@pytest.mark.parametrize(("asked", "wanted"), TABLE.items())
def test_the_highest_version_that_satisfies_is_chosen(asked: str, wanted: str | None) -> None:
    for order in (OFFERED, OFFERED[::-1], sorted(OFFERED)):
        if wanted is not None:
            assert chosen(asked, offered(*order)) == wanted
        else:
            with pytest.raises(VersionError, match="no version satisfies"):
                chosen(asked, offered(*order))


def test_without_a_range_it_is_the_highest_that_is_no_pre_release() -> None:
    assert chosen(None, offered(*OFFERED)) == "2.0.post1"


def test_versions_compare_by_number_and_not_by_text() -> None:
    assert chosen(">=1", offered("9.0", "10.0", "1.0")) == "10.0"
    assert chosen(">=1", offered("1!0.1", "10.0")) == "1!0.1"
    assert chosen(">=1", offered("1.0", "1.0+local")) == "1.0+local"


@pytest.mark.parametrize("asked", [None, ">=1", "<9", "!=1.5", "~=2.0"])
def test_a_pre_release_does_not_count_even_where_there_is_nothing_else(asked: str | None) -> None:
    with pytest.raises(VersionError, match="no version satisfies"):
        chosen(asked, offered("2.1rc1", "2.2.dev1"))


def test_a_yanked_release_counts_only_where_it_is_named() -> None:
    releases = offered("1.0", "1.1", "1.2", yanked=("1.1", "1.2"))
    assert chosen(">=1", releases) == "1.0"
    assert chosen("==1.1", releases) == "1.1"
    assert chosen("==1.1.0", releases) == "1.1"
    assert chosen("===1.2", releases) == "1.2"
    for asked in ("==1.2,!=1.2", ">1.0", "==1.1.*", "~=1.1", ">=1.2"):
        with pytest.raises(VersionError):
            chosen(asked, releases)


def test_one_version_on_two_commits_is_ambiguous() -> None:
    with pytest.raises(VersionError, match=r"1\.0, v1\.0 are the same version on different commits") as caught:
        chosen("==1.0", offered("v1.0", "1.0", "0.9"))
    assert caught.value.hint == "name one with `revision:`"


def test_one_version_on_one_commit_is_not() -> None:
    both = [Candidate("v1.0", "c"), Candidate("1.0.0", "c"), Candidate("0.9", "d")]
    assert choose(Request("hf:org/name", version=">=0"), both).commit == "c"
    assert chosen("<1", [*both, Candidate("0.9.0", "d")]) == "0.9"


def test_two_equal_versions_below_the_highest_are_no_matter() -> None:
    assert chosen(">=1", offered("v1.0", "1.0", "2.0")) == "2.0"


def test_the_error_says_what_there_is_lowest_first() -> None:
    with pytest.raises(VersionError, match="hf:org/name: no version satisfies '>=9'") as caught:
        chosen(">=9", offered("1.10", "1.9", "nightly", "v1.0", yanked=("1.9",)))
    assert caught.value.hint == "there are: v1.0, 1.9 (yanked), 1.10"


def test_the_error_says_no_more_than_the_last_twelve() -> None:
    with pytest.raises(VersionError) as caught:
        chosen(">=99", offered(*(str(n) for n in range(20))))
    assert caught.value.hint == "there are: " + ", ".join(str(n) for n in range(8, 20))


def test_the_error_says_if_there_is_no_version_at_all() -> None:
    with pytest.raises(VersionError, match="no version satisfies") as caught:
        chosen(">=1", offered("nightly", "main"))
    assert caught.value.hint == "it has no version at all; use `revision:`"


def test_nothing_to_choose_from_is_not_found() -> None:
    with pytest.raises(NotFoundUpstreamError, match="hf:org/name: nothing to pin"):
        chosen(">=1", [])


def test_a_revision_is_the_one_that_it_is() -> None:
    assert choose(Request("hf:org/name", revision="main"), [Candidate(commit="c")]).commit == "c"
    assert choose(Request("file:./x"), [Candidate()]) == Candidate()


@settings(deadline=None)
@given(st.permutations(["1.0", "1.1", "1.2", "2.0", "2.0rc1", "0.5"]), st.sampled_from([">=1", "<2", "~=1.0", "!=2.0"]))
def test_the_order_of_the_offer_does_not_matter(order: list[str], asked: str) -> None:
    assert chosen(asked, offered(*order)) == chosen(asked, offered(*sorted(order)))


@pytest.mark.parametrize(("yanked", "pre"), list(itertools.product([False, True], repeat=2)))
def test_nothing_that_does_not_count_hides_what_does(yanked: bool, pre: bool) -> None:  # noqa: FBT001
    candidates = offered("1.0", "2.0rc1" if pre else "2.0", yanked=("2.0", "2.0rc1") if yanked else ())
    assert chosen(">=1", candidates) == ("1.0" if yanked or pre else "2.0")
