"""From what is wanted to what is needed: over cycles and through gates, each repository once."""

from pathlib import Path

import pytest

from resolver.domain.errors import AccessRefusedError, ModelsError, NotFoundUpstreamError, UnsafeContentError
from resolver.workflows.lock import LockOptions
from resolver.workflows.pinning import LONGEST_CHAIN
from tests.scenarios.sources import Offer
from tests.unit.runtimes.reading import pipeline
from tests.unit.workflows.projects import Locked, adapter, heard, locked, repository, whisper

SPEECH = "speech: {source: hf:org/pipe, runtime: pyannote}"
LORA = "lora: {source: hf:org/a}"
SMALL = "asr: {source: hf:org/asr, runtime: faster-whisper}"
DIARIZATION = "pyannote.audio.pipelines.SpeakerDiarization"


def config(name: str = "somebody.Pipeline", **models: object) -> dict[str, object]:
    return {"config.yaml": pipeline(models, name)}


def graph(found: Locked) -> dict[str, list[str]]:
    return {key: found.needs(key) for key in found.keys}


@pytest.mark.parametrize(
    ("offers", "edges"),
    [
        ({"org/a": adapter("org/a")}, {"hf:org/a@main": []}),
        ({"org/a": adapter("org/a", "dev")}, {"hf:org/a@main": ["hf:org/a@dev"], "hf:org/a@dev": []}),
        (
            {"org/a": adapter("org/b"), "org/b": adapter("org/a")},
            {"hf:org/a@main": ["hf:org/b@main"], "hf:org/b@main": ["hf:org/a@main"]},
        ),
        (
            {"org/a": adapter("org/b"), "org/b": adapter("org/c"), "org/c": adapter("org/b", "dev")},
            {
                "hf:org/a@main": ["hf:org/b@main"],
                "hf:org/b@main": ["hf:org/c@main"],
                "hf:org/c@main": ["hf:org/b@dev"],
                "hf:org/b@dev": ["hf:org/c@main"],
            },
        ),
    ],
    ids=["itself", "itself at another revision", "two", "three in two revisions"],
)
def test_repositories_that_need_each_other_are_pinned_once_and_that_ends(
    tmp_path: Path, offers: dict[str, Offer], edges: dict[str, list[str]]
) -> None:
    found = locked(tmp_path, LORA, offers)
    assert graph(found) == edges
    assert len(found.asked) == 3 * len(edges), "candidates, gate and files, each once"
    again = locked(tmp_path, LORA, offers)
    assert (again.text, again.asked) == (found.text, ())
    assert locked(tmp_path, LORA, offers, LockOptions(upgrade=True)).text == found.text


def test_a_long_chain_comes_to_its_end(tmp_path: Path) -> None:
    offers = {f"org/n{number}": adapter(f"org/n{number + 1}") for number in range(40)}
    found = locked(tmp_path, "lora: {source: hf:org/n0}", {**offers, "org/n40": repository()})
    assert len(found.keys) == 41


def test_a_chain_that_leads_on_and_on_is_given_up(tmp_path: Path) -> None:
    offers = {f"org/n{number}": adapter(f"org/n{number + 1}") for number in range(LONGEST_CHAIN + 1)}
    source = heard(offers)
    with pytest.raises(UnsafeContentError, match="leads on and on") as caught:
        locked(tmp_path, "lora: {source: hf:org/n0}", {}, source=source)
    assert caught.value.exit_code == 2
    assert f"hf:org/n{LONGEST_CHAIN}" not in source.asked
    assert not (tmp_path / "project" / "models.lock").exists()


def test_a_gate_behind_an_open_pipeline_is_told_before_anything_is_locked(tmp_path: Path) -> None:
    offers = {
        "org/pipe": repository(config(segmentation="org/seg", embedding="org/emb")),
        "org/seg": repository(gated="gated"),
        "org/emb": repository(gated="gated"),
    }
    with pytest.raises(AccessRefusedError, match="2 repositories refuse access") as caught:
        locked(tmp_path, SPEECH, offers)
    assert caught.value.details == (
        "org/emb   gated: accept at memory:hf:org/emb   (needed by speech)",
        "org/seg   gated: accept at memory:hf:org/seg   (needed by speech)",
    )
    assert not (tmp_path / "project" / "models.lock").exists()


def test_a_gate_behind_a_pipeline_that_another_gate_is_beside_is_told_too(tmp_path: Path) -> None:
    """Once one is closed, of the others only what names more is read; a gate two steps on is told all the same."""
    offers = {
        "org/shut": repository(gated="gated"),
        "org/pipe": repository(config(segmentation="org/middle")),
        "org/middle": repository(config(segmentation="org/far")),
        "org/far": repository(gated="not signed in"),
    }
    with pytest.raises(AccessRefusedError) as caught:
        locked(tmp_path, f"shut: {{source: hf:org/shut}}\n{SPEECH}", offers)
    assert [one.split()[0] for one in caught.value.details] == ["org/far", "org/shut"]


def test_while_a_gate_is_closed_nothing_has_to_be_whole_or_readable(tmp_path: Path) -> None:
    offers = {
        "org/shut": repository(gated="gated"),
        "org/pipe": repository({"config.yaml": "]"}),
        "org/asr": repository({"model-00001-of-00002.bin": "x"}),
    }
    with pytest.raises(AccessRefusedError, match="1 repository refuses"):
        locked(tmp_path, f"shut: {{source: hf:org/shut}}\n{SPEECH}\n{SMALL}", offers)


def test_what_is_only_believed_to_be_behind_a_gate_may_not_exist(tmp_path: Path) -> None:
    """What a closed pipeline names is known as it was published, and that may have changed since."""
    models = "d: {source: hf:pyannote/speaker-diarization-3.1, runtime: pyannote}"
    with pytest.raises(AccessRefusedError, match="1 repository refuses"):
        locked(tmp_path, models, {"pyannote/speaker-diarization-3.1": repository(gated="gated")})


def test_a_gate_that_opens_lets_everything_in(tmp_path: Path) -> None:
    offers = {"org/pipe": repository(config(segmentation="org/seg"))}
    with pytest.raises(AccessRefusedError):
        locked(tmp_path, SPEECH, {**offers, "org/seg": repository(gated="gated")})
    found = locked(tmp_path, SPEECH, {**offers, "org/seg": repository()})
    assert graph(found) == {"hf:org/pipe@main": ["hf:org/seg@main"], "hf:org/seg@main": []}


def test_what_a_config_names_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundUpstreamError, match="hf:org/seg"):
        locked(tmp_path, SPEECH, {"org/pipe": repository(config(segmentation="org/seg"))})


def test_a_config_that_names_the_librarys_own_choice_makes_it_essential(tmp_path: Path) -> None:
    community = "pyannote/speaker-diarization-community-1"
    named = {"segmentation": "org/seg", "embedding": "org/seg"}
    offers = {"org/seg": repository(), "org/pipe": repository(config(DIARIZATION, **named))}
    found = locked(tmp_path, SPEECH, offers)
    assert found.keys == ["hf:org/pipe@main", "hf:org/seg@main"]
    assert [one.split("; ")[1] for one in found.report.warnings] == [
        f"hf:{community}@main is not there, and the lock goes without it"
    ]
    named_too = config(DIARIZATION, **named, plda={"checkpoint": community, "subfolder": "plda"})
    with pytest.raises(NotFoundUpstreamError, match=community):
        locked(tmp_path, SPEECH, {**offers, "org/pipe": repository(named_too)}, LockOptions(upgrade=True))


def test_a_config_that_cannot_be_read_stops_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ModelsError, match=r"config\.yaml cannot be read") as caught:
        locked(tmp_path, SPEECH, {"org/pipe": repository({"config.yaml": "a: [\n"})})
    assert caught.value.exit_code == 2


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelsError, match="2 things") as caught:
        locked(tmp_path, SPEECH, {"org/pipe": repository(config(one="org/x", two="org/y"))})
    assert caught.value.exit_code == NotFoundUpstreamError.exit_code
    assert [line for line in caught.value.details if "hf:" in line] == [
        "hf:org/x: no such repository, or it is private",
        "hf:org/y: no such repository, or it is private",
    ]


def test_one_artifact_is_pinned_once_for_all_the_files_that_anybody_wants(tmp_path: Path) -> None:
    """The tokenizer alone comes first; then somebody wants the whole, at the same commit."""
    tiny = repository(files={"tokenizer.json": "9", "model.safetensors": "9"})
    offers = {"org/asr": whisper(), "org/a": adapter("openai/whisper-tiny"), "openai/whisper-tiny": tiny}
    alone = locked(tmp_path, SMALL, offers)
    assert alone.paths("hf:openai/whisper-tiny@main") == ["tokenizer.json"]
    both = locked(tmp_path, f"{SMALL}\n{LORA}", offers)
    assert sorted(both.paths("hf:openai/whisper-tiny@main")) == ["model.safetensors", "tokenizer.json"]
    assert both.asked.count("hf:openai/whisper-tiny") == 2, "its gate and its files; which commit is known"


def test_what_is_wanted_in_two_rounds_is_pinned_to_one_commit(tmp_path: Path) -> None:
    """A branch may move between the rounds, so it is asked for its commit once."""
    tiny = repository(files={"tokenizer.json": "9", "model.safetensors": "9"})
    offers = {"org/asr": whisper(), "org/a": adapter("org/b"), "org/b": adapter("openai/whisper-tiny")}
    found = locked(tmp_path, f"{SMALL}\n{LORA}", {**offers, "openai/whisper-tiny": tiny})
    assert sorted(found.paths("hf:openai/whisper-tiny@main")) == ["model.safetensors", "tokenizer.json"]
    assert found.asked.count("hf:openai/whisper-tiny") == 5, "its commit once, its gate and its files twice"


def test_a_fresh_lock_asks_nobody_where_a_filter_and_a_config_want_different_files(tmp_path: Path) -> None:
    """Whose flags an artifact has is not written down, so nothing may be narrowed before all who want it are known."""
    models = "part: {source: hf:org/part, files: {include: ['*.bin']}}\nwhole: {source: hf:org/whole}"
    code = {"config.json": {"auto_map": {"AutoModel": "org/part--m.X"}}}
    offers = {"org/whole": repository(code), "org/part": repository({"m.py": "import os"})}
    found = locked(tmp_path, models, offers)
    assert sorted(found.paths("hf:org/part@main")) == ["m.py", "weights.bin"]
    assert found.report.lock.artifacts["hf:org/part@main"].flags == ("code",)
    again = locked(tmp_path, models, offers)
    assert (again.text, again.asked) == (found.text, ())


def test_what_a_library_did_without_is_asked_for_again_once_a_config_names_it(tmp_path: Path) -> None:
    community = "pyannote/speaker-diarization-community-1"
    offers = {
        "org/pipe": repository(config(DIARIZATION, segmentation="org/far", embedding="org/far")),
        "org/far": repository(config(one=community)),
    }
    with pytest.raises(NotFoundUpstreamError, match=community):
        locked(tmp_path, SPEECH, offers)


def test_once_a_gate_is_closed_only_documents_that_name_others_are_fetched(tmp_path: Path) -> None:
    source = heard(
        {
            "org/shut": repository(gated="gated"),
            "org/pipe": repository({**config(one="org/far"), "README.md": "x", "config.json": {}}, {"w.bin": "9"}),
            "org/far": repository({"config.yaml": "a: b", "README.md": "x"}),
        }
    )
    with pytest.raises(AccessRefusedError):
        locked(tmp_path, f"shut: {{source: hf:org/shut}}\n{SPEECH}", {}, source=source)
    assert source.taken == ["config.yaml", "config.yaml"]
    assert source.asked.count("hf:org/shut") == 2, "for its commit and its gate, and never again"


def test_a_gated_repository_that_a_model_names_itself_is_nobodys_dependency(tmp_path: Path) -> None:
    offers = {"org/pipe": repository(config(one="org/shut")), "org/shut": repository(gated="gated")}
    with pytest.raises(AccessRefusedError) as caught:
        locked(tmp_path, f"shut: {{source: hf:org/shut}}\n{SPEECH}", offers)
    assert caught.value.details == ("org/shut   gated: accept at memory:hf:org/shut",)
