"""What differs for the declared machines: which there are, their facts, and what each gets and needs."""

from collections.abc import Iterator, Mapping

from resolver.domain.diff_report import Need
from resolver.domain.lock import Choice, Lock, Skipped
from resolver.domain.lock_report import Change
from resolver.domain.selector import mismatch_text
from resolver.stages.diff.values import differing


def machine_changes(old: Lock, new: Lock) -> Iterator[Change]:
    """Machines that came or went, and facts that differ."""
    for name in sorted({*old.profiles, *new.profiles}):
        before, after = old.profiles.get(name), new.profiles.get(name)
        if before is None or after is None:
            old_name, new_name = (None, name) if before is None else (name, None)
            yield Change(None, "profile", old_name, new_name, profiles=(name,))
        elif before.facts != after.facts:
            facts = differing(before.facts.known(), after.facts.known())
            yield Change(None, "profile", *facts, profiles=(name,), subject="facts")


def selection_changes(model: str, old: Lock, new: Lock, renamed: Mapping[str, str]) -> tuple[Change, ...]:
    """What declared machines get of a model that they did not; the same change on several of them is one.

    `renamed` are the new names of variants by their old ones.
    """
    found: dict[tuple[str | None, str | None, tuple[str, ...]], list[str]] = {}
    for name in sorted(old.profiles.keys() & new.profiles.keys()):
        before, after = (one.profiles[name].selection.get(model) for one in (old, new))
        if before != after and not (isinstance(before, str) and renamed.get(before) == after):
            found.setdefault((_word(before), _word(after), _reasons(after)), []).append(name)
    return tuple(
        Change(model, "selection", before, after, profiles=tuple(names), notes=notes)
        for (before, after, notes), names in found.items()
    )


def _word(choice: Choice | None) -> str | None:
    return "skipped" if isinstance(choice, Skipped) else choice


def _reasons(choice: Choice | None) -> tuple[str, ...]:
    return tuple(map(mismatch_text, choice.because)) if isinstance(choice, Skipped) else ()


def machine_needs(old: Lock | None, new: Lock | None, only: frozenset[str]) -> tuple[Need, ...]:
    """Bytes that each declared machine needs before and after, of all models or of some."""
    sizes = [{name: _bytes(one, name, only) for name in one.profiles} if one else {} for one in (old, new)]
    return tuple(Need(name, *(one.get(name) for one in sizes)) for name in sorted({*sizes[0], *sizes[1]}))


def _bytes(lock: Lock, machine: str, only: frozenset[str]) -> int:
    selection = lock.profiles[machine].selection
    return lock.size_of(
        *(
            variant
            for model in lock.models
            if not only or model.name in only
            for variant in model.variants
            if selection.get(model.name) == variant.name
        )
    )
