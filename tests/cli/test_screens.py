"""What a person sees, word for word; sizes of this machine, seconds, ports and folders stand as words."""

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import REPO, WEIGHTS, flipped, weights
from tests.cli.project import Project
from tests.cli.screens import MANIFEST, screen, tight
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub


def test_the_screen_of_lock(offered: Project, run: Run, hub: LocalHub) -> None:
    result = run("lock", HF_TOKEN="hf_granted")
    assert result.stdout == ""
    assert screen(offered, hub, result) == snapshot("""\
Resolved 3 models, 4 artifacts for 1 profile in N s
 +  asr          org/name      main → a43db71f   300 kB  mit
 +  vad          pack          1.0              20.4 kB  mit
 +  diarization  org/pipeline  main → 1404d27f     26 B  mit         gated
 +    needs      org/part      main → 5f9500e1    50 kB  apache-2.0  code
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
Wrote models.lock (4 artifacts, 9 files, 370 kB in all; this machine needs N)
""")
    assert screen(offered, hub, run("lock")) == snapshot("""\
Resolved 3 models, 4 artifacts for 1 profile in N s
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
models.lock is up to date (4 artifacts, 9 files, 370 kB in all; this machine needs N)
""")


def test_the_screen_of_an_upgrade(offered: Project, run: Run, hub: LocalHub) -> None:
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    hub.commit(REPO, {"model.bin": weights(1_000_000, 8)}, license="apache-2.0")
    assert screen(offered, hub, run("lock", "--upgrade-model", "asr")) == snapshot("""\
Resolved 3 models, 4 artifacts for 1 profile in N s
 ~  asr          org/name      a43db71f → e6e3d876     1 MB  apache-2.0
    vad          pack          1.0 (kept)           20.4 kB  mit
    diarization  org/pipeline  1404d27f (kept)         26 B  mit         gated
      needs      org/part      5f9500e1 (kept)        50 kB  apache-2.0  code
 ! asr  license: mit → apache-2.0
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
Wrote models.lock (4 artifacts, 9 files, 1.07 MB in all; this machine needs N)
""")


def test_the_screen_of_closed_gates(offered: Project, run: Run, hub: LocalHub) -> None:
    assert screen(offered, hub, run("lock")) == snapshot("""\
error: 1 repository refuses access; nothing was fetched
  org/pipeline   gated: accept at ENDPOINT/org/pipeline
hint: accept it, then set HF_TOKEN or run `hf auth login`
""")


def test_the_screen_of_lock_check(offered: Project, run: Run, hub: LocalHub) -> None:
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    assert screen(offered, hub, run("lock", "--check")) == snapshot("models.lock is fresh\n")
    offered.manifest(MANIFEST.replace("batch_size: 1", "batch_size: 2") + "  ner: {source: hf:org/ner}\n")
    assert screen(offered, hub, run("lock", "--check")) == snapshot("""\
models.lock is stale:
  asr  variant name: settings differs
  ner  added to the manifest
hint: run `models lock` and commit the result
""")


def test_the_screen_of_sync(offered: Project, run: Run, hub: LocalHub) -> None:
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    assert screen(offered, hub, run("sync", "--profile", "ci", "--dry-run", "--max-workers", "1")) == snapshot("""\
Profile   ci: linux x86_64 · 2 cores · 7 GB · no accelerator
Disk      321 kB to fetch, 1 at a time
 asr            to fetch   300 kB
 vad            to fetch  20.4 kB
 diarization    skipped            optional: needs 8 GB ram, 7 GB left in the budget
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
Would sync 2 of 3 models: 321 kB to fetch. Nothing was written.
""")
    assert screen(offered, hub, run("sync", "--profile", "ci", "--max-workers", "1")) == snapshot("""\
Profile   ci: linux x86_64 · 2 cores · 7 GB · no accelerator
Disk      321 kB to fetch, 1 at a time
asr: 300 kB to fetch
vad: 20.8 kB to fetch
asr: placed
vad: placed
 asr          ✓  placed    300 kB
 vad          ✓  placed   20.4 kB
 diarization  -  skipped           optional: needs 8 GB ram, 7 GB left in the budget
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
Synced 2 of 3 models in N s: 321 kB fetched, 26 B reused.
`models verify` proves it.
""")
    assert screen(offered, hub, run("sync", "--profile", "ci")) == snapshot("""\
Profile   ci: linux x86_64 · 2 cores · 7 GB · no accelerator
 asr          ✓  present   300 kB
 vad          ✓  present  20.4 kB
 diarization  -  skipped           optional: needs 8 GB ram, 7 GB left in the budget
Synced 2 of 3 models in N s: 0 B fetched, 320 kB reused.
`models verify` proves it.
""")


def test_the_screen_of_a_sync_that_fails(offered: Project, run: Run, hub: LocalHub, waits: list[float]) -> None:
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    hub.faults = [Fault("model.bin", "flip", times=ALWAYS, after_bytes=7, origin="cdn")]
    assert screen(offered, hub, run("sync", "--profile", "ci", "--max-workers", "1")) == snapshot("""\
Profile   ci: linux x86_64 · 2 cores · 7 GB · no accelerator
Disk      321 kB to fetch, 1 at a time
asr: 300 kB to fetch
vad: 20.8 kB to fetch
asr: failed: model.bin: not the bytes of sha256 f5e9677b(…), twice
vad: placed
 asr          ✗  failed    300 kB
 vad          ✓  placed   20.4 kB
 diarization  -  skipped           optional: needs 8 GB ram, 7 GB left in the budget
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
error: asr: model.bin: not the bytes of sha256 f5e9677b(…), twice
hint: the source has other bytes than were locked, and none of them was kept; `models lock --upgrade-model NAME` locks what it has now
Synced 1 of 3 models in N s: 621 kB fetched, 0 B reused.
""")  # noqa: E501 - a line of the screen
    assert waits == []


def test_the_screen_of_a_sync_offline(offered: Project, run: Run, hub: LocalHub) -> None:
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    offered.forget_store()
    assert screen(offered, hub, run("sync", "--profile", "ci", "--offline")) == snapshot("""\
error: 3 files are missing (321 kB) and the network may not be used
  asr  hf:org/name  config.json
  asr  hf:org/name  model.bin
  vad  pypi:pack  pack-1.0-py3-none-any.whl
hint: run `models sync` once with a network, or bring the store along
""")


def test_the_screens_of_verify(offered: Project, run: Run, hub: LocalHub) -> None:
    assert run("sync", "--profile", "ci", HF_TOKEN="hf_granted").code == 0
    assert tight(screen(offered, hub, run("verify", "--profile", "ci"), "stdout")) == snapshot(
        "2 models, 6 files, 320 kB checked in N s: all as locked\n"
    )
    place = next(offered.repository(REPO).rglob("model.bin"))
    place.unlink()
    place.write_bytes(flipped(WEIGHTS, 3))
    place.with_name("extra.txt").write_bytes(b"1")
    offered.repository(REPO).joinpath("refs", "main").write_text("0" * 40)
    offered.view.joinpath("python", "pack", "w.bin").unlink()
    result = run("verify", "--profile", "ci")
    assert tight(screen(offered, hub, result, "stdout")) == snapshot("""\
2 models, 6 files, 320 kB checked in N s: 4 findings
 damaged  asr  hf:org/name@a43db71/model.bin  expected sha256 f5e9677b…, found e8e4e0af…
 missing  vad  python/pack/w.bin  not there
 ref-moved  asr  hf:org/name/refs/main  expected a43db71f…, found 00000000…
 unexpected  asr  hf:org/name@a43db71/extra.txt  not in models.lock
""")
    assert screen(offered, hub, result) == snapshot(
        "hint: `models verify --repair` fetches 320 kB again and removes what is not locked\n"
    )
    assert tight(screen(offered, hub, run("verify", "--profile", "ci", "--repair"), "stdout")) == snapshot("""\
2 models, 6 files, 320 kB checked in N s: 4 findings
 damaged  asr  hf:org/name@a43db71/model.bin  expected sha256 f5e9677b…, found e8e4e0af…
 missing  vad  python/pack/w.bin  not there
 ref-moved  asr  hf:org/name/refs/main  expected a43db71f…, found 00000000…
 unexpected  asr  hf:org/name@a43db71/extra.txt  not in models.lock
Repaired 4 findings
""")


def test_the_screens_of_status(offered: Project, run: Run, hub: LocalHub) -> None:
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    assert screen(offered, hub, run("status", "--profile", "ci"), "stdout") == snapshot("""\
                        size  version       state
Whisper
  asr          name   300 kB  main@a43db71  missing  models sync --only asr
VAD
  vad          pack  20.4 kB  1.0           missing  models sync --only vad
Diarization
  diarization              -  -             skipped  optional: needs 8 GB ram, 7 GB left in the budget
Ready 0 · missing 2 · skipped 1 · 0 B on disk (0 B shared with the store)
Lock sha256 N

Not chosen here
  diarization  pipeline  50 kB  needs 8 GB ram

Machine  ci: linux x86_64 · 2 cores · 7 GB · no accelerator
Cache    PROJECT/.cache
Store    STORE
Token    not found
Next     models sync
""")
    assert run("sync", "--profile", "ci", MODELS_LINK_MODE="hardlink").code == 0
    result = run("status", "--profile", "ci")
    assert screen(offered, hub, result, "stdout") == snapshot("""\
                        size  version       state
Whisper
  asr          name   300 kB  main@a43db71  ready    batch size 1 · int8 · cpu
VAD
  vad          pack  20.4 kB  1.0           ready
Diarization
  diarization              -  -             skipped  optional: needs 8 GB ram, 7 GB left in the budget
Ready 2 · missing 0 · skipped 1 · 320 kB on disk (320 kB shared with the store)
Lock sha256 N

Not chosen here
  diarization  pipeline  50 kB  needs 8 GB ram

Machine  ci: linux x86_64 · 2 cores · 7 GB · no accelerator
Cache    PROJECT/.cache
Store    STORE
Token    not found
Next     nothing
""")
    assert result.stderr == ""


@pytest.mark.parametrize("width", ["40", "80", "200"])
def test_tables_do_not_depend_on_the_width_where_nobody_watches(
    offered: Project, run: Run, hub: LocalHub, width: str
) -> None:
    assert run("sync", "--profile", "ci", HF_TOKEN="hf_granted").code == 0
    narrow = screen(offered, hub, run("status", "--profile", "ci", COLUMNS=width), "stdout")
    assert narrow == screen(offered, hub, run("status", "--profile", "ci"), "stdout")


def test_no_colour_is_written_where_nobody_watches(offered: Project, run: Run) -> None:
    for arguments in (("sync", "--profile", "ci"), ("status", "--profile", "ci"), ("verify", "--profile", "ci")):
        result = run(*arguments, HF_TOKEN="hf_granted")
        assert result.code == 0
        assert "\x1b" not in result.text
    assert offered.view.exists()


def test_the_screens_of_errors(project: Project, run: Run, hub: LocalHub) -> None:
    said = [screen(project, hub, run("sync"))]
    project.manifest('models: {asr: {source: hf:org/name, when: {vramm: ">=8GB"}}}\n')
    said.append(screen(project, hub, run("lock")))
    project.manifest("models: {asr: {source: hf:org/absent}}\n")
    said.extend(screen(project, hub, run(*arguments)) for arguments in (("lock",), ("verify",), ("synk",)))
    assert "".join(said) == snapshot("""\
error: there is no models.yaml in PROJECT
hint: `models init` writes one; or name the project's folder with `--project DIR`
error: models.yaml:2:44: unknown selector key 'vramm'
    2 | models: {asr: {source: hf:org/name, when: {vramm: ">=8GB"}}}
                                                   ^^^^^
hint: did you mean 'vram'?
error: hf:org/absent: no such repository, or it is private
hint: check the name; for a private one set HF_TOKEN
error: there is no models.lock in PROJECT
hint: run `models lock`
error: no verb 'synk'
hint: did you mean 'sync'?
""")
