"""A network of which every third answer is wrong: right bytes in the end, for a bounded price."""

import pytest

from tests.cli.offers import CONFIG, REPO, weights
from tests.cli.project import Project
from tests.conftest import Run
from tests.faults.figures import figure
from tests.faults.scale import scale
from tests.faults.whole import nothing_wrong
from tests.servers.faults import ALWAYS, Fault, http_date
from tests.servers.hub import LocalHub

FILES = scale(80, 430)
SIZE = 60_000
CHANCE = 0.42
"""Of the answers that can be spoiled at all: a redirect has no body to cut. Of all answers it is about every third."""


def every_kind() -> list[Fault]:
    """Together they strike with CHANCE. Each has its share of what those before it left."""
    rules = [
        Fault("", "status", times=ALWAYS, status=500),
        Fault("", "status", times=ALWAYS, status=502),
        Fault("", "status", times=ALWAYS, status=503, retry_after=0),
        Fault("", "status", times=ALWAYS, status=429, retry_after=1),
        Fault("", "status", times=ALWAYS, status=429, retry_after=http_date(2)),
        Fault("", "status", times=ALWAYS, status=503, retry_after=http_date(-60)),
        Fault("", "drop", times=ALWAYS),
        Fault("", "reset", times=ALWAYS, after_bytes=0),
        Fault("", "reset", times=ALWAYS, after_bytes=20_000),
        Fault("", "truncate", times=ALWAYS, after_bytes=50_000),
        Fault("", "stall", times=ALWAYS, after_bytes=40_000),
        Fault("", "wrong_range", times=ALWAYS),
        Fault("", "ignore_range", times=ALWAYS),
    ]
    share = CHANCE / len(rules)
    for number, rule in enumerate(rules):
        rule.chance = share / (1 - share * number)
    return rules


@pytest.fixture
def short_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence of 20 seconds takes 0.3."""
    for module in ("answer", "client"):
        monkeypatch.setattr(f"resolver.transport.{module}.STALL_SECONDS", 0.3)


@pytest.mark.usefixtures("short_stalls")
def test_whatever_the_network_does_to_every_third_answer_the_bytes_are_right_in_the_end(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    files = {"config.json": CONFIG, **{f"part{number}.bin": weights(SIZE, number) for number in range(FILES)}}
    hub.commit(REPO, files)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    assert run("lock").code == 0
    hub.reset_requests()
    hub.faults = every_kind()
    codes: list[int] = []
    while 0 not in codes and len(codes) < 10:
        codes.append(run("sync").code)
        nothing_wrong(project)
    struck = sum(fault.used for fault in hub.faults)
    asked, sent = len(hub.requests), hub.bytes_sent(".bin", origin="cdn")
    hub.faults = []
    assert codes[-1] == 0
    assert set(codes) <= {0, 3}
    assert project.snapshot(REPO) == files
    assert run("verify").code == 0
    assert project.staged() == []
    assert asked > scale(150, 1000)
    assert 0.15 * asked < struck < 0.5 * asked, "about every third"
    assert asked < 6 * FILES, "two requests a file, and what failed"
    assert sent < 1.5 * FILES * SIZE
    assert all(0 <= seconds <= 30 for seconds in waits), "nobody asked for more"
    figure(
        "flaky network",
        "bounded retries with jitter, Retry-After, If-Range, Content-Range checked",
        f"{asked:,} requests, {struck:,} of them spoiled: every byte right after {len(codes)} x sync, "
        f"{sent / (FILES * SIZE):.2f} x the bytes, {asked / FILES:.1f} requests a file",
    )
