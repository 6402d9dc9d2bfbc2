"""What the policy says: each refusal and warning once, with the model that it is about."""

from dataclasses import replace

import pytest

from resolver.domain.manifest import Policy
from resolver.policy.judge import Judgement, judge
from tests.unit.domain.values import KEY, artifact, lock, model, variant

OTHER = "hf:org/other@main"
ONE = artifact(KEY)


def judged(stated: Policy, license: str | None = "mit", *flags: str, allow: tuple[str, ...] = ()) -> list[Judgement]:  # noqa: A002  # the word of the lock
    found = replace(
        lock([replace(model("asr"), allow=allow)], replace(ONE, license=license, flags=flags)), policy=stated
    )
    return list(judge(found))


def verdicts(stated: Policy, *flags: str, allow: tuple[str, ...] = ()) -> list[tuple[str, bool]]:
    return [(one.text, one.refused) for one in judged(stated, "mit", *flags, allow=allow)]


def test_what_is_harmless_is_not_mentioned() -> None:
    assert judged(Policy()) == []
    assert judged(Policy(pickle="deny", remote_code="deny")) == []


PICKLES = "holds pickles, which execute code when they are loaded (`allow: [pickle]` permits it)"
CODE = "holds Python code that a loader imports (`allow: [remote_code]` permits it)"
LOADER = "names a loader of its own (`allow: [remote_code]` permits it)"


def policy(rule: str, verdict: str) -> Policy:
    return Policy(pickle=verdict) if rule == "pickle" else Policy(remote_code=verdict)


@pytest.mark.parametrize(
    ("flag", "rule", "text"),
    [("pickle", "pickle", PICKLES), ("code", "remote_code", CODE), ("custom_loader", "remote_code", LOADER)],
)
def test_a_flag_is_refused_warned_of_or_allowed(flag: str, rule: str, text: str) -> None:
    assert verdicts(policy(rule, "deny"), flag) == [(text, True)]
    assert verdicts(policy(rule, "warn"), flag) == [(text, False)]
    assert verdicts(policy(rule, "allow"), flag) == []
    assert verdicts(Policy(), flag) == [(text, False)]
    for exception in ("pickle", "remote_code"):
        found = verdicts(policy(rule, "deny"), flag, allow=(exception,))
        assert found == ([] if exception == rule else [(text, True)])


def test_an_unknown_flag_says_nothing() -> None:
    assert verdicts(Policy(pickle="deny", remote_code="deny"), "later") == []


def test_everything_is_said_licence_first() -> None:
    found = judged(Policy(licenses_deny=("gpl",), pickle="deny"), "gpl", "custom_loader", "code", "pickle")
    assert [(one.text.split()[0], one.refused) for one in found] == [
        ("licence", True),
        ("holds", True),
        ("holds", False),
        ("names", False),
    ]


@pytest.mark.parametrize(
    ("allow", "deny", "found", "complaint"),
    [
        (None, (), "anything", None),
        (None, (), None, None),
        (None, ("gpl",), "gpl", "licence gpl is denied"),
        (None, ("gpl",), "mit", None),
        (None, ("gpl",), None, None),
        (("mit",), (), "mit", None),
        (("mit",), (), "gpl", "licence gpl is not in the allow-list"),
        (("mit",), (), None, "no licence is stated and the policy has an allow-list"),
        ((), (), "mit", "licence mit is not in the allow-list"),
        (("mit",), ("mit",), "mit", "licence mit is denied"),
        (("mit",), (), "mit and apache-2.0", "licence apache-2.0 is not in the allow-list"),
        (("mit", "apache-2.0"), (), "mit and apache-2.0", None),
        (("mit",), (), "mit or gpl", None),
        (("mit",), (), "(mit or gpl)", None),
        (("mit",), (), "bsd or gpl", "licence bsd or gpl is not in the allow-list"),
        (None, ("gpl",), "mit or gpl", None),
        (None, ("gpl",), "mit and gpl", "licence gpl is denied"),
        (None, ("gpl", "agpl"), "gpl or agpl", "licence gpl or agpl is denied"),
    ],
)
def test_a_licence_is_permitted_or_not(
    allow: tuple[str, ...] | None, deny: tuple[str, ...], found: str | None, complaint: str | None
) -> None:
    said = judged(Policy(allow, deny), found)
    assert [(one.text.partition(" (")[0], one.refused) for one in said] == ([(complaint, True)] if complaint else [])


def test_what_a_model_depends_on_is_judged_too_with_its_exceptions() -> None:
    needing = artifact(KEY, needs=[OTHER])
    flagged = replace(artifact(OTHER), flags=("pickle",))
    models = [model("asr"), replace(model("vad"), allow=("pickle",))]
    found = judge(replace(lock(models, needing, flagged), policy=Policy(pickle="deny")))
    assert found == (Judgement("asr", OTHER, PICKLES, refused=True),)


def test_each_thing_is_said_once_for_each_model_in_order() -> None:
    models = [model("vad", variant("a"), variant("b")), model("asr")]
    found = judge(lock(models, replace(ONE, flags=("pickle",))))
    assert [(one.model, one.artifact) for one in found] == [("vad", KEY), ("asr", KEY)]


def test_every_variant_is_judged_whatever_the_machine() -> None:
    flagged = replace(artifact(OTHER), flags=("code",))
    found = judge(lock([model("asr", variant("a"), variant("b", OTHER))], ONE, flagged))
    assert [one.artifact for one in found] == [OTHER]
