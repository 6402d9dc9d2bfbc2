"""`models lock --check`: offline, without a token, and with reasons."""

import pytest

from tests.cli.offers import ASR, KEY, REPO, offer, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

FULL = """
profiles:
  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB}
budget: {ram: 75%}
policy: {licenses: {allow: [mit]}}
models:
  asr:
    category: whisper
    variants:
      - {source: hf:org/name, needs: {ram: 1GB}, settings: {batch_size: 8}}
      - {source: hf:org/vad}
  vad: {source: hf:org/vad, optional: true}
"""


@pytest.fixture
def locked(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project with a fresh lock."""
    offer(hub)
    offer(hub, "org/vad", seed=1)
    project.manifest(FULL)
    assert run("lock").code == 0
    hub.reset_requests()
    return project


@pytest.mark.usefixtures("locked", "no_network")
def test_a_fresh_lock_is_fresh_without_network_and_token(run: Run) -> None:
    result = run("lock", "--check", HF_ENDPOINT="http://127.0.0.1:1")
    assert result.code == 0
    assert "fresh" in result.stderr
    assert run("lock", "--check", "--json").document["changed"] is False


@pytest.mark.usefixtures("locked", "no_network")
@pytest.mark.parametrize(
    ("old", "new", "subject", "reason"),
    [
        ("      - {source: hf:org/vad}\n", "", "asr", "variants: 1 in the manifest, 2 in the lock"),
        ("  vad: {", "  ner: {source: hf:org/ner}\n  vad: {", "ner", "added to the manifest"),
        ("  vad: {source: hf:org/vad, optional: true}\n", "", "vad", "removed from the manifest"),
        ("optional: true", "optional: false", "vad", "optional: False in the manifest, True in the lock"),
        ("batch_size: 8", "batch_size: 4", "asr", "settings differs"),
        ("needs: {ram: 1GB}", "needs: {ram: 2GB}", "asr", "needs differs"),
        ("whisper", "speech", "asr", "category: speech in the manifest, whisper in the lock"),
        ("allow: [mit]", "allow: [mit, bsd-3-clause]", "policy", "differs"),
        ("75%", "50%", "budget", "differs"),
        ("ram: 7GB", "ram: 8GB", "ci", "profile has other facts"),
        ("  ci: {", "  gpu: {os: linux}\n  ci: {", "gpu", "profile added"),
        ("budget:", "cache: .models\nbudget:", "cache", ".models in the manifest, .cache in the lock"),
        ("vad, optional: true}", "vad, revision: v2, optional: true}", "vad", "hf:org/vad@v2 in the manifest"),
        ("vad, optional: true}", "vad, license: mit, optional: true}", "hf:org/vad@main", "in another way"),
        ("vad, optional: true}", "vad, files: {include: [x]}, optional: true}", "vad", "files differs"),
        ("vad, optional: true}", "vad, depends: [hf:org/name], optional: true}", "vad", "depends differs"),
    ],
)
def test_a_stale_lock_says_what_changed(
    locked: Project, run: Run, old: str, new: str, subject: str, reason: str
) -> None:
    before = locked.lock_path.read_bytes()
    assert old in FULL
    locked.manifest(FULL.replace(old, new))
    result = run("lock", "--check")
    assert result.code == 1
    assert result.stderr.startswith("models.lock is stale:\n")
    line = next(line for line in result.stderr.splitlines() if line.split()[:1] == [subject])
    assert reason in line
    assert "hint: run `models lock` and commit the result" in result.stderr
    document = run("lock", "--check", "--json").document
    assert (document["ok"], document["exit_code"], document["changed"]) == (False, 1, True)
    assert subject in {change["model"] for change in document["changes"]}
    assert run("sync", "--locked").code == 1
    assert locked.lock_path.read_bytes() == before


@pytest.mark.usefixtures("locked", "no_network")
def test_models_in_another_order_are_another_preference(locked: Project, run: Run) -> None:
    head, _, models = FULL.partition("models:\n")
    asr, _, vad = models.partition("  vad:")
    locked.manifest(f"{head}models:\n  vad:{vad}{asr}")
    result = run("lock", "--check")
    assert result.code == 1
    assert "another order" in result.stderr


@pytest.mark.usefixtures("locked", "no_network")
def test_a_selection_that_was_edited_is_stale(locked: Project, run: Run) -> None:
    locked.edit_lock('"asr": "name"', '"asr": "vad"')
    result = run("lock", "--check")
    assert result.code == 1
    assert "ci gets 'name', the lock says 'vad'" in result.stderr


@pytest.mark.usefixtures("locked", "no_network")
def test_a_licence_that_nobody_states_any_more_makes_the_lock_stale(locked: Project, run: Run) -> None:
    locked.edit_lock('"license": "mit"', '"license": "mit", "license_stated": true')
    assert run("lock", "--check").code == 1


@pytest.mark.usefixtures("no_network")
def test_a_missing_lock_is_wrong_input(project: Project, run: Run) -> None:
    project.manifest(ASR)
    result = run("lock", "--check")
    assert result.code == 2
    assert "models lock" in result.stderr


def test_a_lock_that_check_calls_stale_is_one_that_lock_changes(locked: Project, run: Run, hub: LocalHub) -> None:
    commit = hub.commit(REPO, {"model.bin": weights(100, 7)}, branch="v2")
    locked.manifest(FULL.replace("{source: hf:org/name,", "{source: hf:org/name, revision: v2,"))
    assert run("lock", "--check").code == 1
    assert run("lock").code == 0
    assert run("lock", "--check").code == 0
    assert locked.pin("hf:org/name@v2") == commit
    assert KEY not in locked.lock["artifacts"]


def test_comments_and_blank_lines_do_not_make_a_lock_stale(locked: Project, run: Run) -> None:
    locked.manifest("\n# why\n\n" + FULL.replace("models:\n", "models:   # all of them\n\n"))
    assert run("lock", "--check").code == 0


def test_check_goes_with_no_other_way_to_lock(run: Run) -> None:
    for flag in ("--upgrade", "--dry-run", "--upgrade-model=asr"):
        assert run("lock", "--check", flag).code == 2
