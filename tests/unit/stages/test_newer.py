"""What an update would take, and what excludes the rest: from values, so every rule in a line."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.domain.lock import Artifact, request_in
from resolver.domain.ports import Candidate
from resolver.domain.upstream import NO_WHEEL, Altered, Offer, Outlook, Standing, Subject
from resolver.stages.resolve import choose, outlook
from resolver.stages.resolve.versions import LONGEST_VERSION
from tests.unit.domain.values import COMMIT, OTHER_COMMIT, file


def at(asked: str, version: str | None = None, commit: str | None = COMMIT) -> Subject:
    return Subject(Artifact(f"hf:org/name@{asked}", commit, version, (file(),), upstream_id="1"), ("asr",))


def release(asked: str, version: str) -> Subject:
    return Subject(Artifact(f"pypi:pack@{asked}", None, version, (file(),)), ("vad",))


def of_range(*offers: Offer) -> Standing:
    return Standing("range", offers=offers)


def versions(*names: str) -> Standing:
    return of_range(*(Offer(name) for name in names))


def why(found: Outlook) -> dict[str, tuple[str, ...]]:
    return {one.name: one.because for one in found.excluded}


TAKEN = {
    ("*", "1.0"): "2.0",
    (">=1,<2", "1.0"): "1.9",
    ("~=1.0", "1.9"): None,
    ("==1.0", "1.0"): None,
    ("!=2.0", "1.0"): "1.9",
    (">=2.1a1", "2.1a1"): "3.0rc1",
    ("<2", "1.9"): None,
}


@pytest.mark.parametrize(("case", "taken"), TAKEN.items())
def test_an_update_takes_what_lock_would(case: tuple[str, str], taken: str | None) -> None:
    found = outlook(release(*case), versions("1.0", "1.9", "2.0", "2.1a1", "3.0rc1", "nightly"))
    assert (found.newer and found.newer.version, found.state) == (taken, "newer" if taken else "current")


def test_one_release_by_two_names_is_one_release() -> None:
    found = outlook(at(">=1", "v1.0"), of_range(Offer("1.0", COMMIT), Offer("v1.0", COMMIT)))
    assert (found.state, found.newer) == ("current", None)


def test_two_equal_versions_on_different_commits_are_trouble_and_nothing_to_take() -> None:
    found = outlook(
        at(">=1", "v1.0"), of_range(Offer("v1.0", COMMIT), Offer("2.0", COMMIT), Offer("v2.0", OTHER_COMMIT))
    )
    assert (found.state, found.newer) == ("current", None)
    assert found.remark == "2.0, v2.0 are the same version on different commits"


def test_that_nothing_satisfies_any_more_is_said() -> None:
    found = outlook(at("~=1.0", "v1.0"), of_range(Offer("v2.0", OTHER_COMMIT)))
    assert (found.state, found.newer) == ("gone", None)
    assert why(found) == {"v2.0": ("version: ~=1.0",)}


def test_a_release_that_no_lock_can_take_is_never_taken() -> None:
    found = outlook(release("*", "1.0"), of_range(Offer("1.0"), Offer("1.1", unusable=NO_WHEEL)))
    assert (found.newer, why(found)) == (None, {"1.1": (NO_WHEEL,)})


def test_the_highest_of_each_reason_is_said_and_every_reason_of_it() -> None:
    found = outlook(
        release("~=1.0", "1.0"),
        of_range(
            Offer("1.0"),
            Offer("1.1rc1"),
            Offer("1.2", yanked=True),
            Offer("1.3", yanked=True),
            Offer("2.0"),
            Offer("2.1"),
            Offer("2.2rc1", yanked=True),
            Offer("3.0", unusable=NO_WHEEL),
        ),
    )
    assert why(found) == {
        "3.0": (NO_WHEEL, "version: ~=1.0"),
        "2.2rc1": ("yanked", "pre-release", "version: ~=1.0"),
        "2.1": ("version: ~=1.0",),
        "1.1rc1": ("pre-release",),
    }


def test_below_what_the_request_excludes_only_what_it_admits_is_worth_a_word() -> None:
    found = outlook(release("~=1.0", "1.0"), versions("1.0", "1.5a1", "2.0a1", "2.0"))
    assert why(found) == {"2.0": ("version: ~=1.0",), "1.5a1": ("pre-release",)}


def test_what_is_yanked_is_no_exclusion_of_itself() -> None:
    found = outlook(release(">=1", "2.0"), of_range(Offer("1.0"), Offer("2.0", yanked=True)))
    assert (found.state, found.newer, found.excluded) == ("yanked", Candidate("1.0"), ())


def test_a_note_on_what_is_taken_is_a_remark() -> None:
    found = outlook(release("*", "1.0"), of_range(Offer("1.0"), Offer("2.0", note="for spaCy 3.9")))
    assert (found.newer, found.remark) == (Candidate("2.0"), "for spaCy 3.9")


def test_a_tag_that_is_no_version_excludes_nothing() -> None:
    standing = Standing("tag", points_to=COMMIT, offers=(Offer("v9", OTHER_COMMIT), Offer("nightly", COMMIT)))
    assert outlook(at("nightly"), standing).excluded == ()


def test_a_pre_release_is_no_news_to_a_tag_that_is_one() -> None:
    standing = Standing("tag", points_to=COMMIT, offers=(Offer("v1.0rc1", COMMIT), Offer("v1.0rc2", OTHER_COMMIT)))
    assert why(outlook(at("v1.0rc1"), standing)) == {"v1.0rc2": ("revision: v1.0rc1",)}
    standing = Standing("tag", points_to=COMMIT, offers=(Offer("v1.0", COMMIT), Offer("v1.1rc1", OTHER_COMMIT)))
    assert why(outlook(at("v1.0"), standing)) == {"v1.1rc1": ("pre-release", "revision: v1.0")}


def test_the_worst_is_the_state() -> None:
    standing = Standing("tag", "2", "gone", OTHER_COMMIT, altered=(Altered("a", "x", "y"),))
    several = (
        standing,
        replace(standing, upstream_id="1"),
        replace(standing, upstream_id=None, gone=None),
        replace(standing, upstream_id="1", gone=None, altered=()),
        replace(standing, upstream_id="1", gone=None, altered=(), points_to=COMMIT),
        replace(standing, upstream_id="1", gone=None, altered=(), points_to=None),
        replace(standing, upstream_id="1", gone=None, altered=(), asked="branch"),
        replace(standing, upstream_id="1", gone=None, altered=(), asked="commit"),
    )
    states = [outlook(at("v1.0"), one).state for one in several]
    assert states == ["replaced", "gone", "changed", "moved", "current", "gone", "newer", "pinned"]


def test_an_id_that_one_side_does_not_tell_says_nothing() -> None:
    subject = at("main")
    unknown = replace(subject, artifact=replace(subject.artifact, upstream_id=None))
    assert outlook(subject, Standing("branch", None, points_to=COMMIT)).state == "current"
    assert outlook(unknown, Standing("branch", "2", points_to=COMMIT)).state == "current"


def test_many_files_that_changed_are_a_short_remark() -> None:
    altered = tuple(Altered(f"{number}.bin", "x", "y") for number in range(1000))
    content = Subject(Artifact("file:./own", None, None, (file(),)), ("own",))
    assert outlook(content, Standing("content", altered=altered[:1])).remark == "0.bin is not what was pinned"
    assert outlook(content, Standing("content", altered=altered)).remark == "0.bin and 999 more are not what was pinned"


def test_a_hundred_thousand_names_are_judged_in_seconds() -> None:
    names = [f"{number}!" + ".".join("9" * 40) for number in range(50_000)]
    nonsense = ["9" * (LONGEST_VERSION + 1), "1." * 400, "v", "🦆", *(f"nightly-{number}" for number in range(50_000))]
    started = time.monotonic()
    found = outlook(release("~=1.0", "1.0"), versions("1.0", *names, *nonsense))
    assert time.monotonic() - started < 30
    assert (found.state, found.newer, len(found.excluded)) == ("current", None, 1)


texts = st.text(max_size=8) | st.from_regex(r"v?[0-9]{1,2}(\.[0-9]){0,2}((a|rc)[0-9])?", fullmatch=True)
offers = st.builds(
    Offer,
    name=texts,
    commit=st.sampled_from([COMMIT, OTHER_COMMIT]),
    yanked=st.booleans(),
    unusable=st.sampled_from([None, None, NO_WHEEL]),
)
ranges = st.sampled_from(["*", ">=1", "~=1.0", "==1.*", "<2", ">=1.0rc1", "!=1.5", "==2.0"])


@given(asked=ranges, pinned=texts.filter(bool), offered=st.lists(offers, max_size=12))
def test_what_is_excluded_is_above_what_is_taken_and_has_a_reason(
    asked: str, pinned: str, offered: list[Offer]
) -> None:
    subject = at(asked, pinned)
    found = outlook(subject, of_range(*offered))
    assert all(one.because for one in found.excluded)
    assert len({one.because[0] for one in found.excluded}) == len(found.excluded)
    if found.newer is not None:
        usable = [Candidate(one.name, one.commit, one.yanked) for one in offered if one.unusable is None]
        assert choose(request_in(subject.artifact.key), usable) == found.newer
        assert found.newer.version not in {one.name for one in found.excluded}
