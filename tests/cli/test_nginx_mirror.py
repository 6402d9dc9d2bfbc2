"""A store that a real web server shows is a mirror."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.mirrored import FILES, LARGE, MODEL, is_right
from tests.cli.offers import ASR, REPO
from tests.cli.project import Project
from tests.conftest import Run
from tests.servers.hub import LocalHub

INSTALL = "apt-get install nginx-light"
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
  access_log {folder}/requests;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /models/ {{ alias {root}/; }}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def started(program: str, folder: Path, root: Path) -> tuple["subprocess.Popen[bytes]", int]:
    """The server, once it listens; another process may have taken the port first, then another port is tried."""
    for _ in range(5):
        port = free_port()
        (folder / "conf").write_text(CONFIGURATION.format(folder=folder, root=root, port=port))
        server = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "conf"), "-e", str(folder / "errors")]
        )
        while server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return server, port
            time.sleep(0.01)
    raise AssertionError((folder / "errors").read_text())


@pytest.fixture
def nginx(tmp_path: Path, project: Project) -> Iterator[str]:
    """The project's store as a web server shows it; its location."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert program, f"this test needs nginx: {INSTALL}"
    folder = tmp_path / "nginx"
    folder.mkdir()
    server, port = started(program, folder, project.store)
    yield f"http://127.0.0.1:{port}/models"
    server.terminate()
    server.wait()


def test_a_store_behind_nginx_is_a_mirror_and_what_broke_off_goes_on(
    project: Project, run: Run, hub: LocalHub, nginx: str, tmp_path: Path
) -> None:
    hub.commit(REPO, FILES)
    project.manifest(ASR)
    assert run("sync").code == 0
    hub.reset_requests()
    other = project.beside("other")
    part = tmp_path / "new" / "staging" / f"{MODEL}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(LARGE[:2_500_000])
    result = other.run("sync", "--no-origin", "--mirror", nginx, "--json", MODELS_STORE=str(tmp_path / "new"))
    is_right(other, result)
    assert hub.requests == []
    assert result.document["bytes_fetched"] == sum(map(len, FILES.values())) - 2_500_000
    asked = (tmp_path / "nginx" / "requests").read_text()
    assert f'GET /models/blobs/sha256/{MODEL[:2]}/{MODEL} HTTP/1.1" 206' in asked
    assert other.run("verify").code == 0


def test_what_nginx_does_not_have_is_not_there(project: Project, run: Run, hub: LocalHub, nginx: str) -> None:
    hub.commit(REPO, FILES)
    project.manifest(ASR)
    assert run("lock").code == 0
    project.forget_store()
    result = run("sync", "--no-origin", "--mirror", nginx)
    assert result.code == 3
    assert "not there (HTTP 404)" in result.stderr
