"""The standard layouts: a cache that a library keeps for one kind of source, an importable package, a plain folder."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from resolver.domain.environment import Environment
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import MAIN
from resolver.domain.view import Layout

HUGGING_FACE = "hf"
GITHUB = "github"
ADDRESS = "url"
HUB = "huggingface/hub"
MODULES = "huggingface/modules"
TORCH_HUB = "torch/hub"
PYTHON = "python"
FILES = "files"
_REPOSITORY = f"{HUB}/models--"
_SNAPSHOTS, _REFERENCES = "snapshots", "refs"
_SHELVES = (HUB, TORCH_HUB, PYTHON, FILES)

# Read in huggingface_hub 0.20, 0.36, 1.1 and 2.4 (constants.py), transformers 4.40, 4.46, 4.57 and 5.24 (utils/hub.py),
# sentence-transformers 2.7 to 6.2, diffusers 0.25 and 0.35, datasets 2.14, 2.19 and 4.4, evaluate 0.4 (config.py).
# HF_HOME stays where it is: a user's data sets and token lie there, and neither is ours. Modules are the copies that
# transformers makes of a repository's code, by commit, and never compares again: no other project's are believed.
# Both names of the hub's cache are set: huggingface_hub prefers the new one, but did not know it before 0.19, and its
# constant of the old name, which others import, still does not. datasets before 2.21 and evaluate have a word for
# offline of their own.
HUB_CACHE = Environment(
    values={
        "DO_NOT_TRACK": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_EVALUATE_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    },
    folders={"HF_HUB_CACHE": HUB, "HF_MODULES_CACHE": MODULES, "HUGGINGFACE_HUB_CACHE": HUB},
    removed=frozenset(
        {
            "PYTORCH_PRETRAINED_BERT_CACHE",
            "PYTORCH_TRANSFORMERS_CACHE",
            "SENTENCE_TRANSFORMERS_HOME",
            "TRANSFORMERS_CACHE",
        }
    ),
)
# torch 2.13, hub.py (_get_torch_home).
TORCH_HOME = Environment(folders={"TORCH_HOME": "torch"})
PYTHON_PATH = Environment(paths={"PYTHONPATH": PYTHON})
# onnxruntime 1.32, Privacy.md: tells Microsoft from Linux and macOS too, in native code, and marks the machine with an
# id in the user's cache folder.
ONNX_RUNTIME = Environment(values={"ORT_DISABLE_TELEMETRY": "1"})


def standard_layout(artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
    """Where a library looks that reads the hub's cache, an importable package, or a folder that it is told."""
    if artifact.kind == HUGGING_FACE:
        return hub_layout(artifact, files)
    if artifact.archive is not None and artifact.archive.path.endswith(".whl"):
        return python_layout(files)
    return folder_layout(files, owner)


def folder_with(artifact: Artifact, files: Iterable[File], names: Collection[str]) -> str:
    """The folder that a library is told to open, in paths of the artifact: the highest with a file of such a name.

    A package or an archive has its model somewhere inside. Empty for the top, which is what a library opens of a
    repository of the hub, and where several folders are equally high.
    """
    if artifact.kind == HUGGING_FACE:
        return ""
    found = {folder for file in files for folder, _, name in [file.path.rpartition("/")] if name in names}
    heights = {folder: folder.count("/") + bool(folder) for folder in found}
    highest = [folder for folder, height in heights.items() if height == min(heights.values())]
    return highest[0] if len(highest) == 1 else ""


def opened_in(layout: Layout, folder: str) -> Layout:
    """The same layout, opened in a folder of the artifact."""
    roots = (path.removesuffix(file.path) for path, file in layout.files.items() if folder)
    root = next(roots, None)
    return layout if root is None else replace(layout, opens=f"{root}{folder}")


def hub_layout(artifact: Artifact, files: Sequence[File]) -> Layout:
    """The cache of huggingface_hub: `refs/main` and the asked ref name the pin, without a newline (facts.md).

    A `trees/` listing is never written: with one, a filtered snapshot would count as broken.
    """
    commit = str(artifact.commit)
    repository = f"{_REPOSITORY}{artifact.name.replace('/', '--')}"
    snapshot = f"{repository}/{_SNAPSHOTS}/{commit}"
    asked = artifact.version or artifact.request
    names = {MAIN, asked} - {commit}
    return Layout(
        files={f"{snapshot}/{file.path}": file for file in files},
        folders=(snapshot,),
        opens=snapshot,
        references={f"{repository}/{_REFERENCES}/{name}": commit for name in sorted(names)},
        doubtful={f"{repository}/trees/{commit}.json": "a library's listing, which makes a filtered snapshot fail"},
        copies={MODULES: commit},
        absences={f"{repository}/.no_exist/{commit}": snapshot},
    )


def torch_hub_layout(artifact: Artifact, files: Sequence[File]) -> Layout:
    """Where torch.hub keeps a repository (torch/hub.py of torch 2.13: `_get_cache_or_reload`).

    A program that names no ref asks GitHub whether there is a branch `main`, takes `master` if there is none, and tries
    both where it is offline (`_parse_repo_info`). Whatever the lock asks for, both mean the pin, as `main` does in the
    hub's cache: so what is asked for is there, and nothing is fetched.
    """
    repository = f"{TORCH_HUB}/{artifact.name.replace('/', '_')}"
    asked = artifact.version or artifact.request
    folders = {ref: f"{repository}_{ref.replace('/', '_')}" for ref in (asked, MAIN, "master")}
    places = tuple(sorted(set(folders.values())))
    return Layout(
        files={f"{folder}/{file.path}": file for folder in places for file in files},
        folders=places,
        opens=folders[asked],
        alone=places,
    )


def checkpoint_layout(files: Sequence[File]) -> Layout:
    """Where torch keeps a file that it loads by its address, under the last part of that.

    torch/hub.py of torch 2.13, `load_state_dict_from_url`: a file that is there is opened and not compared. The folder
    is shared with whatever else a program fetches.
    """
    places = {f"{TORCH_HUB}/checkpoints/{file.path}": file for file in files}
    return Layout(files=places, folders=(), opens=next(iter(places)))


def python_layout(files: Sequence[File]) -> Layout:
    """An unpacked wheel on a path that PYTHONPATH names; the runtime opens the package's folder."""
    tops = sorted({file.path.partition("/")[0] for file in files if "/" in file.path})
    packages = [top for top in tops if not top.endswith(".dist-info")]
    return Layout(
        files={f"{PYTHON}/{file.path}": file for file in files},
        folders=tuple(f"{PYTHON}/{top}" for top in tops),
        opens=f"{PYTHON}/{packages[0]}" if packages else PYTHON,
        imported=PYTHON,
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


def home_of(path: str) -> str:
    """The folder of what a path of the view belongs to: a repository, a package, a model, or a library's own folder."""
    above = next((shelf.count("/") + 1 for shelf in _SHELVES if path.startswith(f"{shelf}/")), 1)
    return "/".join(path.split("/")[: above + 1])


def title_of(path: str) -> str:
    """What people call the home of a path: a repository of the hub with its commit, else the folder."""
    home = home_of(path)
    name = home.removeprefix(_REPOSITORY)
    if name == home:
        return home
    inner = path.removeprefix(f"{home}/{_SNAPSHOTS}/")
    pin = "" if inner == path else f"@{inner.partition('/')[0][:7]}"
    return f"{HUGGING_FACE}:{name.replace('--', '/')}{pin}"


def known_as(path: str) -> str:
    """A path of the view as people call it: `hf:org/name@c0ffee0/model.bin` in the hub's cache, else as it is."""
    home = home_of(path)
    if not home.startswith(_REPOSITORY):
        return path
    inner = path.removeprefix(f"{home}/")
    folder, _, below = inner.partition("/")
    return f"{title_of(path)}/{below.partition('/')[2] if folder == _SNAPSHOTS else inner}"


def named_by(reference: str, text: str) -> str:
    """The folder that a reference of the hub's cache names by its text."""
    return f"{reference.partition(f'/{_REFERENCES}/')[0]}/{_SNAPSHOTS}/{text}"
