"""Where a token comes from, and that it goes nowhere but to its exact origin."""

import json
from pathlib import Path

import pytest

from tests.cli.offers import ASR, CONFIG, REPO, WEIGHTS, offer
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

CANARY = "hf_canary0123456789abcdef"


@pytest.fixture
def gated(project: Project, hub: LocalHub) -> Project:
    """A project whose one repository opens to the canary only."""
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": WEIGHTS}, license="mit", gated="auto")
    hub.grant(REPO, CANARY)
    project.manifest(ASR)
    return project


def written(folder: Path) -> list[Path]:
    """The files below a folder that hold the canary."""
    return [path for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def hand_over(project: Project, place: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Put the token where it may come from; arguments and variables that go with it."""
    secrets = project.folder / "config"
    file = project.home / place
    if place == "variable":
        return (), {"HF_TOKEN": CANARY}
    if place in ("hf_token", "pyannote_token", "HF_TOKEN"):
        secrets.mkdir()
        secrets.joinpath("secrets.json").write_text(json.dumps({place: CANARY}))
        return (), {}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(CANARY + "\n")
    if place == "flag":
        return ("--token-file", str(file)), {"HF_TOKEN": "hf_other"}
    if place == "path":
        return (), {"HF_TOKEN_PATH": str(file)}
    return (), {"HF_HOME": str(file.parent)} if place.startswith("own/") else {}


@pytest.mark.parametrize(
    "place",
    [
        "variable",
        "flag",
        "path",
        ".cache/huggingface/token",
        "own/token",
        "HF_TOKEN",
        "hf_token",
        "pyannote_token",
    ],
)
def test_a_token_comes_from(gated: Project, run: Run, place: str) -> None:
    arguments, environment = hand_over(gated, place)
    assert run("lock", *arguments, **environment).code == 0
    assert run("sync", *arguments, **environment).code == 0


@pytest.mark.usefixtures("gated")
def test_a_token_file_that_is_named_must_be_there(run: Run) -> None:
    result = run("lock", "--token-file", "absent")
    assert result.code == 2
    assert "--token-file absent" in result.stderr


def test_the_canary_is_nowhere_but_in_requests_to_the_hub(
    gated: Project, run: Run, hub: LocalHub, index: PackageIndex, files: FileServer
) -> None:
    index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": WEIGHTS}))
    files.put("model.bin", WEIGHTS[1:])
    gated.manifest(
        f"""
        models:
          asr: {{source: hf:org/name}}
          vad: {{source: pypi:pack}}
          voice: {{source: "url:{files.url("model.bin")}"}}
        """
    )
    said = ""
    for arguments in (
        ("lock", "-v"),
        ("lock", "--json"),
        ("sync", "-v"),
        ("sync", "--json"),
        ("verify", "--json"),
        ("status", "--json"),
        ("status",),
        ("path", "asr", "--json"),
        ("hardware", "--save"),
        ("lock", "--check"),
        ("sync", "--dry-run"),
    ):
        result = run(*arguments, HF_TOKEN=CANARY)
        assert result.code == 0, result.text
        said += result.text
    assert CANARY not in said
    assert written(gated.folder) == written(gated.store) == written(gated.home) == []
    assert {request.bearer() for request in hub.requested(origin="hub")} == {CANARY}
    others = [*hub.requested(origin="cdn"), *index.requests, *files.requests]
    assert [request for request in others if CANARY in str(request.headers)] == []
    assert any(request.path.startswith("/repos") for request in others)


@pytest.mark.parametrize("status", [401, 403, 404, 418, 500])
def test_the_canary_is_in_no_error(gated: Project, run: Run, hub: LocalHub, status: int, waits: list[float]) -> None:
    assert run("lock", HF_TOKEN=CANARY).code == 0
    gated.forget_store()
    hub.faults = [Fault("", "status", times=ALWAYS, status=status)]
    for arguments in (("sync", "-v"), ("lock", "--upgrade", "-v"), ("sync", "--json")):
        result = run(*arguments, HF_TOKEN=CANARY)
        assert result.code in (3, 5), result.text
        assert CANARY not in result.text
    assert len(waits) < 40


@pytest.mark.parametrize(
    "text",
    [f"{CANARY}\nsecond line\n", f"{CANARY}\u4e2d", f"{CANARY}\x00", f"{CANARY} x"],
    ids=["two lines", "no ASCII", "NUL", "two words"],
)
@pytest.mark.usefixtures("gated")
def test_a_token_that_is_none_is_wrong_input_and_not_shown(
    run: Run, tmp_path: Path, text: str, waits: list[float]
) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    result = run("lock", "-v", "--token-file", str(file))
    assert CANARY not in result.text
    assert result.code in (0, 2, 5), result.text
    assert waits == []


@pytest.mark.usefixtures("gated")
def test_the_signature_of_an_address_is_not_shown(run: Run, hub: LocalHub, waits: list[float]) -> None:
    assert run("lock", HF_TOKEN=CANARY).code == 0
    hub.faults = [Fault("model.bin", "status", times=ALWAYS, status=403, origin="cdn")]
    result = run("sync", HF_TOKEN=CANARY)
    assert result.code == 5
    hub.faults = [Fault("model.bin", "reset", times=ALWAYS, origin="cdn")]
    result2 = run("sync", HF_TOKEN=CANARY)
    assert result2.code == 3
    assert "Signature=" not in result.text + result2.text, "who has a signed address needs no token"
    assert waits


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["cdn", "host"])
@pytest.mark.usefixtures("gated")
def test_a_redirect_to_another_origin_loses_the_token(
    run: Run, hub: LocalHub, files: FileServer, status: int, to: str
) -> None:
    assert run("lock", HF_TOKEN=CANARY).code == 0
    files.put("stolen", WEIGHTS)
    target = files.url("stolen", "other")
    if to == "host":
        target = target.replace("127.0.0.1", "localhost")
    hub.faults = [Fault("model.bin", "redirect_to", times=ALWAYS, status=status, url=target, origin="hub")]
    assert run("sync", HF_TOKEN=CANARY).code == 0
    assert files.requests
    assert [request.bearer() for request in files.requests] == [None] * len(files.requests)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x"])
def test_a_redirect_to_another_scheme_is_refused(project: Project, run: Run, hub: LocalHub, url: str) -> None:
    offer(hub)
    project.manifest(ASR)
    assert run("lock").code == 0
    hub.faults = [Fault("model.bin", "redirect_to", times=ALWAYS, url=url, origin="hub", method="GET")]
    result = run("sync")
    assert result.code == 3
    assert "redirected" in result.stderr


def test_over_plain_http_a_token_goes_only_to_this_machine(gated: Project, run: Run, hub: LocalHub) -> None:
    endpoint = hub.endpoint.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - an address that reaches the hub and is not loopback
    result = run("lock", HF_TOKEN=CANARY, HF_ENDPOINT=endpoint)
    assert result.code == 5, result.text
    assert hub.requests
    assert {request.header("Authorization") for request in hub.requests} == {None}
    assert gated.lock_path.exists() is False


def test_no_flag_takes_a_token_itself(run: Run) -> None:
    for verb in ("lock", "sync", "verify", "status", "path", "hardware"):
        words = run(verb, "--help").stdout.split()
        assert {word for word in words if word.startswith("--") and "token" in word} == {"--token-file"}
