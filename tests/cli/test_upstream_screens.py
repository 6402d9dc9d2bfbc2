"""What a person sees of what is newer, word for word."""

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import offer
from tests.cli.project import Project
from tests.cli.upstreams import OTHER, locked, release, screen
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases, make_pipeline

NER = "en_core_web_md"
MANIFEST = """
profiles:
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}
policy: {remote_code: allow}
models:
  asr: {category: whisper, source: hf:org/name}
  pinned: {category: whisper, source: hf:org/pinned, revision: COMMIT}
  vad: {category: vad, source: pypi:pack, version: ">=1,<2"}
  ner: {category: ner, source: "spacy:en_core_web_md", version: "~=3.8.0"}
  diarization: {category: diarization, source: hf:org/pipeline, version: ">=3", depends: [hf:org/part]}
"""


@pytest.fixture
def moved(
    project: Project, hub: LocalHub, index: PackageIndex, releases: SpacyReleases, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """Five models, and everything that can happen to them since they were locked."""
    for name in ("org/name", "org/part", "org/pipeline"):
        offer(hub, name)
    hub.tag("org/pipeline", "v3.1", hub.head("org/pipeline").sha)
    pinned = offer(hub, "org/pinned")
    release(index, "1.0")
    releases.add(NER, "3.8.0", make_pipeline(NER, "3.8.0"))
    for name, value in releases.environment.items():
        monkeypatch.setitem(project.environment, name, value)
    locked(project, MANIFEST.replace("COMMIT", pinned))
    for name in ("org/name", "org/pinned"):
        hub.commit(name, OTHER)
    hub.tag("org/pipeline", "v3.1", hub.commit("org/pipeline", OTHER))
    hub.delete_repository("org/part")
    release(index, "1.2", "2.0")
    release(index, "1.3", yanked="broken")
    releases.add(NER, "3.9.0", make_pipeline(NER, "3.9.0"), ["3.9"])
    return project


@pytest.mark.usefixtures("moved")
def test_the_screen_of_outdated(run: Run) -> None:
    result = run("outdated")
    assert result.code == 0
    assert screen(result.stdout) == snapshot("""\
6 artifacts asked in N s: 2 newer, 1 pinned, 1 moved, 1 gone
 newer    asr                org/name        main@a43db71 → main@3ca3d71
 pinned   pinned             org/pinned      a43db71f; main@3ca3d71 exists, `revision: a43db71f…` excludes it
 newer    vad                pack            1.0 → 1.2; 2.0 exists, `version: >=1,<2` excludes it; 1.3 exists, yanked
 current  ner                en_core_web_md  3.8.0; 3.9.0 (for spaCy 3.9) exists, `version: ~=3.8.0` excludes it
 moved    diarization        org/pipeline    v3.1@a43db71 → v3.1@3ca3d71; the tag moved
 gone     diarization needs  org/part        main@a43db71; no such repository, or it is private
""")
    assert screen(result.stderr) == snapshot("hint: `models update asr vad` takes what is newer\n")


@pytest.mark.usefixtures("moved")
def test_the_screen_of_outdated_that_says_only_what_went_wrong(run: Run) -> None:
    result = run("outdated", "-q")
    assert screen(result.stdout) == snapshot("""\
 moved  diarization        org/pipeline  v3.1@a43db71 → v3.1@3ca3d71; the tag moved
 gone   diarization needs  org/part      main@a43db71; no such repository, or it is private
""")
    assert result.stderr == ""


@pytest.mark.usefixtures("moved", "waits")
def test_the_screen_of_outdated_where_a_source_is_down(run: Run, index: PackageIndex) -> None:
    index.faults = [Fault("", "reset", times=ALWAYS)]
    result = run("outdated", "--only", "vad")
    assert result.code == 3
    assert screen(result.text) == snapshot("""\
1 artifact asked in N s: 1 unasked
 unasked  vad  pack  1.0; could not be asked: http://HOST/simple/pack/: the connection broke (ConnectionResetError)
""")


@pytest.mark.usefixtures("moved")
def test_the_screen_of_update(run: Run) -> None:
    result = run("update", "asr", "pinned", "vad", "ner")
    assert result.stdout == ""
    assert screen(result.stderr) == snapshot("""\
Resolved 5 models, 6 artifacts for 1 profile in N s
 ~  asr          org/name        a43db71f → 3ca3d714  1.03 kB  mit
    pinned       org/pinned      a43db71f (kept)       300 kB  mit
 ~  vad          pack            1.0 → 1.2              397 B  mit
    ner          en_core_web_md  3.8.0 (kept)           907 B  mit  code
    diarization  org/pipeline    v3.1 (kept)           300 kB  mit
      needs      org/part        a43db71f (kept)       300 kB  mit
Wrote models.lock (6 artifacts, 18 files, 902 kB in all; this machine needs N)
pinned: main@3ca3d71 exists, `revision: a43db71f…` excludes it
vad: 2.0 exists, `version: >=1,<2` excludes it
vad: 1.3 exists, yanked
ner: 3.9.0 (for spaCy 3.9) exists, `version: ~=3.8.0` excludes it
""")


@pytest.mark.usefixtures("moved")
def test_the_screen_of_verify_upstream(run: Run) -> None:
    result = run("verify", "--upstream-only")
    assert result.code == 1
    assert screen(result.stdout) == snapshot("""\
6 artifacts asked upstream in N s: 2 findings
 upstream-moved  diarization  hf:org/pipeline@>=3  expected a43db71f…, found 3ca3d714…
 upstream-gone   diarization  hf:org/part@main     no such repository, or it is private
""")
    assert screen(result.stderr) == snapshot("""\
hint: find out why a tag moved before `models update diarization` takes it
hint: keep the store or a mirror that has it; there is nothing to update to
""")


def test_the_screen_of_verify_where_all_stands(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    locked(project, "models: {asr: {source: hf:org/name}}\n")
    assert run("sync").code == 0
    assert screen(run("verify", "--upstream").text) == snapshot("""\
1 model, 2 files, 300 kB checked in N s: all as locked
1 artifact asked upstream in N s: all as pinned
""")


@pytest.mark.usefixtures("moved")
def test_the_screen_of_status_with_updates(run: Run) -> None:
    assert screen(run("status", "--check-updates", "--profile", "ci").text) == snapshot("""\
                                 size  version       state
Whisper
  asr          name            300 kB  main@a43db71  missing  models sync --only asr
  pinned       pinned          300 kB  a43db71       missing  models sync --only pinned
VAD
  vad          pack             397 B  1.0           missing  models sync --only vad
NER
  ner          en_core_web_md   907 B  3.8.0         missing  models sync --only ner
Diarization
  diarization  pipeline        600 kB  v3.1          missing  models sync --only diarization
Ready 0 · missing 5 · skipped 0 · 0 B on disk (0 B shared with the store)
Lock sha256 N

Machine  ci: linux x86_64 · 2 cores · 7 GB · no accelerator
Cache    PROJECT/.cache
Store    STORE
Token    not found
Next     models sync
 newer    asr                org/name        main@a43db71 → main@3ca3d71
 pinned   pinned             org/pinned      a43db71f; main@3ca3d71 exists, `revision: a43db71f…` excludes it
 newer    vad                pack            1.0 → 1.2; 2.0 exists, `version: >=1,<2` excludes it; 1.3 exists, yanked
 current  ner                en_core_web_md  3.8.0; 3.9.0 (for spaCy 3.9) exists, `version: ~=3.8.0` excludes it
 moved    diarization        org/pipeline    v3.1@a43db71 → v3.1@3ca3d71; the tag moved
 gone     diarization needs  org/part        main@a43db71; no such repository, or it is private
Updates 3 of 6 artifacts · `models update asr vad`
""")
