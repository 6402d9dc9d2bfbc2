"""What `verify --python` finds in an environment."""

from pathlib import Path

import pytest

from resolver.domain.verify_report import Finding
from resolver.environments.look import look
from resolver.stages.install import decide
from resolver.stages.installed import installed_findings
from tests.unit.environments.sites import SITE, Made, Site, made

INFO = "pack-1.0.dist-info"
HINT = "sync brings it"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An environment in which the wheel is installed."""
    tmp_path.joinpath(SITE).mkdir(parents=True)
    found = Site(tmp_path)
    found.install(made())
    return found


def findings(site: Site, one: Made | None = None, optional: frozenset[str] = frozenset()) -> list[Finding]:
    wheels = [site.form(one or made())]
    there = look(site.environment, wheels)
    return installed_findings(decide(wheels, there), there, optional, HINT)


def told(site: Site, one: Made | None = None) -> list[tuple[str, str, str | None]]:
    """Kind, path below the packages, and what was found."""
    return [(found.kind, found.path.removeprefix(f"{site.packages}/"), found.found) for found in findings(site, one)]


def test_what_is_as_locked_is_no_finding(site: Site) -> None:
    assert findings(site) == []


def test_what_python_compiled_is_none_either(site: Site) -> None:
    site.put("pack/__pycache__/__init__.cpython-312.pyc")
    assert findings(site) == []


def test_a_missing_and_a_damaged_file_are_found(site: Site) -> None:
    (site.packages / "pack/__init__.py").unlink()
    site.put("pack/w.bin", b"flipped")
    found = findings(site)
    assert [(one.kind, one.model, one.artifact, one.where, one.hint) for one in found] == [
        ("missing", "vad", "pypi:pack@*", "python", HINT),
        ("damaged", "vad", "pypi:pack@*", "python", HINT),
    ]
    assert all(len(str(one.expected)) == 64 for one in found)
    assert len(str(found[1].found)) == 64


def test_a_file_behind_a_link_is_damaged(site: Site, tmp_path: Path) -> None:
    (site.packages / "pack").rename(tmp_path / "elsewhere")
    (site.packages / "pack").symlink_to(tmp_path / "elsewhere")
    reason = f"{site.packages}/pack is a link"
    assert told(site) == [("damaged", "pack/__init__.py", reason), ("damaged", "pack/w.bin", reason)]


def test_a_package_that_is_not_there_is_one_finding(site: Site) -> None:
    assert [(one.kind, one.path, one.expected) for one in findings(site, made("other"))] == [
        ("missing", str(site.packages / "other-1.0.dist-info"), "1.0")
    ]


def test_another_version_is_said_to_be_there_instead(site: Site) -> None:
    assert told(site, made(version="2.0"))[0] == ("missing", "pack-2.0.dist-info", "pack 1.0")


def test_only_what_is_missing_is_excused_by_an_optional_model(site: Site) -> None:
    site.put("pack/w.bin", b"flipped")
    optional = frozenset({"vad"})
    assert [one.optional for one in findings(site, optional=optional)] == [False]
    (site.packages / "pack/w.bin").unlink()
    assert [one.optional for one in findings(site, optional=optional)] == [True]
    assert [one.optional for one in findings(site)] == [False]


def test_what_the_lock_does_not_list_is_unexpected(site: Site) -> None:
    assert told(site, made().without("pack/w.bin")) == [
        ("damaged", f"{INFO}/RECORD", f"{site.packages.joinpath(INFO, 'RECORD').stat().st_size} bytes"),
        ("unexpected", "pack/w.bin", None),
    ]


def test_a_stranger_in_a_package_is_unexpected_with_its_own_hint(site: Site) -> None:
    site.put("pack/evil.py")
    (found,) = findings(site)
    assert (found.kind, found.path) == ("unexpected", str(site.packages / "pack/evil.py"))
    assert "remove it" in str(found.hint)


def test_of_another_installer_s_package_only_the_locked_files_count(site: Site) -> None:
    site.put(f"{INFO}/INSTALLER", "pip\n")
    (site.packages / INFO / "REQUESTED").unlink()
    site.put(f"{INFO}/direct_url.json", "{}")
    assert told(site) == []
    site.put("pack/w.bin", b"flipped")
    assert [(kind, path) for kind, path, _ in told(site)] == [("damaged", "pack/w.bin")]
