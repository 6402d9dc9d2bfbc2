"""A lock that holds everything a lock can hold, once."""

from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Dependency, File, Lock, LockedProfile, Skipped
from resolver.domain.manifest import Model, Needs, Policy, Variant
from resolver.domain.selector import Mismatch, parse_selector

COMMIT = "c0ffee" + "0" * 34
CONFIG = File("config.json", 2_371, "1" * 64)
MODEL = File("model.bin", 483_546_902, "2" * 64)
PACKED = File("voices/data/vad.jit", 2_270_000, "3" * 64)
WHEEL = File("voices-1.0-py3-none-any.whl", 2_200_000, "4" * 64)
WHISPER = "hf:Systran/faster-whisper-small@main"
SEGMENTATION = "hf:pyannote/segmentation@v2"
VOICES = "pypi:voices@>=1,<2"

EXAMPLE = Lock(
    models=(
        Model(
            "asr",
            (
                Variant(
                    "cuda",
                    WHISPER,
                    "faster-whisper",
                    "whisper",
                    when=parse_selector({"accelerator": "cuda", "not": {"vram": "<8GB"}, "os": ["linux", "windows"]}),
                    needs=Needs(vram=6_400_000_000, ram=2_000_000_000),
                    requires=("faster-whisper>=1.0",),
                    settings={"batch_size": 8, "beam": {"size": 5, "temperatures": [0.0, 0.2]}, "vad": True},
                ),
                Variant("small", WHISPER, "faster-whisper", "whisper", needs=Needs(ram=1_600_000_000)),
            ),
        ),
        Model(
            "diarization",
            (
                Variant(
                    "only",
                    SEGMENTATION,
                    "pyannote",
                    "diarization",
                    files=FileFilter(("*.bin",), ("*.md",)),
                    depends=(WHISPER,),
                ),
            ),
            optional=True,
            group="night",
            allow=("pickle",),
        ),
        Model("vad", (Variant("voices", VOICES, "silero", "vad"),), allow=("pickle", "remote_code")),
    ),
    artifacts={
        WHISPER: Artifact(WHISPER, COMMIT, None, (CONFIG, MODEL), "mit", license_stated=True, upstream_id="64a1"),
        SEGMENTATION: Artifact(
            SEGMENTATION,
            COMMIT[::-1],
            "v2",
            (MODEL,),
            gated=True,
            flags=("pickle",),
            dependencies=(
                Dependency(WHISPER, "models.yaml: diarization.depends"),
                Dependency(VOICES, "config.yaml: pipeline.params.vad", FileFilter(("**/*.jit",), ("*.md",))),
            ),
        ),
        VOICES: Artifact(
            VOICES,
            None,
            "1.0",
            (PACKED,),
            "mit",
            archive=WHEEL,
            index="https://index.example/simple",
            requires=("numpy<3,>=1.24", 'torch>=1.12; python_version >= "3.9"'),
        ),
    },
    policy=Policy(("apache-2.0", "mit"), ("gpl-3.0",), "deny", "allow"),
    budget={"ram": 75, "vram": 90},
    cache=".cache/models",
    profiles={
        "ci": LockedProfile(
            Facts(os="linux", arch="x86_64", accelerator="none", ram=3_650_000_000, cores=2),
            {
                "asr": "small",
                "diarization": Skipped((Mismatch("ram", "4000000000", "3650000000"), Mismatch("cuda", ">=7", None))),
                "vad": "voices",
            },
        ),
        "server": LockedProfile(
            Facts("linux", "x86_64", "cuda", "12.8", "8.6", 24_000_000_000, 64_000_000_000, 16),
            {"asr": "cuda", "diarization": "only", "vad": "voices"},
        ),
    },
)
