"""Worlds to lock against: repositories whose documents name each other, other ones at each commit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from resolver.domain.lock import Artifact
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate, Desk
from tests.scenarios.sources import Offer, commit
from tests.unit.runtimes.reading import TRANSFORMER
from tests.unit.workflows.projects import Heard

NAMES = [f"org/r{number}" for number in range(5)]
REVISIONS = ["main", "dev", "v1.0", "v1.1"]
LIBRARIES_ASK_FOR = {
    "openai/whisper-tiny": ("tokenizer.json", "model.bin"),
    "pyannote/speaker-diarization-community-1": (
        "embedding/pytorch_model.bin",
        "plda/plda.npz",
        "plda/xvec_transform.npz",
        "segmentation/pytorch_model.bin",
    ),
}
"""What no document has to name: a library opens it, and does without where it is not there."""


@dataclass
class World(Heard):
    """Repositories that never change; `held` is what each commit of each source holds."""

    held: Mapping[tuple[str, str], Offer] = field(default_factory=dict)

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        here = {request.source: self.held[request.source, str(candidate.commit)]}
        return Heard(here, {}, self.asked, self.taken).artifact(key, request, candidate, desk)


targets = st.sampled_from([*NAMES * 8, "org/gone"])
words = st.sampled_from(["a1", "b2", "c3"])
stated = st.none() | st.sampled_from(REVISIONS)


@st.composite
def parameters(draw: st.DrawFn) -> object:
    """How a pipeline names a model."""
    name, revision = draw(targets), draw(stated)
    table = {"checkpoint": name, "subfolder": "sub"}
    ways = [name, f"{name}@{revision or 'dev'}", "$model/sub", table, {"checkpoint": name, "revision": revision}]
    return draw(st.sampled_from(ways))


@st.composite
def pipelines(draw: st.DrawFn) -> Offer:
    name = draw(st.sampled_from(["somebody.Pipeline", "pyannote.audio.pipelines.SpeakerDiarization"]))
    params = draw(st.dictionaries(st.sampled_from(["segmentation", "embedding", "other"]), parameters(), max_size=2))
    text = json.dumps({"pipeline": {"name": name, "params": params}})
    return Offer(files={"pytorch_model.bin": "9", "sub/pytorch_model.bin": "9"}, contents={"config.yaml": text})


@st.composite
def adapters(draw: st.DrawFn) -> Offer:
    named = {"base_model_name_or_path": draw(targets), "revision": draw(stated)}
    return Offer(files={"adapter_model.safetensors": "9"}, contents={"adapter_config.json": json.dumps(named)})


@st.composite
def programs(draw: st.DrawFn) -> Offer:
    """Weights whose code lies elsewhere, and some code."""
    config = json.dumps({"auto_map": {"AutoModel": f"{draw(targets)}--m.X"}})
    return Offer(files={"pytorch_model.bin": "9"}, contents={"config.json": config, "m.py": "X = 1\n"})


@st.composite
def sentences(draw: st.DrawFn) -> Offer:
    kinds = [TRANSFORMER, f"{draw(targets)}--m.Y"]
    modules = [{"path": "", "type": kinds[0]}, {"path": "1_P", "type": draw(st.sampled_from(kinds))}]
    contents = {"modules.json": json.dumps(modules), "config.json": "{}", "1_P/config.json": "{}"}
    return Offer(files={"pytorch_model.bin": "9"}, contents=contents)


@st.composite
def speech(draw: st.DrawFn) -> Offer:
    """What faster-whisper opens, with a tokenizer or without."""
    vocabulary = json.dumps(["x", ""])
    contents = {"vocabulary.json": vocabulary, "config.json": "{}"}
    return Offer(files={"model.bin": "9", **draw(st.sampled_from([{}, {"tokenizer.json": "9"}]))}, contents=contents)


plain = st.just(Offer(files={"pytorch_model.bin": "9", "README.md": "9"}, contents={"config.json": "{}"}))
contents = st.one_of(plain, pipelines(), pipelines(), adapters(), adapters(), programs(), sentences(), speech())


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few repositories, and perhaps what libraries ask for on their own."""
    offers: dict[str, Offer] = {}
    held: dict[tuple[str, str], Offer] = {}
    for name in NAMES:
        branches = {"main": draw(words), "dev": draw(words)}
        tags = {tag: draw(words) for tag in draw(st.sampled_from([[], ["v1.0"], ["v1.0", "v1.1"]]))}
        license_ = draw(st.sampled_from([None, "mit"]))
        offers[f"hf:{name}"] = Offer(branches=branches, tags=tags)
        for word in sorted({*branches.values(), *tags.values()}):
            found = draw(contents)
            held[f"hf:{name}", commit(word)] = Offer(files=found.files, contents=found.contents, license=license_)
    for name in draw(st.sets(st.sampled_from(sorted(LIBRARIES_ASK_FOR)))):
        offers[f"hf:{name}"] = Offer(branches={"main": "d4"})
        held[f"hf:{name}", commit("d4")] = Offer(files=dict.fromkeys(LIBRARIES_ASK_FOR[name], "9"))
    return World(offers, {}, held=held)
