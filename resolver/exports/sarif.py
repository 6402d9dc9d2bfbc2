"""SARIF 2.1.0 (OASIS, 27 March 2020), which code scanning services read."""

import hashlib
import json
from urllib.parse import quote

from resolver import __version__
from resolver.domain.lock_places import LockPlaces
from resolver.domain.verify_report import Finding, VerifyReport
from resolver.exports.findings import MEANINGS, is_error, with_hint


def sarif(report: VerifyReport, places: LockPlaces) -> str:
    """One run with a result for each finding, on the line of the lock that it is about."""
    rules = [{"id": kind, "shortDescription": {"text": text}} for kind, text in sorted(MEANINGS.items())]
    driver = {"name": "models", "version": __version__, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, places) for one in report.findings],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _result(finding: Finding, places: LockPlaces) -> dict[str, object]:
    place = {
        "artifactLocation": {"uri": quote(places.file)},
        "region": {"startLine": places.line(finding.artifact, finding.path)},
    }
    same = hashlib.sha256(f"{finding.kind}\0{finding.artifact}\0{finding.path}".encode(errors="surrogateescape"))
    return {
        "ruleId": finding.kind,
        "level": "error" if is_error(finding) else "note",
        "message": {"text": _unicode(with_hint(finding))},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": same.hexdigest()},
    }


def _unicode(text: str) -> str:
    """A text without the halves of characters that stand for bytes of a name that is no Unicode."""
    return text.encode(errors="surrogateescape").decode(errors="replace")
