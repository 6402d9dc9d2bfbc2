"""Which answers of a source are findings: what was asked for decides."""

from collections.abc import Iterable
from dataclasses import replace

from resolver.domain.lock import Artifact
from resolver.domain.upstream import Altered, Offer, Standing, Subject
from resolver.domain.verify_report import Finding
from resolver.stages.upstream import MOST_FILES, upstream_findings, upstream_warnings
from tests.unit.domain.values import COMMIT, OTHER_COMMIT, file

ARTIFACT = Artifact("hf:org/name@v1.0", COMMIT, None, (file(),), upstream_id="1")
TAGGED = Subject(ARTIFACT, ("asr", "second"))
RANGE = Subject(Artifact("hf:org/name@~=1.0", COMMIT, "v1.0", (file(),)), ("asr",))
OPTIONAL = replace(TAGGED, optional=True)


def said(found: Iterable[Finding]) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.kind, one.path, one.expected, one.found) for one in found]


def test_a_branch_that_moved_is_no_finding() -> None:
    assert list(upstream_findings(TAGGED, Standing("branch", "1", points_to=OTHER_COMMIT))) == []


def test_a_commit_cannot_move() -> None:
    assert list(upstream_findings(TAGGED, Standing("commit", "1", head=Offer("main", OTHER_COMMIT)))) == []


def test_a_tag_that_moved_is_a_finding_with_both_commits() -> None:
    (found,) = upstream_findings(TAGGED, Standing("tag", "1", points_to=OTHER_COMMIT))
    assert found == Finding(
        "upstream-moved",
        "asr",
        "hf:org/name@v1.0",
        "",
        COMMIT,
        OTHER_COMMIT,
        "find out why a tag moved before `models update asr` takes it",
    )


def test_the_tag_of_a_version_that_moved_is_a_finding() -> None:
    elsewhere = Standing("range", offers=(Offer("v1.0", OTHER_COMMIT), Offer("v1.1", COMMIT)))
    assert said(upstream_findings(RANGE, elsewhere)) == [("upstream-moved", "", COMMIT, OTHER_COMMIT)]
    assert list(upstream_findings(RANGE, Standing("range", offers=(Offer("v1.0", COMMIT),)))) == []


def test_a_name_that_is_gone_is_a_finding_though_the_commit_is_there() -> None:
    for subject, standing in (
        (RANGE, Standing("range", offers=(Offer("v1.1", COMMIT),))),
        (TAGGED, Standing("branch")),
        (TAGGED, Standing("tag")),
    ):
        (found,) = upstream_findings(subject, standing)
        assert (found.kind, found.expected) == ("upstream-gone", COMMIT)
        assert "is still there" in str(found.found)


def test_of_a_repository_in_other_hands_nothing_else_is_said() -> None:
    other = Standing("tag", "2", "gone", OTHER_COMMIT, altered=(Altered("a", "x", "y"),))
    assert said(upstream_findings(TAGGED, other)) == [("upstream-moved", "", "id 1", "id 2")]


def test_of_what_is_gone_nothing_else_is_said() -> None:
    lost = Standing("tag", "1", "no such repository", OTHER_COMMIT)
    assert said(upstream_findings(TAGGED, lost)) == [("upstream-gone", "", COMMIT, "no such repository")]


def test_an_update_is_advised_only_where_there_is_something_to_take() -> None:
    (whole,) = upstream_findings(TAGGED, Standing("tag", gone="no such repository"))
    (commit,) = upstream_findings(TAGGED, Standing("branch", "1", "no such commit", OTHER_COMMIT))
    assert "models update" not in str(whole.hint)
    assert "`models update asr` takes what there is" in str(commit.hint)


def test_what_only_optional_models_want_may_be_gone_and_may_not_be_moved() -> None:
    (lost,) = upstream_findings(OPTIONAL, Standing("tag", gone="gone"))
    (moved,) = upstream_findings(OPTIONAL, Standing("tag", points_to=OTHER_COMMIT))
    assert (lost.optional, moved.optional) == (True, False)


def test_files_that_differ_are_named_as_far_as_somebody_reads() -> None:
    altered = tuple(Altered(f"{number}.bin", "x", "y") for number in range(MOST_FILES + 5))
    found = said(upstream_findings(TAGGED, Standing("content", altered=altered[:2])))
    assert found == [("upstream-moved", "0.bin", "x", "y"), ("upstream-moved", "1.bin", "x", "y")]
    found = said(upstream_findings(TAGGED, Standing("content", altered=altered)))
    assert len(found) == MOST_FILES + 1
    assert found[-1] == ("upstream-moved", "", "what was pinned", "5 more files differ")


def test_a_yank_is_a_warning_and_no_finding() -> None:
    yanked = Standing("range", offers=(Offer("v1.0", COMMIT, yanked=True),))
    assert list(upstream_findings(RANGE, yanked)) == []
    assert list(upstream_warnings(RANGE, yanked)) == [
        "asr  hf:org/name v1.0 was yanked; `models outdated` shows others"
    ]
    assert list(upstream_warnings(RANGE, replace(yanked, gone="gone"))) == []
    assert list(upstream_warnings(TAGGED, yanked)) == []
