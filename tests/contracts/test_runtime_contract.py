"""One suite that every runtime must pass: what `domain.ports.Runtime` and `domain.view.Layout` say."""

import hashlib
from pathlib import PurePosixPath

import pytest

from resolver.domain.lock import Artifact, File
from resolver.domain.names import objections, path_objection
from resolver.domain.view import Layout
from resolver.runtimes import RUNTIMES

COMMIT, OTHER_COMMIT = "a" * 40, "b" * 40


def file(path: str) -> File:
    return File(path, len(path), hashlib.sha256(path.encode()).hexdigest())


MANY = tuple(file(path) for path in ("config.json", "sub/model.bin", "sub/deeper/tokenizer.json"))
MEMBERS = tuple(
    file(path) for path in ("pack/__init__.py", "pack/data/model.onnx", "pack-1.0.dist-info/METADATA", "top.py")
)
SHAPES = {
    "a repository": Artifact("hf:org/name@main", COMMIT, None, MANY),
    "a repository without organisation": Artifact("hf:gpt2@main", COMMIT, None, MANY),
    "a tag": Artifact("hf:org/name@>=1", COMMIT, "v1.0", MANY),
    "a branch with a slash": Artifact("hf:org/name@feature/long", COMMIT, None, MANY),
    "a commit": Artifact(f"hf:org/name@{COMMIT}", COMMIT, None, MANY),
    "a repository of GitHub": Artifact("github:org/name@main", COMMIT, None, MANY),
    "a tag of GitHub": Artifact("github:org/name@>=1", COMMIT, "v1.0", MANY),
    "a branch of GitHub with a slash": Artifact("github:org/name@feature/long", COMMIT, None, MANY),
    "a wheel": Artifact("pypi:pack@*", None, "1.0", MEMBERS, archive=file("pack-1.0-py3-none-any.whl")),
    "an archive": Artifact("url:https://host.invalid/voice.zip", None, None, MANY, archive=file("voice.zip")),
    "one file": Artifact("url:https://host.invalid/model.bin", None, None, (file("model.bin"),)),
    "a folder": Artifact("file:./own", None, None, MANY),
    "one file in a folder": Artifact("file:./own", None, None, (file("sub/model.bin"),)),
}


@pytest.fixture(params=sorted(RUNTIMES))
def runtime(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=sorted(SHAPES))
def artifact(request: pytest.FixtureRequest) -> Artifact:
    return SHAPES[request.param]


def layout(runtime: str, artifact: Artifact, owner: str = "asr") -> Layout:
    return RUNTIMES[runtime].layout(artifact, artifact.files, owner)


def below(path: str, folder: str) -> bool:
    return PurePosixPath(path).is_relative_to(folder)


def paths(found: Layout) -> list[str]:
    return [*found.files, *found.references, *found.folders, found.opens, *found.doubtful]


def test_every_path_is_safe_on_every_system(runtime: str, artifact: Artifact) -> None:
    found = layout(runtime, artifact)
    assert [path for path in paths(found) if path_objection(path)] == []
    assert objections([*found.files, *found.references]) == []


def test_every_file_is_placed_and_nothing_else(runtime: str, artifact: Artifact) -> None:
    """Once; torch.hub has a folder for each name of a commit, and each of them is whole."""
    found = layout(runtime, artifact)
    times = len(found.folders) if runtime == "torch-hub" and artifact.kind == "github" else 1
    placed = sorted(found.files.values(), key=lambda one: one.path)
    assert placed == sorted([*artifact.files] * times, key=lambda one: one.path)


def test_a_file_keeps_its_path_below_where_it_is_placed(runtime: str, artifact: Artifact) -> None:
    for place, one in layout(runtime, artifact).files.items():
        assert place == one.path or place.endswith(f"/{one.path}")


def test_the_same_artifact_lies_at_the_same_place(runtime: str, artifact: Artifact) -> None:
    first = layout(runtime, artifact)
    assert layout(runtime, artifact) == first
    shuffled = RUNTIMES[runtime].layout(artifact, tuple(reversed(artifact.files)), "asr")
    assert (dict(shuffled.files), shuffled.opens) == (dict(first.files), first.opens)
    assert set(shuffled.folders) == set(first.folders)


def test_what_is_opened_lies_at_or_above_files(runtime: str, artifact: Artifact) -> None:
    found = layout(runtime, artifact)
    assert any(below(path, found.opens) for path in found.files)


def test_our_folders_hold_files_of_ours_and_are_never_shared_roots(runtime: str, artifact: Artifact) -> None:
    found = layout(runtime, artifact)
    for folder in found.folders:
        assert any(below(path, folder) for path in found.files)
        assert "/" in folder, "a shared root is not ours to call everything in it unexpected"
        assert not any(below(reference, folder) for reference in found.references)


def test_what_is_doubtful_is_none_of_ours(runtime: str, artifact: Artifact) -> None:
    found = layout(runtime, artifact)
    for path, reason in found.doubtful.items():
        assert path not in found.files
        assert not any(below(path, folder) for folder in found.folders)
        assert reason


def test_copies_and_notes_are_none_of_ours_and_are_told_by_the_pin(runtime: str, artifact: Artifact) -> None:
    found = layout(runtime, artifact)
    assert [commit for commit in found.copies.values() if commit != artifact.commit] == []
    assert [snapshot for snapshot in found.absences.values() if snapshot not in found.folders] == []
    for folder in (*found.copies, *found.absences):
        assert path_objection(folder) is None
        assert not any(below(folder, ours) or below(ours, folder) for ours in found.folders)


def test_references_name_the_pin_on_one_line(runtime: str, artifact: Artifact) -> None:
    for text in layout(runtime, artifact).references.values():
        assert text == artifact.commit


def test_different_owners_are_disjoint_where_nothing_names_the_artifact(runtime: str, artifact: Artifact) -> None:
    """A commit, a package or, for torch, an address names a place of its own; anything else lies below its owner."""
    first, second = layout(runtime, artifact, "asr"), layout(runtime, artifact, "vad")
    named = runtime == "torch-hub" and artifact.kind == "url" and artifact.archive is None
    if artifact.commit is None and artifact.key.startswith(("url:", "file:")) and not named:
        assert not set(first.files) & set(second.files)
        assert not any(below(one, other) for one in first.folders for other in second.folders)
    else:
        assert set(first.files) in (set(second.files), set(first.files) - set(second.files))


def test_two_commits_of_a_repository_never_share_a_file(runtime: str) -> None:
    first = layout(runtime, SHAPES["a repository"])
    second = layout(runtime, Artifact("hf:org/name@develop", OTHER_COMMIT, None, MANY), "vad")
    assert not set(first.files) & set(second.files)


def test_two_repositories_never_share_a_file(runtime: str) -> None:
    keys = ("hf:org/name@main", "hf:org/names@main", "hf:o/rg--name@main", "hf:gpt2@main")
    places = [set(layout(runtime, Artifact(key, COMMIT, None, MANY), key).files) for key in keys[:2] + keys[3:]]
    assert len(set.union(*places)) == sum(len(one) for one in places)


def test_a_filter_only_takes_away(runtime: str, artifact: Artifact) -> None:
    whole = layout(runtime, artifact)
    some = RUNTIMES[runtime].layout(artifact, artifact.files[:1], "asr")
    assert {one.path for one in some.files.values()} == {artifact.files[0].path}
    assert dict(some.references) == dict(whole.references)
    if artifact.commit or artifact.archive:
        assert set(some.files) <= set(whole.files)


def test_the_environment_leads_to_where_the_layout_places_and_keeps_from_the_network(runtime: str) -> None:
    """Each library is tried with what it usually opens."""
    told = RUNTIMES[runtime].environment()
    roots = [*told.folders.values(), *told.paths.values()]
    assert [path for path in roots if path_objection(path)] == []
    assert not told.removed & {*told.values, *told.folders, *told.paths}
    placed = paths(
        layout(
            runtime,
            SHAPES[
                {
                    "python": "a wheel",
                    "silero": "a wheel",
                    "spacy": "a wheel",
                    "torch-hub": "a repository of GitHub",
                }.get(runtime, "a repository")
            ],
        )
    )
    assert runtime == "files" or any(below(path, root) for path in placed for root in roots)
    assert "HF_HUB_CACHE" not in told.folders or told.values["HF_HUB_OFFLINE"] == "1"
