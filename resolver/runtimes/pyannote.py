"""pyannote.audio: `Pipeline.from_pretrained` asks the hub's cache for every repository that a pipeline names.

What is said of the library here was read in pyannote.audio 4.0.7 and 3.3.2: core/pipeline.py (from_pretrained,
expand_subfolders), pipelines/utils/getter.py (get_model, get_plda), core/model.py, core/plda.py, pipelines/*.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from resolver.domain.environment import Environment, joined
from resolver.domain.errors import InputError
from resolver.domain.lock import Artifact, File
from resolver.domain.manifest import Request
from resolver.domain.names import path_objection
from resolver.domain.ports import Need, Reader
from resolver.domain.view import Layout
from resolver.runtimes.layouts import HUB as HUB_FOLDER
from resolver.runtimes.layouts import HUB_CACHE, ONNX_RUNTIME, standard_layout
from resolver.runtimes.named import (
    HUB,
    Leaf,
    asked,
    at,
    below,
    few,
    is_itself,
    is_repository,
    leaves,
    paths_of,
    readable,
    shown,
    split_revision,
)
from resolver.runtimes.whole import check_shards, write_globs

LIBRARY = "pyannote.audio 4.0.7"
CONFIG = "config.yaml"
MOST_PARAMETERS = 1000
_INSIDE = "$model/"

# 4.0.7, telemetry/metrics.py (4.0.0 takes "true" alone for yes). 3.1 to 3.4 keep what they fetch where PYANNOTE_CACHE
# says, else in ~/.cache/torch/pyannote, never in the hub's own cache (core/model.py, CACHE_DIR); 4.0 does not know it.
_ENVIRONMENT = joined(
    [
        HUB_CACHE,
        ONNX_RUNTIME,
        Environment(values={"PYANNOTE_METRICS_ENABLED": "0"}, folders={"PYANNOTE_CACHE": HUB_FOLDER}),
    ]
)
_COMMUNITY = "pyannote/speaker-diarization-community-1"

# Parameters of every pipeline that are texts and never models: a secret, and a folder that looks like a repository.
_NO_MODELS = frozenset({"cache_dir", "token", "use_auth_token"})

# What a parameter's getter opens in the folder it is given: Model.from_pretrained and PLDA.from_pretrained.
_OPENED = {
    "embedding": ("pytorch_model.bin",),
    "plda": ("plda.npz", "xvec_transform.npz"),
    "segmentation": ("pytorch_model.bin",),
}

# Default arguments of the pipelines' `__init__`, 4.0.7; the last two exist in 3.3.2 only. The PLDA is opened whatever
# the clustering is, so also by pipelines that were published before there was one.
_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "SpeakerDiarization": {name: {"checkpoint": _COMMUNITY, "subfolder": name} for name in sorted(_OPENED)},
    "SpeakerEmbedding": {"embedding": "pyannote/embedding"},
    "SpeechSeparation": {
        "embedding": "speechbrain/spkrec-ecapa-voxceleb@5c0be3875fda05e81f3c004ed8c7c06be308de1e",
        "segmentation": "pyannote/separation-ami-1.0",
    },
    "VoiceActivityDetection": {"segmentation": "pyannote/segmentation"},
    "OverlappedSpeechDetection": {"segmentation": "pyannote/segmentation"},
    "Resegmentation": {"segmentation": "pyannote/segmentation"},
}

# models/separation/ToTaToNet.py, the only separation model: AutoModel.from_pretrained of this one when it is built.
_WAVLM = Need(
    Request("hf:microsoft/wavlm-large"),
    f"{LIBRARY}: ToTaToNet, the model of SpeechSeparation, opens it",
    essential=False,
)

# What the config.yaml of these names, published and public knowledge: while a gate is closed it cannot be read, and
# every gate has to be listed at once.
_PUBLISHED: Mapping[str, tuple[str, ...]] = {
    "pyannote/overlapped-speech-detection": ("pyannote/segmentation",),
    "pyannote/speaker-diarization": ("pyannote/segmentation", "speechbrain/spkrec-ecapa-voxceleb"),
    "pyannote/speaker-diarization-3.0": ("pyannote/segmentation-3.0", "hbredin/wespeaker-voxceleb-resnet34-LM"),
    "pyannote/speaker-diarization-3.1": ("pyannote/segmentation-3.0", "pyannote/wespeaker-voxceleb-resnet34-LM"),
    "pyannote/speech-separation-ami-1.0": ("pyannote/separation-ami-1.0",),
    "pyannote/voice-activity-detection": ("pyannote/segmentation",),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A folder of a pipeline's own repository (empty: the top) that it opens for a parameter."""

    folder: str
    parameter: str
    because: str


class Pyannote:
    """Speaker diarization pipelines and their parts."""

    def layout(self, artifact: Artifact, files: Sequence[File], owner: str) -> Layout:
        """The hub's cache for a repository, else a folder."""
        return standard_layout(artifact, files, owner)

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        """The models that a pipeline's config.yaml names, and those that its class opens on its own.

        Raises:
            InputError: config.yaml cannot be read.
        """
        if not artifact.files:
            return tuple(_behind_the_gate(artifact))
        return few(artifact, (one for one in _opened(artifact, read) if isinstance(one, Need)))

    def environment(self) -> Environment:
        """The hub's cache, no metrics and no telemetry."""
        return _ENVIRONMENT

    def check(self, artifact: Artifact, read: Reader) -> None:
        """Shards of one set of weights, and the parts of a pipeline that lie in its own repository.

        Raises:
            InputError: some of them are left out.
        """
        check_shards(artifact, read)
        for one in _opened(artifact, read):
            if isinstance(one, Part):
                _check_part(artifact, one)


def _behind_the_gate(artifact: Artifact) -> Iterator[Need]:
    """Known without reading, and therefore not certain."""
    named = _PUBLISHED.get(artifact.name, ()) if artifact.kind == HUB else ()
    for name in named:
        yield Need(asked(name, None, CONFIG), f"{CONFIG} of {artifact.name} as published", essential=False)
    if named and "speaker-diarization" in artifact.name:
        yield Need(asked(_COMMUNITY, None, CONFIG), _on_its_own("SpeakerDiarization", "plda"), essential=False)


def _opened(artifact: Artifact, read: Reader) -> Iterator[Need | Part]:
    """What a pipeline opens; a config without `pipeline` is that of a model, which opens nothing."""
    config = readable(artifact, CONFIG, read) if CONFIG in paths_of(artifact) else {}
    if not isinstance(config, dict):
        raise InputError(
            f"{artifact.key}: {CONFIG} is no configuration of {LIBRARY}", hint="pin another revision of it"
        )
    pipeline = config.get("pipeline")
    if not isinstance(pipeline, dict):
        return
    for leaf in _parameters(artifact, config, pipeline):
        yield from _named(artifact, leaf, at(CONFIG, leaf.keys))
    name, params = pipeline.get("name"), pipeline.get("params")
    own = _class_of(name)
    for parameter, value in _DEFAULTS.get(own, {}).items():
        if not isinstance(params, dict) or parameter not in params:
            found = _named(artifact, Leaf((parameter,), value), _on_its_own(own, parameter))
            yield from (replace(one, essential=False) if isinstance(one, Need) else one for one in found)
    if own == "SpeechSeparation":
        yield _WAVLM


def _on_its_own(pipeline: str, parameter: str) -> str:
    return f"{LIBRARY}: {pipeline} opens it as {parameter}, unless {CONFIG} names another"


def _class_of(name: object) -> str:
    """The name of a class of pyannote's own; empty for classes of others, whose defaults nobody knows."""
    text = name if isinstance(name, str) else ""
    return text.rpartition(".")[2] if text.startswith("pyannote.audio.") else ""


def _parameters(artifact: Artifact, config: dict[object, object], pipeline: dict[object, object]) -> Iterator[Leaf]:
    """Every argument that a class gets: those of the pipeline, and of preprocessors that are classes.

    A preprocessor that is a plain text is a path or a template of paths.
    """
    found = list(leaves(pipeline.get("params"), ("pipeline", "params"), whole="checkpoint"))
    preprocessors = config.get("preprocessors")
    for name, one in preprocessors.items() if isinstance(preprocessors, dict) else ():
        if isinstance(one, dict):
            found += leaves(one.get("params"), ("preprocessors", str(name), "params"), whole="checkpoint")
    if len(found) > MOST_PARAMETERS:
        raise InputError(
            f"{artifact.key}: {CONFIG} has {len(found)} parameters, and {MOST_PARAMETERS} are the most",
            hint="pin another revision of it",
        )
    return (leaf for leaf in found if leaf.keys[-1] not in _NO_MODELS)


def _named(artifact: Artifact, leaf: Leaf, because: str) -> Iterator[Need | Part]:
    """The repository that an argument names, if it names one.

    `org/name`, `org/name@revision` (4.0.7 takes that for SpeechBrain only, 3.3.2 for all), a table with `checkpoint`;
    `$model/folder` stays inside. A word without a slash, a class with dots and a path are none.
    """
    table = leaf.value if isinstance(leaf.value, dict) else {"checkpoint": leaf.value}
    checkpoint, subfolder = table.get("checkpoint"), table.get("subfolder")
    if not isinstance(checkpoint, str):
        return
    name, revision = split_revision(checkpoint)
    inside = name.startswith(_INSIDE)
    if inside:
        name, subfolder = artifact.name, name.removeprefix(_INSIDE)
    elif not is_repository(name) or "/" not in name:
        return
    folder = _folder(artifact, subfolder, because)
    request = asked(name, revision or table.get("revision"), f"{artifact.key}: {because}")
    if is_itself(artifact, request) or (inside and (revision is None or artifact.kind != HUB)):
        yield Part(folder, leaf.keys[-1], because)
    else:
        yield Need(request, because)


def _folder(artifact: Artifact, subfolder: object, because: str) -> str:
    """The folder of a repository that an argument names; empty for its top."""
    if subfolder is None or subfolder == "":
        return ""
    folder = subfolder.strip("/") if isinstance(subfolder, str) else ""
    if path_objection(folder) is not None:
        raise InputError(
            f"{artifact.key}: {because} names '{shown(subfolder)}', which is no folder of a repository",
            hint="pin another revision of it",
        )
    return folder


def _check_part(artifact: Artifact, part: Part) -> None:
    """A part that lies in the same repository has to be wanted too."""
    paths = paths_of(artifact)
    opened = [below(part.folder, name) for name in _OPENED.get(part.parameter, ())]
    missing = [path for path in opened if path not in paths]
    if not opened and not any(path.startswith(below(part.folder, "")) for path in paths):
        missing = [below(part.folder, "**")]
    if missing:
        raise InputError(
            f"{artifact.key}: {part.because} opens {missing[0]}, and it is not among its files",
            hint=write_globs([below(part.folder, "**")]),
        )
