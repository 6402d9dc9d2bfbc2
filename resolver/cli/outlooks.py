"""What is newer, as text and as JSON: `models outdated`, `models update`, `models status --check-updates`."""

from collections.abc import Iterable, Iterator, Sequence

from resolver.cli.documents import Document
from resolver.cli.texts import count, seconds
from resolver.domain.errors import ModelsError
from resolver.domain.lock import Artifact
from resolver.domain.ports import Candidate
from resolver.domain.upstream import (
    PRE_RELEASE,
    YANKED,
    Excluded,
    OutdatedReport,
    Outlook,
    Subject,
    shortened,
)

MOST_NAMES = 5
"""Models that a command is shown with; more are left to the reader."""
_REASONS = {PRE_RELEASE: "a pre-release", YANKED: "yanked"}


def headline(report: OutdatedReport) -> str:
    """How many were asked about, and what was found, the current ones apart."""
    states = [one.state for one in report.outlooks if one.state != "current"]
    found = ", ".join(f"{states.count(one)} {one}" for one in dict.fromkeys(states)) or "all current"
    return f"{count(len(report.outlooks), 'artifact')} asked in {seconds(report.seconds)}: {found}"


def rows(outlooks: Iterable[Outlook]) -> list[tuple[str, ...]]:
    """A line for each: its state, whose it is, what it is, and everything that is to be said."""
    return [
        (f" {one.state}", models_text(one.subject), one.subject.artifact.name, outlook_text(one)) for one in outlooks
    ]


def worth_a_line(report: OutdatedReport) -> list[Outlook]:
    """Those of which there is more to say than that they are current; what could not be asked is a warning."""
    asked = (one for one in report.outlooks if one.error is None)
    return [one for one in asked if one.state not in ("current", "pinned") or one.excluded]


def models_text(subject: Subject) -> str:
    """The models that have a part in an artifact, and whether they only need it."""
    first, *others = subject.models
    more = f" +{len(others)}" if others else ""
    return f"{first}{more}{' needs' if subject.needed else ''}"


def outlook_text(one: Outlook) -> str:
    """The pin, what an update makes of it, and what it leaves out."""
    pinned = _pin(one.subject.artifact, one.state)
    moves = f"{pinned} → {_newer(one, one.newer)}" if one.newer else pinned
    error = f"could not be asked: {one.error.message}" if one.error else None
    return "; ".join(part for part in (moves, one.remark, error, *map(excluded_text, one.excluded)) if part)


def excluded_text(one: Excluded) -> str:
    """What exists and is not taken, with each constraint that says so."""
    name = f"{shortened(one.name)}@{one.commit[:7]}" if one.commit else shortened(one.name)
    note = f" ({one.note})" if one.note else ""
    return f"{name}{note} exists, {', '.join(map(_reason, one.because))}"


def held_lines(held: Iterable[Outlook]) -> Iterator[str]:
    """A sentence on each thing that an update left where it is."""
    for one in held:
        for excluded in one.excluded:
            needed = f" (needs {one.subject.artifact.name})" if one.subject.needed else ""
            yield f"{one.subject.models[0]}{needed}: {excluded_text(excluded)}"


def update_hint(outlooks: Iterable[Outlook]) -> str | None:
    """The command that takes what is newer, if anything is; not for models of which something does not stand."""
    several = list(outlooks)
    doubtful = {name for one in several if _does_not_stand(one) for name in one.subject.models}
    named = dict.fromkeys(one.subject.models[0] for one in several if one.updatable)
    names = [name for name in named if name not in doubtful]
    if not names:
        return None
    return f"`models update {' '.join(names[:MOST_NAMES])}{' …' if len(names) > MOST_NAMES else ''}`"


def _does_not_stand(one: Outlook) -> bool:
    """Whether somebody should look before an update, or none can be had."""
    return one.state in ("moved", "replaced") or (one.state == "gone" and one.newer is None)


def update_line(report: OutdatedReport) -> str:
    """How much of what a machine has could be updated, and the command that does it."""
    found = sum(one.updatable for one in report.outlooks)
    command = update_hint(report.outlooks)
    unasked = sum(one.error is not None for one in report.outlooks)
    parts = [f"Updates {found} of {count(len(report.outlooks), 'artifact')}"]
    parts += [f"{unasked} could not be asked"] if unasked else []
    return " · ".join([*parts, command] if command else parts)


def error_hints(errors: Iterable[ModelsError | None]) -> list[str]:
    """What to do about what could not be asked, each once."""
    return list(dict.fromkeys(one.hint for one in errors if one is not None and one.hint))


def _reason(because: str) -> str:
    key, _, value = because.partition(": ")
    if key not in ("version", "revision"):
        return _REASONS.get(because, because)
    shown = f"{value[:8]}…" if len(value) >= 40 else value
    return f"`{key}: {shown}` excludes it"


def _pin(artifact: Artifact, state: str) -> str:
    """What is pinned, in short; the commit besides where that is what the state is about."""
    commit = (artifact.commit or "")[:7]
    if artifact.version:
        return f"{shortened(artifact.version)}@{commit}" if state == "moved" else shortened(artifact.version)
    if artifact.commit:
        pinned = artifact.commit.startswith(artifact.request)
        return artifact.commit[:8] if pinned else f"{shortened(artifact.request)}@{commit}"
    whole = artifact.archive or next(iter(artifact.files), None)
    return f"sha256 {whole.sha256[:8]}" if whole else ""


def _newer(one: Outlook, newer: Candidate) -> str:
    commit = (newer.commit or "")[:7]
    if newer.version is None:
        return f"{shortened(one.subject.artifact.request)}@{commit}"
    return f"{shortened(newer.version)}@{commit}" if one.state == "moved" and commit else shortened(newer.version)


def outdated_document(report: OutdatedReport) -> Document:
    """What `outdated` found."""
    return {**asked_document(report), "stale": report.stale, "seconds": round(report.seconds, 3)}


def asked_document(report: OutdatedReport) -> Document:
    """Every artifact that was asked about, and how many could be updated or not be asked."""
    return {
        "artifacts": outlook_documents(report.outlooks),
        "totals": {
            "asked": len(report.outlooks),
            "updates": sum(one.updatable for one in report.outlooks),
            "unasked": sum(one.error is not None for one in report.outlooks),
        },
    }


def outlook_documents(outlooks: Sequence[Outlook]) -> list[Document]:
    """Outlooks as every document writes them."""
    return [
        {
            **subject_document(one.subject),
            "state": one.state,
            "pinned": {"version": one.subject.artifact.version, "commit": one.subject.artifact.commit},
            "newer": {"version": one.newer.version, "commit": one.newer.commit} if one.newer else None,
            "excluded": [
                {"name": other.name, "commit": other.commit, "because": list(other.because), "note": other.note}
                for other in one.excluded
            ],
            "remark": one.remark,
            "error": error_document(one.error) if one.error else None,
        }
        for one in outlooks
    ]


def subject_document(subject: Subject) -> Document:
    """Which artifact is meant, and whose it is."""
    return {
        "artifact": subject.artifact.key,
        "models": list(subject.models),
        "needed": subject.needed,
        "optional": subject.optional,
    }


def error_document(error: ModelsError) -> Document:
    """Why something could not be asked, in the words of an error document."""
    return {
        "error": type(error).__name__.removesuffix("Error"),
        "exit_code": error.exit_code,
        "message": error.message,
        "hint": error.hint,
    }
