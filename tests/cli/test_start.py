"""What a command imports before it answers: a no-op `sync` takes little more than the start of Python."""

import re
import subprocess
import sys

import pytest
from inline_snapshot import snapshot

from tests.cli.offers import ASR, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

NEVER = {
    *("huggingface_hub", "httpx2", "requests", "urllib3", "truststore", "tenacity", "http", "ssl", "socket"),
    *("pydantic", "pydantic_core", "yaml", "packaging", "rich", "filelock", "platformdirs", "pynvml"),
    *("concurrent", "asyncio", "logging", "multiprocessing", "subprocess", "importlib.metadata", "email"),
    *("difflib", "random", "shutil", "tempfile", "textwrap", "zipfile", "tarfile", "bz2", "lzma"),
    *("ctranslate2", "faster_whisper", "numpy", "spacy", "torch", "transformers"),
}
"""What no quick command needs: each takes 1 ms or much more to import."""

OF_HELP = {"shutil", "textwrap", "bz2", "lzma"}
"""What click folds its help with."""

QUICK = [
    ("--version",),
    ("--help",),
    ("sync",),
    ("sync", "--locked"),
    ("sync", "--frozen"),
    ("verify", "--quick"),
    ("path", "asr"),
]


@pytest.fixture
def synced(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project with nothing to do."""
    offer(hub)
    project.manifest(ASR)
    assert run("sync").code == 0
    hub.reset_requests()
    return project


def imported(project: Project, *arguments: str) -> set[str]:
    """Every module that a command imports, through the door that the installed script takes."""
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from resolver.__main__ import main; main()", *arguments],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    return set(re.findall(r"^import time:.*\| +(\S+)$", process.stderr, re.MULTILINE)) - own_of_python()


def own_of_python() -> set[str]:
    """What the interpreter imports before anything of ours: an environment's `.pth` files may need the strangest."""
    command = [sys.executable, "-X", "importtime", "-c", "pass"]
    process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return set(re.findall(r"^import time:.*\| +(\S+)$", process.stderr, re.MULTILINE))


def unwanted(found: set[str]) -> set[str]:
    return {name for name in found if not NEVER.isdisjoint({name, name.partition(".")[0]})}


def ours(found: set[str]) -> list[str]:
    """The package's own modules, without its name."""
    return sorted(name.removeprefix("resolver.") for name in found if name.startswith("resolver."))


@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_a_quick_command_imports_nothing_costly(synced: Project, hub: LocalHub, arguments: tuple[str, ...]) -> None:
    found = imported(synced, *arguments)
    assert "resolver" in found
    assert unwanted(found) <= (OF_HELP if arguments == ("--help",) else set())
    assert hub.requests == []


def test_judging_a_manifest_needs_no_network(synced: Project) -> None:
    found = {name.partition(".")[0] for name in unwanted(imported(synced, "lock", "--check"))}
    assert {"yaml", "pydantic"} <= found
    assert not found & {"huggingface_hub", "urllib3", "truststore", "tenacity", "ssl", "rich", "torch", "numpy"}


def test_status_imports_only_what_draws_its_table(synced: Project) -> None:
    found = {name.partition(".")[0] for name in unwanted(imported(synced, "status"))}
    assert "rich" in found
    assert not found & {"huggingface_hub", "pydantic", "yaml", "urllib3", "ssl", "packaging", "pynvml", "filelock"}


def test_the_version_imports_nothing_of_ours(synced: Project) -> None:
    assert ours(imported(synced, "--version")) == snapshot(["__main__"])


def test_help_imports_the_group_and_what_every_verb_needs(synced: Project) -> None:
    assert ours(imported(synced, "--help")) == snapshot(
        ["__main__", "cli", "cli.main", "domain", "domain.errors", "surroundings"]
    )


def test_what_a_sync_with_nothing_to_do_imports_is_reviewed(synced: Project) -> None:
    assert ours(imported(synced, "sync")) == snapshot(
        [
            "__main__",
            "cli",
            "cli.main",
            "cli.options",
            "cli.progress",
            "cli.tables",
            "cli.texts",
            "concurrency",
            "documents",
            "documents.conflicts",
            "documents.lock_reader",
            "documents.lock_requirements",
            "documents.lock_writer",
            "documents.record",
            "documents.strict_json",
            "domain",
            "domain.digests",
            "domain.environment",
            "domain.errors",
            "domain.explanation",
            "domain.facts",
            "domain.globs",
            "domain.lock",
            "domain.manifest",
            "domain.names",
            "domain.plan",
            "domain.ports",
            "domain.profile",
            "domain.quantities",
            "domain.report",
            "domain.selector",
            "domain.view",
            "files",
            "files.atomic",
            "files.digest",
            "files.extents",
            "files.guarded",
            "files.links",
            "files.part",
            "files.paths",
            "files.turns",
            "hardware",
            "hardware.amd",
            "hardware.answers",
            "hardware.apple",
            "hardware.cgroups",
            "hardware.declared",
            "hardware.intel",
            "hardware.interpreter",
            "hardware.machine",
            "hardware.memory",
            "hardware.nvidia",
            "hardware.nvml",
            "hardware.processor",
            "hardware.read",
            "hardware.runtimes",
            "hardware.saved",
            "hardware.section",
            "hardware.system",
            "hardware.visible",
            "hardware.volatile",
            "programs",
            "runtimes",
            "runtimes.faster_whisper",
            "runtimes.files",
            "runtimes.huggingface",
            "runtimes.layouts",
            "runtimes.mlx_whisper",
            "runtimes.named",
            "runtimes.pyannote",
            "runtimes.python",
            "runtimes.sentence_modules",
            "runtimes.silero",
            "runtimes.spacy",
            "runtimes.torch_hub",
            "runtimes.whole",
            "sources",
            "stages",
            "stages.arrange",
            "stages.plan",
            "stages.select",
            "stages.select.reasons",
            "stages.select.search",
            "stages.select.table",
            "stages.survey",
            "store",
            "store.owners",
            "store.patience",
            "store.registrations",
            "store.rooms",
            "store.staging",
            "store.stamps",
            "store.store",
            "surroundings",
            "workflows",
            "workflows.agreement",
            "workflows.machine",
            "workflows.prospect",
            "workflows.requirements",
            "workflows.route",
            "workflows.sync",
            "workflows.workspace",
        ]
    )


def test_what_a_quick_verify_imports_besides_is_reviewed(synced: Project) -> None:
    before, found = ours(imported(synced, "sync")), ours(imported(synced, "verify", "--quick"))
    assert sorted(set(found) - set(before)) == snapshot(
        [
            "domain.verify_report",
            "files.bytecode",
            "policy",
            "policy.judge",
            "stages.copies",
            "stages.place",
            "stages.verify",
            "workflows.telling",
            "workflows.verify",
        ]
    )


def test_what_a_status_imports_besides_is_reviewed(synced: Project) -> None:
    before, found = ours(imported(synced, "sync")), ours(imported(synced, "status"))
    assert sorted(set(found) - set(before)) == snapshot(["domain.status_report", "workflows.status"])
