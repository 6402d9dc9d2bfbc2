"""The JSON document of `models status`; keys are only ever added."""

from resolver.cli.documents import Document, profile_document
from resolver.domain.status_report import Alternative, ModelStatus, StatusReport


def status_document(report: StatusReport) -> Document:
    """What is there, by category; sizes are bytes."""
    return {
        "profile": profile_document(report.profile),
        "lock_sha256": report.lock_sha256,
        "stale": report.stale,
        "cache": report.cache,
        "store": report.store,
        "token": report.has_token,
        "categories": [_category(report, name) for name in dict.fromkeys(one.category for one in report.models)],
        "totals": {
            "models": len(report.models),
            "ready": report.count("ready"),
            "missing": len(report.models) - report.count("ready", "skipped"),
            "skipped": report.count("skipped"),
            "bytes": report.on_disk,
            "bytes_shared": report.shared,
            "bytes_left": report.left,
        },
        "next": list(report.next),
        "warnings": list(report.warnings),
    }


def _category(report: StatusReport, name: str) -> Document:
    return {"name": name, "models": [_model(one) for one in report.models if one.category == name]}


def _model(status: ModelStatus) -> Document:
    return {
        "name": status.name,
        "state": status.state,
        "variant": status.variant,
        "artifact": status.artifact,
        "version": status.version,
        "size": status.size,
        "path": status.path,
        "optional": status.optional,
        "settings": dict(status.settings),
        "hint": status.hint,
        "available": [_alternative(one) for one in status.available],
    }


def _alternative(one: Alternative) -> Document:
    return {
        "variant": one.variant,
        "artifact": one.artifact,
        "version": one.version,
        "size": one.size,
        "when": dict(one.when),
        "needs": dict(one.needs),
        "profiles": list(one.profiles),
    }
