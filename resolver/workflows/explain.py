"""`models explain`: why a machine gets the variant of a model that it gets. From the lock, offline, nothing written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from resolver.domain.explanation import Explanation
from resolver.domain.lock import Artifact
from resolver.domain.manifest import Variant
from resolver.domain.profile import Profile
from resolver.stages.select import explain as explained
from resolver.stages.select.table import MEMORIES, Machine
from resolver.workflows.machine import machine_text, profile_for
from resolver.workflows.status import is_stale
from resolver.workflows.workspace import Workspace, check_names, load_lock


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """The judgement on every variant of one model.

    `sharing` maps a memory to the models that are loaded together with this one and take some of it, in manifest
    order; `artifacts` are those of the model's variants by key.
    """

    profile: Profile
    explanation: Explanation
    sharing: Mapping[str, tuple[str, ...]]
    artifacts: Mapping[str, Artifact]
    stale: bool

    def takes(self, variant: Variant) -> dict[str, int]:
        """Bytes that a variant counts against each memory, without those that it leaves alone."""
        return _load(self.profile, variant)


def explain(workspace: Workspace, name: str, profile: str | None) -> ExplainReport:
    """Judge the variants of one model; selection covers all models, because they share a budget.

    Raises:
        MissingLockError: there is no lock.
        UnknownNameError: there is no such model, or no such profile.
        NothingSuitsError: some required model has nothing that suits; no single model can be explained then.
        UnknownFactError: an unknown fact would decide.
    """
    locked = load_lock(workspace)
    check_names(frozenset({name}), {model.name: model for model in locked.models})
    machine = profile_for(workspace, profile, {known: one.facts for known, one in locked.profiles.items()})
    everything = explained(locked.models, locked.budget, machine.facts, machine_text(machine))
    (own,) = (one for one in everything if one.model.name == name)
    return ExplainReport(
        profile=machine,
        explanation=own,
        sharing=_sharing(machine, own, everything),
        artifacts={one.artifact: locked.artifacts[one.artifact] for one in own.model.variants},
        stale=is_stale(workspace, locked),
    )


def _sharing(profile: Profile, own: Explanation, everything: Sequence[Explanation]) -> dict[str, tuple[str, ...]]:
    taking = list(_taking(profile, own, everything))
    return {memory: tuple(name for name, load in taking if memory in load) for memory in MEMORIES}


def _taking(
    profile: Profile, own: Explanation, everything: Sequence[Explanation]
) -> Iterator[tuple[str, Mapping[str, int]]]:
    """What the other models of the group take."""
    for one in everything:
        if one.model.name != own.model.name and one.model.group == own.model.group and one.chosen is not None:
            yield one.model.name, _load(profile, one.chosen)


def _load(profile: Profile, variant: Variant) -> dict[str, int]:
    load = Machine(profile.facts, {}).load(variant)
    return {memory: size for memory, size in zip(MEMORIES, load, strict=True) if size}
