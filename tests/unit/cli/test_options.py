"""Flags that several verbs share: what wins, and what is refused."""

from pathlib import Path

import pytest

from resolver.cli.options import SLOWEST_RATE, Session, rate
from resolver.domain.errors import UsageError
from resolver.surroundings import Surroundings


def session(tmp_path: Path, **environment: str) -> Session:
    around = Surroundings(environment, tmp_path, tmp_path)
    return Session(
        around, project=None, token_file=None, offline=False, json=False, quiet=False, verbose=False, no_progress=False
    )


def test_the_machine_is_that_of_the_flag_or_else_of_the_variable(tmp_path: Path) -> None:
    assert session(tmp_path).profile(None) is None
    assert session(tmp_path, MODELS_PROFILE="").profile(None) is None
    assert session(tmp_path, MODELS_PROFILE="ci").profile(None) == "ci"
    assert session(tmp_path, MODELS_PROFILE="ci").profile("server") == "server"


def test_three_files_come_at_a_time_unless_flag_or_variable_say_otherwise(tmp_path: Path) -> None:
    assert session(tmp_path).workers(None) == 3
    assert session(tmp_path, MODELS_MAX_WORKERS="8").workers(None) == 8
    assert session(tmp_path, MODELS_MAX_WORKERS="8").workers(5) == 5


@pytest.mark.parametrize("text", ["0", "x", "65", "100000"])
def test_the_variable_is_held_to_what_the_flag_may_be(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="MODELS_MAX_WORKERS"):
        session(tmp_path, MODELS_MAX_WORKERS=text).workers(None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, None),
        ("20MB/s", 20_000_000),
        ("20 MB/s", 20_000_000),
        (" 1.5MiB/sec ", 1_572_864),
        ("10kB", SLOWEST_RATE),
        ("10000", 10_000),
    ],
)
def test_a_rate_is_bytes_a_second(text: str | None, found: int | None) -> None:
    assert rate(text) == found


@pytest.mark.parametrize("text", ["", "fast", "20MB/min", "20MB/s/s", "-1MB/s", "9.999kB/s", "0", "1kB/s"])
def test_what_is_no_rate_or_slower_than_a_stall_is_wrong_usage(text: str) -> None:
    with pytest.raises(UsageError, match="--limit-rate") as caught:
        rate(text)
    assert caught.value.hint == "write it like 20MB/s"
