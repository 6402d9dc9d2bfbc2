"""`models tree` and `models why`: what needs what, from the lock and nothing else."""

import pickle
from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from resolver.documents.lock_writer import lock_text
from resolver.domain.lock import Lock
from tests.cli.offers import CONFIG, weights
from tests.cli.project import Project, Result
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.unit.domain.values import artifact, lock, model, variant

TOKEN = "hf_granted0123456789"
PIPE, PART, OTHER = "org/pipe", "org/segmentation", "org/speakers"
CONFIG_OF_PIPE = b"""\
pipeline:
  name: somebody.Pipeline
  params: {segmentation: org/segmentation, embedding: org/speakers}
"""
CHECKPOINT = pickle.dumps([0.5])
MANIFEST = """
profiles:
  server: {os: linux, accelerator: cuda, compute_capability: "8.6", vram: 24GB, ram: 64GB}
  ci: {os: linux, accelerator: none, ram: 7GB}
models:
  asr:
    category: whisper
    variants:
      - {name: large, source: hf:org/asr, when: {accelerator: cuda}, files: {include: [model.bin]}}
      - {name: all, source: hf:org/asr, depends: [hf:org/words]}
  diarization:
    runtime: pyannote
    optional: true
    source: hf:org/pipe
    needs: {ram: 8GB}
  speakers: {source: hf:org/pipe, runtime: pyannote}
"""


@pytest.fixture
def locked(project: Project, hub: LocalHub) -> Project:
    hub.commit(PIPE, {"config.yaml": CONFIG_OF_PIPE}, license="mit", gated="auto")
    hub.commit(PART, {"pytorch_model.bin": CHECKPOINT}, license="mit", gated="auto")
    hub.commit(OTHER, {"pytorch_model.bin": CHECKPOINT}, license="mit")
    hub.grant(PIPE, TOKEN)
    hub.grant(PART, TOKEN)
    hub.commit("org/asr", {"config.json": CONFIG, "model.bin": weights(1000)}, license="mit", tags=["v1.0"])
    hub.commit("org/words", {"words.txt": b"a\n", "own.py": b"1\n"}, license="mit")
    around = replace(project, environment={**project.environment, "HF_TOKEN": TOKEN})
    around.manifest(MANIFEST)
    result = around.run("lock")
    assert result.code == 0, result.text
    return around


def shown(result: Result) -> str:
    assert (result.code, result.stderr) == (0, "")
    return "\n".join(line.rstrip() for line in result.stdout.splitlines()) + "\n"


@pytest.mark.usefixtures("locked", "no_network")
def test_the_tree_has_every_variant_with_all_that_it_brings(locked: Project) -> None:
    assert shown(locked.run("tree")) == snapshot("""\
asr
  large · huggingface
    hf:org/asr  main@83c8d8a  1 kB
      hf:org/words  main@6e2aedc  4 B  code
        because models.yaml: asr.depends
  all · huggingface
    hf:org/asr  main@83c8d8a  1.03 kB  (see above)
diarization (optional)
  pipe · pyannote
    hf:org/pipe  main@ea6f429  104 B  gated
      hf:org/segmentation  main@ddb77b6  24 B  gated · pickle
        because config.yaml: pipeline.params.segmentation
      hf:org/speakers  main@ddb77b6  24 B  pickle
        because config.yaml: pipeline.params.embedding
speakers
  pipe · pyannote
    hf:org/pipe  main@ea6f429  104 B  gated  (see above)
""")


@pytest.mark.usefixtures("locked", "no_network")
def test_with_a_profile_the_tree_is_what_that_machine_gets(locked: Project) -> None:
    assert shown(locked.run("tree", "--profile", "ci")) == snapshot("""\
asr
  all · huggingface
    hf:org/asr  main@83c8d8a  1.03 kB
      hf:org/words  main@6e2aedc  4 B  code
        because models.yaml: asr.depends
diarization (optional)
  skipped: needs 8 GB ram, 7 GB left in the budget
speakers
  pipe · pyannote
    hf:org/pipe  main@ea6f429  104 B  gated
      hf:org/segmentation  main@ddb77b6  24 B  gated · pickle
        because config.yaml: pipeline.params.segmentation
      hf:org/speakers  main@ddb77b6  24 B  pickle
        because config.yaml: pipeline.params.embedding
""")
    document = locked.run("tree", "--profile", "ci", "--json").document
    assert document["profile"]["name"] == "ci"
    assert [[one["name"] for one in model["variants"]] for model in document["models"]] == [
        ["all"],
        [],
        ["pipe"],
    ]
    assert document["models"][1]["skipped"] == [{"fact": "ram", "wanted": "8000000000", "found": "7000000000"}]
    assert document["models"][0]["skipped"] is None


@pytest.mark.usefixtures("locked", "no_network")
def test_the_document_of_the_tree_has_artifacts_with_edges_and_models_with_variants(locked: Project) -> None:
    document = locked.run("tree", "--json").document
    assert (document["schema"], document["profile"], document["stale"]) == ("models.tree/1", None, False)
    assert document["models"][0]["variants"][0] == {
        "name": "large",
        "artifact": "hf:org/asr@main",
        "runtime": "huggingface",
        "category": "whisper",
        "sizes": {"hf:org/asr@main": 1000, "hf:org/words@main": 4},
    }
    by_key = {one["artifact"]: one for one in document["artifacts"]}
    assert sorted(by_key) == sorted(locked.lock["artifacts"])
    assert by_key["hf:org/words@main"]["flags"] == ["code"]
    assert by_key[f"hf:{PIPE}@main"]["gated"] is True
    assert by_key[f"hf:{PIPE}@main"]["commit"] == locked.pin(f"hf:{PIPE}@main")
    assert by_key[f"hf:{PIPE}@main"]["dependencies"][0] == {
        "artifact": f"hf:{PART}@main",
        "because": "config.yaml: pipeline.params.segmentation",
    }
    server = locked.run("tree", "--json", "--profile", "server").document
    assert server["models"][0]["variants"][0]["name"] == "large"


@pytest.mark.usefixtures("locked", "no_network")
@pytest.mark.parametrize("name", [PART, f"hf:{PART}", f"hf:{PART}@main"])
def test_every_path_to_a_repository_is_shown_with_its_reason(locked: Project, name: str) -> None:
    path = f"hf:{PIPE}@main → hf:{PART}@main   config.yaml: pipeline.params.segmentation"
    assert shown(locked.run("why", name)) == f"diarization → {path}\nspeakers → {path}\n"


@pytest.mark.usefixtures("locked", "no_network")
def test_a_path_begins_where_models_yaml_says_so(locked: Project) -> None:
    document = locked.run("why", f"hf:{OTHER}", "--json").document
    assert document["schema"] == "models.why/1"
    assert document["name"] == f"hf:{OTHER}"
    assert [[step["artifact"] for step in path] for path in document["paths"]] == [
        [f"hf:{PIPE}@main", f"hf:{OTHER}@main"]
    ] * 2
    assert document["paths"][0][0] == {
        "artifact": f"hf:{PIPE}@main",
        "because": "models.yaml: diarization",
        "model": "diarization",
        "variant": "pipe",
    }
    assert document["paths"][0][1].keys() == {"artifact", "because"}
    assert document["paths"][1][0]["model"] == "speakers"


@pytest.mark.usefixtures("locked", "no_network")
def test_of_a_model_it_is_what_it_brings(locked: Project) -> None:
    assert shown(locked.run("why", "asr")) == snapshot("""\
asr → hf:org/asr@main   models.yaml: asr, variant 'large'
asr → hf:org/asr@main → hf:org/words@main   models.yaml: asr.depends
asr → hf:org/asr@main   models.yaml: asr, variant 'all'
""")


@pytest.mark.usefixtures("locked", "no_network")
@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("org/segmentaton", f"did you mean '{PART}'?"),
        ("diarisation", "did you mean 'diarization'?"),
        ("hf:org/asr@v1", "did you mean 'hf:org/asr"),
        ("zzzzzzzz", "`models tree` shows everything that there is"),
    ],
)
def test_a_name_that_nothing_has_is_an_error(locked: Project, name: str, hint: str) -> None:
    result = locked.run("why", name)
    assert result.code == 2
    assert hint in result.stderr


@pytest.mark.usefixtures("locked", "no_network")
def test_a_stale_lock_is_said(locked: Project) -> None:
    locked.manifest(MANIFEST.replace("8GB", "9GB"))
    for arguments in (["tree"], ["why", "asr"]):
        assert locked.run(*arguments).stderr.startswith("warning: models.lock is stale;")
        assert locked.run(*arguments, "-q").stderr == ""
        assert locked.run(*arguments, "--json").document["stale"] is True


def test_without_a_lock_there_is_no_tree(run: Run) -> None:
    assert run("tree").code == run("why", "asr").code == 2


def written(project: Project, one: Lock) -> None:
    project.lock_path.write_bytes(lock_text(one))


def key(number: int) -> str:
    return f"hf:org/n{number}@main"


@pytest.mark.usefixtures("no_network")
def test_a_cycle_ends(project: Project) -> None:
    ring = [artifact(key(one), needs=[key((one + 1) % 3)]) for one in range(3)]
    written(project, lock([model("asr", variant("small", key(0)))], *ring))
    assert shown(project.run("tree")) == snapshot("""\
asr
  small · huggingface
    hf:org/n0  main@c0ffee0  7 B
      hf:org/n1  main@c0ffee0  7 B
        because config.yaml
        hf:org/n2  main@c0ffee0  7 B
          because config.yaml
          hf:org/n0  main@c0ffee0  7 B  (see above)
            because config.yaml
""")
    assert shown(project.run("why", "org/n2")) == snapshot(
        "asr → hf:org/n0@main → hf:org/n1@main → hf:org/n2@main   config.yaml\n"
    )


@pytest.mark.usefixtures("no_network")
def test_a_chain_may_be_as_long_as_somebody_writes_it(project: Project) -> None:
    last = 3000
    chain = [artifact(key(one), needs=[key(one + 1)] if one < last else []) for one in range(last + 1)]
    written(project, lock([model("asr", variant("small", key(0)))], *chain))
    assert len(shown(project.run("tree")).splitlines()) == 2 + 2 * last + 1
    assert len(project.run("why", f"org/n{last}", "--json").document["paths"][0]) == last + 1


@pytest.mark.usefixtures("no_network")
def test_of_two_ways_to_an_artifact_the_shorter_is_shown(project: Project) -> None:
    diamond = [artifact(key(0), needs=[key(1), key(2)]), artifact(key(1), needs=[key(2)]), artifact(key(2))]
    written(project, lock([model("asr", variant("small", key(0)))], *diamond))
    assert "(see above)" not in shown(project.run("tree")), "of what needs nothing there is nothing above"
    assert shown(project.run("why", key(2))) == "asr → hf:org/n0@main → hf:org/n2@main   config.yaml\n"


@pytest.mark.usefixtures("no_network")
def test_what_nobody_needs_is_said(project: Project) -> None:
    written(project, lock([model("asr", variant("small", key(0)))], artifact(key(0)), artifact(key(1))))
    result = project.run("why", "org/n1")
    assert (result.code, result.stdout) == (0, "")
    assert result.stderr == "no model needs 'org/n1'; `models lock` leaves it out\n"
    assert project.run("why", "org/n1", "-q").stderr == ""
    assert project.run("why", "org/n1", "--json").document["paths"] == []
    assert [one["artifact"] for one in project.run("tree", "--json").document["artifacts"]] == [key(0)]
