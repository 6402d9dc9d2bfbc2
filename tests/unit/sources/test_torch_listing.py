"""What lies in a cache of torch.hub."""

from pathlib import Path

import pytest

from resolver.files import looking
from resolver.sources.torch_listing import repositories
from tests.unit.sources.caches import torch_hub


@pytest.mark.parametrize(
    ("name", "source", "ref"),
    [
        ("snakers4_silero-vad_master", "github:snakers4/silero-vad", "master"),
        ("snakers4_silero-vad_v5.1", "github:snakers4/silero-vad", "v5.1"),
        ("owner_my_long_name_main", "github:owner/my_long_name", "main"),
        ("owner_name_with_ref_master", "github:owner/name_with_ref", "master"),
    ],
)
def test_a_folder_s_name_tells_what_it_is(tmp_path: Path, name: str, source: str, ref: str) -> None:
    torch_hub(tmp_path, name)
    (one,) = repositories(tmp_path).repositories
    assert (one.source, one.revision) == (source, ref)
    assert one.files == ("hubconf.py",)
    assert one.size > 0


@pytest.mark.parametrize("name", ["owner_my_name_v1", "noref_name", "plain", "_a_main", "o_w_n_e_r"])
def test_what_cannot_be_told_is_said(tmp_path: Path, name: str) -> None:
    torch_hub(tmp_path, name)
    listing = repositories(tmp_path)
    assert listing.repositories == ()
    assert [one.place for one in listing.passed_over] == [f"torch/hub/{name}"]
    assert "cannot be told" in listing.passed_over[0].reason


@pytest.mark.parametrize("above", ["", "torch", "torch/hub"])
def test_the_cache_its_home_and_what_holds_that_can_be_named(tmp_path: Path, above: str) -> None:
    torch_hub(tmp_path, "snakers4_silero-vad_master")
    assert len(repositories(tmp_path / above).repositories) == 1


def test_of_two_folders_of_one_repository_the_one_that_names_a_tag_is_taken(tmp_path: Path) -> None:
    torch_hub(tmp_path, "snakers4_silero-vad_main")
    torch_hub(tmp_path, "snakers4_silero-vad_v5.1")
    listing = repositories(tmp_path)
    assert [one.revision for one in listing.repositories] == ["v5.1"]
    assert [one.place for one in listing.passed_over] == ["torch/hub/snakers4_silero-vad_main"]


def test_a_folder_without_hubconf_is_nothing_and_checkpoints_are_told(tmp_path: Path) -> None:
    hub = tmp_path / "torch" / "hub"
    hub.joinpath("owner_name_main").mkdir(parents=True)
    hub.joinpath("checkpoints").mkdir()
    assert repositories(tmp_path).passed_over == ()
    hub.joinpath("checkpoints", "x.pth").write_bytes(b"")
    (passed,) = repositories(tmp_path).passed_over
    assert passed.reason == "1 from addresses that nobody wrote down: add them as url: sources"


def test_no_link_is_followed_out_and_there_is_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch_hub(tmp_path / "outside", "owner_name_main")
    hub = tmp_path / "cache" / "torch" / "hub"
    hub.mkdir(parents=True)
    hub.joinpath("owner_name_main").symlink_to(tmp_path / "outside" / "torch" / "hub" / "owner_name_main")
    hub.joinpath("other_name_main").mkdir()
    hub.joinpath("other_name_main", "hubconf.py").symlink_to("/etc/passwd")
    assert repositories(tmp_path / "cache").repositories == ()
    large = torch_hub(tmp_path / "cache", "large_name_main")
    for number in range(4):
        large.joinpath(str(number)).write_bytes(b"")
    monkeypatch.setattr(looking, "MOST_ENTRIES", 4)
    listing = repositories(tmp_path / "cache")
    assert listing.repositories == ()
    assert [one.place for one in listing.passed_over] == ["torch/hub/large_name_main"]
