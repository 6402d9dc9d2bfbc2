"""What lies in a cache of the Hub's own client."""

from pathlib import Path

import pytest

from resolver.domain.caches import PassedOver
from resolver.files import looking
from resolver.sources.hub_listing import repositories
from tests.unit.sources.caches import COMMIT, OTHER, THIRD, snapshot

FILES = {"config.json": b"{}", "sub/model.bin": b"12345"}


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def repository(hub: Path) -> Path:
    return hub / "models--org--name"


def test_a_repository_is_told_with_its_commit_and_files(hub: Path, repository: Path) -> None:
    snapshot(repository, FILES)
    (one,) = repositories(hub).repositories
    assert (one.source, one.revision, one.because) == ("hf:org/name", COMMIT, "refs/main")
    assert (one.files, one.size, one.is_whole) == (("config.json", "sub/model.bin"), 7, True)
    assert one.texts == {"config.json": b"{}"}
    assert one.place == "models--org--name"


@pytest.mark.parametrize("place", ["", "hub", "huggingface/hub", "torch/hub"])
def test_a_cache_is_found_in_what_is_named(tmp_path: Path, place: str) -> None:
    snapshot(tmp_path / place / "models--bert", FILES)
    (one,) = repositories(tmp_path).repositories
    assert one.source == "hf:bert"
    assert one.place == (f"{place}/models--bert" if place else "models--bert")


def test_main_decides_between_snapshots(hub: Path, repository: Path) -> None:
    snapshot(repository, FILES, OTHER, ref=None)
    snapshot(repository, FILES)
    assert repositories(hub).repositories[0].revision == COMMIT


def test_without_main_it_is_the_only_snapshot(hub: Path, repository: Path) -> None:
    snapshot(repository, FILES, ref=None)
    assert repositories(hub).repositories[0].because == "the only snapshot"


def test_a_main_that_was_never_fetched_decides_nothing(hub: Path, repository: Path) -> None:
    snapshot(repository, FILES, ref=None)
    snapshot(repository, {}, OTHER)
    repository.joinpath("snapshots", OTHER).rmdir()
    assert repositories(hub).repositories[0].revision == COMMIT


def test_without_main_one_other_ref_decides(hub: Path, repository: Path) -> None:
    snapshot(repository, FILES, ref=None)
    snapshot(repository, FILES, OTHER, ref="pr/1")
    (one,) = repositories(hub).repositories
    assert (one.revision, one.because) == (OTHER, "refs/pr/1")


def test_two_snapshots_that_nothing_tells_apart_are_passed_over(hub: Path, repository: Path) -> None:
    snapshot(repository, FILES, ref="v1")
    snapshot(repository, FILES, OTHER, ref="v2")
    listing = repositories(hub)
    assert listing.repositories == ()
    assert listing.passed_over == (
        PassedOver("models--org--name", "2 snapshots, and no ref says which is meant: aaaaaaaa, bbbbbbbb"),
    )


def test_what_was_never_fetched_is_passed_over(hub: Path, repository: Path) -> None:
    repository.joinpath("refs").mkdir(parents=True)
    repository.joinpath("refs", "main").write_text(COMMIT)
    assert repositories(hub).passed_over == (PassedOver("models--org--name", "nothing of it was fetched"),)


def test_data_sets_and_spaces_are_no_models_and_the_rest_is_nothing(hub: Path) -> None:
    for name in ("datasets--squad", "spaces--a--b", ".locks", "xet"):
        hub.joinpath(name).mkdir(parents=True)
    hub.joinpath("models--file").write_text("")
    listing = repositories(hub)
    assert listing.repositories == ()
    assert [one.place for one in listing.passed_over] == ["datasets--squad", "spaces--a--b"]


def test_one_repository_in_two_caches_is_one_model(tmp_path: Path) -> None:
    snapshot(tmp_path / "huggingface" / "hub" / "models--org--name", FILES)
    snapshot(tmp_path / "torch" / "hub" / "models--org--name", FILES, OTHER)
    listing = repositories(tmp_path)
    assert [one.revision for one in listing.repositories] == [COMMIT]
    assert [one.place for one in listing.passed_over] == ["torch/hub/models--org--name"]


def test_no_link_is_followed_out_of_the_cache(hub: Path, repository: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    snapshot(outside / "models--org--other", FILES)
    hub.mkdir()
    hub.joinpath("models--org--other").symlink_to(outside / "models--org--other")
    folder = snapshot(repository, {"config.json": b"{}"})
    outside.joinpath("config.yaml").write_text("pyannote")
    folder.joinpath("config.yaml").symlink_to(outside / "config.yaml")
    (one,) = repositories(hub).repositories
    assert one.source == "hf:org/name"
    assert (one.size, one.is_whole, one.texts["config.yaml"]) == (2, False, b"")


def test_a_ref_that_leads_out_or_is_no_commit_names_nothing(hub: Path, repository: Path, tmp_path: Path) -> None:
    snapshot(repository, FILES, ref=None)
    snapshot(repository, FILES, OTHER, ref=None)
    tmp_path.joinpath("commit").write_text(COMMIT)
    repository.joinpath("refs").mkdir()
    repository.joinpath("refs", "main").symlink_to(tmp_path / "commit")
    assert not repositories(hub).repositories
    repository.joinpath("refs", "main").unlink()
    for text in ("main", THIRD, f"../../{COMMIT}", COMMIT * 1000, "\xff"):
        repository.joinpath("refs", "main").write_text(text)
        assert not repositories(hub).repositories


def test_a_ref_that_ends_in_a_newline_is_the_same_ref(hub: Path, repository: Path) -> None:
    snapshot(repository, FILES, ref=None)
    snapshot(repository, FILES, OTHER, ref=None)
    repository.joinpath("refs").mkdir()
    repository.joinpath("refs", "main").write_text(f"{COMMIT}\n")
    assert repositories(hub).repositories[0].revision == COMMIT


def test_a_folder_that_is_no_commit_is_no_snapshot(hub: Path, repository: Path) -> None:
    repository.joinpath("snapshots", "main").mkdir(parents=True)
    snapshot(repository, FILES)
    assert repositories(hub).repositories[0].revision == COMMIT


def test_a_repository_without_end_is_passed_over(hub: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_ENTRIES", 5)
    snapshot(repository, {str(number): b"" for number in range(6)})
    snapshot(hub / "models--org--other", FILES)
    listing = repositories(hub)
    assert [one.source for one in listing.repositories] == ["hf:org/other"]
    assert listing.passed_over[0].reason.endswith("holds more than 5 entries")


def test_of_a_config_only_the_beginning_is_read(hub: Path, repository: Path) -> None:
    snapshot(repository, {"config.json": b"x" * 200_000})
    assert len(repositories(hub).repositories[0].texts["config.json"]) == 1 << 16
