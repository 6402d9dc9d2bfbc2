"""`models sync` over a network that fails: it resumes, waits as asked, gives up in time, and places no wrong byte."""

import hashlib

import pytest

from tests.cli.offers import ASR, CONFIG, REPO, WEIGHTS, weights
from tests.cli.project import Project, Result
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault, http_date
from tests.servers.hub import LocalHub

LARGE = weights(3_000_000, 1)
LIMIT = 1 << 20
pytestmark = pytest.mark.usefixtures("nothing_left_open")


@pytest.fixture
def locked(project: Project, run: Run, hub: LocalHub) -> Project:
    """A project whose lock is written and of which nothing is fetched."""
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": LARGE}, license="mit")
    project.manifest(ASR)
    assert run("lock").code == 0
    hub.reset_requests()
    return project


def failing(hub: LocalHub, **fault: object) -> None:
    hub.faults = [Fault("model.bin", origin="cdn", **fault)]  # type: ignore[arg-type] # the fields of a fault


def is_right(project: Project, result: Result) -> None:
    assert result.code == 0, result.stderr
    assert project.snapshot(REPO) == {"config.json": CONFIG, "model.bin": LARGE}
    assert project.staged() == []


def nothing_wrong(project: Project) -> None:
    """No blob bears a name that is not its digest, and no wrong file lies in the view."""
    for blob in project.blobs():
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
    assert "model.bin" not in {path.rpartition("/")[2] for path in project.placed()}


@pytest.mark.parametrize("kind", ["reset", "truncate"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_download_that_breaks_off_is_resumed(
    locked: Project, run: Run, hub: LocalHub, kind: str, times: int, waits: list[float]
) -> None:
    failing(hub, kind=kind, times=times, after_bytes=700_000)
    is_right(locked, run("sync"))
    sent = hub.bytes_sent("model.bin", origin="cdn")
    assert sent <= len(LARGE) + times * 300_000, "what arrived is not fetched again"
    assert hub.requested("model.bin", origin="cdn")[-1].header("Range") is not None
    assert hub.requested("model.bin", origin="cdn")[-1].header("If-Range") is not None
    assert len(waits) >= times


def test_a_failed_sync_leaves_a_part_from_which_the_next_goes_on(
    locked: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    failing(hub, kind="reset", times=1, after_bytes=2_000_000)
    hub.faults.append(Fault("model.bin", "status", times=ALWAYS, origin="cdn"))
    hub.faults[1].skip = 1
    result = run("sync")
    assert result.code == 3
    nothing_wrong(locked)
    hub.faults = []
    before = hub.bytes_sent("model.bin", origin="cdn")
    is_right(locked, run("sync"))
    assert hub.bytes_sent("model.bin", origin="cdn") - before <= 1_000_000 + 300_000
    assert waits


def test_a_connection_that_is_dropped_is_made_again(
    locked: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    failing(hub, kind="drop", times=3)
    is_right(locked, run("sync"))
    assert len(waits) == 3


def test_a_flipped_byte_is_fetched_once_more(locked: Project, run: Run, hub: LocalHub) -> None:
    failing(hub, kind="flip", after_bytes=1_234_567)
    is_right(locked, run("sync"))
    assert len(hub.requested("model.bin", origin="cdn", method="GET")) == 2


def test_a_byte_that_is_flipped_twice_is_exit_4_and_nothing_is_published(
    locked: Project, run: Run, hub: LocalHub
) -> None:
    failing(hub, kind="flip", times=ALWAYS, after_bytes=1_234_567)
    result = run("sync")
    assert result.code == 4
    assert "model.bin" in result.stderr
    assert len(hub.requested("model.bin", origin="cdn", method="GET")) == 2
    nothing_wrong(locked)
    hub.faults = []
    is_right(locked, run("sync"))


@pytest.mark.parametrize("kind", ["endless", "inflated"])
def test_a_body_that_is_longer_than_locked_is_bounded(locked: Project, run: Run, hub: LocalHub, kind: str) -> None:
    failing(hub, kind=kind, times=ALWAYS, after_bytes=50_000_000)
    result = run("sync")
    assert result.code in (3, 4), result.stderr
    nothing_wrong(locked)
    on_disk = sum(path.stat().st_size for path in locked.store.rglob("*") if path.is_file())
    assert on_disk <= len(LARGE) + LIMIT
    hub.faults = []
    is_right(locked, run("sync"))


@pytest.mark.usefixtures("locked")
def test_an_encoding_that_nobody_asked_for_is_not_believed(run: Run, hub: LocalHub) -> None:
    failing(hub, kind="inflated", times=ALWAYS)
    assert run("sync").code == 3
    requests = hub.requested("model.bin", origin="cdn", method="GET")
    assert {request.header("Accept-Encoding") for request in requests} == {"identity"}


def test_a_wrong_range_is_not_spliced(locked: Project, run: Run, hub: LocalHub, waits: list[float]) -> None:
    hub.faults = [
        Fault("model.bin", "reset", after_bytes=700_000, origin="cdn"),
        Fault("model.bin", "wrong_range", origin="cdn"),
    ]
    is_right(locked, run("sync"))
    assert len(waits) == 2


def test_a_server_that_ignores_ranges_begins_again(
    locked: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    hub.faults = [
        Fault("model.bin", "reset", after_bytes=700_000, origin="cdn"),
        Fault("model.bin", "ignore_range", times=ALWAYS, origin="cdn"),
    ]
    is_right(locked, run("sync"))
    assert len(waits) == 1


def test_a_file_that_changes_in_the_middle_is_not_spliced(
    locked: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    hub.faults = [
        Fault("model.bin", "reset", after_bytes=700_000, origin="cdn"),
        Fault("model.bin", "headers", times=ALWAYS, origin="cdn", headers={"ETag": '"another"'}),
    ]
    is_right(locked, run("sync"))
    assert waits


@pytest.mark.parametrize(
    ("fault", "least", "most"),
    [
        ({"status": 503, "retry_after": 7}, 7, 7),
        ({"status": 503, "retry_after": "a date"}, 15, 20),
        ({"status": 429, "headers": {"RateLimit": '"resolvers";r=0;t=42'}}, 42, 42),
        ({"status": 429, "retry_after": 3, "headers": {"RateLimit": '"resolvers";r=0;t=42'}}, 3, 3),
        ({"status": 503}, 0, 30),
        ({"status": 500}, 0, 30),
        ({"status": 503, "headers": {"RateLimit": '"resolvers";r=2999;t=300'}}, 0, 30),
        ({"status": 503, "retry_after": "nonsense"}, 0, 30),
    ],
)
@pytest.mark.parametrize("origin", ["hub", "cdn"])
def test_a_busy_server_is_given_the_time_it_asks_for(
    locked: Project,
    run: Run,
    hub: LocalHub,
    *,
    fault: dict[str, object],
    least: float,
    most: float,
    origin: str,
    waits: list[float],
) -> None:
    asked = {**fault, **({"retry_after": http_date(20)} if fault.get("retry_after") == "a date" else {})}
    hub.faults = [Fault("model.bin", "status", origin=origin, method="GET", **asked)]  # type: ignore[arg-type] # as given
    is_right(locked, run("sync"))
    assert len(waits) == 1
    assert least <= waits[0] <= most


def test_a_busy_api_is_given_the_time_it_asks_for(
    project: Project, run: Run, hub: LocalHub, waits: list[float]
) -> None:
    hub.commit(REPO, {"model.bin": WEIGHTS})
    project.manifest(ASR)
    hub.faults = [Fault("/api/models", "status", status=429, headers={"RateLimit": '"api";r=0;t=42'})]
    assert run("lock").code == 0
    assert waits == [42.0], "the Hub's 429 has a RateLimit header and no Retry-After"


def test_a_server_that_stays_busy_is_given_up(locked: Project, run: Run, hub: LocalHub, waits: list[float]) -> None:
    failing(hub, kind="status", times=ALWAYS)
    result = run("sync")
    assert result.code == 3
    assert "HTTP 503" in result.stderr
    assert len(waits) < 10
    nothing_wrong(locked)


@pytest.mark.parametrize("kind", ["stall", "silent", "slow"])
def test_a_stall_is_given_up(
    locked: Project, run: Run, hub: LocalHub, kind: str, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("answer", "client"):
        monkeypatch.setattr(f"resolver.transport.{module}.STALL_SECONDS", 0.2)
    failing(hub, kind=kind, times=ALWAYS, after_bytes=1000, bytes_per_second=100)
    result = run("sync")
    assert result.code == 3
    assert "asr" in result.stderr
    assert len(waits) < 10
    nothing_wrong(locked)
    hub.faults = []
    is_right(locked, run("sync"))


@pytest.mark.usefixtures("locked")
def test_a_server_that_drips_is_given_up_after_the_timeout(
    run: Run, hub: LocalHub, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("answer", "client"):
        monkeypatch.setattr(f"resolver.transport.{module}.STALL_SECONDS", 1.1)
    failing(hub, kind="slow", times=ALWAYS, bytes_per_second=50)
    result = run("sync", "--timeout", "1")
    assert result.code == 3
    assert len(waits) <= 1, "the first try took longer than the patience there is"
    assert len(hub.requested("model.bin", origin="cdn", method="GET")) == 1


def test_models_that_fail_do_not_stop_the_others(locked: Project, run: Run, hub: LocalHub, waits: list[float]) -> None:
    hub.commit("org/vad", {"weights.bin": WEIGHTS})
    locked.manifest("models: {asr: {source: hf:org/name}, vad: {source: hf:org/vad}}\n")
    failing(hub, kind="status", times=ALWAYS)
    result = run("sync", "--json")
    assert result.code == 3
    assert {model["name"]: model["state"] for model in result.document["models"]} == {
        "asr": "failed",
        "vad": "fetched",
    }
    assert (result.document["ok"], result.document["exit_code"]) == (False, 3)
    assert locked.snapshot("org/vad") == {"weights.bin": WEIGHTS}
    assert waits


@pytest.mark.parametrize(
    ("optional", "fault", "code", "strict"),
    [
        ("true", {"kind": "status"}, 0, 3),
        ("false", {"kind": "status"}, 3, 3),
        ("true", {"kind": "flip", "after_bytes": 5}, 4, 4),
        ("false", {"kind": "flip", "after_bytes": 5}, 4, 4),
    ],
)
def test_an_optional_model_that_fails_does_not_count_but_for_wrong_bytes(
    locked: Project,
    run: Run,
    hub: LocalHub,
    *,
    optional: str,
    fault: dict[str, object],
    code: int,
    strict: int,
    waits: list[float],
) -> None:
    locked.manifest(f"models: {{asr: {{source: hf:org/name, optional: {optional}}}}}\n")
    failing(hub, times=ALWAYS, **fault)
    result = run("sync")
    assert result.code == code
    assert "model.bin" in result.stderr
    assert run("sync", "--strict").code == strict
    assert len(waits) < 20


def test_the_worst_failure_decides_the_exit_code(locked: Project, run: Run, hub: LocalHub, waits: list[float]) -> None:
    hub.commit("org/vad", {"weights.bin": WEIGHTS})
    locked.manifest("models: {asr: {source: hf:org/name}, vad: {source: hf:org/vad}}\n")
    hub.faults = [
        Fault("weights.bin", "flip", times=ALWAYS, after_bytes=9, origin="cdn"),
        Fault("model.bin", "status", times=ALWAYS, origin="cdn"),
    ]
    assert run("lock").code == 0
    assert run("sync").code == 4
    assert waits


@pytest.mark.parametrize("flags", [("--max-workers", "1"), ("--limit-rate", "50MB/s"), ("--limit-rate", "2MB")])
def test_flags_that_slow_down_do_not_change_the_result(locked: Project, run: Run, flags: tuple[str, ...]) -> None:
    is_right(locked, run("sync", *flags))


@pytest.mark.parametrize("flags", ["--limit-rate=fast", "--limit-rate=1B/s", "--max-workers=0", "--timeout=0"])
def test_limits_that_make_no_sense_are_wrong_usage(locked: Project, run: Run, flags: str) -> None:
    assert run("sync", flags).code == 2
    assert run("sync", MODELS_MAX_WORKERS="many").code == 2
    assert not locked.view.exists()
