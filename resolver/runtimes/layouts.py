"""The standard layouts: a cache that a library keeps for one kind of source, an importable package, a plain folder."""

from collections.abc import Sequence

from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import MAIN
from resolver.domain.view import Layout

HUGGING_FACE = "hf"
GITHUB = "github"
HUB = "huggingface/hub"
TORCH_HUB = "torch/hub"
PYTHON = "python"
FILES = "files"


def standard_layout(artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
    """Where a library looks that reads the hub's cache, an importable package, or a folder that it is told."""
    if artifact.kind == HUGGING_FACE:
        return hub_layout(artifact, files)
    if artifact.archive is not None and artifact.archive.path.endswith(".whl"):
        return python_layout(files)
    return folder_layout(files, owner)


def hub_layout(artifact: Artifact, files: Sequence[File]) -> Layout:
    """The cache of huggingface_hub: `refs/main` and the asked ref name the pin, without a newline (facts.md).

    A `trees/` listing is never written: with one, a filtered snapshot would count as broken.
    """
    commit = str(artifact.commit)
    repository = f"{HUB}/models--{artifact.name.replace('/', '--')}"
    snapshot = f"{repository}/snapshots/{commit}"
    asked = artifact.version or artifact.request
    names = {MAIN, asked} - {commit}
    return Layout(
        files={f"{snapshot}/{file.path}": file for file in files},
        folders=(snapshot,),
        opens=snapshot,
        references={f"{repository}/refs/{name}": commit for name in sorted(names)},
        doubtful={f"{repository}/trees/{commit}.json": "a library's listing, which makes a filtered snapshot fail"},
    )


def torch_hub_layout(artifact: Artifact, files: Sequence[File]) -> Layout:
    """Where torch.hub keeps a repository (torch/hub.py of torch 2.13: `_get_cache_or_reload`).

    A program that names no ref looks for `main` when it is offline (`_parse_repo_info`), whatever the lock asks for:
    `main` means the pin, as in the hub's cache.
    """
    repository = f"{TORCH_HUB}/{artifact.name.replace('/', '_')}"
    asked, default = (f"{repository}_{ref.replace('/', '_')}" for ref in (artifact.version or artifact.request, MAIN))
    folders = sorted({asked, default})
    return Layout(
        files={f"{folder}/{file.path}": file for folder in folders for file in files},
        folders=tuple(folders),
        opens=asked,
        alone=tuple(folders),
    )


def python_layout(files: Sequence[File]) -> Layout:
    """An unpacked wheel on a path that PYTHONPATH names; the runtime opens the package's folder."""
    tops = sorted({file.path.partition("/")[0] for file in files if "/" in file.path})
    packages = [top for top in tops if not top.endswith(".dist-info")]
    return Layout(
        files={f"{PYTHON}/{file.path}": file for file in files},
        folders=tuple(f"{PYTHON}/{top}" for top in tops),
        opens=f"{PYTHON}/{packages[0]}" if packages else PYTHON,
    )


def folder_layout(files: Sequence[File], owner: str) -> Layout:
    """A plain folder of the model's name; one single file is opened itself."""
    folder = f"{FILES}/{owner}"
    single = len(files) == 1 and "/" not in files[0].path
    return Layout(
        files={f"{folder}/{file.path}": file for file in files},
        folders=(folder,),
        opens=f"{folder}/{files[0].path}" if single else folder,
    )
