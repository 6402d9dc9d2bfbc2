"""How the location of a mirror is written."""

import subprocess
import sys
from pathlib import Path

import pytest

from resolver.documents.kinds import WrongTextError
from resolver.documents.locations import location, locations_in
from resolver.domain.errors import ManifestError

KINDS = ("file", "hf", "http", "https", "zoo")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://host.example/models", "https://host.example/models"),
        ("https://host.example/models//", "https://host.example/models"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("/mnt/models", "file:/mnt/models"),
        ("./models", "file:./models"),
        ("../my models", "file:../my models"),
        ("file:models", "file:models"),
        ("file:///mnt/my%20models", "file:/mnt/my models"),
        ("file:/mnt/100%", "file:/mnt/100%"),
        ("C:\\models", "file:C:\\models"),
        ("D:/models", "file:D:/models"),
        ("hf:https://hub.example/", "hf:https://hub.example"),
        ("zoo:any/thing", "zoo:any/thing"),
    ],
)
def test_a_location_has_one_form(written: str, meant: str) -> None:
    assert location(written, KINDS) == meant
    assert location(meant, KINDS) == meant


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "cannot be ''"),
        ("models", "cannot be 'models'"),
        ("host.example/models", "cannot be"),
        ("s3://bucket", "unknown kind of mirror 's3'"),
        ("HTTPS://host", "unknown kind of mirror 'HTTPS'"),
        ("https://", "cannot be"),
        ("https:///models", "cannot be"),
        ("https://host:0", "cannot be"),
        ("https://host/a b", "cannot be"),
        ("https://host/?", "cannot be"),
        ("https://host/#", "cannot be"),
        ("https://host/x?token=1", "cannot be"),
        ("https://me:word@host/", "holds credentials"),
        ("https://word@host/", "holds credentials"),
        ("hf:https://me:word@host/", "holds credentials"),
        ("hf:org/name", "cannot be"),
        ("hf:", "cannot be"),
        ("hf:file:///x", "cannot be"),
        ("file:", "cannot be"),
        ("file://host/x", "cannot be"),
        ("file:////host/x", "cannot be"),
        ("file:///%2fhost/x", "cannot be"),
        ("//host/x", "cannot be"),
        ("\\\\host\\x", "cannot be"),
        ("/\\host\\x", "cannot be"),
        ("file:~/models", "cannot be"),
        ("/mnt/\x00", "cannot be"),
        ("./a\nb", "cannot be"),
        ("/" * 3000, "cannot be"),
        ("/" + "x" * 3000, "cannot be"),
        ("zoo:", "cannot be"),
        ("zoo:a b", "cannot be"),
    ],
)
def test_what_is_no_location_is_told_with_a_hint(written: str, message: str) -> None:
    with pytest.raises(WrongTextError) as caught:
        location(written, KINDS)
    assert message in caught.value.message
    assert caught.value.hint
    assert "word" not in f"{caught.value.message} {caught.value.hint}"
    assert len(caught.value.message) < 200


def test_only_kinds_that_there_are_are_known() -> None:
    with pytest.raises(WrongTextError, match="unknown kind of mirror 'hf'"):
        location("hf:https://host", ("file",))


def test_the_locations_of_a_manifest_come_in_its_order() -> None:
    text = b"version: 1\nmirrors:\n  - https://b.example\n  - ./a\nmodels: {m: {source: hf:a/b}}\n"
    assert locations_in(text, "models.yaml", KINDS) == ("https://b.example", "file:./a")
    assert locations_in(b"version: 1\nmodels: {m: {source: hf:a/b}}\n", "models.yaml", KINDS) == ()


def test_what_is_wrong_with_them_is_told_at_its_place() -> None:
    with pytest.raises(ManifestError) as caught:
        locations_in(b"version: 1\nmirrors:\n  - s3://x\n  - https://a b\n", "models.yaml", KINDS)
    assert [(one.line, one.column, one.message) for one in caught.value.problems] == [
        (3, 5, "unknown kind of mirror 's3'"),
        (4, 5, "'mirrors' cannot be 'https://a b'"),
    ]


def test_a_text_that_is_no_yaml_is_told_too() -> None:
    with pytest.raises(ManifestError):
        locations_in(b"version: 1\nmirrors: [\n", "models.yaml", KINDS)


def test_they_are_read_without_pydantic() -> None:
    code = (
        "import sys; from resolver.documents.locations import locations_in;"
        "locations_in(b'mirrors: [./a]', 'm', ('file',)); sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[3]).returncode == 0
