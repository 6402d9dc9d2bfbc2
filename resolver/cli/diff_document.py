"""The JSON document of `models diff`; keys are only ever added."""

from resolver.cli.documents import Document, change_document
from resolver.domain.diff_report import Comparison, Version


def diff_document(comparison: Comparison) -> Document:
    """Which locks were compared, every change, and the bytes that each declared machine needs."""
    before, after = comparison.sizes
    return {
        "before": _version(comparison.before),
        "after": _version(comparison.after),
        "changes": [change_document(one) for one in comparison.changes],
        "machines": {
            one.machine: {
                "before": one.before,
                "after": one.after,
                "size_delta": None if one.before is None or one.after is None else one.after - one.before,
            }
            for one in comparison.needs
        },
        "bytes": {"before": before, "after": after, "size_delta": after - before},
        "notes": list(comparison.notes),
    }


def _version(version: Version) -> Document:
    return {"name": version.name, "commit": version.commit, "lock": version.there}
