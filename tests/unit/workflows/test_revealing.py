"""What files and libraries say becomes an edge, and only what could stand in a manifest is ever asked for."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.domain.errors import ModelsError, UnsafeContentError
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Dependency
from resolver.domain.manifest import Request
from resolver.domain.ports import Need, Reader
from resolver.runtimes import RUNTIMES
from resolver.runtimes.huggingface import HuggingFaceCache
from resolver.workflows import revealing
from tests.unit.runtimes.reading import pipeline
from tests.unit.workflows.projects import adapter, locked, repository

NAMES = [
    "../x",
    "../../etc/passwd",
    "a b",
    "org/a b",
    "org/\x1b[31mred",
    "org/a\x00b",
    "org/a\nb",
    "org/a\u202eb",
    "org/n\u00e4me",
    "/etc/passwd",
    "~/x",
    "C:/x",
    "org\\name",
    "org/name/../..",
    "org/..",
    "-org/name",
    "org/name?x=1",
    "org/name#x",
    "https://host.invalid/x",
    "hf:org/name",
    "x" * 500 + "/y",
]
LORA = "lora: {source: hf:org/a}"
SPEECH = "speech: {source: hf:org/a, runtime: pyannote}"


@pytest.mark.parametrize(
    ("models", "path", "name"),
    [
        *((LORA, path, name) for path in ("adapter_config.json", "config.json") for name in NAMES),
        *((SPEECH, "config.yaml", name) for name in NAMES if name.isprintable() or "\n" in name),
    ],
)
def test_what_is_no_repositorys_name_never_reaches_a_source(tmp_path: Path, models: str, path: str, name: str) -> None:
    document = {
        "adapter_config.json": {"base_model_name_or_path": name},
        "config.yaml": pipeline({"model": name, "other": {"checkpoint": name}}),
        "config.json": {"auto_map": {"AutoModel": f"{name}--modeling.Model"}},
    }[path]
    found = locked(tmp_path, models, {"org/a": repository({path: document})})
    assert set(found.asked) == {"hf:org/a"}
    assert found.keys == ["hf:org/a@main"]


@pytest.mark.parametrize("revision", ["../x", "a b", "a\x00b", "a\x1bb", "refs/../x", "-x", "x.lock", "x" * 300])
@pytest.mark.parametrize("models", [LORA, SPEECH])
def test_a_revision_that_no_repository_can_have_never_reaches_a_source(
    tmp_path: Path, models: str, revision: str
) -> None:
    offers = {
        "org/a": repository(
            {
                "adapter_config.json": {"base_model_name_or_path": "org/b", "revision": revision},
                "config.yaml": pipeline({"model": {"checkpoint": "org/b", "revision": revision}}),
            }
        )
    }
    with pytest.raises(ModelsError) as caught:
        locked(tmp_path, models, offers)
    assert caught.value.exit_code == 2
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    "params",
    ["one: &model org/b", "one: &model org/b\n    two: *model", "one: !!str org/b", 'one: "org/b\\0"'],
    ids=["an anchor", "an alias", "a tag", "a control character"],
)
def test_what_yaml_says_in_a_way_that_we_do_not_read_is_not_left_out_in_silence(tmp_path: Path, params: str) -> None:
    """A lock without the model would look whole; so the document counts as one that cannot be read."""
    text = f"pipeline:\n  name: somebody.Pipeline\n  params:\n    {params}\n"
    with pytest.raises(ModelsError, match=r"config\.yaml cannot be read"):
        locked(tmp_path, SPEECH, {"org/a": repository({"config.yaml": text}), "org/b": repository()})


def test_an_empty_value_in_a_config_is_nothing_and_no_fault(tmp_path: Path) -> None:
    text = "pipeline:\n  name: x\n  params:\n    one: null\n    two: ~\n    three:\n    four: org/b\nparams: {}\n"
    offers = {"org/a": repository({"config.yaml": text}), "org/b": repository()}
    assert locked(tmp_path, SPEECH, offers).needs("hf:org/a@main") == ["hf:org/b@main"]


class Hostile(HuggingFaceCache):
    """A runtime that lets everything pass that it reads."""

    def __init__(self, *needs: Need) -> None:
        self._needs = needs

    def needs(self, artifact: Artifact, read: Reader) -> Sequence[Need]:
        del read
        return self._needs if artifact.name == "org/a" else ()


@pytest.fixture
def runtimes(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The runtimes as the workflow sees them, to put another one in."""
    replaced: dict[str, object] = dict(RUNTIMES)
    monkeypatch.setattr(revealing, "RUNTIMES", replaced)
    return replaced


@pytest.mark.parametrize(
    "request_",
    [
        *(Request(f"hf:{name}") for name in NAMES if name != "hf:org/name"),
        Request("hf:org/b@x"),
        Request("hf:"),
        Request("hf:org/b.git"),
        Request("ftp:org/b"),
        Request("org/b"),
        Request("spacy:../x"),
        Request("hf:org/b", revision="../x"),
        Request("hf:org/b", revision="a b"),
        Request("hf:org/b", revision=""),
        Request("spacy:en_core_web_sm", version="newest"),
        Request("spacy:en_core_web_sm", version=""),
        Request("spacy:en_core_web_sm", version=">=1\x1b"),
    ],
)
def test_a_runtime_that_believes_a_file_is_not_believed(
    tmp_path: Path, runtimes: dict[str, object], request_: Request
) -> None:
    """Two walls: what a runtime lets pass has to pass the rules of the manifest too."""
    runtimes["huggingface"] = Hostile(Need(request_, "config.json: x"))
    with pytest.raises(UnsafeContentError, match=r"hf:org/a@main: config\.json: x names what cannot be") as caught:
        locked(tmp_path, LORA, {"org/a": repository()})
    assert caught.value.exit_code == 2


@given(st.text(max_size=40))
def test_whatever_a_runtime_says_is_an_edge_that_a_manifest_could_state_or_unsafe(name: str) -> None:
    try:
        edge = revealing._edge("hf:org/a@main", Need(Request(f"hf:{name}"), "x"), {})
    except UnsafeContentError:
        return
    assert edge.artifact == f"hf:{name}@main"
    assert name.isascii()
    assert name.isprintable()
    assert ".." not in name


def test_an_edge_has_the_reason_the_files_and_the_request_in_its_key(
    tmp_path: Path, runtimes: dict[str, object]
) -> None:
    some = FileFilter(include=("**/*.py",))
    runtimes["huggingface"] = Hostile(
        Need(Request("hf:org/b", revision="dev"), "x: one", some), Need(Request("hf:org/b"), "x: two")
    )
    found = locked(tmp_path, LORA, {"org/a": repository(), "org/b": repository(files={"a/b.py": "1", "w.bin": "1"})})
    assert found.edges("hf:org/a@main") == (
        Dependency("hf:org/b@dev", "x: one", some),
        Dependency("hf:org/b@main", "x: two"),
    )
    assert found.paths("hf:org/b@dev") == ["a/b.py"]
    assert found.paths("hf:org/b@main") == ["a/b.py", "w.bin"]


def test_a_models_own_revision_decides_where_the_file_names_none(tmp_path: Path) -> None:
    models = f"{LORA}\nbase: {{source: hf:org/b, revision: dev}}"
    silent = {"org/b": repository(), "org/a": adapter("org/b")}
    assert locked(tmp_path, models, silent).needs("hf:org/a@main") == ["hf:org/b@dev"]


def test_the_default_in_a_file_follows_the_model_that_states_a_revision(tmp_path: Path) -> None:
    models = f"{LORA}\nbase: {{source: hf:org/b, revision: dev}}"
    stated = {"org/b": repository(), "org/a": adapter("org/b", "main")}
    assert locked(tmp_path, models, stated).needs("hf:org/a@main") == ["hf:org/b@dev"]


def test_what_a_file_needs_and_does_not_have_is_not_told_twice() -> None:
    one, two = Dependency("hf:org/x@main", "a: one"), Dependency("hf:org/y@main", "a: two")
    told = {"hf:org/b@main": (one, two), "hf:org/a@main": (one,)}
    assert revealing.without(told, {"hf:org/x@main"}) == {"hf:org/b@main": (two,), "hf:org/a@main": ()}
    assert revealing.without(told, set()) == told
    assert revealing.absence(told, {"hf:org/x@main"}) == [
        "hf:org/a@main  a: one; hf:org/x@main is not there, and the lock goes without it",
        "hf:org/b@main  a: one; hf:org/x@main is not there, and the lock goes without it",
    ]
    assert revealing.absence(told, set()) == []
