"""The JSON documents of the verbs (formats.md); keys are only ever added."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from resolver.documents.lock_writer import choice_document
from resolver.domain.lock import Choice, Lock
from resolver.domain.lock_report import Change, Difference, FileChange, LockReport
from resolver.domain.profile import Profile
from resolver.domain.report import SyncReport
from resolver.domain.selector import Mismatch
from resolver.domain.verify_report import Finding, VerifyReport
from resolver.workflows.status import PathReport
from resolver.workflows.workspace import LOCK

if TYPE_CHECKING:
    from resolver.workflows.environment import EnvironmentReport
    from resolver.workflows.explain import ExplainReport

Document = dict[str, object]


def write(verb: str, code: int, body: Mapping[str, object]) -> None:
    """One document on stdout: its schema and outcome first."""
    head = {"schema": f"models.{verb}/1", "ok": code == 0, "exit_code": code}
    sys.stdout.write(json.dumps({**head, **body}, ensure_ascii=False, indent=2) + "\n")


def profile_document(profile: Profile) -> Document:
    """The profile as `models hardware --json` prints it."""
    from resolver.hardware import document

    return document(profile)


def lock_document(report: LockReport) -> Document:
    """What `lock` changed."""
    return {
        "changed": report.changed,
        "dry_run": report.dry_run,
        "changes": [change_document(one) for one in report.changes],
        "lock": LOCK,
        "profiles": _profiles(report.lock),
        "warnings": list(report.warnings),
    }


def check_document(locked: Lock, found: tuple[Difference, ...]) -> Document:
    """What `lock --check` found."""
    return {
        "changed": bool(found),
        "changes": [{"model": one.subject, "kind": "stale", "text": one.text} for one in found],
        "lock": LOCK,
        "profiles": _profiles(locked),
    }


def _profiles(locked: Lock) -> dict[str, dict[str, object]]:
    return {name: _selection(one.selection) for name, one in locked.profiles.items()}


def _selection(selection: Mapping[str, Choice]) -> dict[str, object]:
    return {model: choice_document(choice) for model, choice in selection.items()}


def change_document(change: Change) -> Document:
    """One difference between two locks, as `lock` and `diff` write it."""
    return {
        "model": change.model,
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "size_delta": change.size_delta,
        "profiles": list(change.profiles),
        "artifact": change.artifact,
        "variant": change.variant,
        "subject": change.subject,
        "files": [_file(one) for one in change.files],
        "notes": list(change.notes),
        "alerts": list(change.alerts),
    }


def _file(change: FileChange) -> Document:
    return {
        "path": change.path,
        "kind": change.kind,
        "before": change.before,
        "after": change.after,
        "moved_from": change.moved_from,
    }


def sync_document(report: SyncReport) -> Document:
    """What `sync` did, or would do."""
    return {
        "profile": profile_document(report.profile),
        "dry_run": report.dry_run,
        "models": [
            {
                "name": one.name,
                "artifact": one.artifact,
                "state": one.state,
                "optional": one.optional,
                "size": one.size,
                "bytes_fetched": one.bytes_fetched,
                "path": one.path,
                "reason": one.reason,
            }
            for one in report.outcomes
        ],
        "bytes_to_fetch": report.plan.bytes_to_fetch,
        "bytes_fetched": report.bytes_fetched,
        "bytes_reused": report.bytes_reused,
        "seconds": round(report.seconds, 3),
        "warnings": list(report.warnings),
        "pruned": _pruned(report),
    }


def _pruned(report: SyncReport) -> Document | None:
    if report.pruned is None:
        return None
    from resolver.cli.pruning import pruning_document

    return pruning_document(report.pruned)


def verify_document(report: VerifyReport) -> Document:
    """What `verify` read and found."""
    return {
        "checked": {"models": report.models, "files": report.files, "bytes": report.size},
        "findings": [_finding(one) for one in report.findings],
        "repaired": [_finding(one) for one in report.repaired],
        "warnings": list(report.warnings),
        "seconds": round(report.seconds, 3),
    }


def _finding(finding: Finding) -> Document:
    return {
        "kind": finding.kind,
        "model": finding.model,
        "artifact": finding.artifact,
        "path": finding.path,
        "expected": finding.expected,
        "found": finding.found,
        "hint": finding.hint,
        "optional": finding.optional,
        "where": finding.where,
    }


def path_document(report: PathReport) -> Document:
    """Where a model lies, and with what its runtime opens it."""
    return {
        "name": report.name,
        "path": str(report.path),
        "source": report.artifact.source,
        "commit": report.artifact.commit,
        "version": report.artifact.version,
        "runtime": report.runtime,
        "settings": dict(report.settings),
    }


def environment_document(report: "EnvironmentReport") -> Document:
    """What a program has to be told, and what it may stumble over."""
    return {
        "variables": dict(report.variables.values),
        "removed": list(report.variables.removed),
        "warnings": list(report.warnings),
    }


def explain_document(report: "ExplainReport") -> Document:
    """Why a machine gets what it gets of one model; `takes` and `budget` are bytes."""
    own = report.explanation
    rejected = [one for one in own.judged if one.outcome == "rejected"]
    return {
        "model": own.model.name,
        "profile": profile_document(report.profile),
        "optional": own.model.optional,
        "group": own.model.group,
        "chosen": own.chosen.name if own.chosen else None,
        "takes": report.takes(own.chosen) if own.chosen else {},
        "rejected": [
            {
                "source": report.artifacts[one.variant.artifact].source,
                "variant": one.variant.name,
                "because": mismatch_documents(one.because),
            }
            for one in rejected
        ],
        "not_considered": [one.variant.name for one in own.judged if one.outcome == "not considered"],
        "budget": dict(own.available),
        "shared_with": {memory: list(names) for memory, names in report.sharing.items()},
        "stale": report.stale,
    }


def mismatch_documents(because: Iterable[Mismatch]) -> list[Document]:
    """Reasons as every document writes them."""
    return [{"fact": one.fact, "wanted": one.wanted, "found": one.found} for one in because]
