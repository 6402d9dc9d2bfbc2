"""What every format says of a finding: how bad it is, and one sentence."""

from resolver.domain.verify_report import Finding

MEANINGS = {
    "damaged": "Bytes on disk are not those of the lock.",
    "missing": "A file that the lock names is not on disk.",
    "policy": "What is there is not what the policy or the lock allows.",
    "ref-moved": "A reference such as `main` names another commit than the lock.",
    "unexpected": "A file lies in a folder of the lock that the lock does not name.",
    "upstream-gone": "What the lock names is no longer at its source.",
    "upstream-moved": "What was asked for is something else at its source now.",
}
"""By kind of finding (formats.md)."""


def is_error(finding: Finding) -> bool:
    """Whether it counts: a missing optional model does not."""
    return not finding.optional


def sentence(finding: Finding) -> str:
    """What was found, in one line without the hint."""
    parts = [f"{finding.model}: {finding.kind}: {finding.path or finding.artifact}"]
    if finding.expected:
        parts.append(f"expected {finding.expected}")
    if finding.found:
        parts.append(f"found {finding.found}")
    return ", ".join(parts)


def with_hint(finding: Finding) -> str:
    """The sentence, and on a line of its own what to do about it."""
    return f"{sentence(finding)}\n{finding.hint}" if finding.hint else sentence(finding)
