"""A lock before and after a pull request in which about everything happens that a reviewer asks for."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from resolver.domain.facts import Facts
from resolver.domain.lock import Artifact, Choice, Dependency, File, Lock, LockedProfile, Skipped
from resolver.domain.manifest import Model, Needs, Policy, Variant
from resolver.domain.selector import Mismatch, parse_selector

LARGE, SMALL = "hf:Systran/faster-whisper-large-v3@main", "hf:Systran/faster-whisper-small@main"
PIPELINE, SEGMENTS = "hf:pyannote/speaker-diarization-3.1@main", "hf:pyannote/segmentation-3.0@main"
SPEAKERS = "hf:pyannote/wespeaker-voxceleb-resnet34-LM@main"
VAD, NER = "pypi:silero-vad@>=5,<7", "spacy:en_core_web_md@~=3.8.0"
ALLOWED = Policy(licenses_allow=("mit", "apache-2.0"))
GB = 10**9


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def commit(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def file(path: str, size: int, text: str) -> File:
    return File(path, size, digest(text))


def hub(key: str, pin: str, *files: File, needs: Mapping[str, str] | None = None) -> Artifact:
    edges = tuple(Dependency(one, f"config.yaml: pipeline.params.{why}") for one, why in (needs or {}).items())
    return Artifact(key, commit(pin), None, files, "mit", upstream_id=digest(key)[:24], dependencies=edges)


def wheel(version: str, size: int) -> Artifact:
    files = (
        file("silero_vad/data/silero_vad.jit", size, f"jit {version}"),
        file("silero_vad/model.py", 4_000, f"model {version}"),
        file(f"silero_vad-{version}.dist-info/METADATA", 8_000, f"metadata {version}"),
    )
    archive = file(f"silero_vad-{version}-py3-none-any.whl", size + 12_000, f"wheel {version}")
    return Artifact(VAD, None, version, files, "mit", flags=("code", "pickle"), archive=archive)


def whisper(size: int, text: str, readme: str = "readme") -> tuple[File, ...]:
    return (
        file("README.md", 2_000, readme),
        file("config.json", 2_394, "config"),
        file("model.bin", size, text),
        file("tokenizer.json", 2_480_617, "tokenizer"),
    )


CUDA, CPU = parse_selector({"accelerator": "cuda"}), parse_selector({})
ASR = Model(
    "asr",
    (
        Variant(
            "large", LARGE, "faster-whisper", "whisper", CUDA, Needs(vram=6_400_000_000), settings={"batch_size": 8}
        ),
        Variant("small", SMALL, "faster-whisper", "whisper", CPU, Needs(ram=1_600_000_000), settings={"batch_size": 1}),
    ),
)
DIARIZATION = Model("diarization", (Variant("pipeline", PIPELINE, "pyannote", "diarization"),), optional=True)
SPLIT = Model("speakers", (Variant("pipeline", PIPELINE, "pyannote", "diarization"),))
VOICES = Model("vad", (Variant("silero", VAD, "silero", "vad"),), allow=("pickle", "remote_code"))
NAMES = Model("ner", (Variant("md", NER, "spacy", "ner"),), allow=("remote_code",))
CONFIG = file("config.yaml", 469, "pipeline")
CHECKPOINT = file("pytorch_model.bin", 5_905_440, "segments")
NEEDED = {SEGMENTS: "segmentation"}


def profiles(ci: Mapping[str, Choice], server: Mapping[str, Choice]) -> dict[str, LockedProfile]:
    return {
        "ci": LockedProfile(Facts(os="linux", accelerator="none", ram=7 * GB, cores=2), ci),
        "server": LockedProfile(Facts(os="linux", accelerator="cuda", vram=24 * GB, ram=64 * GB), server),
    }


EVERYTHING = {"diarization": "pipeline", "speakers": "pipeline", "vad": "silero"}
BEFORE = Lock(
    models=(ASR, DIARIZATION, SPLIT, VOICES, NAMES),
    artifacts={
        one.key: one
        for one in (
            hub(LARGE, "large 1", *whisper(3_087_284_237, "large 1")),
            hub(SMALL, "small 1", *whisper(483_546_902, "small 1")),
            hub(PIPELINE, "pipeline 1", CONFIG, needs=NEEDED),
            hub(SEGMENTS, "segments 1", CHECKPOINT),
            wheel("6.0.0", 1_170_000),
            Artifact(NER, None, "3.8.0", (file("en_core_web_md/meta.json", 10_000, "ner"),), "mit", flags=("code",)),
        )
    },
    policy=ALLOWED,
    budget={"ram": 75, "vram": 90},
    profiles=profiles({"asr": "small", "ner": "md", **EVERYTHING}, {"asr": "large", "ner": "md", **EVERYTHING}),
)

TUNED = replace(
    ASR, variants=(ASR.variants[0], replace(ASR.variants[1], settings={"batch_size": 2}, needs=Needs(ram=2 * GB)))
)
SKIPPED = Skipped((Mismatch("ram", "4000000000", "3650000000"),))
STRANGE = replace(
    hub(SEGMENTS, "segments 1", replace(CHECKPOINT, sha256=digest("other"))), flags=("pickle",), upstream_id="f" * 24
)
AFTER = Lock(
    models=(TUNED, DIARIZATION, SPLIT, VOICES),
    artifacts={
        one.key: one
        for one in (
            hub(LARGE, "large 2", *whisper(3_087_284_237, "large 2", "other readme")),
            hub(SMALL, "small 2", *whisper(483_546_902, "small 1", "other readme")),
            replace(
                hub(PIPELINE, "pipeline 1", CONFIG, needs={**NEEDED, SPEAKERS: "embedding"}),
                license="other",
                gated=True,
            ),
            STRANGE,
            replace(hub(SPEAKERS, "speakers 1", file("pytorch_model.bin", 26_645_418, "speakers")), flags=("pickle",)),
            wheel("6.2.3", 2_270_000),
        )
    },
    policy=ALLOWED,
    budget={"ram": 75, "vram": 90},
    profiles=profiles({"asr": "small", **EVERYTHING, "diarization": SKIPPED}, {"asr": "large", **EVERYTHING}),
)
