"""`models tree` and `models why`: what needs what, as the lock says it. Offline, nothing written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from resolver.domain.errors import UnknownNameError
from resolver.domain.lock import MANIFEST_SAYS, Lock, Skipped
from resolver.domain.manifest import Model, Variant
from resolver.domain.names import nearest
from resolver.domain.profile import Profile
from resolver.stages.select import select
from resolver.workflows.machine import machine_text, profile_for
from resolver.workflows.status import is_stale
from resolver.workflows.workspace import Workspace, load_lock


@dataclass(frozen=True, slots=True)
class TreeReport:
    """The models with the variants that are shown: all, or with a `profile` what that machine gets of each."""

    lock: Lock
    profile: Profile | None
    variants: Mapping[str, tuple[Variant, ...]]
    stale: bool
    skipped: Mapping[str, Skipped] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """An artifact on a path, and what says that it is needed."""

    artifact: str
    because: str


@dataclass(frozen=True, slots=True)
class Way:
    """The shortest path from a variant to an artifact; the first step is the variant's own artifact."""

    model: str
    variant: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class WhyReport:
    """Every path to what a name means: from each variant that needs it, or, of a model, to all that it brings."""

    name: str
    ways: tuple[Way, ...]
    stale: bool


def tree(workspace: Workspace, profile: str | None) -> TreeReport:
    """What each model brings; with a profile, what that machine gets.

    Raises:
        MissingLockError: there is no lock.
        ModelsError: the profile does not exist, or cannot be served.
    """
    locked = load_lock(workspace)
    stale = is_stale(workspace, locked)
    if profile is None:
        return TreeReport(locked, None, {model.name: model.variants for model in locked.models}, stale)
    machine = profile_for(workspace, profile, {name: one.facts for name, one in locked.profiles.items()})
    selection = select(locked.models, locked.budget, machine.facts, machine_text(machine))
    variants = {one.model.name: (one.variant,) for one in selection.chosen}
    return TreeReport(locked, machine, variants, stale, selection.skipped)


def why(workspace: Workspace, name: str) -> WhyReport:
    """Who needs what `name` means: a model, else an artifact's whole key, a source, or the name in a source.

    Raises:
        MissingLockError: there is no lock.
        UnknownNameError: the lock has nothing of that name.
    """
    locked = load_lock(workspace)
    stale = is_stale(workspace, locked)
    model = next((one for one in locked.models if one.name == name), None)
    if model is not None:
        return WhyReport(name, tuple(_ways([model], locked, locked.artifacts.keys())), stale)
    return WhyReport(name, tuple(_ways(locked.models, locked, _meant(locked, name))), stale)


def _meant(locked: Lock, name: str) -> frozenset[str]:
    for word in ("key", "source", "name"):
        found = frozenset(key for key, one in locked.artifacts.items() if getattr(one, word) == name)
        if found:
            return found
    models = [model.name for model in locked.models]
    known = {text for one in locked.artifacts.values() for text in (one.key, one.source, one.name)}
    close = nearest(name, [*models, *known])
    raise UnknownNameError(
        f"nothing in models.lock is named '{name}'",
        hint=f"did you mean '{close}'?" if close else "`models tree` shows everything that there is",
    )


def _ways(models: Iterable[Model], locked: Lock, wanted: Iterable[str]) -> Iterator[Way]:
    """Paths in the order of the manifest, then of what is needed first."""
    keys = frozenset(wanted)
    for model in models:
        for variant in model.variants:
            first = Step(variant.artifact, _stated(model, variant))
            for key, edges in locked.ways(variant.artifact).items():
                if key in keys:
                    steps: Sequence[Step] = [Step(one.artifact, one.because) for one in edges]
                    yield Way(model.name, variant.name, (first, *steps))


def _stated(model: Model, variant: Variant) -> str:
    """Where models.yaml asks for a variant."""
    if len(model.variants) == 1:
        return f"{MANIFEST_SAYS}{model.name}"
    return f"{MANIFEST_SAYS}{model.name}, variant '{variant.name}'"
