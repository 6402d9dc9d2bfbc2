"""Asking the sources, all at once, what they say now of what a lock pins; and `models verify --upstream`."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from resolver.concurrency import in_threads
from resolver.domain.errors import InterruptedByUserError, ModelsError, NotFoundUpstreamError
from resolver.domain.globs import wanted_by_any
from resolver.domain.lock import Artifact, Lock
from resolver.domain.manifest import Variant
from resolver.domain.ports import Candidate
from resolver.domain.upstream import Standing, Subject, Unasked, UpstreamReport
from resolver.domain.verify_report import Finding
from resolver.stages.resolve import uses_in
from resolver.stages.upstream import gone, upstream_findings, upstream_warnings
from resolver.workflows.gates import refusal_error
from resolver.workflows.together import AT_A_TIME
from resolver.workflows.workspace import Workspace, check_names, check_network, load_lock

T = TypeVar("T")


def subjects(locked: Lock, meant: Mapping[str, Sequence[Variant]]) -> list[Subject]:
    """Every artifact that these variants of models bring, each once, with all models that have a part in it."""
    owners = _owners(locked)
    optional = {model.name for model in locked.models if model.optional}
    found: dict[str, Subject] = {}
    for name, variants in meant.items():
        for key in (key for variant in variants for key in locked.closure(variant.artifact)):
            if key not in found:
                names = dict.fromkeys([name, *owners[key]])
                needed = not any(owners[key].values())
                found[key] = Subject(locked.artifacts[key], tuple(names), needed, optional.issuperset(names))
    return list(found.values())


def _owners(locked: Lock) -> dict[str, dict[str, bool]]:
    """By artifact, the models that bring it, and whether a variant of theirs is it."""
    found: dict[str, dict[str, bool]] = {}
    for model in locked.models:
        for variant in model.variants:
            for key in locked.closure(variant.artifact):
                mine = found.setdefault(key, {})
                mine[model.name] = mine.get(model.name, False) or key == variant.artifact
    return found


def variants_of(locked: Lock, only: frozenset[str]) -> dict[str, Sequence[Variant]]:
    """Every variant of the models that are meant: what is pinned serves all machines.

    Raises:
        UnknownNameError: a model does not exist.
    """
    check_names(only, {model.name: model for model in locked.models})
    return {model.name: model.variants for model in locked.models if not only or model.name in only}


def check_upstream(workspace: Workspace, only: frozenset[str]) -> None:
    """That `verify_upstream` may ask, said before every byte is read for an answer that would be half of one.

    Raises:
        OfflineError: it may not.
        ModelsError: there is no lock, or no model of that name.
    """
    locked = load_lock(workspace)
    check_network(workspace, kinds_of(subjects(locked, variants_of(locked, only))))


def kinds_of(asked: Iterable[Subject]) -> set[str]:
    """The sources that would be asked."""
    return {one.artifact.kind for one in asked}


def answers(asked: Sequence[Subject], question: Callable[[Subject], T]) -> Iterator[tuple[Subject, T | ModelsError]]:
    """What came of a question about each, in their order; who does not answer keeps nobody from answering."""
    for subject, future in zip(asked, in_threads(asked, question, AT_A_TIME), strict=True):
        error = future.exception()
        if isinstance(error, ModelsError) and not isinstance(error, InterruptedByUserError):
            yield subject, error
        else:
            yield subject, future.result()


def standing_of(workspace: Workspace, locked: Lock) -> Callable[[Subject], Standing]:
    """The question what a source says now of an artifact of this lock."""
    uses = uses_in(locked)

    def ask(subject: Subject) -> Standing:
        artifact = subject.artifact
        filters = frozenset(use.files for use in uses.get(artifact.key, ()))
        return workspace.sources()[artifact.kind].standing(artifact, lambda path: wanted_by_any(path, filters))

    return ask


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a source says, what else does not stand, and what it refused to say."""

    standing: Standing
    findings: tuple[Finding, ...] = ()
    refused: ModelsError | None = None


def verify_upstream(workspace: Workspace, only: frozenset[str]) -> UpstreamReport:
    """Whether what the lock pins still stands where it came from, on whatever machine it is wanted.

    Raises:
        ModelsError: there is no lock, or no model of that name.
    """
    started = time.monotonic()
    locked = load_lock(workspace)
    asked = subjects(locked, variants_of(locked, only))
    told = _Told()
    for subject, seen in answers(asked, _look(workspace, locked)):
        told.hear(subject, seen)
    return UpstreamReport(
        len(asked), tuple(told.findings), tuple(told.unasked), time.monotonic() - started, tuple(told.warnings)
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """What was told so far."""

    findings: list[Finding] = field(default_factory=list)
    unasked: list[Unasked] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def hear(self, subject: Subject, seen: _Seen | ModelsError) -> None:
        """Sort an answer, or that there is none."""
        if isinstance(seen, ModelsError):
            self.unasked.append(Unasked(subject, seen))
            return
        self.findings.extend([*upstream_findings(subject, seen.standing), *seen.findings])
        self.warnings.extend(upstream_warnings(subject, seen.standing))
        if seen.refused is not None:
            self.unasked.append(Unasked(subject, seen.refused))


def _look(workspace: Workspace, locked: Lock) -> Callable[[Subject], _Seen]:
    """The question what a source says now, and whether it would give the largest file: listings have no gates."""
    ask = standing_of(workspace, locked)

    def look(subject: Subject) -> _Seen:
        standing = ask(subject)
        if standing.gone is not None or standing.replaced(subject.artifact):
            return _Seen(standing)
        path = _largest(subject.artifact)
        try:
            refusal = _probed(workspace, subject.artifact, path)
        except NotFoundUpstreamError:
            return _Seen(standing, (gone(subject, "the source does not give it any more", path or ""),))
        except ModelsError as error:
            return _Seen(standing, refused=error)
        return _Seen(standing, refused=refusal)

    return look


def _largest(artifact: Artifact) -> str | None:
    largest = max(artifact.files, key=lambda one: (one.size, one.path), default=None)
    return largest.path if largest else None


def _probed(workspace: Workspace, artifact: Artifact, path: str | None) -> ModelsError | None:
    source = workspace.sources()[artifact.kind]
    refusal = source.probe(artifact.source, Candidate(artifact.version, artifact.commit), path)
    return refusal_error(refusal) if refusal is not None else None
