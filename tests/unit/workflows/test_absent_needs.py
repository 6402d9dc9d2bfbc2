"""What a library asks for by itself and no source has: the lock goes without, says so, and stays as it is."""

from pathlib import Path

import pytest

from resolver.domain.errors import ModelsError, NetworkError, NotFoundUpstreamError, UnsafeContentError
from resolver.domain.lock import Artifact
from resolver.domain.manifest import Request
from resolver.domain.ports import Candidate, Desk
from resolver.workflows.lock import LockOptions
from tests.scenarios.sources import Offer
from tests.unit.workflows.projects import Heard, adapter, locked, repository, whisper

ASR = "asr: {source: hf:org/asr, runtime: faster-whisper}"
KEY, TINY = "hf:org/asr@main", "hf:openai/whisper-tiny@main"
OFFERS = {"org/asr": whisper()}
TOKENIZER = {"openai/whisper-tiny": repository(files={"tokenizer.json": "9", "model.safetensors": "999"})}
GOES_WITHOUT = (
    f"{KEY}  faster-whisper 1.2.1: asks for it where a model has no tokenizer.json; "
    f"{TINY} is not there, and the lock goes without it"
)


def test_what_is_there_is_locked_and_no_more_of_it_than_is_wanted(tmp_path: Path) -> None:
    found = locked(tmp_path, ASR, OFFERS | TOKENIZER)
    assert found.needs(KEY) == [TINY]
    assert found.paths(TINY) == ["tokenizer.json"]
    assert found.report.warnings == ()


def test_a_repository_that_does_not_exist_is_left_out_and_told(tmp_path: Path) -> None:
    found = locked(tmp_path, ASR, OFFERS)
    assert found.keys == [KEY]
    assert found.edges(KEY) == ()
    assert found.report.warnings == (GOES_WITHOUT,)
    assert found.asked.count("hf:openai/whisper-tiny") == 1


@pytest.mark.parametrize(
    "there",
    [repository(files={"model.safetensors": "9"}), Offer(branches={"dev": "b2"}), Offer(tags={"v1": "c3"})],
    ids=["no such file", "no such branch", "tags only"],
)
def test_a_repository_without_what_is_asked_for_is_not_there_either(tmp_path: Path, there: Offer) -> None:
    found = locked(tmp_path, ASR, {**OFFERS, "openai/whisper-tiny": there})
    assert found.keys == [KEY]
    assert found.report.warnings == (GOES_WITHOUT,)


def test_the_second_lock_is_the_same_and_asks_nobody(tmp_path: Path) -> None:
    first = locked(tmp_path, ASR, OFFERS)
    second = locked(tmp_path, ASR, OFFERS)
    assert second.text == first.text
    assert second.asked == ()
    assert not second.report.changed
    assert second.report.warnings == ()


def test_what_appears_later_comes_in_with_an_upgrade_and_not_before(tmp_path: Path) -> None:
    first = locked(tmp_path, ASR, OFFERS)
    assert locked(tmp_path, ASR, OFFERS | TOKENIZER).text == first.text
    assert locked(tmp_path, ASR, OFFERS | TOKENIZER, LockOptions(upgrade=True)).keys == [TINY, KEY]


def test_what_disappears_stays_locked_until_an_upgrade(tmp_path: Path) -> None:
    first = locked(tmp_path, ASR, OFFERS | TOKENIZER)
    assert locked(tmp_path, ASR, OFFERS).text == first.text
    upgraded = locked(tmp_path, ASR, OFFERS, LockOptions(upgrade=True))
    assert upgraded.keys == [KEY]
    assert upgraded.report.warnings == (GOES_WITHOUT,)


def test_a_model_that_comes_later_finds_the_same_absence(tmp_path: Path) -> None:
    locked(tmp_path, ASR, OFFERS)
    more = {**OFFERS, "org/two": whisper()}
    found = locked(tmp_path, f"{ASR}\ntwo: {{source: hf:org/two, runtime: faster-whisper}}", more)
    assert found.keys == [KEY, "hf:org/two@main"]
    assert found.report.warnings == (GOES_WITHOUT.replace("org/asr", "org/two"),)


@pytest.mark.parametrize(
    ("models", "offers"),
    [
        ("lora: {source: hf:org/lora}", {"org/lora": adapter("openai/whisper-tiny")}),
        (
            "lora: {source: hf:org/far}",
            {"org/far": adapter("org/nearer"), "org/nearer": adapter("openai/whisper-tiny")},
        ),
        ("tiny: {source: hf:openai/whisper-tiny}", {}),
        (
            "other: {source: hf:org/other, depends: [hf:openai/whisper-tiny@main]}",
            {"org/other": repository()},
        ),
    ],
    ids=["a config", "a config that is read later", "a model", "depends"],
)
def test_what_somebody_else_needs_too_has_to_be_there(tmp_path: Path, models: str, offers: dict[str, Offer]) -> None:
    for lines in (f"{ASR}\n{models}", f"{models}\n{ASR}"):
        with pytest.raises(NotFoundUpstreamError, match="openai/whisper-tiny"):
            locked(tmp_path, lines, OFFERS | offers)
        assert not (tmp_path / "project" / "models.lock").exists()


def test_what_a_config_was_found_to_need_has_to_be_there_also_where_only_a_library_asks_again(tmp_path: Path) -> None:
    """The config is not read again; what it said then is in the lock."""
    models = f"{ASR}\nlora: {{source: hf:org/lora}}"
    offers = {**OFFERS, "org/lora": adapter("openai/whisper-tiny")}
    locked(tmp_path, models, offers | TOKENIZER)
    with pytest.raises(NotFoundUpstreamError, match="openai/whisper-tiny"):
        locked(tmp_path, models, offers, LockOptions(upgrade_models=frozenset({"asr"})))


class Broken(Heard):
    """A source that fails for one repository."""

    def candidates(self, request: Request) -> list[Candidate]:
        if request.source == "hf:openai/whisper-tiny":
            raise NetworkError("no route to host")
        return list(super().candidates(request))


def test_a_network_that_fails_is_no_absence(tmp_path: Path) -> None:
    broken = Broken({f"hf:{name}": offer for name, offer in (OFFERS | TOKENIZER).items()}, {})
    with pytest.raises(ModelsError, match="no route to host"):
        locked(tmp_path, ASR, {}, source=broken)


def test_a_gate_is_no_absence(tmp_path: Path) -> None:
    closed = repository(files={"tokenizer.json": "9"}, gated="gated")
    with pytest.raises(ModelsError, match="1 repository refuses access") as caught:
        locked(tmp_path, ASR, {**OFFERS, "openai/whisper-tiny": closed})
    assert caught.value.exit_code == 5


class Unsafe(Heard):
    """A source of which one repository holds what may not be placed."""

    def artifact(self, key: str, request: Request, candidate: Candidate, desk: Desk) -> Artifact:
        if request.source == "hf:openai/whisper-tiny":
            raise UnsafeContentError(f"{key}: '../x' leads out of its folder")
        return super().artifact(key, request, candidate, desk)


def test_what_is_unsafe_is_there(tmp_path: Path) -> None:
    unsafe = Unsafe({f"hf:{name}": offer for name, offer in (OFFERS | TOKENIZER).items()}, {})
    with pytest.raises(UnsafeContentError):
        locked(tmp_path, ASR, {}, source=unsafe)
