"""Three models of three categories, of which the small machine gets two."""

from tests.cli.offers import WEIGHTS, offer
from tests.cli.project import Project
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

MANIFEST = """
profiles:
  small: {os: linux, arch: x86_64, accelerator: none, ram: 2GB}
  large: {os: linux, arch: x86_64, accelerator: none, ram: 64GB}
models:
  asr: {source: hf:org/name, category: whisper, settings: {device: cpu, compute_type: int8, batch_size: 1}}
  vad: {source: pypi:pack, version: ">=1", category: vad}
  diarization: {source: hf:org/pipeline, category: diarization, optional: true, needs: {ram: 4GB}}
"""


def lock_three(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    """The project, locked; nothing is placed."""
    offer(hub)
    offer(hub, "org/pipeline", seed=1)
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/__init__.py": b"", "pack/w.bin": WEIGHTS}))
    project.manifest(MANIFEST)
    assert project.run("lock").code == 0
    hub.reset_requests()
    index.reset_requests()
    return project
