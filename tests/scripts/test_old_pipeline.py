"""The old bootstrap replaced in a copy of such a pipeline, word by word as the pages say."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from huggingface_hub import constants
from huggingface_hub.utils.tqdm import disable_progress_bars

from tests.cli.environments import make_environment
from tests.cli.offers import weights
from tests.cli.project import ROOT, Project, Result
from tests.cli.speech import TOKEN
from tests.scripts.clones import MODELS, make_clone, program
from tests.scripts.old_pipeline import HARDWARE, SILERO_FILES, WHISPERS, lay_out, publish
from tests.servers.faults import ALWAYS, Fault
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.releases import SpacyReleases, make_pipeline

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the scripts for Windows are others")
REST = "The pipeline is ready"
NER = "en_core_web_trf"
PAGE, HOW_TO = ROOT / "docs" / "MODEL_MANAGEMENT.md", ROOT / "docs" / "guide" / "migrating.md"
CHANGE = re.compile(r"^```diff\n-(?P<old>.*)\n\+(?P<new>.*)\n```$", re.MULTILINE)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)

OLD_FACTS = {
    # the downloader
    "ML MODEL PRE-DOWNLOAD, and on what": ("bootstrap", r"^Profile   linux "),
    "Cache directory": ("bootstrap", r"^Cache    \S+/project/\.cache$"),
    "Max parallel workers: 3": ("bootstrap", r"^Disk      [\d.]+ kB to fetch.*, 3 at a time$"),
    "HuggingFace token found": ("bootstrap", r"^Token    found"),
    "Whisper models to download: base, large-v3": ("bootstrap", r"^faster-whisper-(base|large-v3): \d.* to fetch$"),
    "progress of each": ("bootstrap", r"^faster-whisper-base: placed$"),
    "results by category: Whisper Models": ("bootstrap", r"^Whisper\s*\n  faster-whisper-base "),
    "results by category: VAD Models": ("bootstrap", r"^VAD\s*\n  silero-vad "),
    "results by category: Diarization Models": ("bootstrap", r"^Diarization\s*\n  segmentation-3.0 "),
    "results by category: NER Models": ("bootstrap", r"^NER\s*\n  en_core_web_trf "),
    "en_core_web_trf: spaCy en_core_web_trf downloaded": ("bootstrap", r"^ en_core_web_trf +✓ +placed "),
    "base: Whisper base cached": ("bootstrap", r"^ faster-whisper-base +✓ +placed +50 kB"),
    "MLX-Whisper 0.4.0 ready": ("hardware", r"^  mlx-whisper +0\.4\.3"),
    "Total models processed: 8": ("bootstrap", r"^Synced 8 of 8 models in "),
    "Successfully downloaded: 8": ("bootstrap", r"kB fetched, "),
    "Missing: 0": ("bootstrap", r"^Ready 8 · missing 0 · skipped 0"),
    "All critical models ready!": ("bootstrap", r"^Next     nothing$"),
    "ML model download completed": ("bootstrap", r"^8 models, \d+ files, .* checked in .*: all as locked$"),
    # the checker
    "checker: Cache directory": ("check", r"^Cache    \S+/project/\.cache$"),
    "checker: Check time": ("check", r"^Checked  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"),
    "checker: HuggingFace token available": ("check", r"^Token    found"),
    "checker: Checking Whisper models: base, large-v3": ("check", r"faster-whisper-base[^$]*faster-whisper-large-v3"),
    "checker: Cached (1.5GB)": ("check", r"^  faster-whisper-base +faster-whisper-base +50 kB .* ready"),
    "checker: Installed (v3.7.0), a version": ("check", r"^  en_core_web_trf .* 3\.8\.0 +ready"),
    "checker: by category": ("check", r"^Whisper\s*$"),
    "checker: Total cache size": ("check", r"[\d.]+ kB on disk"),
    "checker: Total models checked, Cached/Installed, Missing": ("check", r"^Ready 8 · missing 0 · skipped 0"),
    "checker: which are missing": (
        "lacking",
        r"^  faster-whisper-base .* missing +models sync --only faster-whisper-base",
    ),
}
"""What the old scripts said, and where ours say it: which screen, and by what line."""


@pytest.fixture
def github() -> Iterator[LocalGitHub]:
    with LocalGitHub() as github:
        yield github


@pytest.fixture
def releases() -> Iterator[SpacyReleases]:
    with SpacyReleases() as releases:
        releases.add(NER, "3.8.0", make_pipeline(NER, "3.8.0", {f"{NER}/{NER}-3.8.0/model": weights(4000)}))
        yield releases


@pytest.fixture
def old(
    project: Project, hub: LocalHub, github: LocalGitHub, releases: SpacyReleases, monkeypatch: pytest.MonkeyPatch
) -> Project:
    """The pipeline, with this repository in tools/models, and `python` and `models` on PATH."""
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    disable_progress_bars()
    publish(hub, github)
    lay_out(project.folder, hub)
    make_clone(project.folder / "tools" / "models")
    tools = program(project.home / "bin" / "models", MODELS).parent
    (tools / "python").symlink_to(sys.executable)
    told = {**project.environment, **github.environment, **releases.environment, "PYTHON": sys.executable}
    return replace(project, environment={**told, "PATH": f"{tools}:{told['PATH']}"})


@pytest.fixture
def replaced(old: Project, hub: LocalHub) -> Project:
    """The pipeline after what the pages tell was done."""
    for line in typed_of_the_how_to():
        done = shell(old, line)
        assert done.code == 0, f"{line}\n{done.text}"
    manifest = old.manifest_path.read_text()
    old.manifest_path.write_text(
        re.sub(r"^( +)runtime: pyannote$", r"\g<0>\n\1optional: true", manifest, flags=re.MULTILINE)
    )
    assert shell(old, "models lock").code == 0
    shutil.rmtree(old.folder / "shared")
    for path, change in zip(("scripts/bootstrap.sh", "check-models.sh"), changes(), strict=True):
        text = (old.folder / path).read_text()
        assert text.count(f"{change['old']}\n") == 1, "the page names the line that is there"
        (old.folder / path).write_text(text.replace(change["old"], change["new"]))
    hub.reset_requests()
    return old


def changes() -> list[re.Match[str]]:
    return list(CHANGE.finditer(PAGE.read_text(encoding="utf-8")))


def typed_of_the_how_to() -> list[str]:
    """The way that begins with what the scripts have fetched, up to the lock."""
    shown = [block.splitlines() for block in COMMANDS.findall(HOW_TO.read_text(encoding="utf-8"))]
    return [line for block in shown[1:4] for line in block]


def shell(pipeline: Project, line: str, **environment: str) -> Result:
    """What somebody types in the pipeline's folder."""
    done = subprocess.run(
        ["/bin/bash", "-c", line],
        cwd=pipeline.folder,
        env={**pipeline.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def bootstrap(pipeline: Project, **environment: str) -> Result:
    return shell(pipeline, "./scripts/bootstrap.sh", **environment)


def flags(pipeline: Project, wanted: str) -> None:
    """The step with these flags in the place of those that it had last."""
    path = pipeline.folder / "scripts" / "bootstrap.sh"
    text, count = re.subn(r'(?<=--project "\$PROJECT_ROOT" ).*(?=--max-workers)', f"{wanted} ", path.read_text())
    assert count == 1
    path.write_text(text)


def elsewhere(pipeline: Project) -> None:
    """The same clone on a new machine: no cache and no store."""
    pipeline.forget_view()
    shutil.rmtree(pipeline.store, ignore_errors=True)


def test_before_it_is_replaced_the_old_scripts_are_called(old: Project) -> None:
    assert REST in bootstrap(old).stdout
    shell(old, "./check-models.sh --whisper-models base")
    calls = (old.folder / "calls.log").read_text()
    assert calls == "downloader --max-workers 3\nchecker --whisper-models base\n"


def test_nothing_is_fetched_that_the_old_cache_has(replaced: Project, hub: LocalHub, github: LocalGitHub) -> None:
    """Though upstream has moved on: the commits of the old cache are what is locked."""
    publish(hub, github, seed=7)
    hub.reset_requests()
    github.reset_requests()
    done = bootstrap(replaced)
    assert (done.code, REST in done.stdout) == (0, True)
    assert "Synced 8 of 8 models" in done.stderr
    assert "0 B fetched" in done.stderr, "what lay in no cache was fetched to be locked"
    assert (hub.requests, github.requests) == ([], [])
    assert not (replaced.folder / "calls.log").exists()
    placed = replaced.placed()
    for path, content in SILERO_FILES.items():
        assert placed[f"torch/hub/snakers4_silero-vad_master/{path}"] == content
    assert len({content for path, content in placed.items() if path.endswith("/model.bin")}) == len(WHISPERS)


def test_a_colleague_with_an_old_cache_and_no_store_asks_the_hub_for_nothing(replaced: Project, hub: LocalHub) -> None:
    replaced.forget_store()
    assert "Synced 8 of 8 models" in bootstrap(replaced).stderr
    assert hub.requests == []


def test_a_gated_optional_model_fails_and_stops_nothing(replaced: Project) -> None:
    elsewhere(replaced)
    (replaced.folder / "config" / "secrets.json").unlink()
    flags(replaced, "")
    done = bootstrap(replaced)
    assert (done.code, REST in done.stdout) == (0, True)
    assert "Ready 5 · missing 3" in done.stdout
    assert re.search(r"^speaker-diarization-3.1: failed: .*access", done.stderr, re.MULTILINE)
    flags(replaced, "--strict")
    strict = bootstrap(replaced)
    assert (strict.code, REST in strict.stdout) == (5, False)


def test_the_token_is_that_of_the_secrets_file_and_is_never_said(replaced: Project) -> None:
    elsewhere(replaced)
    done = bootstrap(replaced)
    assert "Ready 8 · missing 0" in done.stdout
    assert TOKEN not in done.text + shell(replaced, "./check-models.sh --json").text
    assert TOKEN not in replaced.lock_path.read_text()


@pytest.mark.parametrize(("asked", "code"), [("--hook", 0), ("", 3), ("--hook --strict", 3)])
def test_a_required_model_that_fails_stops_the_pipeline_only_where_it_is_asked_to(
    replaced: Project, hub: LocalHub, asked: str, code: int
) -> None:
    elsewhere(replaced)
    flags(replaced, asked)
    hub.faults = [Fault(WHISPERS[0], "status", times=ALWAYS, status=404)]
    done = bootstrap(replaced)
    assert (done.code, REST in done.stdout) == (code, code == 0)
    assert "models sync --only faster-whisper-base" in done.stdout
    assert ("not all models are ready (exit code 3)" in done.stderr) == (code == 0)


def test_the_hardware_file_stays_and_can_be_written_anew(replaced: Project) -> None:
    path = replaced.folder / "out" / "hardware_cache.json"
    assert bootstrap(replaced).code == 0
    assert json.loads(path.read_text()) == HARDWARE
    assert shell(replaced, "models hardware --save").code == 0
    assert json.loads(path.read_text())["recommended_settings"].keys() >= HARDWARE["recommended_settings"].keys()


def test_the_checker_passes_everything_on(replaced: Project) -> None:
    assert bootstrap(replaced).code == 0
    answer = shell(replaced, "./check-models.sh --only silero-vad --exit-code --json")
    assert (answer.code, answer.document["totals"]["missing"]) == (0, 0)
    replaced.forget_view()
    assert shell(replaced, "./check-models.sh --only silero-vad --exit-code").code == 1
    assert shell(replaced, "./check-models.sh --whisper-models base").code == 2


def test_everything_that_the_old_scripts_said_is_said(replaced: Project) -> None:
    make_environment(replaced.folder / ".venv", pip=False).installed("mlx-whisper", "0.4.3")
    replaced.forget_view()
    shutil.rmtree(replaced.store, ignore_errors=True)
    lacking = shell(replaced, "./check-models.sh").text
    said = {
        "lacking": lacking,
        "bootstrap": bootstrap(replaced).text,
        "check": shell(replaced, "./check-models.sh").text,
        "hardware": shell(replaced, "models hardware").text,
    }
    unsaid = [fact for fact, (screen, line) in OLD_FACTS.items() if not re.search(line, said[screen], re.MULTILINE)]
    assert unsaid == [], "\n".join(said.values())
