"""`models init --from-hardware`: the template, and first what a saved file recommends for its machine."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from resolver.hardware import detect, document
from resolver.workflows.init import template_bytes
from resolver.workflows.workspace import manifest_in
from tests.cli.project import Project
from tests.cli.speech import TOKEN, offer_speech
from tests.cli.test_example import DECLARED
from tests.conftest import Run
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex
from tests.servers.releases import SpacyReleases
from tests.unit.hardware.machines import MACHINES

SAVED = "out/hardware_cache.json"
OLD = {"recommended_settings": {"whisper_model": "medium", "compute_type": "int8", "batch_size": 4, "device": "cpu"}}


@pytest.fixture
def offered(project: Project, hub: LocalHub, index: PackageIndex) -> Iterator[Project]:
    """A project whose servers have everything that the template names."""
    with SpacyReleases() as releases:
        offer_speech(hub, index, releases)
        yield replace(project, environment={**project.environment, **releases.environment, "HF_TOKEN": TOKEN})


def save(project: Project, document: object) -> None:
    place = project.folder / SAVED
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps(document))


def profile(**accelerator: object) -> dict[str, object]:
    return {
        "schema": "models.profile/1",
        "os": {"name": "linux"},
        "cpu": {"arch": "x86_64", "usable": 8},
        "memory": {"usable": 32 * 10**9},
        "accelerators": [accelerator] if accelerator else [],
    }


@pytest.mark.usefixtures("no_network")
def test_what_is_recommended_comes_first_and_the_defaults_stay(project: Project, run: Run) -> None:
    save(project, {**profile(), **OLD})
    result = run("init", "--from-hardware", SAVED)
    assert result.code == 0
    assert result.stderr == snapshot("""\
Wrote .cache/models.schema.json and models.yaml (template transcription)
asr: hf:Systran/faster-whisper-medium comes first, as out/hardware_cache.json recommends
hint: edit models.yaml, then run `models lock` and `models sync`
""")
    text, template = project.manifest_path.read_text(), template_bytes("transcription").decode()
    before, _, after = template.partition("    variants:\n")
    assert text.startswith(f"{before}    variants:\n")
    assert text.endswith(after)
    assert text[len(before) + len("    variants:\n") : -len(after)] == snapshot("""\
      # What hardware_cache.json recommends for its machine. Below are the defaults for others.
      - name: recommended
        source: hf:Systran/faster-whisper-medium
        when: {os: linux, arch: x86_64, accelerator: none, ram: ">=28GB,<36GB"}
        needs: {ram: 1.84GB} # estimate
        settings: {device: cpu, compute_type: int8, batch_size: 4}

""")
    variant = manifest_in(project.manifest_path.read_bytes()).models[0].variants[0]
    assert variant.settings == {"device": "cpu", "compute_type": "int8", "batch_size": 4}


def test_on_apple_silicon_it_is_mlx(project: Project, run: Run) -> None:
    mac = {**profile(kind="metal", memory=12 * 10**9, unified=True), "os": {"name": "darwin"}, "cpu": {"arch": "arm64"}}
    save(project, {**mac, "recommended_settings": {"whisper_model": "large-v3-turbo", "compute_type": "int4"}})
    assert run("init", "--from-hardware", SAVED, "--template", "transcription").code == 0
    variant = manifest_in(project.manifest_path.read_bytes()).models[0].variants[0]
    assert variant.artifact == "hf:mlx-community/whisper-large-v3-turbo-q4@main"
    assert (variant.runtime, variant.category) == ("mlx-whisper", "apple-silicon")


def test_a_file_of_the_old_script_is_for_the_machine_that_it_is_read_on(project: Project, run: Run) -> None:
    facts = run("hardware", "--json").document
    save(project, OLD)
    assert run("init", "--from-hardware", SAVED).code == 0
    when = manifest_in(project.manifest_path.read_bytes()).models[0].variants[0].when
    assert f"'{facts['os']['name']}'" in repr(when)
    assert f"'{facts['cpu']['arch']}'" in repr(when)


def test_what_hardware_saves_can_be_started_from(project: Project, run: Run) -> None:
    project.folder.joinpath("own").mkdir()
    project.folder.joinpath("own", "model.bin").write_bytes(b"w")
    settings = "settings: {whisper_model: base, device: cpu, compute_type: int8, batch_size: 2}"
    project.manifest(f"models: {{asr: {{source: file:./own, category: whisper, {settings}}}}}\n")
    assert run("lock").code == 0
    assert run("hardware", "--save").code == 0
    project.manifest_path.unlink()
    assert run("init", "--from-hardware", SAVED).code == 0
    variant = manifest_in(project.manifest_path.read_bytes()).models[0].variants[0]
    assert variant.artifact == "hf:Systran/faster-whisper-base@main"
    assert variant.settings == {"device": "cpu", "compute_type": "int8", "batch_size": 2}


def test_a_recommendation_that_is_there_is_worth_a_note(project: Project, run: Run) -> None:
    save(project, OLD)
    result = run("init", "--template", "transcription")
    assert result.stderr.splitlines()[1] == snapshot(
        "out/hardware_cache.json is there: `--from-hardware out/hardware_cache.json` puts its Whisper first"
    )
    assert project.manifest_path.read_bytes() == template_bytes("transcription")


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (None, "--from-hardware out/hardware_cache.json: there is no such file", "start with `models init --template"),
        ("", "out/hardware_cache.json is not JSON", "`models hardware --json` writes"),
        ("[" * 100_000, "out/hardware_cache.json is not JSON", "`models hardware --json` writes"),
        ("[]", "out/hardware_cache.json holds no profile", "`models hardware --json` writes"),
        ("{}", "out/hardware_cache.json recommends no Whisper", "`models hardware --save` writes one"),
        ({"whisper_model": "medum"}, "no Whisper 'medum'", "did you mean 'medium'?"),
        ({"whisper_model": "../../x\n: y"}, "out/hardware_cache.json: whisper_model cannot be", "write hf:org"),
        ({"whisper_model": "base", "compute_type": "x: y"}, "no compute_type 'x: y' on", "known: "),
    ],
)
def test_a_file_that_recommends_nothing_is_an_error(
    project: Project, run: Run, content: object, message: str, hint: str
) -> None:
    if isinstance(content, str):
        project.folder.joinpath("out").mkdir()
        project.folder.joinpath(SAVED).write_text(content)
    elif content is not None:
        save(project, {**profile(), "recommended_settings": content})
    result = run("init", "--from-hardware", SAVED)
    assert result.code == 2
    assert f"error: {message}" in result.stderr
    assert f"hint: {hint}" in result.stderr
    assert not project.manifest_path.exists()


def test_another_template_has_no_place_for_it(project: Project, run: Run) -> None:
    save(project, OLD)
    result = run("init", "--from-hardware", SAVED, "--template", "minimal")
    assert result.code == 2
    assert "--from-hardware is for --template transcription" in result.stderr


@pytest.mark.parametrize(
    ("machine", "settings", "source", "same"),
    [
        (
            "RTX 4090",
            {"whisper_model": "turbo", "device": "cuda"},
            "hf:mobiuslabsgmbh/faster-whisper-large-v3-turbo",
            set(),
        ),
        (
            "M3 Max 64 GB",
            {"whisper_model": "turbo", "compute_type": "int4"},
            "hf:mlx-community/whisper-large-v3-turbo-q4",
            set(),
        ),
        ("container 4 GB", {"whisper_model": "small"}, "hf:Systran/faster-whisper-small", {"container"}),
    ],
)
def test_it_can_be_locked_and_its_machine_gets_what_was_recommended(
    offered: Project, tmp_path: Path, machine: str, settings: dict[str, object], source: str, same: set[str]
) -> None:
    seen = document(detect(MACHINES[machine](tmp_path / "machine")))
    save(offered, {**seen, "recommended_settings": settings})
    assert offered.run("init", "--from-hardware", SAVED).code == 0
    result = offered.run("lock")
    assert result.code == 0, result.text
    found = offered.run("explain", "asr", "--profile", SAVED, "--json").document
    assert found["chosen"] == "recommended"
    assert offered.lock["models"][0]["variants"][0]["artifact"] == f"{source}@main"
    others = {name: one["selection"]["asr"] for name, one in offered.lock["profiles"].items()}
    assert {name for name, row in DECLARED.items() if others[name] != row[0]} == same, "others keep theirs"
