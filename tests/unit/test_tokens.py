"""Where the token comes from, in order; and that none of it is ever shown."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from resolver.domain.errors import UsageError
from resolver.domain.ports import Silence
from resolver.surroundings import Surroundings, WorkspaceRequest

CANARY = "hf_canary"


def put(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def token(tmp_path: Path, environment: Mapping[str, str] | None = None, token_file: str | None = None) -> str | None:
    return Surroundings(environment or {}, tmp_path / "home", tmp_path).token(tmp_path / "project", token_file)


def test_without_a_token_there_is_none(tmp_path: Path) -> None:
    assert token(tmp_path) is None


def test_the_places_are_asked_in_order(tmp_path: Path) -> None:
    put(tmp_path / "project" / "config" / "secrets.json", '{"HF_TOKEN": "hf_secrets"}')
    assert token(tmp_path) == "hf_secrets"
    put(tmp_path / "home" / ".cache" / "huggingface" / "token", "hf_saved\n")
    assert token(tmp_path) == "hf_saved"
    named = str(put(tmp_path / "named", " hf_named \n"))
    assert token(tmp_path, {"HF_TOKEN_PATH": named}) == "hf_named"
    assert token(tmp_path, {"HF_TOKEN_PATH": named, "HF_TOKEN": " hf_variable "}) == "hf_variable"
    put(tmp_path / "flag", "hf_flag")
    assert token(tmp_path, {"HF_TOKEN_PATH": named, "HF_TOKEN": "hf_variable"}, "flag") == "hf_flag"


@pytest.mark.parametrize(
    "environment", [{"HF_TOKEN": ""}, {"HF_TOKEN": "  "}, {"HF_TOKEN_PATH": ""}, {"HF_TOKEN_PATH": "/nowhere"}]
)
def test_a_place_that_holds_nothing_is_passed_over(tmp_path: Path, environment: dict[str, str]) -> None:
    put(tmp_path / "home" / ".cache" / "huggingface" / "token", "hf_saved")
    assert token(tmp_path, environment) == "hf_saved"


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"HF_HOME": "{}/hf"}, "hf/token"),
        ({"HF_HOME": "hf"}, "hf/token"),
        ({"HF_HOME": "~/hf"}, "home/hf/token"),
        ({"XDG_CACHE_HOME": "{}/xdg"}, "xdg/huggingface/token"),
        ({"XDG_CACHE_HOME": ""}, "home/.cache/huggingface/token"),
        ({"HF_TOKEN_PATH": "~/t"}, "home/t"),
        ({"HF_TOKEN_PATH": "t"}, "t"),
    ],
)
def test_the_saved_token_lies_where_the_library_puts_it(
    tmp_path: Path, environment: dict[str, str], place: str
) -> None:
    put(tmp_path / place, CANARY)
    assert token(tmp_path, {name: value.format(tmp_path) for name, value in environment.items()}) == CANARY


@pytest.mark.parametrize("name", ["nowhere", "empty", "folder", "long"])
def test_a_file_that_is_named_must_hold_a_token(tmp_path: Path, name: str) -> None:
    put(tmp_path / "empty", " \n")
    put(tmp_path / "long", "x" * 5000)
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=f"--token-file {name}"):
        token(tmp_path, {"HF_TOKEN": CANARY}, name)


def test_a_named_file_is_seen_from_the_current_folder(tmp_path: Path) -> None:
    put(tmp_path / "sub" / "t", CANARY)
    assert token(tmp_path, {}, "sub/t") == CANARY
    assert token(tmp_path, {}, str(tmp_path / "sub" / "t")) == CANARY


NO_TOKENS = [f"{CANARY}\nsecond line", f"{CANARY} x", f"{CANARY}\r\nX-Evil: 1", f"{CANARY}\u00e9", "\x00" + CANARY]


@pytest.mark.parametrize(
    "content", [*(one.encode() for one in NO_TOKENS), CANARY.encode("utf-16"), b"\xff" + b"hf_canary"]
)
def test_what_cannot_travel_in_a_header_is_no_token_and_is_not_shown(tmp_path: Path, content: bytes) -> None:
    put(tmp_path / "t", content)
    put(tmp_path / "home" / ".cache" / "huggingface" / "token", content)
    for given in ({}, {"HF_TOKEN_PATH": str(tmp_path / "t")}):
        with pytest.raises(UsageError) as caught:
            token(tmp_path, given)
        assert "canary" not in f"{caught.value}{caught.value.hint}{caught.value.details}"
    with pytest.raises(UsageError, match="--token-file t") as caught:
        token(tmp_path, {}, "t")
    assert "canary" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("text", NO_TOKENS)
def test_a_variable_that_cannot_travel_in_a_header_is_no_token(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="HF_TOKEN") as caught:
        token(tmp_path, {"HF_TOKEN": text})
    assert "canary" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('{"HF_TOKEN": "a", "hf_token": "b", "pyannote_token": "c"}', "a"),
        ('{"hf_token": "b", "pyannote_token": "c"}', "b"),
        ('{"pyannote_token": " c "}', "c"),
        ('{"HF_TOKEN": "", "hf_token": "b"}', "b"),
        ('{"HF_TOKEN": " "}', None),
        ('{"HF_TOKEN": 5}', None),
        ('{"HF_TOKEN": ["a"]}', None),
        ('{"other": "a"}', None),
        ("[]", None),
        ('"a"', None),
        ("{", None),
        ("", None),
        ("[" * 200_000, None),
        ("\ufeff{}", None),
    ],
)
def test_the_projects_secrets_are_read_by_name(tmp_path: Path, content: str, found: str | None) -> None:
    put(tmp_path / "project" / "config" / "secrets.json", content)
    assert token(tmp_path) == found


def test_settings_do_not_show_the_token(tmp_path: Path) -> None:
    workspace = Surroundings({"HF_TOKEN": CANARY}, tmp_path, tmp_path).workspace(WorkspaceRequest(), Silence())
    assert workspace.settings.token == CANARY
    assert "canary" not in repr(workspace.settings)
