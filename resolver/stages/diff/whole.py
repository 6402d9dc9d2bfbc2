"""What differs of the whole lock: order, policy, budget, cache, machines."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from resolver.domain.lock import Lock
from resolver.domain.lock_report import Change
from resolver.domain.manifest import Policy
from resolver.stages.diff.machines import machine_changes
from resolver.stages.diff.values import Said, differing, listed, lists

_STRICTER = ("deny", "warn", "allow")
LOOSER = "the policy is looser"


def whole_changes(old: Lock, new: Lock) -> Iterator[Change]:
    """What belongs to no model."""
    names = ([one.name for one in old.models], [one.name for one in new.models])
    order = tuple([name for name in several if name in names[0] and name in names[1]] for several in names)
    if order[0] != order[1]:
        change = Change(None, "requirement", ", ".join(order[0]), ", ".join(order[1]))
        yield replace(change, subject="order of models")
    yield from _policy(old.policy, new.policy)
    if old.budget != new.budget:
        before, after = differing(_percents(old.budget), _percents(new.budget))
        yield Change(None, "requirement", before, after, subject="budget")
    if old.cache != new.cache:
        yield Change(None, "requirement", old.cache, new.cache, subject="cache")
    yield from machine_changes(old, new)


def _percents(budget: Mapping[str, int]) -> dict[str, object]:
    return {name: f"{share}%" for name, share in budget.items()}


def _policy(old: Policy, new: Policy) -> Iterator[Change]:
    for subject, before, after in (
        ("pickle", old.pickle, new.pickle),
        ("remote_code", old.remote_code, new.remote_code),
    ):
        if before != after:
            looser = _STRICTER.index(after) > _STRICTER.index(before)
            yield _rule(subject, (before, after), looser=looser)
    if _allowed(old) != _allowed(new):
        known = old.licenses_allow
        looser = known is not None and (new.licenses_allow is None or not {*new.licenses_allow} <= {*known})
        yield _rule("licenses.allow", (_allowed(old), _allowed(new)), looser=looser)
    if sorted(old.licenses_deny) != sorted(new.licenses_deny):
        looser = not {*old.licenses_deny} <= {*new.licenses_deny}
        yield _rule("licenses.deny", lists(old.licenses_deny, new.licenses_deny), looser=looser)


def _allowed(policy: Policy) -> str:
    """Which licences are allowed; an empty list allows none, no list allows every one."""
    return "every licence" if policy.licenses_allow is None else listed(policy.licenses_allow) or "none"


def _rule(subject: str, said: Said, *, looser: bool) -> Change:
    return Change(None, "policy", *said, subject=subject, alerts=(LOOSER,) if looser else ())
