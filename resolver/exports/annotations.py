"""Workflow commands of GitHub Actions: lines on stdout that show up beside a file of a pull request."""

from collections.abc import Iterable
from dataclasses import dataclass

from resolver.domain.lock_places import LockPlaces
from resolver.domain.lock_report import Difference
from resolver.domain.verify_report import VerifyReport
from resolver.exports.findings import is_error, sentence

_IN_MESSAGES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}
MOST = 50
"""GitHub shows ten annotations of a level and step, and fifty of a job."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark on a line of a file; `level` is error, warning or notice."""

    level: str
    file: str
    title: str
    message: str
    line: int = 1

    def text(self) -> str:
        """As a workflow command: nothing in it can end it or begin another one."""
        file, title = _escaped(self.file, _IN_PROPERTIES), _escaped(self.title, _IN_PROPERTIES)
        return f"::{self.level} file={file},line={self.line},title={title}::{_escaped(self.message, _IN_MESSAGES)}\n"


def annotations(report: VerifyReport, places: LockPlaces) -> str:
    """Every finding beside the line of the lock that it is about; of very many, how many more there are."""
    found = [
        Annotation(
            "error" if is_error(one) else "warning",
            places.file,
            f"models verify: {one.kind}",
            sentence(one) + (f"\n{one.hint}" if one.hint else ""),
            places.line(one.artifact, one.path),
        ).text()
        for one in report.findings[:MOST]
    ]
    more = len(report.findings) - MOST
    if more > 0:
        found.append(Annotation("error", places.file, "models verify", f"{more} more findings").text())
    return "".join(found)


def stale(found: Iterable[Difference], file: str) -> str:
    """What models.lock does not say of what the manifest `file` asks for."""
    return "".join(
        Annotation("error", file, "models.lock is stale", f"{one.subject}: {one.text}\nrun `models lock`").text()
        for one in found
    )


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in text)
