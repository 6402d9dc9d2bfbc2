"""The JSON documents of the verbs that write models.yaml."""

from resolver.cli.documents import Document
from resolver.workflows.add import AddReport
from resolver.workflows.edited import Piece
from resolver.workflows.init import InitReport
from resolver.workflows.remove import RemoveReport
from resolver.workflows.workspace import MANIFEST


def init_document(report: InitReport) -> Document:
    """What `init` wrote; paths are relative to the project, those of `passed_over` to the cache."""
    starter = report.starter
    return {
        "template": starter.template,
        "project": str(report.project),
        "written": list(report.written),
        "appended": {path: list(lines) for path, lines in report.appended.items()},
        "models": [{"name": one.name, **one.said, "bytes": one.size} for one in starter.models],
        "passed_over": [{"path": one.place, "reason": one.reason} for one in starter.passed_over],
        "notes": list(starter.notes),
    }


def add_document(report: AddReport) -> Document:
    """What `add` wrote, or would write."""
    return {
        "changed": not report.dry_run,
        "dry_run": report.dry_run,
        "manifest": MANIFEST,
        "project": str(report.project),
        "model": {"name": report.piece.name, **report.said, "optional": "optional" in report.said},
        "guessed": list(report.guessed),
        **_place(report.piece),
    }


def remove_document(report: RemoveReport) -> Document:
    """What `remove` took out, or would; `left` is what the lock still has."""
    return {
        "changed": not report.dry_run,
        "dry_run": report.dry_run,
        "manifest": MANIFEST,
        "project": str(report.project),
        "removed": [{"name": piece.name, **_place(piece)} for piece in report.pieces],
        "left": [{"name": one.name, "artifacts": list(one.artifacts), "bytes": one.size} for one in report.left],
    }


def _place(piece: Piece) -> Document:
    return {"line": piece.line, "text": piece.text}
