"""`models tree`."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from resolver.cli import options
from resolver.cli.options import Session, common
from resolver.cli.tables import say, tell
from resolver.cli.texts import STALE
from resolver.domain.lock import Artifact, File, Lock
from resolver.domain.manifest import Variant
from resolver.domain.quantities import format_size

if TYPE_CHECKING:
    from resolver.workflows.dependencies import TreeReport


@click.command()
@options.profile_option
@common
def tree(session: Session, *, profile: str | None) -> int:
    """What each model brings: its variants, their artifacts, and what those need, with the reason.

    All variants; with --profile, those that the machine gets. Reads the lock alone. Never uses the network.
    """
    from resolver.workflows import dependencies as workflow

    report = workflow.tree(session.workspace(), session.profile(profile))
    if session.json:
        from resolver.cli.documents import write
        from resolver.cli.graphs import tree_document

        write("tree", 0, tree_document(report))
    else:
        for line in _lines(report):
            tell(line, sys.stdout)
    if report.stale and not session.quiet:
        say(STALE)
    return 0


def _lines(report: "TreeReport") -> Iterator[str]:
    from resolver.stages.select import mismatch_text

    shown: set[str] = set()
    for model in report.lock.models:
        yield f"{model.name}{' (optional)' if model.optional else ''}"
        for variant in report.variants.get(model.name, ()):
            yield f"  {variant.name} · {variant.runtime}"
            yield from _branch(report.lock, variant, shown)
        if model.name in report.skipped:
            because = "; ".join(mismatch_text(one) for one in report.skipped[model.name].because)
            yield f"  skipped: {because}"


def _branch(locked: Lock, variant: Variant, shown: set[str]) -> Iterator[str]:
    """What a variant brings, each with what says so. What an artifact needs is said once, which also ends a cycle.

    A stack and no recursion: how deep it goes is up to whoever wrote the lock.
    """
    wanted = locked.wanted(variant)
    waiting: list[tuple[int, str, str | None]] = [(0, variant.artifact, None)]
    while waiting:
        depth, key, because = waiting.pop()
        artifact = locked.artifacts[key]
        again = key in shown and bool(artifact.dependencies)
        shown.add(key)
        yield f"{'  ' * (depth + 2)}{_artifact(artifact, wanted[key])}{'  (see above)' if again else ''}"
        if because is not None:
            yield f"{'  ' * (depth + 3)}because {because}"
        if not again:
            waiting += [(depth + 1, edge.artifact, edge.because) for edge in reversed(artifact.dependencies)]


def _artifact(artifact: Artifact, wanted: Iterable[File]) -> str:
    marks = " · ".join([*(["gated"] if artifact.gated else []), *artifact.flags])
    size = format_size(sum(file.size for file in wanted))
    return "  ".join(part for part in (artifact.source, _pin(artifact), size, marks) if part)


def _pin(artifact: Artifact) -> str:
    """What an artifact is pinned to: a release, or a ref and its commit, else its bytes."""
    from resolver.workflows.status import version_text

    whole = artifact.archive or next(iter(artifact.files), None)
    return version_text(artifact) or (f"sha256 {whole.sha256[:8]}" if whole else "")
