"""What the policy of a manifest says to a lock: refusals and warnings, each with the model that they are about."""

from collections.abc import Iterator
from dataclasses import dataclass

from resolver.domain.lock import Artifact, Lock
from resolver.domain.manifest import CODE, CUSTOM_LOADER, PICKLE, Model, Policy

# Flag of an artifact, the policy that judges it, what `allow:` calls the exception, and the flag in plain words.
_RULES = (
    (PICKLE, "pickle", "pickle", "holds pickles, which execute code when they are loaded"),
    (CODE, "remote_code", "remote_code", "holds Python code that a loader imports"),
    (CUSTOM_LOADER, "remote_code", "remote_code", "names a loader of its own"),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One sentence of the policy about one artifact of one model; `about` is `license` or `flags`."""

    model: str
    artifact: str
    text: str
    refused: bool
    about: str = "flags"


def judge(lock: Lock) -> tuple[Judgement, ...]:
    """Every refusal and warning, each once, models in order."""
    found: dict[Judgement, None] = {}
    for model in lock.models:
        for variant in model.variants:
            for key in lock.closure(variant.artifact):
                found.update(dict.fromkeys(_judged(model, lock.artifacts[key], lock.policy)))
    return tuple(found)


def _judged(model: Model, artifact: Artifact, policy: Policy) -> Iterator[Judgement]:
    complaint = _license_complaint(artifact.license, policy)
    if complaint:
        yield Judgement(model.name, artifact.key, complaint, refused=True, about="license")
    for flag, rule, exception, words in _RULES:
        verdict = getattr(policy, rule)
        if flag in artifact.flags and verdict != "allow" and exception not in model.allow:
            yield Judgement(model.name, artifact.key, f"{words} (`allow: [{exception}]` permits it)", verdict == "deny")


def _license_complaint(found: str | None, policy: Policy) -> str | None:
    if found is None:
        if policy.licenses_allow is None:
            return None
        return "no licence is stated and the policy has an allow-list (`license: …` on the model states it)"
    for part in found.strip("()").split(" and "):
        choices = [one.strip("() ") for one in part.split(" or ")]
        if all(one in policy.licenses_deny for one in choices):
            return f"licence {part} is denied"
        if policy.licenses_allow is not None and not any(one in policy.licenses_allow for one in choices):
            return f"licence {part} is not in the allow-list"
    return None
