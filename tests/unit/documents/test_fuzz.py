"""Whatever comes in: a manifest or a ManifestError."""

import random

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolver.documents.manifest import read_manifest
from resolver.documents.text import FASTEST, read_document
from resolver.domain.errors import ManifestError
from resolver.domain.manifest import Manifest
from tests.unit.documents.reading import EXAMPLE, KINDS, RUNTIMES

ALL_KINDS = {**KINDS, "spacy": "spacy"}
ALL_RUNTIMES = (*RUNTIMES, "spacy")
PIECES = [
    *"{}[]:,-?&*!|>'\"%@`#~ \t\n",
    *("\n  ", "\n    ", "- ", ": ", "---\n", "...\n", "<<", "null", "true", "1", "1.5", "é", "\\x00", "\r\n", "\x00"),
    *("version: 1\n", "models:\n", "  m:\n", "    source: hf:a/b\n", "    variants:\n", "      - source: pypi:a\n"),
    *("when: {os: linux}", "any: [", "not: {", "needs: {ram: 1GB}", "settings: {a: 1e9}", "depends: [hf:a/b@c]"),
    *("name: x", "files: {include: ['**']}", "profiles: {a: {cuda: 12.8}}", "budget: {ram: 5%}", "cache: .git"),
]


def _read(text: bytes) -> Manifest | None:
    try:
        return read_manifest(text, "models.yaml", ALL_KINDS, ALL_RUNTIMES)
    except ManifestError as error:
        problems = error.problems
    places = [(problem.line, problem.column) for problem in problems]
    assert places
    assert places == sorted(places)
    for problem in problems:
        assert problem.line >= 1
        assert 1 <= problem.column <= len(problem.source) + 1
        assert 1 <= problem.width <= max(1, len(problem.source))
        assert "Input should" not in problem.message
        assert not problem.message.endswith("is not valid")
    return None


@given(st.binary(max_size=300))
def test_any_bytes(text: bytes) -> None:
    _read(text)


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    _read(text.encode(errors="surrogatepass"))


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_sequence_of_pieces_of_yaml(text: str) -> None:
    _read(text.encode())


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_both_scanners_agree_about_what_is_a_document(text: str) -> None:
    roots: list[object] = []
    for loader in (FASTEST, yaml.BaseLoader):
        try:
            document = read_document(text.encode(), "models.yaml", loader)
        except ManifestError:
            roots.append(None)
        else:
            roots.append(None if document.problems else (document.root, dict(document.keys)))
    assert roots[0] == roots[1] or None in roots


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_the_example_with_a_part_cut_out_or_put_in(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(EXAMPLE)))
    end = data.draw(st.integers(start, min(len(EXAMPLE), start + 40)))
    piece = data.draw(st.sampled_from(PIECES) | st.text(max_size=5))
    text = (EXAMPLE[:start] + piece + EXAMPLE[end:]).encode(errors="surrogatepass")
    _read(text)


VALUES = st.recursive(
    st.sampled_from(["1", "true", "x", "hf:a/b", ">=1", "1GB", "linux", "main", "90%"]) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["os", "any", "a"]), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    *(
        "version",
        "profiles",
        "budget",
        "policy",
        "mirrors",
        "cache",
        "models",
        "source",
        "revision",
        "sha256",
        "unpack",
    ),
    *("index", "license", "runtime", "category", "when", "needs", "requires", "files", "settings", "depends", "name"),
    *("optional", "group", "allow", "variants", "vram", "include", "deny", "licenses", "typo"),
]


@settings(max_examples=300)
@given(
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4),
    st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6),
)
def test_any_value_under_any_key(top: dict[str, object], model: dict[str, object]) -> None:
    document = {"version": "1", "models": {"m": {"source": "hf:a/b", **model, "variants": [model]}}, **top}
    _read(yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=False).encode())
    document = {"version": "1", "models": {"m": {"source": "hf:a/b", **model}}}
    _read(yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=False).encode())


def _shuffled(value: object, chance: random.Random, path: tuple[str, ...] = ()) -> object:
    if isinstance(value, list):
        return [_shuffled(one, chance, path) for one in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    if path != ("models",):
        chance.shuffle(keys)
    return {key: _shuffled(value[key], chance, (*path, key)) for key in keys}


@given(st.randoms(use_true_random=False))
def test_shuffled_keys_are_an_equal_manifest(chance: random.Random) -> None:
    plain = read_document(EXAMPLE.encode(), "models.yaml").root
    text = yaml.dump(_as_builtin(_shuffled(plain, chance)), Dumper=yaml.SafeDumper, sort_keys=False)
    # PyYAML quotes what YAML 1.1 would guess at; numbers of settings are the only texts for which quotes matter.
    text = text.replace("batch_size: '1'", "batch_size: 1").replace("batch_size: '8'", "batch_size: 8")
    assert _read(text.encode()) == _read(EXAMPLE.encode())


def _as_builtin(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _as_builtin(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_as_builtin(one) for one in value]
    return str(value)
