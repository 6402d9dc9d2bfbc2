"""What verbs say that write a file, remove one, or would; and what a change is to a reviewer."""

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.cli.screens import screen
from tests.cli.test_diff import commit, git
from tests.conftest import Run
from tests.servers.hub import LocalHub

CI = ("--profile", "ci")
WITHOUT_VAD = ("remove", "vad")


@pytest.fixture
def changed(brought: Project, run: Run, hub: LocalHub) -> Project:
    """The first lock is committed; the model and its licence are others now, and a wheel is gone."""
    git(brought.folder, "init", "-q")
    commit(brought.folder)
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(1_000_000, 8)}, license="apache-2.0")
    for arguments in (WITHOUT_VAD, ("update", "asr")):
        result = run(*arguments, HF_TOKEN="hf_granted")
        assert result.code == 0, result.text
    return brought


def test_init(project: Project, run: Run, hub: LocalHub) -> None:
    assert screen(project, hub, run("init", "--template", "minimal")) == snapshot("""\
Wrote .cache/models.schema.json and models.yaml (template minimal)
hint: edit models.yaml, then run `models lock` and `models sync`
""")
    assert screen(project, hub, run("init")) == snapshot("""\
error: there is a models.yaml in PROJECT already; it was not touched
hint: edit it, or name another folder with `--project DIR`
""")


def test_add_and_remove(offered: Project, run: Run, hub: LocalHub) -> None:
    arguments = ("add", "hf:org/other-name", "--name", "other", "--optional")
    assert screen(offered, hub, run(*arguments, "--dry-run"), "text") == snapshot("""\
  other:
    source: hf:org/other-name
    optional: true
Would add other to models.yaml, line 16
""")
    assert screen(offered, hub, run("add", "spacy:en_core_web_md")) == snapshot("""\
Added en_core_web_md to models.yaml, line 16
Guessed from the source: category ner, runtime spacy
hint: `models lock` pins it
""")
    assert screen(offered, hub, run("add", "spacy:en_core_web_md")) == snapshot("""\
error: there is a model 'en_core_web_md' in models.yaml already
hint: choose another name with `--name NAME`, or `models remove en_core_web_md` first
""")
    assert screen(offered, hub, run("remove", "en_core_web_md")) == snapshot(
        "Removed en_core_web_md from models.yaml, 4 lines\n"
    )
    assert screen(offered, hub, run("remove", "en_core")) == snapshot("""\
error: no model 'en_core'
hint: known: asr, diarization, vad
""")


def test_lock_that_is_not_written(offered: Project, run: Run, hub: LocalHub) -> None:
    assert screen(offered, hub, run("lock", "--dry-run", HF_TOKEN="hf_granted")) == snapshot("""\
Resolved 3 models, 4 artifacts for 1 profile in N s
 +  asr          org/name      main → a43db71f   300 kB  mit
 +  vad          pack          1.0              20.4 kB  mit
 +  diarization  org/pipeline  main → 1404d27f     26 B  mit         gated
 +    needs      org/part      main → 5f9500e1    50 kB  apache-2.0  code
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
Would write models.lock (4 artifacts, 9 files, 370 kB in all; this machine needs N)
""")


def test_update(brought: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(1_000_000, 8)}, license="mit")
    assert screen(brought, hub, run("update", "asr", "--dry-run")) == snapshot("""\
Resolved 3 models, 4 artifacts for 1 profile in N s
 ~  asr          org/name      a43db71f → e6e3d876     1 MB  mit
    vad          pack          1.0 (kept)           20.4 kB  mit
    diarization  org/pipeline  1404d27f (kept)         26 B  mit         gated
      needs      org/part      5f9500e1 (kept)        50 kB  apache-2.0  code
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
Would write models.lock (4 artifacts, 9 files, 1.07 MB in all; this machine needs N)
""")
    assert screen(brought, hub, run("update", "vad")) == snapshot("""\
Resolved 3 models, 4 artifacts for 1 profile in N s
warning: diarization  hf:org/part@main: holds Python code that a loader imports (`allow: [remote_code]` permits it)
models.lock is up to date (4 artifacts, 9 files, 370 kB in all; this machine needs N)
""")


def test_diff(changed: Project, run: Run, hub: LocalHub) -> None:
    assert screen(changed, hub, run("diff"), "stdout") == snapshot("""\
asr  ~  org/name  a43db71f → e6e3d876
        weights changed, +700 kB (ci): model.bin (300 kB → 1 MB)
     !  licence: mit → apache-2.0
vad  -  pack  -20.4 kB (ci)
ci now needs 1 MB (+680 kB)
""")
    assert screen(changed, hub, run("diff", "HEAD", "HEAD")) == snapshot("nothing differs between HEAD and HEAD\n")


def test_diff_as_markdown(changed: Project, run: Run, hub: LocalHub) -> None:
    assert screen(changed, hub, run("diff", "--format", "markdown"), "stdout") == snapshot("""\
### Models: `HEAD` → `working tree`

| model | change | before | after | size | machines |
|---|---|---|---|---:|---|
| `asr` | ⚠ **licence**<br>`hf:org/name@main` | `mit` | `apache-2.0` |  | `ci` |
| `asr` | **weights changed**<br>`hf:org/name@main`<br>`model.bin (300 kB → 1 MB)` | `a43db71f` | `e6e3d876` | +700 kB | `ci` |
| `vad` | **removed**<br>`pack` | `pypi:pack@>=1` | – | -20.4 kB | `ci` |

`ci` needs 1 MB (+680 kB).

<details><summary>Files (1)</summary>

- `hf:org/name@main` weights: `model.bin (300 kB → 1 MB)`

</details>
""")  # noqa: E501, RUF001 - a line of the screen


def test_diff_as_annotations(changed: Project, run: Run, hub: LocalHub) -> None:
    assert screen(changed, hub, run("diff", "--format", "github"), "stdout") == snapshot("""\
::warning file=models.lock,title=asr%3A licence::licence, hf:org/name@main: mit → apache-2.0 (ci)
::notice file=models.lock,title=asr%3A weights changed::weights changed, hf:org/name@main: a43db71f → e6e3d876, +700 kB (ci): model.bin (300 kB → 1 MB)
::notice file=models.lock,title=vad%3A removed::removed, pack: pypi:pack@>=1, -20.4 kB (ci)
""")  # noqa: E501 - a line of the screen


def test_sync_that_repairs(brought: Project, run: Run, hub: LocalHub) -> None:
    brought.view.joinpath("python", "pack", "w.bin").unlink()
    assert screen(brought, hub, run("verify", "--repair", *CI), "stdout") == snapshot("""\
2 models, 6 files, 320 kB checked in N s: 1 finding
 missing  vad  python/pack/w.bin  not there
Repaired 1 finding
""")


def test_prune(changed: Project, run: Run, hub: LocalHub) -> None:
    assert screen(changed, hub, run("prune", "--dry-run", *CI), "stdout") == snapshot("""\
goes                       files    size
hf:org/name@a43db71            2  300 kB  asr: of an earlier lock
python/pack-1.0.dist-info      3   398 B  not in models.lock
python/pack                    1   20 kB  not in models.lock
To remove: 6 files, 320 kB (frees 320 kB after `models cache gc`, 26 B are needed elsewhere)
""")
    assert screen(changed, hub, run("prune", *CI)) == snapshot("""\
error: nothing was removed: there is nobody to ask
hint: `models prune --yes` removes without a question, `--dry-run` only shows
""")
    assert screen(changed, hub, run("prune", "--yes", *CI)) == snapshot(
        "Removed 6 files, 320 kB; `models cache gc` frees 320 kB\n"
    )


def test_the_store(changed: Project, run: Run, hub: LocalHub) -> None:
    assert screen(changed, hub, run("cache", "ls"), "stdout") == snapshot("""\
                            size  for
hf:org/name@e6e3d87         26 B  asr in project · 26 B shared · 1 of 2 files
hf:org/part@5f9500e          2 B  diarization in project · 1 of 2 files
hf:org/pipeline@1404d27     26 B  diarization in project · 26 B shared
Nobody wants
  hf:org/name@a43db71     300 kB
  pypi:pack@1.0          41.2 kB
8 blobs, 341 kB; `models cache gc` removes 341 kB of it
""")
    assert screen(changed, hub, run("cache", "size"), "stdout") == snapshot("""\
          files    size
total         8  341 kB  each blob once
wanted        2    28 B  for 1 project
unwanted      6  341 kB  `models cache gc` removes them
parts         0     0 B  of downloads that are not whole
28 B of its own, 0 B shared: PROJECT
""")
    assert screen(changed, hub, run("cache", "gc", "--dry-run"), "stdout") == snapshot("""\
       files    size
blobs      6  341 kB  named by no registered lock
parts      0     0 B  of downloads that broke off more than a week ago
kept       2    28 B  for 1 project
blobs of                size
hf:org/name@a43db71   300 kB  1 of 2 files
pypi:pack@1.0        41.2 kB
To remove: 6 files, 341 kB (320 kB of it stay on the disk under another name)
""")
    assert screen(changed, hub, run("cache", "gc", "--yes")) == snapshot(
        "Removed 6 files, 341 kB (320 kB of it stay on the disk under another name)\n"
    )
