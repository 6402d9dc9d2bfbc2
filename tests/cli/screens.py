"""What a person sees of a project with everything in it; what differs from run to run stands as a word."""

import re

from tests.cli.project import Project, Result
from tests.servers.hub import LocalHub

MANIFEST = """
profiles:
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}
models:
  asr:
    category: whisper
    source: hf:org/name
    settings: {device: cpu, compute_type: int8, batch_size: 1}
  vad: {source: pypi:pack, version: ">=1", category: vad}
  diarization:
    category: diarization
    source: hf:org/pipeline
    optional: true
    needs: {ram: 8GB}
    depends: [hf:org/part]
"""


def screen(project: Project, hub: LocalHub, result: Result, what: str = "stderr") -> str:
    """What was said, without what differs from run to run; blanks at line ends do not show."""
    text: str = getattr(result, what)
    for found, word in (
        (hub.endpoint, "ENDPOINT"),
        (hub.cdn_origin, "CDN"),
        (str(project.folder), "PROJECT"),
        (str(project.store), "STORE"),
    ):
        text = text.replace(found, word)
    text = re.sub(r"\b\d+\.\d s\b", "N s", text)
    text = re.sub(r", [\d.]+ [kMGT]?B free", ", N free", text)
    text = re.sub(r"; this machine needs [\d.]+ [kMGT]?B", "; this machine needs N", text)
    text = re.sub(r"Lock sha256 [0-9a-f]{64}", "Lock sha256 N", text)
    text = re.sub(r"\b([0-9a-f]{8})[0-9a-f]{32,56}\b", r"\1(…)", text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def tight(text: str) -> str:
    """Without the gaps that long paths make, and without what all those paths begin with."""
    return re.sub(r" {3,}", "  ", text.replace("huggingface/hub/models--", "…"))
