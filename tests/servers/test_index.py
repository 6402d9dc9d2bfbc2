"""The package index is one that pip believes in, and the wheels are what they claim to be, or break in one way only."""

import base64
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.client import fetch
from tests.servers.index import (
    Fault,
    PackageIndex,
    make_bomb,
    make_broken_wheel,
    make_wheel,
    wheel_filename,
)
from tests.servers.wheels import Flaw

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
WHEEL = make_wheel("silero-vad", "6.2.1", {"silero_vad/data/silero.jit": bytes(5000)})
NAME = wheel_filename("silero-vad", "6.2.1")


@pytest.fixture
def index() -> Iterator[PackageIndex]:
    with PackageIndex() as index:
        index.add("silero-vad", "6.2.1", WHEEL, requires_python=">=3.8")
        yield index


def pip_download(address: str, folder: Path, requirement: str = "silero-vad") -> subprocess.CompletedProcess[str]:
    """The real pip, which sees no index and no settings but this."""
    options = ["--no-deps", "--isolated", "--no-cache-dir", "--disable-pip-version-check", "--dest", str(folder)]
    return subprocess.run(
        [sys.executable, "-m", "pip", "download", "--index-url", address, *options, requirement],
        env={"PIP_CONFIG_FILE": os.devnull, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_pip_downloads_the_newest_version_that_was_not_yanked(index: PackageIndex, tmp_path: Path) -> None:
    index.add("silero-vad", "7.0", WHEEL, yanked="broken weights")
    done = pip_download(index.url, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / NAME).read_bytes() == WHEEL
    assert JSON_TYPE in (index.requested("/simple/")[0].header("Accept") or "")


def test_pip_reads_html_logs_in_and_follows_to_another_origin(tmp_path: Path) -> None:
    with PackageIndex(password="ada:secret", absolute_urls=True) as index:
        index.serves_json = False
        index.add("silero-vad", "6.2.1", WHEEL)
        done = pip_download(index.url_with_password, tmp_path)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / NAME).read_bytes() == WHEEL
        assert [request.header("Authorization") for request in index.requested(origin="files")] == [None]
        assert fetch(index.url)[0].status == 401


def test_pip_notices_a_flipped_byte(index: PackageIndex, tmp_path: Path) -> None:
    index.faults = [Fault(NAME, "flip", times=9, after_bytes=100)]
    done = pip_download(index.url, tmp_path)
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_the_listing_gives_digest_size_and_yanked(index: PackageIndex) -> None:
    index.add("Silero_VAD", "6.0", b"sdist", filename="silero-vad-6.0.tar.gz", yanked=True, hashes=False)
    response, body = fetch(index.url + "silero-vad/", Accept=JSON_TYPE)
    document = json.loads(body)
    assert response.headers["Content-Type"] == JSON_TYPE
    assert document["meta"] == {"api-version": "1.1"}
    assert document["versions"] == ["6.0", "6.2.1"]
    assert document["files"][0] == {
        "filename": NAME,
        "url": f"../../files/silero-vad/{NAME}",
        "hashes": {"sha256": hashlib.sha256(WHEEL).hexdigest()},
        "requires-python": ">=3.8",
        "size": len(WHEEL),
        "yanked": False,
    }
    assert (document["files"][1]["hashes"], document["files"][1]["yanked"]) == ({}, True)


def test_clients_that_accept_only_html_get_it(index: PackageIndex) -> None:
    index.add("silero-vad", "6.0", b"old", yanked="too <old>")
    response, body = fetch(index.url + "silero-vad/", Accept="text/html")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"{NAME}#sha256={hashlib.sha256(WHEEL).hexdigest()}" in body.decode()
    assert 'data-requires-python="&gt;=3.8"' in body.decode()
    assert 'data-yanked="too &lt;old&gt;"' in body.decode()
    assert fetch(index.url + "silero-vad/", Accept="image/png")[0].status == 406


def test_names_are_normalized_by_redirect(index: PackageIndex) -> None:
    for asked in ("Silero_VAD/", "silero-vad"):
        response, _ = fetch(index.url + asked)
        assert (response.status, response.headers["Location"]) == (301, "/simple/silero-vad/")
    index.remove("silero-vad", NAME)
    assert fetch(index.url + "silero-vad/")[0].status == 404
    assert json.loads(fetch(index.url, Accept=JSON_TYPE)[1])["projects"] == []


def test_files_are_served_in_ranges(index: PackageIndex) -> None:
    address = index.file_url("silero-vad", NAME)
    tail, body = fetch(address, Range="bytes=-22")
    assert (tail.status, body) == (206, WHEEL[-22:])
    assert fetch(address, Range="bytes=0-9", If_Range=tail.headers["ETag"])[1] == WHEEL[:10]
    assert fetch(address, Range="bytes=0-9", If_Range='"other"')[1] == WHEEL


def digests_that_differ(wheel: bytes) -> set[str]:
    """Members that RECORD does not confirm."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        record = next(name for name in archive.namelist() if name.endswith("/RECORD"))
        rows = [line.rsplit(",", 2) for line in archive.read(record).decode().splitlines()]
        claimed = {path: (digest, size) for path, digest, size in rows if path != record}
        found = {}
        for name in archive.namelist():
            body = archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()
            found[name] = (f"sha256={digest}", str(len(body)))
        del found[record]
        return {name for name in found.keys() | claimed.keys() if found.get(name) != claimed.get(name)}


def test_a_wheel_is_deterministic_and_confirmed_by_its_record() -> None:
    again = make_wheel("silero-vad", "6.2.1", {"silero_vad/data/silero.jit": bytes(5000)})
    stored = make_wheel("x", "1", {"x.py": b""}, license="Apache-2.0", requires=["torch>=2"], compress=False)
    assert again == WHEEL
    assert digests_that_differ(WHEEL) == digests_that_differ(stored) == set()
    with zipfile.ZipFile(io.BytesIO(stored)) as archive:
        metadata = archive.read("x-1.dist-info/METADATA").decode()
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
    assert "License: Apache-2.0\nRequires-Dist: torch>=2\n" in metadata


@pytest.mark.parametrize(
    ("flaw", "unconfirmed"),
    [
        ("record_hash", {"broken/weights.bin"}),
        ("record_missing", {"broken/weights.bin"}),
        ("symlink", set()),
        ("escape", set()),
        ("duplicate", set()),
    ],
)
def test_a_broken_wheel_has_the_flaw_and_no_other(flaw: Flaw, unconfirmed: set[str]) -> None:
    wheel = make_broken_wheel(flaw)
    assert digests_that_differ(wheel) == unconfirmed
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        infos = archive.infolist()
    names = [info.filename for info in infos]
    assert (len(names) != len(set(names))) == (flaw == "duplicate")
    assert any(name.startswith("../") for name in names) == (flaw == "escape")
    assert any(info.external_attr >> 28 == 0o12 for info in infos) == (flaw == "symlink")


def test_a_bomb_inflates_to_more_than_it_declares() -> None:
    bomb = make_bomb("bomb", "1.0", 5_000_000)
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        info = archive.getinfo("bomb.bin")
        assert info.file_size == 100
        start = info.header_offset + 30 + len(info.filename)
        assert info.compress_type == zipfile.ZIP_DEFLATED
        with pytest.raises(zipfile.BadZipFile):
            archive.read("bomb.bin")
    assert zlib.decompress(bomb[start : start + info.compress_size], wbits=-15) == bytes(5_000_000)
