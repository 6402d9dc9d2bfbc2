"""Right manifests: what each key becomes."""

import pytest

from resolver.documents.manifest import read_manifest
from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter
from resolver.domain.manifest import Manifest, Model, Needs, Policy, Request, Variant
from resolver.domain.selector import parse_selector
from tests.unit.documents.reading import EXAMPLE, KINDS, RUNTIMES, read


def _only(lines: str, source: str = "hf:org/name") -> Variant:
    manifest = read(f"version: 1\nmodels:\n  m:\n    source: {source}\n    {lines}\n")
    return manifest.models[0].variants[0]


def test_the_smallest_manifest_has_every_default() -> None:
    assert read("version: 1\nmodels: {m: {source: hf:org/name}}") == Manifest(
        models=(Model("m", (Variant("name", "hf:org/name@main", "huggingface", "other"),)),),
        requests={"hf:org/name@main": Request("hf:org/name")},
    )


def test_the_example_of_the_format_is_read() -> None:
    manifest = read_manifest(EXAMPLE.encode(), "models.yaml", {**KINDS, "spacy": "spacy"}, (*RUNTIMES, "spacy"))
    asr, diarization, vad, ner = manifest.models
    assert manifest.profiles == {
        "laptop": Facts("darwin", "arm64", "metal", vram=10_700_000_000, ram=16_000_000_000, cores=8),
        "server": Facts("linux", "x86_64", "cuda", "12.8", "8.6", 24_000_000_000, 64_000_000_000, 16),
        "ci": Facts("linux", "x86_64", "none", ram=7_000_000_000, cores=2),
    }
    assert manifest.budget == {"vram": 90, "ram": 75}
    assert manifest.policy == Policy(("apache-2.0", "bsd-3-clause", "cc-by-4.0", "mit"), (), "deny", "deny")
    assert manifest.cache == ".cache"
    assert [variant.name for variant in asr.variants] == [
        "whisper-large-v3-turbo",
        "faster-whisper-large-v3",
        "faster-whisper-small",
    ]
    assert asr.variants[1] == Variant(
        name="faster-whisper-large-v3",
        artifact="hf:Systran/faster-whisper-large-v3@main",
        runtime="faster-whisper",
        category="whisper",
        when=parse_selector({"accelerator": "cuda", "compute_capability": ">=7.0"}),
        needs=Needs(vram=6_400_000_000, ram=2_000_000_000),
        requires=("faster-whisper>=1.0",),
        settings={"device": "cuda", "compute_type": "float16", "batch_size": 8},
    )
    assert (diarization.optional, diarization.allow) == (True, ("pickle",))
    assert vad.variants[0].files == FileFilter(("*.dist-info/**", "silero_vad/**"))
    assert vad.allow == ("pickle", "remote_code")
    assert ner.variants[0].artifact == "spacy:en_core_web_md@~=3.8.0"
    assert manifest.requests["pypi:silero-vad@>=5,<7"] == Request("pypi:silero-vad", version=">=5,<7")
    assert manifest.requests["hf:pyannote/speaker-diarization-3.1@main"].revision == "main"


def test_keys_of_the_model_are_defaults_that_variants_replace_whole() -> None:
    manifest = read("""
        version: 1
        models:
          m:
            source: hf:org/name
            revision: v1
            license: MIT
            runtime: files
            category: c
            when: {os: linux}
            needs: {ram: 1GB, vram: 2GB}
            requires: ["a>=1"]
            files: {include: ["*.bin"]}
            settings: {a: 1, b: 2}
            depends: [hf:org/base]
            variants:
              - {}
              - {source: hf:org/other, revision: v2, runtime: huggingface, category: d, when: {os: darwin},
                 needs: {ram: 3GB}, requires: [], files: {exclude: ["*.md"]}, settings: {b: 3}, depends: []}
        """)
    first, second = manifest.models[0].variants
    assert first == Variant(
        name="name",
        artifact="hf:org/name@v1",
        runtime="files",
        category="c",
        when=parse_selector({"os": "linux"}),
        needs=Needs(vram=2 * 10**9, ram=10**9),
        requires=("a>=1",),
        files=FileFilter(("*.bin",)),
        settings={"a": 1, "b": 2},
        depends=("hf:org/base@main",),
    )
    assert second == Variant(
        name="other",
        artifact="hf:org/other@v2",
        runtime="huggingface",
        category="d",
        when=parse_selector({"os": "darwin"}),
        needs=Needs(ram=3 * 10**9),
        files=FileFilter((), ("*.md",)),
        settings={"b": 3},
    )
    assert manifest.requests["hf:org/other@v2"].license == "mit"


@pytest.mark.parametrize(
    ("source", "runtime"),
    [("hf:a/b", "huggingface"), ("pypi:a", "python"), ("url:https://e/a", "files"), ("file:./a", "files")],
)
def test_the_runtime_follows_from_the_source(source: str, runtime: str) -> None:
    assert _only("category: c", source).runtime == runtime


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("hf:org/name", "name"),
        ("hf:legacy-name", "legacy-name"),
        ("pypi:Silero_VAD", "silero-vad"),
        ("url:https://e.org/a/b.onnx?download=true", "b.onnx"),
        ("file:./models/own", "own"),
        ("file:../shared/own/", "own"),
        ("file:own", "own"),
    ],
)
def test_a_variant_is_named_by_the_last_part_of_its_source(source: str, name: str) -> None:
    assert _only("category: c", source).name == name


def test_repeated_names_are_numbered_around_those_that_were_given() -> None:
    manifest = read("""
        version: 1
        models:
          m:
            source: hf:org/name
            variants:
              - {needs: {ram: 4GB}}
              - {needs: {ram: 3GB}}
              - {needs: {ram: 2GB}, name: best}
              - {source: hf:other/name}
              - {source: hf:org/best}
        """)
    assert [one.name for one in manifest.models[0].variants] == ["name", "name#2", "best", "name#3", "best#2"]


def test_two_models_may_use_one_name_for_their_variants() -> None:
    manifest = read("version: 1\nmodels: {a: {source: hf:o/n}, b: {variants: [{source: hf:o/n, name: n}]}}")
    assert [model.variants[0].name for model in manifest.models] == ["n", "n"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("8", 8),
        ("-1", -1),
        ("0.5", 0.5),
        ("3.10", 3.1),
        ("1e-3", 0.001),
        ("'8'", "8"),
        ('"true"', "true"),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("no", "no"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        (".5", ".5"),
        ("0x10", "0x10"),
        ("float16", "float16"),
        ("'null'", "null"),
        ("''", ""),
        ("[1, '1', [true]]", [1, "1", [True]]),
        ("{b: {c: 2}}", {"b": {"c": 2}}),
        ("123456789012345678", 123456789012345678),
    ],
)
def test_settings_take_the_types_of_json(written: str, value: object) -> None:
    found = _only(f"settings: {{a: {written}}}").settings["a"]
    assert (found, type(found)) == (value, type(value))


def test_outside_of_settings_texts_stay_as_written() -> None:
    manifest = read(
        "version: 1\nprofiles: {p: {cuda: 12.10, ram: 0123}}\nmodels: {1.10: {source: hf:1/2.0, revision: 3.10}}"
    )
    assert manifest.profiles["p"] == Facts(cuda="12.10", ram=123)
    assert manifest.models[0].name == "1.10"
    assert list(manifest.requests) == ["hf:1/2.0@3.10"]


def test_every_text_of_the_result_is_a_plain_str() -> None:
    manifest = read("version: 1\ncache: c\nmodels: {m: {source: hf:a/b, group: g, category: c, settings: {a: x}}}")
    model = manifest.models[0]
    variant = model.variants[0]
    texts = [manifest.cache, model.name, model.group, variant.name, variant.artifact, variant.category]
    assert {type(text) for text in [*texts, variant.settings["a"]]} == {str}


def test_licences_are_written_in_lower_case_and_once() -> None:
    policy = read("""
        version: 1
        policy: {licenses: {allow: [MIT, mit, Apache-2.0], deny: [GPL-3.0]}}
        models: {m: {source: hf:a/b}}
        """).policy
    assert policy == Policy(("apache-2.0", "mit"), ("gpl-3.0",))


def test_allowing_no_licence_is_not_the_same_as_saying_nothing() -> None:
    text = "version: 1\npolicy: {licenses: {allow: []}}\nmodels: {m: {source: hf:a/b}}"
    assert read(text).policy.licenses_allow == ()
    assert read(text.replace("allow: []", "deny: []")).policy.licenses_allow is None


def test_a_condition_that_is_not_there_is_all_machines() -> None:
    assert _only("when: {}").when == parse_selector({})


def test_a_selector_keeps_its_text() -> None:
    when = '{any: [{os: [linux, darwin]}, {not: {vram: ">=8GB, <24GB"}}], cores: 4}'
    assert _only(f"when: {when}").when.written == {
        "any": [{"os": ["linux", "darwin"]}, {"not": {"vram": ">=8GB, <24GB"}}],
        "cores": "4",
    }


@pytest.mark.parametrize("cache", [".cache", "a/b", ".gitignore", "git", "out/.cache-2"])
def test_a_cache_lies_in_the_project(cache: str) -> None:
    assert read(f"version: 1\ncache: {cache}\nmodels: {{m: {{source: hf:a/b}}}}").cache == cache


@pytest.mark.parametrize(
    "glob", ["*", "**", "*.json", "a/**/b?.bin", "[ab].txt", "a" * 200, "a*" * 10, "**/" * 4 + "*.x"]
)
def test_a_glob_is_kept_as_written(glob: str) -> None:
    assert _only(f"files: {{include: ['{glob}']}}").files == FileFilter((glob,))


def test_empty_lists_and_mappings_are_as_good_as_none() -> None:
    text = "version: 1\nprofiles: {}\nbudget: {}\npolicy: {}\nmirrors: []\nmodels: {m: {source: hf:a/b, %s}}"
    keys = "allow: [], when: {}, needs: {}, requires: [], files: {}, settings: {}, depends: []"
    assert read(text % keys) == read("version: 1\nmodels: {m: {source: hf:a/b}}")


def test_profiles_and_models_keep_their_order() -> None:
    manifest = read("version: 1\nprofiles: {z: {}, a: {}}\nmodels: {z: {source: hf:a/b}, a: {source: hf:a/c}}")
    assert list(manifest.profiles) == ["z", "a"]
    assert [model.name for model in manifest.models] == ["z", "a"]


def test_the_version_may_stand_anywhere_and_in_quotes() -> None:
    smallest = read("version: 1\nmodels: {m: {source: hf:a/b}}")
    assert read("models: {m: {source: hf:a/b}}\nversion: '1'\n") == smallest


def test_lists_whose_order_means_nothing_are_sorted_and_hold_each_once() -> None:
    variant = _only(
        "requires: [b, a, b]\n    files: {include: [b, a, b], exclude: [d, c]}\n    depends: [hf:z/z, hf:a/a, hf:z/z]"
    )
    assert variant.requires == ("a", "b")
    assert variant.files == FileFilter(("a", "b"), ("c", "d"))
    assert variant.depends == ("hf:a/a@main", "hf:z/z@main")
