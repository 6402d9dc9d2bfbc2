"""What variables, home and folder say, read once and passed on as values."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resolver.domain.errors import UsageError
from resolver.domain.ports import Silence
from resolver.surroundings import DEFAULT_ENDPOINT, Surroundings, WorkspaceRequest, _once
from resolver.workflows.workspace import Workspace


def around(tmp_path: Path, **environment: str) -> Surroundings:
    folder = tmp_path / "folder"
    folder.mkdir(exist_ok=True)
    return Surroundings(environment, tmp_path / "home", folder)


def workspace(tmp_path: Path, **environment: str) -> Workspace:
    return around(tmp_path, **environment).workspace(WorkspaceRequest(), Silence())


@pytest.mark.parametrize("word", ["1", "true", "TRUE", " yes ", "on", "On"])
def test_some_words_say_yes(tmp_path: Path, word: str) -> None:
    assert around(tmp_path, FLAG=word).flag("FLAG")


@pytest.mark.parametrize("word", ["", "0", "false", "no", "off", "2", "y", "enabled"])
def test_all_others_say_no(tmp_path: Path, word: str) -> None:
    assert not around(tmp_path, FLAG=word).flag("FLAG")
    assert not around(tmp_path).flag("FLAG")


def test_a_number_is_whole_and_above_zero(tmp_path: Path) -> None:
    assert around(tmp_path, N="12").number("N") == 12
    assert around(tmp_path, N="").number("N") is None
    assert around(tmp_path).number("N") is None


@pytest.mark.parametrize("text", ["0", "-1", "+1", "1.5", "x", " 1", "1e3", "\u0661", "\u00b2", "9" * 5000])
def test_what_is_no_number_is_wrong_usage(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="N must be a whole number above zero"):
        around(tmp_path, N=text).number("N")


@pytest.mark.parametrize(
    ("environment", "flag", "offline"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"MODELS_OFFLINE": "1"}, False, True),
        ({"HF_HUB_OFFLINE": "true"}, False, True),
        ({"MODELS_OFFLINE": "0", "HF_HUB_OFFLINE": "no"}, False, False),
    ],
)
def test_either_variable_or_the_flag_forbids_the_network(
    tmp_path: Path, environment: dict[str, str], *, flag: bool, offline: bool
) -> None:
    found = Surroundings(environment, tmp_path, tmp_path).workspace(WorkspaceRequest(offline=flag), Silence())
    assert found.offline is offline
    assert found.settings.client()._settings.offline is offline


def test_the_store_is_in_the_users_cache_unless_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    home, folder = tmp_path / "home", tmp_path / "folder"
    assert around(tmp_path).store == home / ".cache" / "models-lock"
    assert around(tmp_path, XDG_CACHE_HOME="").store == home / ".cache" / "models-lock"
    assert around(tmp_path, XDG_CACHE_HOME=str(tmp_path / "x")).store == tmp_path / "x" / "models-lock"
    assert around(tmp_path, MODELS_STORE=str(tmp_path / "s"), XDG_CACHE_HOME="/x").store == tmp_path / "s"
    assert around(tmp_path, MODELS_STORE="relative").store == folder / "relative"
    assert around(tmp_path, MODELS_STORE="~/s").store == home / "s"
    assert workspace(tmp_path, MODELS_STORE="~/s").store.root == home / "s"


def test_elsewhere_the_cache_folder_is_that_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert around(tmp_path).store.name == "models-lock"


def test_blobs_get_their_names_in_every_way_or_in_the_one_that_is_named(tmp_path: Path) -> None:
    assert around(tmp_path).link_modes == ("reflink", "hardlink", "copy")
    assert around(tmp_path, MODELS_LINK_MODE="").link_modes == ("reflink", "hardlink", "copy")
    for mode in ("reflink", "hardlink", "copy"):
        assert around(tmp_path, MODELS_LINK_MODE=mode).link_modes == (mode,)
    with pytest.raises(UsageError, match="must be one of reflink, hardlink, copy, is 'symlink'"):
        _ = around(tmp_path, MODELS_LINK_MODE="symlink").link_modes


@pytest.mark.parametrize("name", ["models.yaml", "models.lock"])
def test_the_project_is_the_nearest_folder_above_with_a_manifest_or_lock(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    here = around(tmp_path)
    assert here.project(None) == tmp_path
    deeper = Surroundings({}, tmp_path, tmp_path / "folder" / "a" / "b")
    assert deeper.project(None) == tmp_path
    (here.folder / name).write_bytes(b"")
    assert deeper.project(None) == here.folder


def test_without_one_the_project_is_the_current_folder(tmp_path: Path) -> None:
    here = around(tmp_path)
    (tmp_path / "models.yaml").mkdir()
    assert here.project(None) == here.folder


def test_a_named_project_is_seen_from_the_current_folder_and_must_exist(tmp_path: Path) -> None:
    here = around(tmp_path)
    (here.folder / "sub").mkdir()
    assert here.project("sub") == here.folder / "sub"
    assert here.project(str(tmp_path)) == tmp_path
    assert here.project("..") == tmp_path
    for name in ("nowhere", "file"):
        (here.folder / "file").write_bytes(b"")
        with pytest.raises(UsageError, match=f"--project {name}: there is no such folder"):
            here.project(name)


@pytest.mark.parametrize(
    ("environment", "endpoint"),
    [
        ({}, DEFAULT_ENDPOINT),
        ({"HF_ENDPOINT": ""}, DEFAULT_ENDPOINT),
        ({"HF_ENDPOINT": "https://hub.example/"}, "https://hub.example"),
        ({"HF_ENDPOINT": "http://127.0.0.1:8000"}, "http://127.0.0.1:8000"),
    ],
)
def test_the_endpoint_is_the_public_one_or_the_one_that_is_named(
    tmp_path: Path, environment: dict[str, str], endpoint: str
) -> None:
    assert Surroundings(environment, tmp_path, tmp_path).endpoint == endpoint


@pytest.mark.parametrize("address", ["hub.example", "ftp://hub", "https://", "http://[", "http://h:99999", "file:///x"])
def test_an_endpoint_that_is_no_address_is_wrong_usage(tmp_path: Path, address: str) -> None:
    with pytest.raises(UsageError, match="HF_ENDPOINT"):
        workspace(tmp_path, HF_ENDPOINT=address)


def test_proxies_are_read_by_scheme_and_lower_case_wins(tmp_path: Path) -> None:
    given = {
        "HTTP_PROXY": "http://upper:1",
        "HTTPS_PROXY": "http://upper:2",
        "https_proxy": "http://lower:2",
        "ALL_PROXY": "http://all:3",
        "NO_PROXY": ".internal",
        "FTP_PROXY": "http://ftp:4",
    }
    assert around(tmp_path, **given).proxies == {
        "http": "http://upper:1",
        "https": "http://lower:2",
        "all": "http://all:3",
        "no": ".internal",
    }
    assert around(tmp_path, https_proxy="", HTTPS_PROXY="http://upper:2").proxies == {"https": "http://upper:2"}
    assert around(tmp_path).proxies == {}


def test_the_client_is_made_once_and_knows_the_network(tmp_path: Path) -> None:
    here = around(tmp_path, HTTPS_PROXY="http://proxy:1")
    found = here.workspace(WorkspaceRequest(), Silence())
    client = found.settings.client()
    assert found.settings.client() is client
    assert client.stop is here.stop is found.stop
    assert client._settings.proxies == {"https": "http://proxy:1"}
    assert client._settings.certificates is None
    assert client._settings.agent.startswith("models-lock/")
    named = workspace(tmp_path, SSL_CERT_FILE="/ca.pem").settings.client()
    assert named._settings.certificates == "/ca.pem"


def test_there_is_at_least_one_core(tmp_path: Path) -> None:
    assert around(tmp_path).cores >= 1


def test_a_value_is_made_once_whoever_asks_first() -> None:
    made: list[object] = []
    barrier = threading.Barrier(8)

    def make() -> object:
        made.append(object())
        return made[-1]

    get = _once(make)

    def ask(_: int) -> object:
        barrier.wait()
        return get()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert len(made) == 1


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({}, "home/.cache/huggingface/hub"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/huggingface/hub"),
        ({"HF_HOME": "/hf", "XDG_CACHE_HOME": "/xdg"}, "/hf/hub"),
        ({"HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/hf"}, "/old"),
        ({"HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/hf"}, "/new"),
        ({"HF_HUB_CACHE": "", "HF_HOME": ""}, "home/.cache/huggingface/hub"),
        ({"HF_HUB_CACHE": "~/hub"}, "home/hub"),
        ({"HF_HUB_CACHE": "hub"}, "folder/hub"),
        ({"HF_HUB_CACHE": "$SCRATCH/hub", "SCRATCH": "/scratch"}, "/scratch/hub"),
        ({"HF_HOME": "${SCRATCH}/hf", "SCRATCH": "/scratch"}, "/scratch/hf/hub"),
    ],
)
def test_the_cache_of_the_hub_s_own_client_is_where_that_client_looks(
    tmp_path: Path, environment: dict[str, str], place: str
) -> None:
    assert around(tmp_path, **environment).hub_cache == tmp_path / place
    assert workspace(tmp_path, **environment).settings.hub_cache == tmp_path / place
