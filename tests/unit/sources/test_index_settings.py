"""Where the package index is, as pip reads it: later ones win, and nothing is read from where nobody put it."""

import os
import sys
from pathlib import Path

import pytest

from resolver.sources.index_settings import DEFAULT_INDEX, IndexSettings, read_index_settings


@pytest.fixture(autouse=True)
def linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


def configure(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def index(name: str) -> str:
    return f"[global]\nindex-url = https://{name}.example/simple\n"


def url(home: Path, **environment: str) -> str:
    found = read_index_settings({"XDG_CONFIG_DIRS": str(home / "xdg"), **environment}, home, home / "prefix").url
    return found.removeprefix("https://").removesuffix(".example/simple")


def test_without_a_word_it_is_the_standard_index(tmp_path: Path) -> None:
    assert url(tmp_path) == DEFAULT_INDEX.removeprefix("https://")
    assert read_index_settings({"PIP_CONFIG_FILE": os.devnull}, tmp_path).extra == ()


def test_later_ones_win(tmp_path: Path) -> None:
    places = {
        "xdg": tmp_path / "xdg" / "pip" / "pip.conf",
        "legacy": tmp_path / ".pip" / "pip.conf",
        "user": tmp_path / ".config" / "pip" / "pip.conf",
        "site": tmp_path / "prefix" / "pip.conf",
    }
    for name, path in places.items():
        configure(path, index(name))
        assert url(tmp_path) == name
    named = str(configure(tmp_path / "named.conf", index("named")))
    variables = {
        "PIP_CONFIG_FILE": named,
        "UV_INDEX_URL": "https://uv-old.example/simple",
        "UV_DEFAULT_INDEX": "https://uv.example/simple",
        "PIP_INDEX_URL": "https://variable.example/simple",
    }
    given: dict[str, str] = {}
    for (name, value), wanted in zip(variables.items(), ["named", "uv-old", "uv", "variable"], strict=True):
        given[name] = value
        assert url(tmp_path, **given) == wanted


def test_the_users_folder_may_be_elsewhere(tmp_path: Path) -> None:
    configure(tmp_path / "elsewhere" / "pip" / "pip.conf", index("elsewhere"))
    configure(tmp_path / ".config" / "pip" / "pip.conf", index("user"))
    assert url(tmp_path, XDG_CONFIG_HOME=str(tmp_path / "elsewhere")) == "elsewhere"
    assert url(tmp_path, XDG_CONFIG_HOME="") == "user"


def test_several_folders_for_everybody_are_read_in_their_order(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        configure(folder / "pip" / "pip.conf", index(folder.name))
    assert url(tmp_path, XDG_CONFIG_DIRS=os.pathsep.join(map(str, folders))) == "b"


def test_nothing_is_read_from_the_folder_that_one_happens_to_be_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tmp_path / "pip" / "pip.conf", index("planted"))
    monkeypatch.chdir(tmp_path)
    assert url(tmp_path, XDG_CONFIG_DIRS="") != "planted"


def test_the_null_device_stands_for_no_file_at_all(tmp_path: Path) -> None:
    configure(tmp_path / ".config" / "pip" / "pip.conf", index("user"))
    configure(tmp_path / "prefix" / "pip.conf", index("site"))
    assert url(tmp_path, PIP_CONFIG_FILE=os.devnull) == DEFAULT_INDEX.removeprefix("https://")


def test_a_file_that_is_named_takes_the_place_of_the_users(tmp_path: Path) -> None:
    configure(tmp_path / ".config" / "pip" / "pip.conf", index("user"))
    named = configure(tmp_path / "named.conf", "[global]\ntimeout = 5\n")
    assert url(tmp_path, PIP_CONFIG_FILE=str(named)) == DEFAULT_INDEX.removeprefix("https://")
    assert url(tmp_path, PIP_CONFIG_FILE=str(tmp_path / "nowhere")) == "user"


@pytest.mark.parametrize(
    ("section", "read"), [("global", True), ("install", True), ("download", True), ("freeze", False)]
)
def test_some_sections_count(tmp_path: Path, section: str, *, read: bool) -> None:
    configure(tmp_path / "prefix" / "pip.conf", f"[{section}]\nindex_url = https://x.example/simple\n")
    assert (url(tmp_path) == "x") is read


def test_a_special_section_wins_over_the_global_one(tmp_path: Path) -> None:
    text = "[download]\nindex-url = https://special.example/simple\n" + index("general")
    configure(tmp_path / "prefix" / "pip.conf", text)
    assert url(tmp_path) == "special"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"no section\n", b"[global]\nx", b"[global\n", b"[global]\na=1\na=2\n"]
)
def test_a_file_that_cannot_be_read_counts_as_absent(tmp_path: Path, content: bytes) -> None:
    configure(tmp_path / "prefix" / "pip.conf", "").write_bytes(content)
    configure(tmp_path / ".config" / "pip" / "pip.conf", index("user"))
    assert url(tmp_path) == "user"


def test_percent_signs_are_no_riddle(tmp_path: Path) -> None:
    configure(tmp_path / "prefix" / "pip.conf", "[global]\nindex-url = https://u:p%40%(x)s@h.example/simple\n")
    assert read_index_settings({}, tmp_path, tmp_path / "prefix").url == "https://u:p%40%(x)s@h.example/simple"


def test_other_indexes_are_known_and_not_asked(tmp_path: Path) -> None:
    configure(tmp_path / "prefix" / "pip.conf", "[global]\nextra-index-url =\n  https://a\n  https://b\n")
    read = read_index_settings({}, tmp_path, tmp_path / "prefix")
    assert read.extra == ("https://a", "https://b")
    named = read_index_settings({"PIP_EXTRA_INDEX_URL": "https://c  https://d"}, tmp_path, tmp_path / "prefix")
    assert named.extra == ("https://c", "https://d")


def test_white_space_and_empty_variables_mean_nothing(tmp_path: Path) -> None:
    assert url(tmp_path, PIP_INDEX_URL=" https://x.example/simple ") == "x"
    configure(tmp_path / "prefix" / "pip.conf", index("site"))
    assert url(tmp_path, PIP_INDEX_URL="", UV_DEFAULT_INDEX="", UV_INDEX_URL="", PIP_CONFIG_FILE="") == "site"


def test_settings_do_not_show_a_password() -> None:
    assert "secret" not in repr(IndexSettings("https://u:secret@h/simple", ("https://u:secret@x",)))


@pytest.mark.parametrize(
    ("platform", "place", "environment"),
    [
        ("darwin", "Library/Application Support/pip/pip.conf", {}),
        ("darwin", ".config/pip/pip.conf", {}),
        ("win32", "pip/pip.ini", {}),
        ("win32", "AppData/Roaming/pip/pip.ini", {}),
        ("win32", "roaming/pip/pip.ini", {"APPDATA": "roaming"}),
        ("win32", "all/pip/pip.ini", {"PROGRAMDATA": "all"}),
        ("win32", "prefix/pip.ini", {}),
    ],
)
def test_other_systems_have_other_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, place: str, environment: dict[str, str]
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    configure(tmp_path / place, index("here"))
    assert url(tmp_path, **{name: str(tmp_path / value) for name, value in environment.items()}) == "here"
