"""JUnit's XML, as Jenkins and GitLab read it: a case for each model, which fails if a finding against it counts."""

import re
from xml.sax.saxutils import escape, quoteattr

from resolver.domain.verify_report import Finding, VerifyReport
from resolver.exports.findings import is_error, with_hint

_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for (section 2.2)."""


def junit(report: VerifyReport) -> str:
    """One suite; a model that has nothing against it is a case that passed."""
    by_model: dict[str, list[Finding]] = {name: [] for name in report.names}
    for one in report.findings:
        by_model.setdefault(one.model, []).append(one)
    cases = [_case(model, found) for model, found in by_model.items()]
    failures = sum(any(map(is_error, found)) for found in by_model.values())
    head = f'tests="{len(cases)}" failures="{failures}" errors="0" time="{report.seconds:.3f}"'
    body = "".join(cases)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites {head}>\n'
        f'<testsuite name="models verify" {head}>\n{body}</testsuite>\n</testsuites>\n'
    )


def _case(model: str, found: list[Finding]) -> str:
    counted = [one for one in found if is_error(one)]
    excused = [one for one in found if not is_error(one)]
    head = f'<testcase classname="models.lock" name={quoteattr(_clean(model))}'
    if not found:
        return f"{head}/>\n"
    failure = ""
    if counted:
        kinds = ", ".join(dict.fromkeys(one.kind for one in counted))
        failure = f"<failure type={quoteattr(kinds)} message={quoteattr(kinds)}>{_lines(counted)}</failure>"
    said = f"<system-out>{_lines(excused)}</system-out>" if excused else ""
    return f"{head}>{failure}{said}</testcase>\n"


def _lines(found: list[Finding]) -> str:
    return escape(_clean("\n".join(with_hint(one) for one in found)))


def _clean(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
