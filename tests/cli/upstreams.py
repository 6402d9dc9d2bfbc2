"""What the tests of what is newer upstream have in common: one model, its repository, and what was said of it."""

import re
from typing import Any

from tests.cli.offers import REPO, offer, weights
from tests.cli.project import Project, Result
from tests.servers.hub import LocalHub
from tests.servers.index import PackageIndex, make_wheel

OTHER = {"model.bin": weights(1000, 9)}
"""What another commit has."""


def tagged(hub: LocalHub, *tags: str, repo: str = REPO) -> str:
    """A repository whose one commit has these tags; the commit."""
    commit = offer(hub, repo)
    for tag in tags:
        hub.tag(repo, tag, commit)
    return commit


def release(index: PackageIndex, *versions: str, yanked: str = "", name: str = "pack") -> None:
    """Wheels that run everywhere."""
    for version in versions:
        wheel = make_wheel(name, version, {f"{name}/w.bin": version.encode()})
        index.add(name, version, wheel, yanked=yanked or False)


def locked(project: Project, manifest: str, **environment: str) -> None:
    """A manifest and its lock."""
    project.manifest(manifest)
    result = project.run("lock", **environment)
    assert result.code == 0, result.text


def outlooks(result: Result) -> dict[str, Any]:
    """What `outdated` said of each artifact, by its key."""
    return {one["artifact"]: one for one in result.document["artifacts"]}


def only_one(result: Result) -> Any:
    """What was said of the one artifact."""
    (one,) = result.document["artifacts"]
    return one


def excluded(one: Any) -> dict[str, list[str]]:
    """What an update leaves out, and why."""
    return {other["name"]: other["because"] for other in one["excluded"]}


def screen(text: str) -> str:
    """What was said, without what differs from run to run; blanks at line ends do not show."""
    text = re.sub(r"\b\d+\.\d s\b", "N s", text)
    text = re.sub(r"; this machine needs [\d.]+ [kMGT]?B", "; this machine needs N", text)
    text = re.sub(r"Lock sha256 [0-9a-f]{64}", "Lock sha256 N", text)
    text = re.sub(r"/\S+/(project|store)\b", lambda found: found[1].upper(), text)
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
