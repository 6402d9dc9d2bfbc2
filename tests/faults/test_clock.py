"""The clock of this machine is a year off, in either direction: Debian's faketime around the real command."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import LONGEST_RUN, Project, Result
from tests.faults.figures import figure
from tests.faults.whole import ONE, SIZE, is_whole, until_sent
from tests.servers.certificates import Authority, tool
from tests.servers.faults import ALWAYS, Fault, http_date
from tests.servers.hub import LocalHub

THREAT, PROMISE = "clock a year off", "nothing is judged by the clock but certificates"
OTHER = {"+365d": "-365d", "-365d": "+365d"}
SHIFTS = list(OTHER)


def shifted(project: Project, shift: str, *arguments: str, **environment: str) -> Result:
    """What the command does on a machine with another date.

    The clock that durations are measured by is no date, and stays: glibc's timed waits look at the real one. So do the
    times of files, which no clock moves afterwards.
    """
    faketime = tool("faketime", "apt-get install faketime")
    done = subprocess.run(
        [faketime, "-m", "--exclude-monotonic", "-f", shift, sys.executable, "-m", "resolver", *arguments],
        cwd=project.folder,
        env={**project.environment, "PYTHONPATH": str(project.root), "NO_FAKE_STAT": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST_RUN,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("shift", SHIFTS)
def test_what_was_placed_at_another_time_is_as_good(locked: Project, hub: LocalHub, shift: str) -> None:
    lock = locked.lock_path.read_bytes()
    assert shifted(locked, shift, "sync").code == 0
    is_whole(locked)
    placed = locked.placed()
    hub.reset_requests()
    for arguments in (("sync",), ("verify",), ("status",), ("lock", "--check")):
        assert locked.run(*arguments).code == 0, arguments
        assert shifted(locked, OTHER[shift], *arguments).code == 0, arguments
    assert hub.requests == []
    assert locked.lock_path.read_bytes() == lock
    locked.forget_view()
    locked.forget_store()
    assert locked.run("sync").code == 0
    assert locked.placed() == placed
    figure(THREAT, PROMISE, f"{shift}: sync, verify, status, lock --check exit 0, same bytes written, 0 requests again")


@pytest.mark.parametrize("shift", SHIFTS)
def test_what_broke_off_at_another_time_is_resumed(locked: Project, hub: LocalHub, shift: str) -> None:
    hub.faults = [Fault("one.bin", "slow", times=ALWAYS, bytes_per_second=2_000_000, origin="cdn")]
    process = locked.start("sync")
    until_sent(hub, "one.bin", len(ONE) // 2)
    process.kill()
    process.communicate()
    hub.faults = []
    assert shifted(locked, shift, "sync").code == 0
    is_whole(locked)
    assert hub.bytes_sent(origin="cdn") <= 2 * SIZE + (1 << 20)
    figure(THREAT, PROMISE, f"{shift}: a killed sync goes on where it was")


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_date_to_wait_for_is_the_servers(locked: Project, hub: LocalHub, shift: str) -> None:
    hub.faults = [
        Fault("one.bin", "status", status=503, retry_after=http_date(2), origin="cdn", method="GET"),
        Fault("two.bin", "status", status=429, retry_after=http_date(2), origin="cdn", method="GET"),
    ]
    started = time.monotonic()
    assert shifted(locked, shift, "sync").code == 0
    seconds = time.monotonic() - started
    is_whole(locked)
    assert [fault.used for fault in hub.faults] == [1, 1]
    assert seconds < 30
    figure(
        THREAT,
        "Retry-After dates are counted from the answer's own date",
        f"{shift}: 2 s asked, {seconds:.0f} s in all",
    )


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_certificate_that_is_not_valid_then_asks_for_the_clock(project: Project, tmp_path: Path, shift: str) -> None:
    authority = Authority.new(tmp_path)
    hub = LocalHub(tmp_path / "secure")
    hub.tls = authority.server(tmp_path)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    with hub:
        hub.commit(REPO, {"config.json": CONFIG, "model.bin": weights(1000)})
        secure = replace(project, environment={**project.environment, "HF_ENDPOINT": hub.endpoint})
        result = shifted(secure, shift, "lock", SSL_CERT_FILE=str(authority.certificate))
        assert result.code == 3, result.text
        assert "the clock of this machine" in result.stderr
        assert secure.models("lock", SSL_CERT_FILE=str(authority.certificate)).code == 0
    figure(THREAT, PROMISE, f"{shift}: a certificate that is not valid then is refused, and the hint names the clock")
