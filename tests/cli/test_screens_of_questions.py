"""What verbs answer that change nothing, word for word."""

import pytest
from inline_snapshot import snapshot

from tests.cli.project import Project
from tests.cli.screens import screen
from tests.conftest import Run
from tests.servers.hub import LocalHub

CI = ("--profile", "ci")
MACHINE = """\
{"schema": "models.profile/1", "name": "box", "source": "detected",
 "os": {"name": "linux", "release": "6.1", "libc": "glibc 2.36", "wsl": false, "container": false},
 "cpu": {"arch": "x86_64", "model": "A CPU", "features": ["avx2"], "logical": 16, "usable": 16},
 "memory": {"total": 64000000000, "limit": null, "usable": 64000000000},
 "accelerators": [{"kind": "cuda", "name": "A GPU", "memory": 24000000000, "unified": false,
                   "compute_capability": "8.6", "driver": "570.1", "cuda": "12.8", "mig": false}],
 "runtimes": {"faster-whisper": "1.2.1"}, "volatile": {"free_disk": 0, "free_memory": 0}}
"""


@pytest.mark.usefixtures("no_network")
def test_no_verb(offered: Project, run: Run, hub: LocalHub) -> None:
    assert screen(offered, hub, run(), "stdout") == snapshot("""\
Project  PROJECT
Lock     3 models in models.yaml, no models.lock
Here     nothing to look at
Next     models lock   (`models --help` lists every verb)
""")


def test_explain(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("explain", "asr", *CI), "stdout") == snapshot("""\
asr on ci (linux x86_64, no accelerator, 7 GB ram):
  1  org/name  yes  states no needs
""")
    assert screen(brought, hub, run("explain", "diarization", *CI), "stdout") == snapshot("""\
diarization on ci (linux x86_64, no accelerator, 7 GB ram):
  1  org/pipeline  no  needs 8 GB ram, 7 GB in the budget
Skipped: 'diarization' is optional, and nothing above is possible here.
""")


def test_tree_and_why(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("tree"), "stdout") == snapshot("""\
asr
  name · huggingface
    hf:org/name  main@a43db71  300 kB
vad
  pack · python
    pypi:pack  1.0  20.4 kB
diarization (optional)
  pipeline · huggingface
    hf:org/pipeline  main@1404d27  26 B  gated
      hf:org/part  main@5f9500e  50 kB  code
        because models.yaml: diarization.depends
""")
    assert screen(brought, hub, run("why", "org/part"), "stdout") == snapshot(
        "diarization → hf:org/pipeline@main → hf:org/part@main   models.yaml: diarization.depends\n"
    )


def test_path(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("path", "asr", *CI), "stdout") == snapshot(
        "PROJECT/.cache/huggingface/hub/models--org--name/snapshots/a43db71f(…)\n"
    )
    assert screen(brought, hub, run("path", "diarization", *CI)) == snapshot("""\
error: 'diarization' is skipped on this machine: needs 8 GB ram, 7 GB left in the budget
hint: `models status` shows all
""")


def test_run_that_refuses(brought: Project, run: Run, hub: LocalHub) -> None:
    brought.forget_view()
    assert screen(brought, hub, run("run", *CI, "--", "true")) == snapshot("""\
error: 'asr', 'vad' are not ready, so nothing was run
  asr  missing  models sync --only asr
  vad  missing  models sync --only vad
hint: `models run --sync -- …` or `models sync` brings what is missing
""")
    assert screen(brought, hub, run("run")) == snapshot("""\
error: no command was given
hint: `models run -- python transcribe.py`
""")


def test_hardware(offered: Project, run: Run, hub: LocalHub) -> None:
    offered.folder.joinpath("box.json").write_text(MACHINE)
    assert screen(offered, hub, run("hardware", "--profile", "box.json"), "stdout") == snapshot("""\
linux x86_64 · 16 cores · 64 GB · cuda 8.6 24 GB
  accelerator         cuda
  arch                x86_64
  compute_capability  8.6
  cores               16
  cuda                12.8
  os                  linux
  ram                 64000000000 (64 GB)
  vram                24000000000 (24 GB)
  cuda device         A GPU · 24 GB · driver 570.1
  faster-whisper      1.2.1
""")
    assert screen(offered, hub, run("hardware", "--save", "--profile", "ci")) == snapshot("""\
error: no profile 'ci': neither declared nor a file
hint: none is declared; write `profiles:` into models.yaml and lock, or give a file that `models hardware --json` wrote on that machine
""")  # noqa: E501 - a line of the screen
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    assert screen(offered, hub, run("hardware", "--save", "--profile", "ci")) == snapshot(
        "Saved out/hardware_cache.json\n"
    )


def test_status_as_markdown(brought: Project, run: Run, hub: LocalHub) -> None:
    result = run("status", "--format", "markdown", *CI, MODELS_LINK_MODE="hardlink")
    assert screen(brought, hub, result, "stdout") == snapshot("""\
## Models

| category | model | variant | size | version | state |  |
| --- | --- | --- | --- | --- | --- | --- |
| `Whisper` | `asr` | `name` | `300 kB` | `main@a43db71` | `ready` | `batch size 1 · int8 · cpu` |
| `VAD` | `vad` | `pack` | `20.4 kB` | `1.0` | `ready` |  |
| `Diarization` | `diarization` |  |  |  | `skipped` | `optional: needs 8 GB ram, 7 GB left in the budget` |

Ready 2 · missing 0 · skipped 1 · 320 kB on disk (320 kB shared with the store)

## Not chosen here

| model | variant | size | version | for |
| --- | --- | --- | --- | --- |
| `diarization` | `pipeline` | `50 kB` | `main@1404d27` | `needs 8 GB ram` |

## About

|  |  |
| --- | --- |
| `Lock` | `sha256 2e15f494(…)` |
| `Machine` | `ci: linux x86_64 · 2 cores · 7 GB · no accelerator` |
| `Cache` | `PROJECT/.cache` |
| `Store` | `STORE` |
| `Token` | `not found` |
| `Next` | `nothing` |
""")


def test_verify_that_only_looks(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("verify", "--quick", *CI), "stdout") == snapshot(
        "2 models, 6 files, 320 kB checked in N s: all as locked\n"
    )


def test_outdated(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("outdated"), "stdout") == snapshot("""\
4 artifacts asked in N s: all current
 current  asr                org/name      main@a43db71
 current  vad                pack          1.0
 current  diarization        org/pipeline  main@1404d27
 current  diarization needs  org/part      main@5f9500e
""")


def test_errors(offered: Project, run: Run, hub: LocalHub) -> None:
    lines = [screen(offered, hub, run("status"))]
    assert run("lock", HF_TOKEN="hf_granted").code == 0
    lines += [
        screen(offered, hub, run(*arguments))
        for arguments in (
            ("explain", "asrr"),
            ("status", "--profile", "cii"),
            ("sync", "--only", "vat"),
            ("lock", "--check", "--upgrade"),
            ("lock", "--chekc"),
            ("verify", "--mirror", "http://127.0.0.1:1"),
            ("sync", "--limit-rate", "fast"),
            ("why", "org/prat"),
        )
    ]
    assert "".join(lines) == snapshot("""\
error: there is no models.lock in PROJECT
hint: run `models lock`
error: no model 'asrr'
hint: did you mean 'asr'?
error: no profile 'cii': neither declared nor a file
hint: did you mean 'ci'?
error: no model 'vat'
hint: did you mean 'vad'?
error: --check goes with no other way to lock
hint: `models lock --check` alone
error: No such option '--chekc'. (Did you mean one of: '--check', '--help'?)
hint: `models --help`, `models VERB --help`
error: --mirror and --no-origin say where --repair fetches; without it nothing is fetched
hint: add --repair, or leave them out
error: --limit-rate: 'fast' is not a size; write it like 6.4GB, 512MiB or 4000000000
hint: write it like 20MB/s
error: nothing in models.lock is named 'org/prat'
hint: did you mean 'org/part'?
""")
