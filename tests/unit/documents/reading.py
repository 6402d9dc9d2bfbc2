"""How these tests read a manifest: with the kinds and runtimes of a release, and places marked in the text."""

from dataclasses import dataclass
from textwrap import dedent

from resolver.documents.manifest import read_manifest
from resolver.domain.errors import ManifestError, Problem
from resolver.domain.manifest import Manifest

KINDS = {"hf": "huggingface", "pypi": "python", "url": "files", "file": "files"}
RUNTIMES = ("faster-whisper", "files", "huggingface", "mlx-whisper", "pyannote", "python", "silero")
MIRRORS = ("file", "hf", "http", "https")

EXAMPLE = """\
version: 1

profiles:                      # machines to lock for that you are not sitting at; `models hardware` prints one
  laptop: {os: darwin, arch: arm64, accelerator: metal, ram: 16GB, vram: 10.7GB, cores: 8}
  server: {os: linux, arch: x86_64, accelerator: cuda, cuda: "12.8", compute_capability: "8.6", vram: 24GB, ram: 64GB,
           cores: 16}
  ci:     {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}

budget: {vram: 90%, ram: 75%}  # models that are loaded together must fit; the first listed degrades last

policy:
  licenses: {allow: [mit, apache-2.0, bsd-3-clause, cc-by-4.0]}
  pickle: deny                 # deny | warn | allow          (default warn)
  remote_code: deny            # Python that a loader imports  (default warn)

mirrors: []                    # where else the same bytes can be had

models:
  asr:
    category: whisper
    runtime: faster-whisper
    variants:                  # written order = preference; the first that fits wins
      - source: hf:mlx-community/whisper-large-v3-turbo
        runtime: mlx-whisper
        category: apple-silicon
        when: {accelerator: metal}
        needs: {vram: 2.5GB}
      - source: hf:Systran/faster-whisper-large-v3
        when: {accelerator: cuda, compute_capability: ">=7.0"}
        requires: ["faster-whisper>=1.0"]
        needs: {vram: 6.4GB, ram: 2GB}
        settings: {device: cuda, compute_type: float16, batch_size: 8}
      - source: hf:Systran/faster-whisper-small
        needs: {ram: 1.6GB}
        settings: {device: cpu, compute_type: int8, batch_size: 1}

  diarization:
    category: diarization
    runtime: pyannote
    optional: true             # required is the default; a skipped model is always reported, with the reason
    source: hf:pyannote/speaker-diarization-3.1      # a model with one variant needs no list
    revision: main             # a branch, tag or commit; `version:` instead asks for a range over tags
    needs: {ram: 4GB}
    allow: [pickle]            # an exception to the policy, for this model and what it depends on
    depends: []                # more sources that it needs and that no file of it names

  vad:
    category: vad
    runtime: silero
    source: pypi:silero-vad
    version: ">=5,<7"
    files: {include: ["silero_vad/**", "*.dist-info/**"]}   # globs, for any source; no `files` = all
    allow: [pickle, remote_code]

  ner:
    category: ner
    runtime: spacy
    source: spacy:en_core_web_md
    version: "~=3.8.0"
    allow: [remote_code]
"""
"""The manifest of the format's own description."""


def read(text: str) -> Manifest:
    """The manifest that an indented text is."""
    return read_manifest(dedent(text).encode(), "models.yaml", KINDS, RUNTIMES, MIRRORS)


def problems_of(text: bytes) -> tuple[Problem, ...]:
    """What is wrong with a text; something is."""
    try:
        read_manifest(text, "models.yaml", KINDS, RUNTIMES, MIRRORS)
    except ManifestError as error:
        return error.problems
    raise AssertionError("nothing is wrong")


def rendered(text: str) -> str:
    """Every problem of a text as a person sees it."""
    shown = []
    for problem in problems_of(dedent(text).encode()):
        caret = " " * (problem.column - 1) + "^" * problem.width
        hint = f"hint: {problem.hint}\n" if problem.hint else ""
        shown.append(f"{problem.where}: {problem.message}\n    {problem.source}\n    {caret}\n{hint}")
    return "\n".join(shown)


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in which `«…»` marks a place: the text without the marks, and line, column and width of the place."""

    text: str
    line: int
    column: int
    width: int


def marked(text: str) -> Marked:
    """A marked text taken apart; there is one mark."""
    before, _, rest = text.partition("«")
    inside, _, after = rest.partition("»")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Marked(before + inside + after, line, column, max(1, len(inside)))
