"""`models status` and `models path`: what is there, without a look at the network."""

import hashlib
import shutil

import pytest

from tests.cli.offers import CONFIG, REPO, WEIGHTS, flipped
from tests.cli.project import Project
from tests.cli.statuses import MANIFEST, lock_three
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex


@pytest.fixture
def locked(project: Project, hub: LocalHub, index: PackageIndex) -> Project:
    return lock_three(project, hub, index)


def states(run: Run, *arguments: str) -> dict[str, str]:
    document = run("status", "--profile", "large", "--json", *arguments).document
    return {model["name"]: model["state"] for category in document["categories"] for model in category["models"]}


@pytest.mark.usefixtures("locked", "no_network")
def test_before_a_sync_everything_is_missing_and_nothing_is_fetched(locked: Project, run: Run) -> None:
    assert states(run) == {"asr": "missing", "vad": "missing", "diarization": "missing"}
    result = run("status", "--profile", "large")
    assert result.code == 0
    assert "models sync --only asr" in result.stdout
    assert run("status", "--profile", "large", "--exit-code").code == 1
    assert not locked.view.exists()


def test_after_a_sync_everything_is_ready(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "large").code == 0
    assert states(run) == {"asr": "ready", "vad": "ready", "diarization": "ready"}
    assert run("status", "--profile", "large", "--exit-code").code == 0
    document = run("status", "--profile", "large", "--json").document
    assert [category["name"] for category in document["categories"]] == ["whisper", "vad", "diarization"]
    asr = document["categories"][0]["models"][0]
    assert asr["size"] == len(CONFIG) + len(WEIGHTS)
    assert asr["settings"] == {"device": "cpu", "compute_type": "int8", "batch_size": 1}
    assert asr["path"] == str(next(locked.repository(REPO).joinpath("snapshots").iterdir()))
    assert document["categories"][1]["models"][0]["version"] == "1.0"
    assert document["totals"]["ready"] == 3
    assert document["lock_sha256"] == hashlib.sha256(locked.lock_path.read_bytes()).hexdigest()


@pytest.mark.usefixtures("locked")
def test_the_exit_code_is_about_required_models(run: Run) -> None:
    assert run("sync", "--profile", "large", "--only", "asr", "--only", "vad").code == 0
    assert states(run) == {"asr": "ready", "vad": "ready", "diarization": "missing"}
    assert run("status", "--profile", "large", "--exit-code").code == 0
    assert run("status", "--profile", "large", "--exit-code", "--strict").code == 1


def test_a_skipped_model_says_why(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "small").code == 0
    result = run("status", "--profile", "small", "--exit-code")
    assert result.code == 0
    assert "needs 4 GB ram, 2 GB left in the budget" in result.stdout
    assert "Ready 2 · missing 0 · skipped 1" in result.stdout
    assert not locked.repository("org/pipeline").exists()


@pytest.mark.parametrize(
    ("damage", "state"), [("gone", "incomplete"), ("spoiled", "damaged"), ("moved", "moved"), ("all", "missing")]
)
def test_each_state_has_its_way_out(locked: Project, run: Run, damage: str, state: str) -> None:
    assert run("sync", "--profile", "large").code == 0
    place = next(locked.repository(REPO).rglob("model.bin"))
    if damage == "gone":
        place.unlink()
    elif damage == "spoiled":
        place.unlink()
        place.write_bytes(flipped(WEIGHTS, 1))
    elif damage == "moved":
        locked.repository(REPO).joinpath("refs/main").write_text("0" * 40)
    else:
        shutil.rmtree(locked.repository(REPO))
    assert states(run)["asr"] == state
    hints = {
        model["name"]: model["hint"]
        for category in run("status", "--profile", "large", "--json").document["categories"]
        for model in category["models"]
    }
    command = hints["asr"].split()
    assert run("status", "--profile", "large", "--exit-code").code == 1
    assert run(*command[1:], "--profile", "large").code == 0, "the hint is a command that settles it"
    assert states(run)["asr"] == "ready"


def test_a_stale_lock_is_said(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "large").code == 0
    assert run("status", "--profile", "large", "--json").document["stale"] is False
    locked.manifest(MANIFEST.replace("batch_size: 1", "batch_size: 2"))
    result = run("status", "--profile", "large", "--json")
    assert (result.code, result.document["stale"]) == (0, True)
    assert "models.lock is stale" in run("status", "--profile", "large").stderr


def test_status_of_some_models(locked: Project, run: Run) -> None:
    assert states(run, "--only", "vad") == {"vad": "missing"}
    assert locked.lock_path.exists()


def test_status_without_a_manifest_goes_by_the_lock(locked: Project, run: Run) -> None:
    locked.manifest_path.unlink()
    assert run("status", "--profile", "large").code == 0


def test_path_prints_what_the_runtime_opens(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "large").code == 0
    result = run("path", "asr", "--profile", "large")
    assert result.code == 0
    assert result.stdout == f"{next(locked.repository(REPO).joinpath('snapshots').iterdir())}\n"
    assert result.stderr == ""
    document = run("path", "vad", "--profile", "large", "--json").document
    assert document["path"] == str(locked.view / "python" / "pack")
    assert (document["source"], document["runtime"], document["commit"]) == ("pypi:pack", "python", None)


@pytest.mark.usefixtures("locked", "no_network")
def test_path_of_what_is_not_there_is_1_with_what_brings_it(run: Run) -> None:
    result = run("path", "asr", "--profile", "large")
    assert result.code == 1
    assert result.stdout == ""
    assert "models sync --only asr" in result.stderr


def test_path_of_what_is_skipped_is_1_with_the_reason(locked: Project, run: Run) -> None:
    result = run("path", "diarization", "--profile", "small")
    assert result.code == 1
    assert "skipped on this machine: needs 4 GB ram" in result.stderr
    assert locked.lock_path.exists()


def test_path_of_what_is_damaged_is_1(locked: Project, run: Run) -> None:
    assert run("sync", "--profile", "large").code == 0
    place = next(locked.repository(REPO).rglob("model.bin"))
    place.unlink()
    place.write_bytes(flipped(WEIGHTS, 1))
    result = run("path", "asr", "--profile", "large")
    assert result.code == 1
    assert "'asr' is damaged" in result.stderr


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize(
    "arguments",
    [
        ("path", "asrr"),
        ("sync", "--only", "asrr"),
        ("verify", "--only", "asrr"),
        ("status", "--only", "asrr"),
        ("lock", "--upgrade-model", "asrr"),
    ],
)
def test_a_name_that_does_not_exist_is_an_error_with_a_suggestion(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert result.stderr == "error: no model 'asrr'\nhint: did you mean 'asr'?\n"


@pytest.mark.usefixtures("locked")
def test_a_profile_that_does_not_exist_is_an_error_with_a_suggestion(run: Run) -> None:
    for verb in ("sync", "verify", "status", "hardware"):
        result = run(verb, "--profile", "larg")
        assert result.code == 2
        assert "no profile 'larg': neither declared nor a file" in result.stderr
        assert "did you mean 'large'?" in result.stderr
    assert run("status", MODELS_PROFILE="larg").code == 2
    assert run("status", MODELS_PROFILE="large").code == 0
