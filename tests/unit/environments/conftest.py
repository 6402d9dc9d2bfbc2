from pathlib import Path

import pytest

from tests.unit.environments.sites import SCRIPTS, SITE, Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An environment with nothing in it."""
    prefix = tmp_path / "venv"
    prefix.joinpath(SITE).mkdir(parents=True)
    prefix.joinpath(SCRIPTS).mkdir()
    prefix.joinpath(SCRIPTS, "python").symlink_to("/usr/bin/python3")
    return Site(prefix)
