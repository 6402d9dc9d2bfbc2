"""Where the Hub's own client keeps files: told by names and sizes, without reading a byte."""

from dataclasses import replace
from pathlib import Path

import pytest

from resolver.domain.errors import UnsafeContentError
from resolver.sources.hub_cache import MOST_ORIGINS, HubCache
from tests.unit.domain.values import COMMIT, OTHER_COMMIT, artifact, file

CONTENT = b"weights of a model"
FILE = file("unet/model.bin", CONTENT)
ARTIFACT = artifact("hf:org/name@main", FILE)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "hub" / "models--org--name"


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def snapshot(repository: Path, commit: str = COMMIT) -> Path:
    return repository / "snapshots" / commit / "unet" / "model.bin"


def linked(repository: Path, name: str, commit: str = COMMIT, content: bytes = CONTENT) -> Path:
    """A snapshot's link to a blob of that name; the blob."""
    blob = put(repository / "blobs" / name, content)
    place = snapshot(repository, commit)
    place.parent.mkdir(parents=True)
    place.symlink_to(Path("../../../blobs") / name)
    return blob


def found(repository: Path, view: Path | None = None) -> list[Path]:
    cache = HubCache(repository.parent, view or repository.parent.parent / "view")
    return [Path(one) for one in cache.find(ARTIFACT, FILE)]


def test_a_cache_that_does_not_exist_holds_nothing(repository: Path) -> None:
    assert found(repository) == []


def test_a_cache_that_cannot_be_looked_into_holds_nothing(tmp_path: Path) -> None:
    unlikely = artifact(f"hf:org/{'n' * 300}@main", FILE)
    assert HubCache(tmp_path, tmp_path / "view").find(unlikely, FILE) == ()


def test_a_link_of_the_pinned_snapshot_leads_to_the_file(repository: Path) -> None:
    blob = linked(repository, "0" * 40)
    assert found(repository) == [blob]


def test_the_same_file_under_its_digest_counts_once(repository: Path) -> None:
    there = linked(repository, FILE.sha256)
    assert found(repository) == [there]


def test_links_are_followed_wherever_they_lead(repository: Path, tmp_path: Path) -> None:
    real = put(tmp_path / "big-disk" / "x")
    blob = linked(repository, "0" * 40)
    blob.unlink()
    blob.symlink_to(real)
    assert found(repository) == [real]


def test_a_file_in_the_place_of_a_link_is_found(repository: Path) -> None:
    there = put(snapshot(repository))
    assert found(repository) == [there]


def test_a_blob_is_found_by_its_digest_without_a_snapshot(repository: Path) -> None:
    there = put(repository / "blobs" / FILE.sha256)
    assert found(repository) == [there]


def test_a_file_at_its_path_in_another_snapshot_is_found(repository: Path) -> None:
    blob = linked(repository, "1" * 40, OTHER_COMMIT)
    assert found(repository) == [blob]


def test_other_snapshots_are_left_alone_where_the_pinned_one_has_it(repository: Path) -> None:
    put(snapshot(repository, OTHER_COMMIT))
    there = put(snapshot(repository))
    assert found(repository) == [there]


def test_a_blob_whose_name_is_another_digest_is_another_file(repository: Path) -> None:
    linked(repository, "a" * 64, OTHER_COMMIT)
    assert found(repository) == []


def test_not_more_than_a_few_are_offered(repository: Path) -> None:
    for number in range(MOST_ORIGINS + 3):
        put(snapshot(repository, f"{number:040}"))
    assert len(found(repository)) == MOST_ORIGINS


def test_another_size_is_another_file(repository: Path) -> None:
    put(snapshot(repository), CONTENT + b"?")
    assert found(repository) == []


def test_what_is_no_file_is_passed_over(repository: Path) -> None:
    snapshot(repository).mkdir(parents=True)
    put(repository / "snapshots" / "main")
    (repository / "blobs").mkdir()
    (repository / "blobs" / FILE.sha256).symlink_to(FILE.sha256)
    assert found(repository) == []


def test_nothing_is_taken_from_below_our_view(repository: Path, tmp_path: Path) -> None:
    put(snapshot(repository))
    assert found(repository, view=repository.parent.parent) == []
    (tmp_path / "view").symlink_to(repository.parent)
    assert found(repository, view=tmp_path / "view") == []
    assert found(repository, view=tmp_path / "hu") != []


def test_a_repository_without_organisation_has_a_folder_too(tmp_path: Path) -> None:
    place = put(tmp_path / "models--gpt2" / "snapshots" / COMMIT / "unet" / "model.bin")
    pinned = replace(ARTIFACT, key="hf:gpt2@main")
    assert HubCache(tmp_path, tmp_path / "view").find(pinned, FILE) == (str(place),)


def test_what_has_no_commit_is_not_in_it(repository: Path) -> None:
    put(repository / "blobs" / FILE.sha256)
    cache = HubCache(repository.parent, repository / "view")
    assert cache.find(replace(ARTIFACT, commit=None), FILE) == ()


def test_a_path_that_escapes_is_refused(repository: Path) -> None:
    cache = HubCache(repository.parent, repository / "view")
    with pytest.raises(UnsafeContentError):
        cache.find(ARTIFACT, replace(FILE, path="../../../../secret"))
