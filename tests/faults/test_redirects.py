"""Redirects, and a canary for each secret: it is nowhere but in requests to its exact origin."""

import json
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.offers import CONFIG, REPO, WEIGHTS
from tests.cli.project import Project, Result
from tests.faults.figures import figure
from tests.servers.base import LocalServer
from tests.servers.certificates import Authority
from tests.servers.faults import ALWAYS, Fault
from tests.servers.files import FileServer
from tests.servers.github import LocalGitHub
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel
from tests.servers.wire import Request

CANARY = "hf_canary0123456789abcdef"
GITHUB = "github_pat_canary987654"
INDEX = "index-pa55canary"
PROXY = "pr0xycanary"
TOOLS = ("nvidia-smi", "rocm-smi", "amd-smi", "xpu-smi", "sysctl", "system_profiler", "lscpu", "git", "curl")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a redirect may lead: the hub with the token, another server, one that speaks TLS."""

    hub: str
    files: str
    other: str
    secure: str


CASES: dict[str, Callable[[Places], str]] = {
    "same origin": lambda at: f"{at.hub}/org/name/resolve/main/model.bin",
    "relative": lambda _: "../main/model.bin",
    "other host": lambda at: f"{at.other.replace('127.0.0.1', 'localhost')}/model.bin",
    "other port": lambda at: f"{at.other}/model.bin",
    "http to https": lambda at: f"{at.secure}/model.bin",
    "userinfo": lambda at: f"{at.other.replace('//', '//someone:word@')}/model.bin",
    "userinfo that is the hub": lambda at: f"http://{at.hub.removeprefix('http://')}@{at.other[7:]}/model.bin",
    "no scheme": lambda at: f"{at.other.removeprefix('http:')}/model.bin",
    "through another and back": lambda at: f"{at.other}/back",
    "a chain of eleven": lambda at: f"{at.other}/step0",
    "a file": lambda _: "file:///etc/passwd",
    "data": lambda _: "data:,x",
    "ftp": lambda at: f"ftp://{at.other[7:]}/model.bin",
    "signed": lambda at: f"{at.other}/model.bin?X-Amz-Signature=s1gned&Authorization=Bearer%20x",
    "capitals": lambda at: f"HTTP://LOCALHOST:{at.other.rpartition(':')[2]}/model.bin",
    "a number": lambda at: f"http://2130706433:{at.hub.rpartition(':')[2]}/org/name/resolve/main/model.bin",
    "a short form": lambda at: f"http://127.1:{at.hub.rpartition(':')[2]}/org/name/resolve/main/model.bin",
    "version 6": lambda at: f"http://[::ffff:127.0.0.1]:{at.hub.rpartition(':')[2]}/org/name/resolve/main/model.bin",
    "two readings": lambda at: f"http://{at.other[7:]}\\@{at.hub[7:]}/model.bin",
    "two readings, turned": lambda at: f"http://{at.hub[7:]}\\@{at.other[7:]}/model.bin",
}
REFUSED = {"a chain of eleven", "a file", "data", "ftp", "two readings", "two readings, turned"}
ARRIVING = {*CASES} - REFUSED - {"a number", "a short form", "version 6"}
"""The other three lead to the hub by names that are not its own: without a token it refuses."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.new(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return authority.server(tmp_path_factory.mktemp("server"))


@pytest.fixture
def secure(tls: ssl.SSLContext) -> Iterator[FileServer]:
    server = FileServer()
    server.tls = tls
    with server:
        server.put("model.bin", WEIGHTS)
        yield server


@pytest.fixture
def files(files: FileServer, hub: LocalHub) -> FileServer:
    """Another server, with what its redirects lead to."""
    files.put("model.bin", WEIGHTS)
    files.redirect("back", f"{hub.endpoint}/org/name/resolve/main/model.bin")
    for number in range(11):
        files.redirect(f"step{number}", f"/step{number + 1}")
    files.put("step11", WEIGHTS)
    return files


@pytest.fixture
def gated(project: Project, hub: LocalHub, authority: Authority, tmp_path: Path) -> Project:
    """A locked project of a repository that opens to the canary only; commands that it starts note their arguments."""
    hub.commit(REPO, {"config.json": CONFIG, "model.bin": WEIGHTS}, license="mit", gated="auto")
    hub.grant(REPO, CANARY)
    project.manifest("models: {asr: {source: hf:org/name}}\n")
    wired = replace(project, environment=with_secrets(project, noting_tools(tmp_path), authority))
    assert wired.run("lock").code == 0
    return wired


def with_secrets(project: Project, tools: Path, authority: Authority) -> dict[str, str]:
    return {
        **project.environment,
        "PATH": f"{tools}:{project.environment['PATH']}",
        "HF_TOKEN": CANARY,
        "GITHUB_TOKEN": GITHUB,
        "SSL_CERT_FILE": str(authority.certificate),
    }


def noting_tools(folder: Path) -> Path:
    tools = folder / "tools"
    tools.mkdir()
    for name in TOOLS:
        script = tools / name
        script.write_text(f'#!/bin/sh\necho "{name} $*" >> "{folder}/started"\nexit 1\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return tools


def strangers(servers: tuple[LocalServer, ...], secret: str, origin: str) -> list[Request]:
    """Requests that bear the secret anywhere and are not for the origin that it belongs to."""
    host = origin.partition("//")[2]
    bearing = [one for server in servers for one in server.requests if secret in repr(one)]
    return [one for one in bearing if one.header("host") != host or secret in one.target or secret in str(one.body)]


def written(secret: str, *folders: Path) -> list[Path]:
    """Files that hold the secret."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if secret.encode() in path.read_bytes()]


def after_that(project: Project) -> str:
    """What the other verbs say."""
    verbs = (
        ("verify", "--json"),
        ("status",),
        ("status", "--json"),
        ("path", "asr"),
        ("hardware",),
        ("sync", "--json"),
    )
    return "".join(project.run(*arguments).text for arguments in verbs)


@pytest.mark.parametrize("status", [302, 307])
@pytest.mark.parametrize("case", CASES)
def test_the_token_of_the_hub_stays_at_its_exact_origin(
    gated: Project, hub: LocalHub, files: FileServer, secure: FileServer, *, case: str, status: int, waits: list[float]
) -> None:
    at = Places(hub.endpoint, files.origin_of("files"), files.origin_of("other"), secure.origin_of("files"))
    hub.reset_requests()
    hub.faults = [
        Fault("model.bin", "redirect_to", status=status, url=CASES[case](at), origin="hub", method="GET"),
    ]
    result = gated.run("sync", "-v")
    assert result.code == (0 if case in ARRIVING else 3 if case in REFUSED else result.code), result.text
    assert result.code in (0, 3, 5)
    servers: tuple[LocalServer, ...] = (hub, files, secure)
    assert strangers(servers, CANARY, hub.endpoint) == []
    assert [one for one in hub.requests if one.bearer() == CANARY], "the hub itself is shown the token"
    assert "s1gned" not in result.text, "who has a signed address needs no token"
    nothing_told(gated, result, CANARY, GITHUB)
    assert len(waits) < 10
    if status == 302:
        figure("token leaks", "tokens go to their exact origin", f"redirect, {case}: 0 leaks, exit {result.code}")


def nothing_told(project: Project, result: Result, *secrets: str) -> None:
    started = project.folder.parent / "started"
    said = result.text + after_that(project) + (started.read_text() if started.exists() else "")
    for secret in secrets:
        assert secret not in said
        assert written(secret, project.folder, project.store, project.home) == []


@pytest.mark.parametrize("to", ["http", "https"])
def test_from_https_nothing_leads_to_http(
    gated: Project, tls: ssl.SSLContext, files: FileServer, tmp_path: Path, to: str
) -> None:
    hub = LocalHub(tmp_path / "other")
    hub.tls = tls
    with hub:
        hub.commit(REPO, {"config.json": CONFIG, "model.bin": WEIGHTS}, license="mit", gated="auto")
        hub.grant(REPO, CANARY)
        url = (
            f"http://127.0.0.1:{hub.endpoint.rpartition(':')[2]}/x"
            if to == "https"
            else files.url("model.bin", "other")
        )
        hub.faults = [Fault("model.bin", "redirect_to", times=ALWAYS, url=url, origin="hub", method="GET")]
        result = replace(gated, environment={**gated.environment, "HF_ENDPOINT": hub.endpoint}).run("sync", "-v")
        assert result.code == 3, result.text
        assert "from https to http, which is never followed" in result.text
        assert files.requests == []
    nothing_told(gated, result, CANARY)
    figure(
        "token leaks",
        "never on https -> http",
        f"redirect to {'the same' if to == 'https' else 'another'} host by http: refused",
    )


def test_the_token_of_github_stays_with_its_api(gated: Project, files: FileServer) -> None:
    with LocalGitHub() as github:
        github.tokens = {GITHUB}
        github.commit("owner/name", {"hubconf.py": b"#\n", "w.bin": WEIGHTS}, tags=["v1"], license="MIT")
        wired = replace(gated, environment={**gated.environment, **github.environment})
        wired.manifest('models: {vad: {source: "github:owner/name", revision: v1}}\n')
        github.faults = [Fault("", "redirect_to", times=1, skip=2, url=files.url("stolen", "other"), origin="api")]
        result = wired.run("lock", "-v")
        github.faults = []
        assert wired.run("sync").code == 0
        servers: tuple[LocalServer, ...] = (github, files)
        assert [one for one in github.requests if one.bearer() == GITHUB]
        assert strangers(servers, GITHUB, github.api) == []
        assert not [one for one in github.requests if one.origin == "codeload" and one.header("authorization")]
    nothing_told(wired, result, GITHUB, CANARY)
    figure("token leaks", "tokens go to their exact origin", "GITHUB_TOKEN: 0 leaks to the archive's host and others")


def test_the_password_of_the_index_stays_with_it(gated: Project, files: FileServer) -> None:
    with PackageIndex(password=f"someone:{INDEX}", absolute_urls=True) as index:
        index.add("pack", "1.0", make_wheel("pack", "1.0", {"pack/w.bin": WEIGHTS}))
        url = index.url.replace("//", f"//someone:{INDEX}@")
        wired = replace(gated, environment={**gated.environment, "PIP_INDEX_URL": url})
        wired.manifest("models: {vad: {source: pypi:pack}}\n")
        result = wired.run("sync", "-v")
        assert result.code == 0, result.text
        wired.forget_store()
        wired.forget_view()
        index.faults = [Fault(".whl", "redirect_to", url=files.url("stolen", "other"), origin="files")]
        broken = wired.run("sync", "-v")
        bearing = [one for one in index.requests if one.header("authorization")]
        assert {one.origin for one in bearing} == {"index"}
        assert not [one for one in files.requests if one.header("authorization")]
        nothing_told(wired, result, INDEX)
        nothing_told(wired, broken, INDEX)
    assert INDEX not in json.dumps(wired.lock)
    figure("token leaks", "tokens go to their exact origin", "password in PIP_INDEX_URL: 0 leaks, not in the lock")


@pytest.mark.parametrize(
    "proxy", ["http://{}@127.0.0.1:1", "http://{}@[::1", "nonsense://{}@x", "http://{}@127.0.0.1:99999"]
)
@pytest.mark.usefixtures("waits")
def test_the_password_of_a_proxy_is_in_no_error(gated: Project, proxy: str) -> None:
    address = proxy.format(f"someone:{PROXY}")
    gated.manifest('models: {voice: {source: "url:http://files.invalid/model.bin"}}\n')
    for environment in ({"HTTP_PROXY": address}, {"ALL_PROXY": address, "HTTPS_PROXY": address}):
        result = gated.run("lock", "-v", **environment)
        assert result.code in (2, 3), result.text
        nothing_told(gated, result, PROXY, CANARY)
    figure("token leaks", "never in logs and errors", "password of a proxy: 0 hits in output, store and project")
