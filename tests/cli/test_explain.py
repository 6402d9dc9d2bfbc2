"""`models explain`: why a machine gets the variant that it gets, from the lock and nothing else."""

import json

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import CONFIG, weights
from tests.cli.project import Project
from tests.cli.terminal import on_terminal
from tests.conftest import Run
from tests.servers.hub import LocalHub

MANIFEST = """
profiles:
  server: {os: linux, arch: x86_64, accelerator: cuda, compute_capability: "8.6", vram: 24GB, ram: 64GB}
  small: {os: linux, arch: x86_64, accelerator: cuda, compute_capability: "8.6", vram: 8GB, ram: 64GB}
  mac: {os: darwin, arch: arm64, accelerator: metal, vram: 12GB, ram: 16GB}
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB}
budget: {vram: 90%}
models:
  asr:
    variants:
      - {source: hf:org/apple, when: {accelerator: metal}, needs: {vram: 2.5GB}}
      - {source: hf:org/large, when: {accelerator: cuda}, needs: {vram: 6.4GB, ram: 500MB}}
      - {source: hf:org/base}
  ner:
    variants:
      - {name: trf, source: hf:org/ner, needs: {vram: 8.8GB}}
      - {name: md, source: hf:org/ner, needs: {ram: 1GB}}
  alone: {source: hf:org/base, group: other, needs: {ram: 50MB}}
  diarization:
    optional: true
    variants:
      - {name: cuda, source: hf:org/pipe, when: {accelerator: cuda}, needs: {vram: 10GB}}
      - {name: cpu, source: hf:org/pipe, needs: {ram: 8GB}}
"""


@pytest.fixture
def locked(project: Project, run: Run, hub: LocalHub) -> Project:
    for seed, name in enumerate(("apple", "large", "base", "ner", "pipe")):
        hub.commit(f"org/{name}", {"config.json": CONFIG, "model.bin": weights(1000, seed)}, license="mit")
    project.manifest(MANIFEST)
    assert run("lock").code == 0
    hub.reset_requests()
    return project


def explained(run: Run, name: str, profile: str) -> str:
    result = run("explain", name, "--profile", profile)
    assert (result.code, result.stderr) == (0, "")
    return "\n".join(line.rstrip() for line in result.stdout.splitlines()) + "\n"


@pytest.mark.usefixtures("locked", "no_network")
def test_one_line_for_each_variant(run: Run) -> None:
    assert explained(run, "asr", "server") == snapshot("""\
asr on server (linux x86_64, cuda 8.6, 24 GB):
  1  org/apple  no   accelerator must be metal, is cuda
  2  org/large  yes  6.4 of 21.6 GB vram, 500 MB of 64 GB ram
  3  org/base   -    not considered, 2 fits
""")
    assert explained(run, "asr", "ci") == snapshot("""\
asr on ci (linux x86_64, no accelerator, 7 GB ram):
  1  org/apple  no   accelerator must be metal, is none
  2  org/large  no   accelerator must be cuda, is none
  3  org/base   yes  states no needs
""")


@pytest.mark.usefixtures("locked", "no_network")
def test_models_that_do_not_fit_together_name_each_other(run: Run) -> None:
    assert explained(run, "diarization", "server") == snapshot("""\
diarization on server (linux x86_64, cuda 8.6, 24 GB):
  1  org/pipe (cuda)  no   needs 10 GB vram, 6.4 GB left (21.6 GB in the budget, shared with asr, ner)
  2  org/pipe (cpu)   yes  8 of 64 GB ram
""")


@pytest.mark.usefixtures("locked", "no_network")
def test_what_does_not_fit_alone_blames_nobody(run: Run) -> None:
    assert explained(run, "ner", "small") == snapshot("""\
ner on small (linux x86_64, cuda 8.6, 8 GB):
  1  org/ner (trf)  no   needs 8.8 GB vram, 7.2 GB in the budget
  2  org/ner (md)   yes  1 of 64 GB ram
""")


@pytest.mark.usefixtures("locked", "no_network")
def test_on_one_memory_what_the_accelerator_takes_is_taken_of_both(run: Run) -> None:
    assert explained(run, "asr", "mac") == snapshot("""\
asr on mac (darwin arm64, metal, 12 GB):
  1  org/apple  yes  2.5 of 10.8 GB vram, 2.5 of 16 GB ram
  2  org/large  -    not considered, 1 fits
  3  org/base   -    not considered, 1 fits
""")
    assert explained(run, "ner", "mac") == snapshot("""\
ner on mac (darwin arm64, metal, 12 GB):
  1  org/ner (trf)  no   needs 8.8 GB vram, 8.3 GB left (10.8 GB in the budget, shared with asr)
  2  org/ner (md)   yes  1 of 16 GB ram
""")


@pytest.mark.usefixtures("locked", "no_network")
def test_a_skipped_model_says_so_and_is_no_failure(run: Run) -> None:
    assert explained(run, "diarization", "ci") == snapshot("""\
diarization on ci (linux x86_64, no accelerator, 7 GB ram):
  1  org/pipe (cuda)  no  accelerator must be cuda, is none
  2  org/pipe (cpu)   no  needs 8 GB ram, 7 GB in the budget
Skipped: 'diarization' is optional, and nothing above is possible here.
""")


@pytest.mark.usefixtures("locked", "no_network")
def test_without_a_profile_it_is_this_machine(run: Run) -> None:
    assert run("explain", "asr").stdout.startswith("asr on this machine (")
    assert run("explain", "asr", MODELS_PROFILE="ci").stdout.startswith("asr on ci (")


@pytest.mark.usefixtures("locked", "no_network")
def test_the_document_has_every_reason(run: Run) -> None:
    document = run("explain", "diarization", "--profile", "server", "--json").document
    assert document.pop("profile")["name"] == "server"
    assert document == {
        "schema": "models.explain/1",
        "ok": True,
        "exit_code": 0,
        "model": "diarization",
        "optional": True,
        "group": "default",
        "chosen": "cpu",
        "takes": {"ram": 8_000_000_000},
        "rejected": [
            {
                "source": "hf:org/pipe",
                "variant": "cuda",
                "because": [{"fact": "vram", "wanted": "10000000000", "found": "6400000000"}],
            }
        ],
        "not_considered": [],
        "budget": {"vram": 21_600_000_000, "ram": 64_000_000_000},
        "shared_with": {"vram": ["asr", "ner"], "ram": ["asr"]},
        "stale": False,
    }
    skipped = run("explain", "diarization", "--profile", "ci", "--json").document
    assert (skipped["chosen"], skipped["takes"]) == (None, {})
    assert [len(one["because"]) for one in skipped["rejected"]] == [2, 1]
    first = run("explain", "asr", "--profile", "mac", "--json").document
    assert first["not_considered"] == ["large", "base"]
    assert first["takes"] == {"vram": 2_500_000_000, "ram": 2_500_000_000}


@pytest.mark.usefixtures("locked", "no_network")
@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"ram": 64 * 10**9}, "accelerator and vram are unknown and decide whether 'asr' gets 'apple'"),
        ({"accelerator": "none", "ram": 10**8}, "no variant suits for ner"),
    ],
)
def test_a_machine_that_cannot_be_served_is_the_answer(
    locked: Project, run: Run, facts: dict[str, object], said: str
) -> None:
    machine = {"schema": "models.profile/1", "source": "declared", "facts": facts}
    locked.folder.joinpath("machine.json").write_text(json.dumps(machine))
    result = run("explain", "asr", "--profile", "machine.json")
    assert (result.code, result.stdout) == (2, "")
    assert said in result.stderr


@pytest.mark.usefixtures("locked", "no_network")
def test_a_stale_lock_is_said(locked: Project, run: Run) -> None:
    locked.manifest(MANIFEST.replace("6.4GB", "6.5GB"))
    result = run("explain", "asr", "--profile", "server")
    assert result.code == 0
    assert "6.4 of 21.6 GB vram" in result.stdout, "the lock is explained, not the manifest"
    assert result.stderr == "warning: models.lock is stale; `models lock --check` says what changed\n"
    assert run("explain", "asr", "--profile", "server", "-q").stderr == ""
    assert run("explain", "asr", "--profile", "server", "--json").document["stale"] is True


@pytest.mark.usefixtures("locked", "no_network")
@pytest.mark.parametrize(
    ("arguments", "hint"),
    [(["asrr"], "did you mean 'asr'?"), (["asr", "--profile", "serve"], "did you mean 'server'?")],
)
def test_a_name_that_does_not_exist_is_an_error(run: Run, arguments: list[str], hint: str) -> None:
    result = run("explain", *arguments)
    assert result.code == 2
    assert hint in result.stderr


def test_without_a_lock_there_is_nothing_to_explain(run: Run) -> None:
    result = run("explain", "asr")
    assert result.code == 2
    assert "hint: run `models lock`" in result.stderr


@pytest.mark.usefixtures("locked", "no_network")
def test_nothing_is_written(locked: Project, run: Run) -> None:
    before = sorted(locked.folder.parent.rglob("*"))
    for verb in (["explain", "asr"], ["tree"], ["why", "asr"]):
        assert run(*verb).code == 0
    assert sorted(locked.folder.parent.rglob("*")) == before


@pytest.mark.parametrize(("columns", "lines"), [(60, 6), (100, 4), (140, 3)])
def test_on_a_narrow_terminal_the_reason_folds_or_stands_below(locked: Project, columns: int, lines: int) -> None:
    code, shown = on_terminal(locked, "explain", "diarization", "--profile", "server", columns=columns)
    assert (code, len(shown) - 1) == (0, lines), shown
    assert "6.4 GB left (21.6 GB in the budget, shared with asr, ner)" in " ".join(" ".join(shown).split())


def test_on_sixty_columns_the_reason_stands_below(locked: Project) -> None:
    _, shown = on_terminal(locked, "explain", "diarization", "--profile", "server", columns=60)
    assert "\n".join(shown) == snapshot("""\
diarization on server (linux x86_64, cuda 8.6, 24 GB):
  1  org/pipe (cuda)  no
      needs 10 GB vram, 6.4 GB left (21.6 GB in the budget,
        shared with asr, ner)
  2  org/pipe (cpu)   yes
      8 of 64 GB ram
""")
