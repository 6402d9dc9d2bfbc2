"""`version:` is PEP 440 over tags and releases."""

import pytest

from tests.cli.offers import REPO, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel


def tagged(hub: LocalHub, *tags: str) -> dict[str, str]:
    """A repository with a commit for each tag; commits by tag."""
    return {tag: hub.commit(REPO, {"model.bin": weights(100, number)}, tags=[tag]) for number, tag in enumerate(tags)}


def asking(project: Project, version: str) -> str:
    """A manifest that asks for a version; the key of its artifact."""
    project.manifest(f'models: {{asr: {{source: "hf:org/name", version: "{version}"}}}}\n')
    return f"hf:org/name@{version}"


@pytest.mark.parametrize(
    ("version", "best"),
    [
        (">=1,<2", "v1.10"),
        ("~=1.2", "v1.10"),
        ("==1.2", "1.2"),
        (">=1", "v2.0"),
        ("<1.10", "1.2"),
        ("!=2.0", "v1.10"),
        ("==1.*", "v1.10"),
    ],
)
def test_the_highest_tag_that_satisfies_wins_and_a_leading_v_is_ignored(
    project: Project, run: Run, hub: LocalHub, version: str, best: str
) -> None:
    commits = tagged(hub, "v2.0", "1.2", "v1.10", "not-a-version", "nightly")
    key = asking(project, version)
    assert run("lock").code == 0
    artifact = project.lock["artifacts"][key]
    assert (artifact["version"], artifact["commit"]) == (best, commits[best])


@pytest.mark.parametrize(("version", "best"), [(">=1", "1.0"), (">=2.0rc1", "2.0rc1"), ("==2.0rc1", "2.0rc1")])
def test_a_pre_release_counts_only_where_the_specifier_names_one(
    project: Project, run: Run, hub: LocalHub, version: str, best: str
) -> None:
    tagged(hub, "1.0", "2.0rc1")
    key = asking(project, version)
    assert run("lock").code == 0
    assert project.lock["artifacts"][key]["version"] == best


def test_a_pre_release_does_not_count_even_if_nothing_else_is_there(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "1.0", "2.0rc1")
    asking(project, ">=1.5")
    result = run("lock")
    assert result.code == 2, "product.md: pre-releases only if the specifier names one"
    assert "there are: 1.0, 2.0rc1" in result.stderr


def test_no_match_names_what_exists(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "v1.0", "1.2", "nightly")
    asking(project, ">=3")
    result = run("lock")
    assert result.code == 2
    assert "no version satisfies '>=3'" in result.stderr
    assert "there are: v1.0, 1.2" in result.stderr


def test_a_repository_without_versions_says_what_to_do(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "nightly")
    asking(project, ">=1")
    result = run("lock")
    assert result.code == 2
    assert "revision:" in result.stderr


def test_two_equal_versions_on_different_commits_are_ambiguous(project: Project, run: Run, hub: LocalHub) -> None:
    tagged(hub, "v1.0", "1.0", "0.9")
    asking(project, ">=0.9")
    result = run("lock")
    assert result.code == 2
    assert "1.0, v1.0 are the same version on different commits" in result.stderr
    asking(project, "<1")
    assert run("lock").code == 0


def test_two_equal_versions_on_one_commit_are_one(project: Project, run: Run, hub: LocalHub) -> None:
    commit = tagged(hub, "v1.0")["v1.0"]
    hub.tag(REPO, "1.0", commit)
    key = asking(project, ">=1")
    assert run("lock").code == 0
    assert project.pin(key) == commit


def test_version_and_revision_exclude_each_other(project: Project, run: Run) -> None:
    project.manifest('models: {asr: {source: "hf:org/name", version: ">=1", revision: main}}\n')
    result = run("lock")
    assert result.code == 2
    assert "models.yaml:2:" in result.stderr


def package(index: PackageIndex, *versions: str, **options: bool) -> None:
    for version in versions:
        index.add("pack", version, make_wheel("pack", version, {"pack/w.bin": version.encode()}), **options)  # type: ignore[arg-type] # one key


@pytest.mark.parametrize(("version", "best"), [(">=1,<3", "2.0"), ("==2.5", "2.5"), ("<2", "1.10"), (None, "3.0")])
def test_the_highest_release_that_was_not_yanked_wins_unless_named(
    project: Project, run: Run, index: PackageIndex, version: str | None, best: str
) -> None:
    package(index, "1.2", "1.10", "2.0", "3.0", "4.0rc1")
    package(index, "2.5", yanked=True)
    asked = "" if version is None else f', version: "{version}"'
    project.manifest(f"models: {{vad: {{source: pypi:pack{asked}}}}}\n")
    assert run("lock").code == 0
    assert project.pin(f"pypi:pack@{version or '*'}") == best


@pytest.mark.parametrize("version", [">=2.1,<3", ">=3.5", "~=2.5.0"])
def test_yanked_and_pre_releases_are_no_last_resort(
    project: Project, run: Run, index: PackageIndex, version: str
) -> None:
    package(index, "2.0", "4.0rc1")
    package(index, "2.5", yanked=True)
    project.manifest(f'models: {{vad: {{source: "pypi:pack", version: "{version}"}}}}\n')
    result = run("lock")
    assert result.code == 2, result.stderr
    assert "2.5 (yanked)" in result.stderr


def test_a_package_with_nothing_but_pre_releases_needs_one_named(
    project: Project, run: Run, index: PackageIndex
) -> None:
    package(index, "4.0rc1")
    project.manifest("models: {vad: {source: pypi:pack}}\n")
    assert run("lock").code == 2
    project.manifest('models: {vad: {source: "pypi:pack", version: ">=4.0rc1"}}\n')
    assert run("lock").code == 0


def test_a_range_that_grows_keeps_the_pin_and_one_that_excludes_it_moves_it(
    project: Project, run: Run, hub: LocalHub
) -> None:
    commits = tagged(hub, "1.0", "1.5")
    assert run("lock").code == 2
    key = asking(project, ">=1,<2")
    assert run("lock").code == 0
    commits |= tagged_more(hub, "1.9", "2.1")
    wider = asking(project, ">=1,<3")
    assert run("lock").code == 0
    assert project.pin(wider) == commits["1.5"]
    assert key not in project.lock["artifacts"]
    higher = asking(project, ">=1.6,<3")
    assert run("lock").code == 0
    assert project.pin(higher) == commits["2.1"]


def test_a_kept_pre_release_does_not_satisfy_a_range_that_names_none(project: Project, run: Run, hub: LocalHub) -> None:
    commits = tagged(hub, "1.0", "2.0rc1")
    asking(project, ">=2.0rc1")
    assert run("lock").code == 0
    key = asking(project, ">=1")
    assert run("lock").code == 0
    assert project.pin(key) == commits["1.0"]


def tagged_more(hub: LocalHub, *tags: str) -> dict[str, str]:
    return {
        tag: hub.commit(REPO, {"model.bin": weights(100, 50 + number)}, tags=[tag]) for number, tag in enumerate(tags)
    }
