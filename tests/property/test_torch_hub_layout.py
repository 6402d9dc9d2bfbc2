"""The layout is the folder that torch.hub computes from `owner/name:ref`, for whatever may stand in a manifest."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from resolver.documents.constraints import REVISION, revision
from resolver.documents.kinds import WrongTextError
from resolver.documents.source import source
from resolver.domain.lock import Artifact, File, key_of
from resolver.domain.names import objections, path_objection
from resolver.runtimes import RUNTIMES

COMMIT = "d" * 40
OWNERS = st.from_regex(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,2}", fullmatch=True)
PROJECTS = st.from_regex(r"[A-Za-z0-9_.-]{1,40}", fullmatch=True)
REVISIONS = st.from_regex(re.compile(REVISION, re.ASCII), fullmatch=True).filter(lambda one: len(one) < 60)
PATHS = st.lists(st.sampled_from(["hubconf.py", "a", "b/c", "b/d/e.bin", "README.md"]), min_size=1, unique=True)


def torch_hubs_own(github: str) -> str:
    """What torch.hub makes of its first argument (torch/hub.py 2.13: `_parse_repo_info`, `_get_cache_or_reload`)."""
    repository, ref = github.split(":")
    owner, name = repository.split("/")
    return "_".join([owner, name, ref.replace("/", "_")])


@given(OWNERS, PROJECTS, REVISIONS, PATHS)
def test_a_program_finds_what_it_asks_for_and_what_it_does_not_name(
    owner: str, project: str, asked: str, paths: list[str]
) -> None:
    try:
        named = source(f"github:{owner}/{project}", ["github"])
        ref = revision(asked)
    except WrongTextError:
        assume(False)  # what no manifest may say
    files = tuple(File(path, 1, "0" * 64) for path in paths)
    found = RUNTIMES["torch-hub"].layout(Artifact(key_of(named, ref), COMMIT, None, files), files, "any")
    places = {f"torch/hub/{torch_hubs_own(f'{owner}/{project}:{one}')}" for one in (ref, "main", "master")}
    assert set(found.folders) == places
    assert found.opens == f"torch/hub/{torch_hubs_own(f'{owner}/{project}:{ref}')}"
    assert dict(found.files) == {f"{place}/{one.path}": one for place in places for one in files}
    assert [path for path in (*found.files, *found.folders) if path_objection(path)] == []
    assert len({one.lower() for one in places}) != len(places) or objections(found.files) == []
