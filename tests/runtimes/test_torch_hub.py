"""torch.hub opens the pinned commit of a repository, with and without a ref, online and offline."""

import shutil
from pathlib import Path

import pytest

from tests.runtimes.conftest import Opens, Pin
from tests.runtimes.offers import LAYER, Made, Upstream


def test_with_its_ref_it_is_the_pin_and_nobody_is_asked(pin: Pin, upstream: Upstream, opens: Opens) -> None:
    pin("torch-hub")
    assert opens("open_torch_hub", f"{LAYER}:v1.0").said == 1.0
    assert upstream.requests == []


@pytest.mark.parametrize("ref", ["", ":main", ":master"])
def test_whatever_may_be_its_default_branch_is_the_pin(pin: Pin, opens: Opens, ref: str) -> None:
    """Without a ref torch asks GitHub for the name of the default branch; refused, it goes on."""
    pin("torch-hub")
    opened = opens("open_torch_hub", f"{LAYER}{ref}")
    assert (opened.code, opened.document.get("said")) == (0, 1.0), opened.stderr
    assert opened.wanted == ([] if ref else ["github.com:443"])


def test_where_github_answers_that_there_is_no_main_it_is_the_pin(pin: Pin, opens: Opens) -> None:
    pin("torch-hub")
    assert opens("open_torch_hub_of_master", LAYER).said == 1.0


def test_no_other_folder_of_the_users_shell_is_believed(pin: Pin, opens: Opens, made: Made, tmp_path: Path) -> None:
    pin("torch-hub")
    other = tmp_path / "torch" / "hub" / f"{LAYER.replace('/', '_')}_v1.0"
    shutil.copytree(made("torch_hub", "--mark", "2"), other)
    said = opens("open_torch_hub", f"{LAYER}:v1.0", TORCH_HOME=str(other.parents[1]), XDG_CACHE_HOME=str(tmp_path)).said
    assert said == 1.0


def test_a_ref_that_is_not_locked_does_not_open(pin: Pin, upstream: Upstream, opens: Opens) -> None:
    """torch has no word for offline: it would fetch what is not there, and first asks a person whether it may."""
    pin("torch-hub")
    opened = opens("open_torch_hub", f"{LAYER}:v2.0")
    assert opened.code == 1
    assert "EOFError" in opened.stderr
    assert opened.wanted == []
    assert upstream.requests == []
