"""The fixed layout of models.lock: one fact a line, one file a line, nothing that changes by itself."""

from dataclasses import replace

from resolver.documents.lock_writer import choice_document, lock_text
from resolver.domain.lock import Lock, LockedProfile, Skipped
from resolver.domain.manifest import Policy
from resolver.domain.selector import Mismatch
from tests.unit.documents.example_lock import COMMIT, EXAMPLE, VOICES, WHISPER

LAYOUT = f"""\
{{
"lock_version": 1,
"generated_by": "models lock",

"models": [
{{"name": "asr", "optional": false, "group": "default", "allow": [], "variants": [
 {{"name": "cuda", "artifact": "{WHISPER}", "runtime": "faster-whisper", "category": "whisper",
  "when": {{"accelerator": "cuda", "not": {{"vram": "<8GB"}}, "os": ["linux", "windows"]}}, \
"needs": {{"ram": 2000000000, "vram": 6400000000}}, "requires": ["faster-whisper>=1.0"], "files": null, \
"settings": {{"batch_size": 8, "beam": {{"size": 5, "temperatures": [0.0, 0.2]}}, "vad": true}}, "depends": []}},
 {{"name": "small", "artifact": "{WHISPER}", "runtime": "faster-whisper", "category": "whisper",
  "when": {{}}, "needs": {{"ram": 1600000000}}, "requires": [], "files": null, "settings": {{}}, "depends": []}}
]}},
{{"name": "diarization", "optional": true, "group": "night", "allow": ["pickle"], "variants": [
 {{"name": "only", "artifact": "hf:pyannote/segmentation@v2", "runtime": "pyannote", "category": "diarization",
  "when": {{}}, "needs": {{}}, "requires": [], "files": {{"include": ["*.bin"], "exclude": ["*.md"]}}, \
"settings": {{}}, "depends": ["{WHISPER}"]}}
]}},
{{"name": "vad", "optional": false, "group": "default", "allow": ["pickle", "remote_code"], "variants": [
 {{"name": "voices", "artifact": "{VOICES}", "runtime": "silero", "category": "vad",
  "when": {{}}, "needs": {{}}, "requires": [], "files": null, "settings": {{}}, "depends": []}}
]}}
],

"artifacts": {{
"{WHISPER}": {{
 "commit": "{COMMIT}",
 "version": null,
 "license": "mit", "license_stated": true, "gated": false, "upstream_id": "64a1",
 "flags": [],
 "dependencies": [],
 "archive": null,
 "files": [
  {{"path": "config.json", "size": 2371, "sha256": "{"1" * 64}"}},
  {{"path": "model.bin", "size": 483546902, "sha256": "{"2" * 64}"}}
 ]}},
"hf:pyannote/segmentation@v2": {{
 "commit": "{COMMIT[::-1]}",
 "version": "v2",
 "license": null, "gated": true, "upstream_id": null,
 "flags": ["pickle"],
 "dependencies": [
  {{"artifact": "{WHISPER}", "because": "models.yaml: diarization.depends"}},
  {{"artifact": "{VOICES}", "because": "config.yaml: pipeline.params.vad", \
"files": {{"include": ["**/*.jit"], "exclude": ["*.md"]}}}}
 ],
 "archive": null,
 "files": [
  {{"path": "model.bin", "size": 483546902, "sha256": "{"2" * 64}"}}
 ]}},
"{VOICES}": {{
 "commit": null,
 "version": "1.0",
 "license": "mit", "gated": false, "upstream_id": null,
 "flags": [],
 "index": "https://index.example/simple",
 "requires": ["numpy<3,>=1.24", "torch>=1.12; python_version >= \\"3.9\\""],
 "dependencies": [],
 "archive": {{"path": "voices-1.0-py3-none-any.whl", "size": 2200000, "sha256": "{"4" * 64}"}},
 "files": [
  {{"path": "voices/data/vad.jit", "size": 2270000, "sha256": "{"3" * 64}"}}
 ]}}
}},

"policy": {{"licenses": {{"allow": ["apache-2.0", "mit"], "deny": ["gpl-3.0"]}}, "pickle": "deny", \
"remote_code": "allow"}}, "budget": {{"ram": "75%", "vram": "90%"}}, "cache": ".cache/models",

"profiles": {{
"ci": {{
 "facts": {{"accelerator": "none", "arch": "x86_64", "cores": 2, "os": "linux", "ram": 3650000000}},
 "selection": {{
  "asr": "small",
  "diarization": {{"skipped": [{{"fact": "ram", "wanted": "4000000000", "found": "3650000000"}}, \
{{"fact": "cuda", "wanted": ">=7", "found": null}}]}},
  "vad": "voices"
 }}}},
"server": {{
 "facts": {{"accelerator": "cuda", "arch": "x86_64", "compute_capability": "8.6", "cores": 16, "cuda": "12.8", \
"os": "linux", "ram": 64000000000, "vram": 24000000000}},
 "selection": {{
  "asr": "cuda",
  "diarization": "only",
  "vad": "voices"
 }}}}
}}
}}
"""


def test_the_layout_is_fixed() -> None:
    assert lock_text(EXAMPLE).decode() == LAYOUT


def test_a_moved_pin_changes_the_lines_of_the_pin_and_of_the_files_and_no_other() -> None:
    old = EXAMPLE.artifacts[WHISPER]
    moved = replace(old, commit="d" * 40, files=(replace(old.files[0], size=1, sha256="5" * 64), old.files[1]))
    after = replace(EXAMPLE, artifacts={**EXAMPLE.artifacts, WHISPER: moved})
    changed = [
        (one, other)
        for one, other in zip(LAYOUT.splitlines(), lock_text(after).decode().splitlines(), strict=True)
        if one != other
    ]
    assert changed == [
        (f' "commit": "{COMMIT}",', f' "commit": "{"d" * 40}",'),
        (
            f'  {{"path": "config.json", "size": 2371, "sha256": "{"1" * 64}"}},',
            f'  {{"path": "config.json", "size": 1, "sha256": "{"5" * 64}"}},',
        ),
    ]


def test_text_is_utf_8_and_not_escaped() -> None:
    text = lock_text(replace(EXAMPLE, cache="\u6a21\u578b"))
    assert '"cache": "\u6a21\u578b"'.encode() in text
    assert b"\r" not in text
    assert text.endswith(b"}\n")


def test_no_allow_list_is_another_thing_than_an_empty_one() -> None:
    assert b'"allow": null, "deny": []' in lock_text(Lock((), {}))
    assert b'"allow": [], "deny": []' in lock_text(Lock((), {}, Policy(licenses_allow=())))


def test_a_choice_is_a_name_or_the_reasons() -> None:
    assert choice_document("small") == "small"
    skipped = Skipped((Mismatch("ram", "8GB", None),))
    assert choice_document(skipped) == {"skipped": [{"fact": "ram", "wanted": "8GB", "found": None}]}


def test_a_selection_keeps_the_order_of_the_models() -> None:
    profiles = {"ci": LockedProfile(EXAMPLE.profiles["ci"].facts, {"vad": "a", "asr": "b"})}
    assert b'"vad": "a",\n  "asr": "b"' in lock_text(replace(EXAMPLE, profiles=profiles))
