"""What a user's program or shell can do wrong, what the real library then opens, and what `models` says to it."""

import json
import sys

import pytest

from tests.cli.project import Project
from tests.conftest import Run
from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.environment import run_evaluated, run_plainly
from tests.runtimes.offers import BERT, SENTENCES, WHISPER, Upstream

CACHES = (
    *("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "PYTORCH_TRANSFORMERS_CACHE"),
    *("SENTENCE_TRANSFORMERS_HOME", "PYANNOTE_CACHE"),
)
"""Variables that name a cache of the hub, of these libraries and of their older releases."""


@pytest.fixture
def elsewhere(pin: Pin, project: Project) -> dict[str, str]:
    """A shell in which every variable names another project's cache, where `main` is the second release."""
    pin("transformers")
    other = project.beside("other")
    other.manifest_path.write_text(other.manifest_path.read_text().replace('version: "==1.0"', "revision: main"))
    other.lock_path.unlink()
    assert other.run("sync").code == 0
    hub = str(other.view / "huggingface" / "hub")
    homes = {"HF_HOME": str(other.view / "huggingface"), "XDG_CACHE_HOME": str(other.view), "TORCH_HOME": hub}
    return {**dict.fromkeys(CACHES, hub), **homes, "HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0"}


@pytest.mark.parametrize("program", ["open_transformers", "open_sentences"])
def test_no_other_cache_of_the_users_shell_is_believed(opens: Opens, elsewhere: dict[str, str], program: str) -> None:
    said = opens(program, BERT, **elsewhere).said
    assert (said if program == "open_transformers" else said["marks"]) == [1.0]


@pytest.mark.parametrize("program", ["open_transformers", "open_sentences"])
def test_without_run_the_other_cache_is_believed(project: Project, elsewhere: dict[str, str], program: str) -> None:
    """What those variables are worth to a library that is told nothing better."""
    said = run_plainly(project, program, BERT, **(elsewhere | {"HF_HUB_OFFLINE": "1"})).said
    assert (said if program == "open_transformers" else said["marks"]) == [2.0]


def test_a_program_that_forgets_to_be_offline_opens_the_pin_while_there_is_no_network(
    pin: Pin, run: Run, opens: Opens
) -> None:
    pin("faster-whisper")
    opened = opens("--disobedient", "open_faster_whisper", "tiny")
    assert (opened.code, opened.document["said"]) == (0, SENTENCES[1])
    assert opened.wanted, "it did want to ask"
    assert run("verify").code == 0


def test_an_online_call_moves_main_and_is_found_and_set_right(
    pin: Pin, run: Run, models: Run, upstream: Upstream, opens: Opens
) -> None:
    project = pin("faster-whisper")
    opened = opens("--disobedient", "--online", "open_faster_whisper", "tiny")
    assert (opened.code, opened.document["said"]) == (0, SENTENCES[2]), opened.stderr
    assert upstream.requests != []
    found = run("verify", "--json")
    assert found.code == 1
    assert [one["kind"] for one in found.document["findings"]] == ["ref-moved"]
    refused = models("run", "--", "true")
    assert refused.code == 1
    assert "'asr' is not ready, so nothing was run" in refused.stderr
    assert run("sync", "--offline").code == 0
    upstream.forget_requests()
    assert opens("open_faster_whisper", "tiny").said == SENTENCES[1]
    assert upstream.requests == []
    left = project.repository(WHISPER) / "trees"
    assert [json.loads(one.read_bytes())["format_version"] for one in left.iterdir()] == [1]
    assert run("verify").code == 0, "what the library fetched besides is its own"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no POSIX shell")
def test_a_newline_in_a_reference_is_found_and_set_right(pin: Pin, run: Run, models: Run, opens: Opens) -> None:
    """huggingface_hub takes it for a part of the commit, and finds nothing. `run` does not let it come to that."""
    project = pin("faster-whisper")
    reference = project.repository(WHISPER) / "refs" / "main"
    commit = reference.read_text()
    reference.chmod(0o644)
    reference.write_text(f"{commit}\n")
    opened = run_evaluated(project, "open_faster_whisper", "tiny")
    assert opened.code == 1
    assert "LocalEntryNotFoundError" in opened.stderr
    refused = models("run", "--", "true")
    assert refused.code == 1
    assert "asr  moved" in refused.stderr
    assert run("verify").code == 1
    assert run("verify", "--repair").code == 0
    assert reference.read_bytes() == commit.encode()
    assert opens("open_faster_whisper", "tiny").said == SENTENCES[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no POSIX shell")
def test_a_shell_that_evaluates_env_opens_the_pin(pin: Pin, upstream: Upstream) -> None:
    project = pin("faster-whisper")
    assert run_evaluated(project, "open_faster_whisper", "tiny").said == SENTENCES[1]
    assert upstream.requests == []
