"""What a pipeline calls from Python: `resolver.path`, `settings`, `environment`, `ensure`."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import resolver
from tests.cli.offers import offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex

GONE = Fault("", "status", times=ALWAYS, status=404)
CALLS = (
    partial(resolver.path, "asr"),
    partial(resolver.settings, "asr"),
    partial(resolver.ensure, "asr"),
    resolver.environment,
)
SETTINGS = """
models:
  asr:
    source: hf:org/name
    settings: {device: cpu, batch_size: 8, vad: true, threshold: 0.5, quoted: "8", words: [a, 1], deep: {beam: 5}}
  server: {source: hf:org/name, optional: true, when: {accelerator: cuda}, settings: {device: cuda}}
"""


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """This process stands in the project, with its environment."""
    for name in os.environ:
        if name.startswith(("HF_", "MODELS_", "PIP_")):
            monkeypatch.delenv(name)
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.folder)
    return project


@pytest.fixture
def synced(here: Project, run: Run, hub: LocalHub) -> Project:
    offer(hub)
    here.manifest(SETTINGS)
    assert run("sync").code == 0
    hub.reset_requests()
    return here


def test_a_path_is_that_of_the_command(synced: Project, run: Run) -> None:
    found = resolver.path("asr")
    assert f"{found}\n" == run("path", "asr").stdout
    assert resolver.path("asr", project=synced.folder) == found


def test_a_project_elsewhere_is_named(synced: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    found = resolver.path("asr")
    monkeypatch.chdir("/")
    with pytest.raises(resolver.MissingLockError):
        resolver.path("asr")
    assert resolver.path("asr", project=str(synced.folder)) == found


@pytest.mark.usefixtures("synced")
def test_settings_are_typed_and_the_caller_s_own() -> None:
    found = resolver.settings("asr")
    assert found == {
        "device": "cpu",
        "batch_size": 8,
        "vad": True,
        "threshold": 0.5,
        "quoted": "8",
        "words": ["a", 1],
        "deep": {"beam": 5},
    }
    found["device"] = "changed"
    assert resolver.settings("asr")["device"] == "cpu"


@pytest.mark.usefixtures("synced")
def test_what_does_not_exist_or_is_skipped_is_an_error() -> None:
    for ask in (resolver.path, resolver.settings, resolver.ensure):
        with pytest.raises(resolver.UnknownNameError) as unknown:
            ask("asrr")
        assert unknown.value.hint == "did you mean 'asr'?"
        with pytest.raises(resolver.NotPlacedError, match="skipped"):
            ask("server")


def test_settings_need_no_weights_and_a_path_does(synced: Project) -> None:
    synced.forget_view()
    assert resolver.settings("asr")["device"] == "cpu"
    with pytest.raises(resolver.NotPlacedError, match="missing"):
        resolver.path("asr")


def test_an_environment_is_whole(synced: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSFORMERS_CACHE", "/elsewhere")
    monkeypatch.setenv("MINE", "kept")
    found = resolver.environment()
    assert found["HF_HUB_CACHE"] == f"{synced.view}/huggingface/hub"
    assert found["MINE"] == "kept"
    assert "TRANSFORMERS_CACHE" not in found
    assert os.environ["TRANSFORMERS_CACHE"] == "/elsewhere"


def test_what_is_missing_is_fetched_and_what_is_there_is_not(synced: Project, hub: LocalHub) -> None:
    there = resolver.ensure("asr")
    assert hub.requests == []
    synced.forget_view()
    synced.forget_store()
    assert resolver.ensure("asr") == there
    assert there.joinpath("model.bin").exists()
    assert hub.requests


def test_what_is_damaged_is_made_right(synced: Project) -> None:
    weights = resolver.path("asr") / "model.bin"
    weights.unlink()
    weights.write_bytes(b"damaged")
    assert (resolver.ensure("asr") / "model.bin").stat().st_size == 300_000
    assert synced.view.exists()


@pytest.mark.parametrize("variable", ["MODELS_OFFLINE", "HF_HUB_OFFLINE"])
def test_nothing_is_fetched_where_that_is_forbidden(
    synced: Project, monkeypatch: pytest.MonkeyPatch, hub: LocalHub, variable: str
) -> None:
    synced.forget_view()
    synced.forget_store()
    monkeypatch.setenv(variable, "1")
    with pytest.raises(resolver.OfflineError):
        resolver.ensure("asr")
    assert hub.requests == []


def test_a_failure_is_the_error_of_the_command(synced: Project, hub: LocalHub) -> None:
    synced.forget_view()
    synced.forget_store()
    hub.faults = [GONE]
    with pytest.raises(resolver.OutsideError):
        resolver.ensure("asr")


def test_an_optional_model_that_was_asked_for_by_name_counts(here: Project, run: Run, hub: LocalHub) -> None:
    offer(hub)
    here.manifest("models: {asr: {source: hf:org/name, optional: true}}\n")
    assert run("lock").code == 0
    hub.faults = [GONE]
    here.forget_store()
    with pytest.raises(resolver.OutsideError):
        resolver.ensure("asr")


def test_a_stale_lock_is_never_written(synced: Project, hub: LocalHub) -> None:
    before = synced.lock_path.read_bytes()
    synced.forget_view()
    synced.manifest("models: {asr: {source: hf:org/name, revision: other}}\n")
    with pytest.raises(resolver.StaleLockError):
        resolver.ensure("asr")
    assert synced.lock_path.read_bytes() == before
    synced.manifest_path.unlink()
    assert resolver.ensure("asr").exists(), "where there is no manifest the lock alone decides"
    assert hub.requests == []


def test_many_processes_may_ask_at_once(synced: Project, hub: LocalHub) -> None:
    synced.forget_view()
    synced.forget_store()
    hub.reset_requests()
    command = [sys.executable, "-c", "import resolver; print(resolver.ensure('asr'))"]
    environment = {**synced.environment, "PYTHONPATH": str(synced.root)}
    running = [
        subprocess.Popen(command, cwd=synced.folder, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = {process.communicate(timeout=60)[0] for process in running}
    assert said == {f"{resolver.path('asr')}\n"}
    assert [process.returncode for process in running] == [0] * 4


def test_everything_that_is_promised_is_there_and_typed() -> None:
    for name in resolver.__all__:
        assert getattr(resolver, name) is not None
    assert set(resolver.__all__) <= set(dir(resolver))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = resolver.nonsense  # type: ignore[attr-defined]  # that is the point
    assert Path(resolver.__file__).with_name("py.typed").exists()


def test_no_library_that_opens_models_is_imported(synced: Project, index: PackageIndex) -> None:
    script = (
        "import sys, resolver; resolver.path('asr'); resolver.settings('asr'); resolver.environment()\n"
        "heavy = {'torch', 'numpy', 'spacy', 'transformers', 'faster_whisper', 'huggingface_hub', 'pydantic', 'yaml',\n"
        "    'click', 'rich', 'urllib3', 'ssl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {**synced.environment, "PYTHONPATH": str(synced.root)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=synced.folder, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    assert index.requests == []


@pytest.mark.parametrize("call", [resolver.path, resolver.settings, resolver.ensure])
@pytest.mark.parametrize(("name", "kind"), [(None, "NoneType"), (1, "int"), (b"asr", "bytes"), (Path("asr"), "Posix")])
@pytest.mark.usefixtures("synced")
def test_a_name_that_is_no_text_is_said(call: Callable[..., object], name: object, kind: str) -> None:
    with pytest.raises(TypeError, match=f"name must be a str, not {kind}"):
        call(name)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("synced")
def test_a_project_or_profile_that_is_none_is_said_by_its_argument(call: Callable[..., object]) -> None:
    for folder in ("/nonexistent", Path("nowhere"), "models.yaml", "a\0b"):
        with pytest.raises(resolver.UsageError, match=r"project=.*: there is no such folder") as told:
            call(project=folder)
        assert "--project" not in f"{told.value}{told.value.hint}"
    for wrong in (1, b"/"):
        with pytest.raises(TypeError, match="project must be a str or a path of str, not "):
            call(project=wrong)
    with pytest.raises(TypeError, match="profile must be a str, not PosixPath"):
        call(profile=Path("profile.json"))
    with pytest.raises(resolver.UnknownNameError, match="no profile 'nope'"):
        call(profile="nope")
    with pytest.raises(resolver.UsageError, match="profile="):
        call(profile="a\0b")
