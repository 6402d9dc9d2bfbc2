"""All that `models status` tells: other variants, places, the token, what is left, what to type next."""

import hashlib

import pytest

from tests.cli.offers import CONFIG, REPO, WEIGHTS, offer
from tests.cli.project import Project
from tests.cli.statuses import MANIFEST, lock_three
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex


@pytest.fixture
def locked(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    return lock_three(project, hub, index)


def test_other_variants_are_listed_with_their_machines(project: Project, run: Run, hub: LocalHub) -> None:
    for seed, name in enumerate(("large", "small")):
        offer(hub, f"org/{name}", seed)
    project.manifest("""
    profiles:
      server: {os: linux, arch: x86_64, accelerator: cuda, compute_capability: "8.6", vram: 24GB, ram: 64GB}
      ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB}
    models:
      asr:
        variants:
          - {source: hf:org/large, when: {accelerator: cuda}, needs: {vram: 6.4GB, ram: 2GB}}
          - {source: hf:org/small}
    """)
    assert run("lock").code == 0
    (category,) = run("status", "--profile", "ci", "--json").document["categories"]
    assert category["models"][0]["available"] == [
        {
            "variant": "large",
            "artifact": "hf:org/large@main",
            "version": f"main@{project.pin('hf:org/large@main')[:7]}",
            "size": len(CONFIG) + len(WEIGHTS),
            "when": {"accelerator": "cuda"},
            "needs": {"vram": 6_400_000_000, "ram": 2_000_000_000},
            "profiles": ["server"],
        }
    ]
    text = run("status", "--profile", "ci").stdout
    assert "accelerator cuda, needs 6.4 GB vram, needs 2 GB ram (server)" in text
    assert "any machine (ci)" in run("status", "--profile", "server").stdout


def test_of_a_skipped_model_every_variant_is_listed(locked: Project, run: Run) -> None:
    document = run("status", "--profile", "small", "--json").document
    models = {model["name"]: model for category in document["categories"] for model in category["models"]}
    assert [one["variant"] for one in models["diarization"]["available"]] == ["pipeline"]
    assert models["asr"]["available"] == []
    assert locked.lock_path.exists()


def test_status_says_where_things_lie_and_whether_there_is_a_token(locked: Project, run: Run) -> None:
    document = run("status", "--profile", "large", "--json").document
    assert (document["cache"], document["store"]) == (str(locked.view), str(locked.store))
    assert document["token"] is False
    assert "Token    not found" in run("status", "--profile", "large").stdout
    for arguments in ((), ("--json",), ("--format", "markdown")):
        result = run("status", "--profile", "large", *arguments, HF_TOKEN="hf_canary")
        assert "hf_canary" not in result.text
    assert run("status", "--profile", "large", "--json", HF_TOKEN="hf_canary").document["token"] is True
    assert f"Cache    {locked.view}\n" in run("status", "--profile", "large").stdout


def test_status_says_what_to_type_next(locked: Project, run: Run) -> None:
    def after() -> list[str]:
        found: list[str] = run("status", "--profile", "large", "--json").document["next"]
        return found

    assert after() == ["models sync"]
    assert run("sync", "--profile", "large", "--only", "asr", "--only", "vad").code == 0
    assert after() == ["models sync --only diarization"]
    assert run("sync", "--profile", "large").code == 0
    assert after() == []
    assert "Next     nothing\n" in run("status", "--profile", "large").stdout
    locked.repository(REPO).joinpath("refs/main").write_text("0" * 40)
    assert after() == ["models verify --repair"]
    locked.manifest(MANIFEST.replace("batch_size: 1", "batch_size: 2"))
    assert after() == ["models lock", "models verify --repair"]


def test_what_is_left_of_before_is_counted_until_it_is_pruned(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "large").code == 0
    document = run("status", "--profile", "small", "--json").document
    assert document["totals"]["bytes_left"] == len(CONFIG) + len(WEIGHTS)
    assert document["next"] == ["models prune"]
    assert "of earlier locks or other machines" in run("status", "--profile", "small").stdout
    assert run("prune", "-y", "--profile", "small").code == 0
    document = run("status", "--profile", "small", "--json").document
    assert (document["totals"]["bytes_left"], document["next"]) == (0, [])
    assert locked.view.exists()


def test_bytes_with_two_names_count_once(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    offer(hub, "org/other")
    project.manifest("models: {asr: {source: hf:org/name}, ner: {source: hf:org/other}}\n")
    assert run("sync", MODELS_LINK_MODE="hardlink").code == 0
    totals = run("status", "--json").document["totals"]
    assert (totals["bytes"], totals["bytes_shared"]) == (len(CONFIG) + len(WEIGHTS),) * 2
    project.forget_view()
    assert run("sync", MODELS_LINK_MODE="copy").code == 0
    totals = run("status", "--json").document["totals"]
    assert (totals["bytes"], totals["bytes_shared"]) == (2 * (len(CONFIG) + len(WEIGHTS)), 0)


def test_the_forms_of_status(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "large").code == 0
    text = run("status", "--profile", "large", "--format", "text")
    assert text.stdout == run("status", "--profile", "large").stdout
    document = run("status", "--profile", "large", "--format", "json")
    assert document.document == run("status", "--profile", "large", "--json").document
    assert run("status", "--profile", "large", "--format", "html").code == 2
    assert run("status", "--profile", "large", "--format", "json", "--exit-code").code == 0
    assert locked.view.exists()


def test_status_as_markdown_says_what_the_text_says(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "small").code == 0
    result = run("status", "--profile", "small", "--format", "markdown")
    assert (result.code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert "| category | model | variant | size | version | state |  |" in lines
    version = f"main@{locked.pin('hf:org/name@main')[:7]}"
    assert f"| `Whisper` | `asr` | `name` | `300 kB` | `{version}` | `ready` | `batch size 1 · int8 · cpu` |" in lines
    because = "optional: needs 4 GB ram, 2 GB left in the budget"
    assert f"| `Diarization` | `diarization` |  |  |  | `skipped` | `{because}` |" in lines
    assert any(line.startswith("Ready 2 · missing 0 · skipped 1") for line in lines)
    assert "## Not chosen here" in lines
    assert f"| `Lock` | `sha256 {hashlib.sha256(locked.lock_path.read_bytes()).hexdigest()}` |" in lines
    assert "| `Token` | `not found` |" in lines
    tables = [line for line in lines if line.startswith("|")]
    assert all(line.endswith("|") for line in tables)


def test_nothing_of_outside_is_markup(project: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest(
        'models: {asr: {source: hf:org/name, category: "<b>|x|", settings: {prompt: "a | b `c` [d](e) *f*"}}}\n'
    )
    assert run("sync").code == 0
    result = run("status", "--format", "markdown")
    assert r"| `<b>\|x\|` |" in result.stdout
    assert r"| ``prompt a \| b `c` [d](e) *f*`` |" in result.stdout


def test_markdown_has_updates_too(locked: Project, run: Run, hub: LocalHub) -> None:
    hub.commit(REPO, {"model.bin": WEIGHTS[:1000]})
    result = run("status", "--profile", "large", "--format", "markdown", "--check-updates")
    assert result.code == 0
    assert "## Updates" in result.stdout.splitlines()
    assert "| `newer` | `asr` | `org/name` |" in result.stdout
    assert "Updates 1 of 3 artifacts" in result.stdout
    assert locked.lock_path.exists()


def test_an_error_under_format_json_is_a_document_too(project: Project, run: Run) -> None:
    for flags in (("--format", "json"), ("--format=json",), ("--json",)):
        result = run("status", *flags)
        assert result.code == 2
        assert result.document["schema"] == "models.error/1"
    assert run("status", "--format", "markdown").stdout == ""
    assert not project.lock_path.exists()
