"""Several mistakes at once: all of them, in order, as a person sees them."""

from inline_snapshot import snapshot

from tests.unit.documents.reading import problems_of, rendered


def test_the_typo_of_the_sketch() -> None:
    assert rendered("""\
        version: 1
        models:
          asr:
            variants:
              - source: hf:org/name
                when: {vramm: ">=8GB"}
        """) == snapshot("""\
models.yaml:6:16: unknown selector key 'vramm'
            when: {vramm: ">=8GB"}
                   ^^^^^
hint: did you mean 'vram'?
""")


def test_all_kinds_of_mistakes_are_reported_together_by_place() -> None:
    assert rendered("""\
        version: 1
        profile:
          ci: {os: linux}
        budget: {vram: 90, ram: ~}
        models:
          asr:
            runtime: whisper
            needs: {ram: 4GB, ram: 5GB}
            variants:
              - source: hf:org/name
                version: 3.8.0
                revision: main
              - source: pypi:silero-vad
                when: {os: macos, acelerator: metal}
          ASR:
            category: *whisper
        """) == snapshot("""\
models.yaml:2:1: unknown key 'profile'
    profile:
    ^^^^^^^
hint: did you mean 'profiles'?

models.yaml:4:16: 'vram' cannot be '90'
    budget: {vram: 90, ram: ~}
                   ^^
hint: write whole percents from 1% to 100%

models.yaml:4:25: 'ram' cannot be ~: there is no such value here
    budget: {vram: 90, ram: ~}
                            ^
hint: write a value, or leave the key out

models.yaml:7:14: unknown runtime 'whisper'
        runtime: whisper
                 ^^^^^^^
hint: did you mean 'mlx-whisper'?

models.yaml:8:23: 'ram' is written twice in one mapping
        needs: {ram: 4GB, ram: 5GB}
                          ^^^
hint: keep one; the first is in line 8

models.yaml:11:18: 'version' cannot be '3.8.0'
            version: 3.8.0
                     ^^^^^
hint: write ==3.8.0

models.yaml:12:9: 'version' and 'revision' exclude each other
            revision: main
            ^^^^^^^^
hint: keep one

models.yaml:14:20: 'os' cannot be 'macos'
            when: {os: macos, acelerator: metal}
                       ^^^^^
hint: known: darwin, linux, windows

models.yaml:14:27: unknown selector key 'acelerator'
            when: {os: macos, acelerator: metal}
                              ^^^^^^^^^^
hint: did you mean 'accelerator'?

models.yaml:15:3: 'ASR' and 'asr' are one name where case does not count
      ASR:
      ^^^
hint: rename one

models.yaml:15:3: model 'ASR' has neither a source nor variants
      ASR:
      ^^^
hint: write it like source: hf:org/name

models.yaml:16:15: an alias ('*whisper') is not supported
        category: *whisper
                  ^^^^^^^^
hint: quote this value: "*whisper"
""")


def test_a_manifest_of_another_version_is_judged_by_no_other_rule() -> None:
    assert rendered("""\
        version: 3
        modules: &x {}
        """) == snapshot("""\
models.yaml:1:10: version 3 of the manifest is unknown to this release, which reads version 1
    version: 3
             ^
hint: install a newer release of `models`
""")


def test_what_only_follows_from_a_refusal_is_not_reported() -> None:
    assert rendered("""\
        version: 1
        models:
          asr:
            <<: *defaults
          vad:
            source:
            needs: {ram: null, vramm: 1}
          ner:
            variants: ~
        """) == snapshot("""\
models.yaml:4:5: a merge key ('<<') is not supported
        <<: *defaults
        ^^
hint: write the keys out; those of a model are its variants' defaults

models.yaml:4:9: an alias ('*defaults') is not supported
        <<: *defaults
            ^^^^^^^^^
hint: quote this value: "*defaults"

models.yaml:6:5: 'source' has no value
        source:
        ^^^^^^
hint: write a value, or leave the key out

models.yaml:7:18: 'ram' cannot be null: there is no such value here
        needs: {ram: null, vramm: 1}
                     ^^^^
hint: write a value, or leave the key out

models.yaml:7:24: unknown key 'vramm'
        needs: {ram: null, vramm: 1}
                           ^^^^^
hint: did you mean 'vram'?

models.yaml:9:15: 'variants' cannot be ~: there is no such value here
        variants: ~
                  ^
hint: write a value, or leave the key out
""")


def test_a_default_that_is_wrong_is_reported_once() -> None:
    problems = problems_of(b"""\
version: 1
models:
  asr:
    when: {oss: linux}
    settings: {a: 1e999}
    depends: [hff:a/b, {source: pypi:a, revision: main}]
    revision: main
    variants: [{source: pypi:a}, {source: pypi:b}, {source: pypi:c}]
""")
    assert [problem.message for problem in problems] == snapshot(
        [
            "unknown selector key 'oss'",
            "'a' has a number beyond what programs can hold",
            "unknown source kind 'hff'",
            "'revision' is not for pypi: sources",
            "'revision' is not for pypi: sources",
        ]
    )


def test_a_problem_is_a_problem_of_the_file_that_was_named() -> None:
    assert {problem.file for problem in problems_of(b"a: &b c\nd: *b\n")} == {"models.yaml"}
