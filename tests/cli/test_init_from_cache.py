"""`models init --from-cache`: a manifest of what lies in a cache, that can be locked and needs no byte again."""

import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from resolver.domain.errors import InputError
from resolver.workflows import init_from_cache as workflow
from resolver.workflows.init_from_cache import from_cache
from resolver.workflows.workspace import manifest_in
from tests.cli.hub_caches import download, looks
from tests.cli.offers import offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.unit.sources.caches import COMMIT, OTHER, torch_hub
from tests.unit.sources.caches import snapshot as in_cache

WHISPER = {"config.json": b"{}", "model.bin": b"w" * 486_000, "vocabulary.txt": b"a\n"}
MLX = {"config.json": b'{"n_audio_ctx": 1500}', "weights.npz": b"w"}
PIPELINE = {"config.yaml": b"pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n"}
BERT = {"config.json": b"{}", "model.safetensors": b"w"}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A `.cache` as the old scripts leave it."""
    folder = tmp_path / "old" / ".cache"
    hub = folder / "huggingface" / "hub"
    in_cache(hub / "models--Systran--faster-whisper-small", WHISPER)
    in_cache(hub / "models--acme--bert", BERT)
    in_cache(hub / "models--acme--own-whisper", MLX, ref=None)
    in_cache(hub / "models--other--bert", BERT, OTHER, ref="v1")
    in_cache(hub / "models--pyannote--speaker-diarization-3.1", PIPELINE)
    in_cache(hub / "models--two--minds", BERT, COMMIT, ref=None)
    in_cache(hub / "models--two--minds", BERT, OTHER, ref=None)
    hub.joinpath("datasets--squad").mkdir()
    torch_hub(folder, "snakers4_silero-vad_master")
    return folder


@pytest.mark.usefixtures("no_network")
def test_each_repository_becomes_a_model(project: Project, run: Run, cache: Path) -> None:
    before = looks(cache)
    result = run("init", "--from-cache", str(cache))
    assert result.code == 0
    assert result.stderr == snapshot("""\
Wrote .cache/models.schema.json and models.yaml (6 models)
no model: huggingface/hub/datasets--squad: a data set
no model: huggingface/hub/models--two--minds: 2 snapshots, and no ref says which is meant: aaaaaaaa, bbbbbbbb
hint: edit models.yaml, then run `models lock` and `models sync`
""")
    assert project.manifest_path.read_text().partition("\nmodels:\n")[2] == snapshot("""\
  silero-vad: # 34 B in 1 file
    category: vad
    runtime: torch-hub
    source: github:snakers4/silero-vad
    revision: master # the folder's name; it does not say which commit

  faster-whisper-small: # 486 kB in 3 files
    category: whisper
    runtime: faster-whisper
    source: hf:Systran/faster-whisper-small
    revision: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # refs/main

  bert: # 3 B in 2 files
    source: hf:acme/bert
    revision: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # refs/main
    # files: {include: [config.json, model.safetensors]} # all that lay there; without it, the whole repository

  own-whisper: # 22 B in 2 files
    category: apple-silicon
    runtime: mlx-whisper
    source: hf:acme/own-whisper
    revision: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # the only snapshot

  other-bert: # 3 B in 2 files
    source: hf:other/bert
    revision: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb # the only snapshot
    # files: {include: [config.json, model.safetensors]} # all that lay there; without it, the whole repository

  speaker-diarization-3.1: # 62 B in 1 file
    category: diarization
    runtime: pyannote
    source: hf:pyannote/speaker-diarization-3.1
    revision: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa # refs/main

# Also there, and no model here:
#   huggingface/hub/datasets--squad: a data set
#   huggingface/hub/models--two--minds: 2 snapshots, and no ref says which is meant: aaaaaaaa, bbbbbbbb
""")
    assert looks(cache) == before, "nothing there was touched"


def test_what_is_commented_out_is_sound_too(project: Project, run: Run, cache: Path) -> None:
    assert run("init", "--from-cache", str(cache)).code == 0
    text = project.manifest_path.read_text()
    manifest_in(text.replace("    # files:", "    files:").encode())
    wide = [line for line in text.splitlines() if len(line) > 120 and not line.startswith("#   ")]
    assert not wide


def test_the_document_says_what_was_found(project: Project, run: Run, cache: Path) -> None:
    document = run("init", "--from-cache", str(cache), "--json", "-q").document
    assert document["template"] is None
    assert document["models"][0] == {
        "name": "silero-vad",
        "category": "vad",
        "runtime": "torch-hub",
        "source": "github:snakers4/silero-vad",
        "revision": "master",
        "bytes": 34,
    }
    assert [one["path"] for one in document["passed_over"]] == [
        "huggingface/hub/datasets--squad",
        "huggingface/hub/models--two--minds",
    ]
    assert document["written"] == [".cache/models.schema.json", "models.yaml"]
    assert project.manifest_path.exists()


def test_what_lies_in_the_cache_is_locked_and_nothing_is_fetched_again(
    project: Project, run: Run, hub: LocalHub, hub_cache: Path
) -> None:
    there = offer(hub)
    download(hub, hub_cache)
    offer(hub, seed=9)
    hub.reset_requests()
    assert run("init", "--from-cache", str(project.home / ".cache")).code == 0
    assert hub.requests == []
    assert run("lock").code == 0
    assert project.pin(f"hf:org/name@{there}") == there
    hub.reset_requests()
    result = run("sync", "--json")
    assert (result.code, result.document["bytes_fetched"]) == (0, 0)
    assert "model.bin" in project.snapshot("org/name")


def test_a_view_of_ours_is_a_cache_too(project: Project, run: Run, hub: LocalHub) -> None:
    there = offer(hub)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("sync").code == 0
    project.manifest_path.unlink()
    assert run("init", "--from-cache", ".cache").code == 0
    assert f"    source: hf:org/name\n    revision: {there} # refs/main\n" in project.manifest_path.read_text()


def test_an_existing_manifest_comes_before_a_look_at_the_cache(project: Project, run: Run) -> None:
    project.manifest_path.write_text("version: 1\n")
    result = run("init", "--from-cache", "nowhere")
    assert "already; it was not touched" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from-cache", "nowhere"], "--from-cache nowhere: there is no such folder"),
        (["--from-cache", "file"], "--from-cache file: there is no such folder"),
        (["--from-cache", "."], "no model was found in ."),
        (["--from-cache", ".", "--template", "minimal"], "--from-cache goes together with neither"),
        (["--from-cache", ".", "--from-hardware", "x"], "--from-cache goes together with neither"),
    ],
)
def test_what_is_no_cache_is_an_error(project: Project, run: Run, arguments: list[str], message: str) -> None:
    project.folder.joinpath("file").write_text("")
    result = run("init", *arguments)
    assert result.code == 2
    assert f"error: {message}" in result.stderr
    assert not project.manifest_path.exists()


def test_a_cache_of_which_nothing_can_be_used_says_why(project: Project, run: Run, cache: Path) -> None:
    for one in cache.joinpath("huggingface", "hub").iterdir():
        if not one.name.startswith(("datasets", "models--two")):
            one.rename(cache / one.name.replace("models--", "x"))
    result = run("init", "--from-cache", str(cache / "huggingface"))
    assert result.code == 2
    assert "  hub/datasets--squad: a data set\n" in result.stderr
    assert not project.manifest_path.exists()


HOSTILE = [
    "models--a\nb: c",
    "models--a--b\n  evil: {source: hf:x/y}",
    "models--..--..",
    "models--a--b--c",
    "models--",
    "models--a--..",
    "models--a--\u202eb",
    "models--a--b c",
    "models--a--'",
    'models--a--"',
    "models--a--#",
    "models--a--{x}",
    "models--a--b\x1b[2J",
    f"models--a--{'x' * 200}",
    "models--a--b.git",
    "models---a--b",
]


def test_names_that_are_none_become_comments_that_end(project: Project, run: Run, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    for name in [*HOSTILE, "models--good--one"]:
        in_cache(hub / name, BERT)
    result = run("init", "--from-cache", str(hub))
    assert result.code == 0
    manifest = manifest_in(project.manifest_path.read_bytes())
    assert [model.name for model in manifest.models] == ["one"]
    assert len(result.stderr.splitlines()) == len(HOSTILE) + 2
    assert "\x1b" not in project.manifest_path.read_text() + result.stderr


def test_a_cache_that_is_a_trap_is_looked_at_and_left(project: Project, run: Run, tmp_path: Path) -> None:
    hub = tmp_path / "hub"
    folder = in_cache(hub / "models--good--one", BERT)
    folder.joinpath("circle").symlink_to(folder)
    folder.joinpath("away").symlink_to("/")
    folder.joinpath("null").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "socket")[-100:] if len(str(folder)) < 90 else str(tmp_path / "s"))
    hub.joinpath("models--to--root").symlink_to("/")
    in_cache(hub / "models--deep--one", {"/".join(["d"] * 100) + "/x": b""})
    assert run("init", "--from-cache", str(hub)).code == 0
    text = project.manifest_path.read_text()
    assert "one: # 0 B in 1 file" in text
    assert "good-one: # at least 3 B in" in text


def test_of_more_models_than_anybody_reads_the_first_are_taken(
    project: Project, run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "MOST_MODELS", 2)
    result = run("init", "--from-cache", str(cache))
    assert "models.yaml (2 models)" in result.stderr
    assert result.stderr.count("more than 2 models") == 4
    assert len(manifest_in(project.manifest_path.read_bytes()).models) == 2


names = st.one_of(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20),
    st.from_regex(r"(models|spaces)--[a-zA-Z0-9._-]{1,10}(--[a-zA-Z0-9._-]{1,10})?", fullmatch=True),
).filter(lambda name: name not in (".", "..") and len(name.encode()) < 200)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(names, max_size=6, unique=True), names)
def test_whatever_is_called_how_the_manifest_is_sound(
    tmp_path_factory: pytest.TempPathFactory, some: list[str], file: str
) -> None:
    hub = tmp_path_factory.mktemp("hub")
    for name in some:
        in_cache(hub / name, {file: b"w"})
    try:
        starter = from_cache(hub, "hub")
    except InputError:
        return
    manifest = manifest_in(starter.content)
    assert [model.name for model in manifest.models] == [one.name for one in starter.models]
    assert {request.source for request in manifest.requests.values()} == {one.said["source"] for one in starter.models}
