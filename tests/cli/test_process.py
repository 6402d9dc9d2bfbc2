"""The real process: what a shell sees of it, and what it does when it is interrupted."""

import importlib
import json
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from resolver import __version__
from tests.cli.offers import ASR, CONFIG, REPO, offer, weights
from tests.cli.project import Project, finished
from tests.conftest import Run
from tests.servers.base import LocalServer
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub

LARGE = weights(2_000_000)
PATIENCE = 10


@pytest.fixture
def offered(project: Project, hub: LocalHub) -> Project:
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": LARGE}, license="mit")
    project.manifest(ASR)
    return project


def locked(run: Run, hub: LocalHub) -> None:
    """Lock, and forget the requests for it."""
    assert run("lock").code == 0
    hub.reset_requests()


def until_asked(server: LocalServer, match: str, origin: str) -> None:
    """Wait until a body is on its way."""
    end = time.monotonic() + PATIENCE
    while not any(request.sent for request in server.requested(match, origin=origin, method="GET")):
        assert time.monotonic() < end, "nothing was asked for"
        time.sleep(0.01)


def test_the_whole_way_in_real_processes(offered: Project, models: Run, hub: LocalHub) -> None:
    for arguments in (("lock",), ("lock", "--check"), ("sync",), ("verify",), ("status", "--exit-code")):
        result = models(*arguments)
        assert result.code == 0, result.text
        assert "Warning" not in result.stderr
    assert models("path", "asr").stdout.strip() == str(next(offered.repository(REPO).joinpath("snapshots").iterdir()))
    hub.reset_requests()
    assert json.loads(models("sync", "--json").stdout)["models"][0]["state"] == "present"
    assert hub.requests == []


@pytest.mark.parametrize(
    ("arguments", "code"), [(("verify",), 2), (("nonsense",), 2), (("sync", "--offline"), 3), (("--help",), 0)]
)
def test_the_exit_code_is_that_of_the_process(
    offered: Project, models: Run, arguments: tuple[str, ...], code: int
) -> None:
    assert models(*arguments).code == code
    assert not offered.view.exists()


def test_the_version_is_answered(models: Run) -> None:
    result = models("--version")
    assert (result.code, result.stdout) == (0, f"models {__version__}\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sync_goes_on_where_it_stopped(
    offered: Project, run: Run, hub: LocalHub, number: signal.Signals
) -> None:
    locked(run, hub)
    hub.faults = [Fault("model.bin", "slow", times=ALWAYS, bytes_per_second=1_000_000, origin="cdn")]
    process = offered.start("sync")
    until_asked(hub, "model.bin", "cdn")
    time.sleep(0.5)
    process.send_signal(number)
    began = time.monotonic()
    result = finished(process)
    assert result.code == 130, result.text
    assert time.monotonic() - began < PATIENCE
    assert "run the same command again" in result.stderr
    assert "Traceback" not in result.stderr
    assert [name for name in offered.staged() if name.endswith(".part")]
    hub.faults = []
    assert run("sync").code == 0
    assert hub.bytes_sent("model.bin", origin="cdn") <= len(LARGE) + 300_000, "what came is not fetched again"
    assert offered.snapshot(REPO)["model.bin"] == LARGE
    assert offered.staged() == []


def test_an_interrupted_sync_says_so_in_json(offered: Project, run: Run, hub: LocalHub) -> None:
    locked(run, hub)
    hub.faults = [Fault("model.bin", "slow", times=ALWAYS, bytes_per_second=100_000, origin="cdn")]
    process = offered.start("sync", "--json")
    until_asked(hub, "model.bin", "cdn")
    process.send_signal(signal.SIGINT)
    result = finished(process)
    assert (result.code, result.document["exit_code"], result.document["ok"]) == (130, 130, False)


def test_an_interrupt_at_the_last_moment_is_one_document_too(
    offered: Project, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    assert run("lock").code == 0
    monkeypatch.setattr(importlib.import_module("resolver.cli.sync"), "_last_line", interrupt)
    result = run("sync", "--json")
    assert (result.code, result.document["schema"]) == (130, "models.error/1")
    assert offered.snapshot(REPO)["model.bin"] == LARGE


def test_an_interrupt_before_anybody_listens_has_no_traceback(project: Project) -> None:
    code = """
        import os, signal, sys
        class Interrupt:
            def find_spec(self, name, *_):
                if name == "resolver.surroundings":
                    os.kill(os.getpid(), signal.SIGINT)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background is deaf
        sys.meta_path.insert(0, Interrupt())
        from resolver.__main__ import main
        main()
    """
    environment = {**project.environment, "PYTHONPATH": str(project.root)}
    command = [sys.executable, "-c", textwrap.dedent(code), "status"]
    done = subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: interrupted\n")


def test_an_interrupt_does_not_wait_for_a_silent_server(offered: Project, run: Run, hub: LocalHub) -> None:
    locked(run, hub)
    hub.faults = [Fault("model.bin", "stall", times=ALWAYS, after_bytes=100_000, origin="cdn")]
    process = offered.start("sync")
    until_asked(hub, "model.bin", "cdn")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert finished(process).code == 130
    assert time.monotonic() - began < PATIENCE, "Ctrl-C is not a matter of the server's patience"


def test_an_interrupted_lock_leaves_the_lock_as_it_was(project: Project, files: FileServer) -> None:
    files.put("model.bin", LARGE)
    files.faults = [Fault("model.bin", "slow", times=ALWAYS, bytes_per_second=100_000)]
    project.manifest(f'models: {{voice: {{source: "url:{files.url("model.bin")}"}}}}\n')
    process = project.start("lock")
    until_asked(files, "model.bin", "files")
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    result = finished(process)
    assert result.code == 130, result.text
    assert time.monotonic() - began < PATIENCE, "Ctrl-C ends a lock in the middle of a download"
    assert not project.lock_path.exists()
    assert project.staged() == []


def test_an_interrupt_while_waiting_for_a_busy_server_ends_at_once(offered: Project, hub: LocalHub) -> None:
    hub.faults = [Fault("/api/models", "status", times=ALWAYS, retry_after=100)]
    process = offered.start("lock")
    end = time.monotonic() + PATIENCE
    while not hub.requested("/api/models"):
        assert time.monotonic() < end
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert finished(process).code == 130
    assert time.monotonic() - began < PATIENCE


def test_a_reader_that_went_away_is_no_error(offered: Project, run: Run) -> None:
    assert run("sync").code == 0
    process = offered.start("status", "--json")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, stderr = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in stderr
    assert "bug" not in stderr


def test_an_output_that_is_no_unicode_is_no_error(project: Project, models: Run, hub: LocalHub) -> None:
    offer(hub)
    project.manifest("models: {asr: {source: hf:org/name, category: \u8a9e}}\n")
    result = models("sync", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert result.code == 0, result.text
    assert models("status", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C").code == 0
