"""Where torch.hub looks for a repository, and what it is given of anything else."""

import pytest

from resolver.domain.lock import Artifact
from resolver.domain.view import Layout
from resolver.runtimes import RUNTIMES
from tests.unit.domain.values import file

COMMIT = "c" * 40
FILES = (file("hubconf.py"), file("src/vad/model.jit"))
NAME = "snakers4/silero-vad"
HUB = "torch/hub/snakers4_silero-vad"


def layout(key: str, version: str | None = None, runtime: str = "torch-hub") -> Layout:
    return RUNTIMES[runtime].layout(Artifact(key, COMMIT, version, FILES), FILES, "vad")


@pytest.mark.parametrize(
    ("request_", "version", "folder"),
    [
        ("main", None, f"{HUB}_main"),
        (">=6", "v6.2.1", f"{HUB}_v6.2.1"),
        ("v5.1", None, f"{HUB}_v5.1"),
        ("master", None, f"{HUB}_master"),
        ("feature/a/b", None, f"{HUB}_feature_a_b"),
        (COMMIT, None, f"{HUB}_{COMMIT}"),
    ],
)
def test_the_folder_is_named_after_what_was_asked_for(request_: str, version: str | None, folder: str) -> None:
    found = layout(f"github:{NAME}@{request_}", version)
    assert found.opens == folder
    assert set(found.folders) == {folder, f"{HUB}_main", f"{HUB}_master"}
    assert found.files[f"{folder}/src/vad/model.jit"] == FILES[1]
    assert (dict(found.references), dict(found.doubtful)) == ({}, {})


def test_a_program_that_names_no_ref_finds_the_pin_under_either_name_of_a_default_branch() -> None:
    found = layout(f"github:{NAME}@>=6", "v6.2.1")
    assert dict(found.files) == {
        f"{HUB}_main/hubconf.py": FILES[0],
        f"{HUB}_main/src/vad/model.jit": FILES[1],
        f"{HUB}_master/hubconf.py": FILES[0],
        f"{HUB}_master/src/vad/model.jit": FILES[1],
        f"{HUB}_v6.2.1/hubconf.py": FILES[0],
        f"{HUB}_v6.2.1/src/vad/model.jit": FILES[1],
    }


ARCHIVES = {"pypi:pack@*": "p-1-py3-none-any.whl", "url:https://host.invalid/model.zip": "model.zip"}


@pytest.mark.parametrize("key", ["hf:org/name@main", "file:./own", *ARCHIVES])
def test_what_is_not_of_github_lies_where_other_libraries_look(key: str) -> None:
    commit = COMMIT if key.startswith("hf:") else None
    artifact = Artifact(key, commit, None, FILES, archive=file(ARCHIVES[key]) if key in ARCHIVES else None)
    found = RUNTIMES["torch-hub"].layout(artifact, FILES, "vad")
    assert found == RUNTIMES["huggingface"].layout(artifact, FILES, "vad")


@pytest.mark.parametrize("runtime", sorted(set(RUNTIMES) - {"torch-hub"}))
def test_to_any_other_library_a_repository_of_github_is_a_plain_folder(runtime: str) -> None:
    found = layout(f"github:{NAME}@main", runtime=runtime)
    assert found == RUNTIMES["files"].layout(Artifact("file:./x", None, None, FILES), FILES, "vad")
    assert found.opens == "files/vad"


def test_one_file_of_an_address_lies_where_torch_looks_for_it() -> None:
    weights = file("resnet18-5c106cde.pth")
    found = RUNTIMES["torch-hub"].layout(
        Artifact("url:https://host.invalid/models/resnet18-5c106cde.pth", None, None, (weights,)), (weights,), "resnet"
    )
    place = "torch/hub/checkpoints/resnet18-5c106cde.pth"
    assert (dict(found.files), found.opens) == ({place: weights}, place)
    assert found.folders == (), "other programs keep what they fetch in the same folder"


def test_torch_hub_needs_nothing_besides_and_finds_nothing_missing() -> None:
    def unread(path: str) -> object:
        raise AssertionError(f"{path} was read")

    artifact = Artifact(f"github:{NAME}@main", COMMIT, None, FILES)
    assert tuple(RUNTIMES["torch-hub"].needs(artifact, unread)) == ()
    RUNTIMES["torch-hub"].check(artifact, unread)
