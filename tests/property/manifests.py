"""Manifests as people write them: every style, comments everywhere, and of each line whose it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

Draw = st.DrawFn

QUOTES = st.tuples(*[st.sampled_from(["", "'", '"'])] * 3)
NAMES = ["asr", "vad", "ner", "diarization", "a.b-c_d", "null", "3.10", "Große"]
"""The last is none; nobody writes it here."""
VALUES = [
    "source: hf:org/name",
    "source: 'hf:org/name'",
    'source: "hf:org/name"',
]
MORE = [
    ["category: whisper"],
    ["category:    some words   "],
    ['requires: ["faster-whisper>=1.0", x]'],
    ["needs: {ram: 1.6GB,", "        vram: 1GB}"],
    ["files:", "  include:", '  - "*.bin"', "  - 'a/**'", "  exclude: [", "    b, # {inner}", "    c,", "  ]"],
    ["settings:", "  text: |", "    # no comment", "", "    indented", "  n: 1"],
    ["settings: {text: 'two", "    lines, and: a # no comment'}"],
    ["settings:", "  folded: >-", "    # no comment", "    some words"],
    ["settings:", "  long: many words", "    that go on"],
    ["settings: {? a : b, 'c': 1, \"d\": [1, 2]}"],
    ["? category", ": whisper"],
]
VARIANTS = [
    ["variants:", "- source: hf:a/b", "  # {inner}", "  when: {os: linux}", "", "- {source: hf:c/d, name: x}"],
    ["variants:", "  # {inner}", "  - name: one # {inner}", "    source: hf:a/b", "  -", "    source: hf:c/d"],
    ["variants: [{source: hf:a/b, when: {accelerator: cuda}}, # {inner}", "  {source: hf:c/d}]"],
]
REST = [
    ["profiles:", "  ci: {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2} # of nobody"],
    ["policy:", "    licenses: {allow: [mit]} # of nobody", "    # of nobody", "    pickle: deny"],
    ["mirrors: []   # of nobody"],
    ["cache: .cache"],
    ["# of nobody"],
    [""],
    ["", "", "   "],
]
KEYS = {"profiles", "policy", "mirrors", "cache"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A manifest, its models in order, and its lines with the model that each is of."""

    content: bytes
    names: tuple[str, ...]
    lines: tuple[tuple[str, str | None], ...]


@st.composite
def drawn_manifests(draw: Draw) -> Drawn:
    names = tuple(draw(st.lists(st.sampled_from(NAMES[:-1]), min_size=1, max_size=4, unique=True)))
    style = draw(st.sampled_from([_block, _block, _block, _rows, _inline, _json]))
    lines = list(style(draw, names))
    end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = end.join(line for line, _ in lines) + draw(st.sampled_from(["", end]))
    mark = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf"]))
    return Drawn(mark + text.encode(), names, tuple(lines))


Lines = Iterator[tuple[str, str | None]]


def _around(models: Callable[[Draw, tuple[str, ...]], Lines]) -> Callable[[Draw, tuple[str, ...]], Lines]:
    """A whole manifest around its models."""

    def whole(draw: Draw, names: tuple[str, ...]) -> Lines:
        rest = draw(st.lists(st.sampled_from(REST), max_size=5, unique_by=lambda one: (one[0], id(one))))
        place = draw(st.integers(0, len(rest)))
        yield from ((line, None) for line in draw(st.sampled_from([[], ["# of nobody", "---"], ["---"]])))
        yield "version: 1 # of nobody", None
        yield from ((line, None) for part in rest[:place] for line in part)
        yield from models(draw, names)
        yield from ((line, None) for part in rest[place:] for line in part)
        yield from ((line, None) for line in draw(st.sampled_from([[], ["..."], ["...", "# of nobody"]])))

    return whole


@_around
def _block(draw: Draw, names: tuple[str, ...]) -> Lines:
    yield draw(st.sampled_from(["models:", "models: # of nobody", "'models':   "])), None
    column, step = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    apart = draw(st.lists(st.just(""), max_size=2))
    for number, name in enumerate(names):
        yield from _between(draw, column, apart if number else [])
        indented = list(_model(draw, name, step))
        yield from ((f"{' ' * column}{line}" if line else line, name) for line in indented)
    if draw(st.booleans()):
        yield f"{' ' * draw(st.integers(0, column))}# of nobody", None


def _between(draw: Draw, column: int, apart: list[str]) -> Lines:
    yield from ((line, None) for line in apart)
    if draw(st.integers(0, 4)) == 0:
        yield f"{' ' * column}# of nobody", None
        yield draw(st.sampled_from(["", "  "])), None
    if draw(st.integers(0, 5)) == 0:
        yield "# of nobody", None


def _model(draw: Draw, name: str, step: int) -> Iterator[str]:
    yield from (f"# of {name}" for _ in range(draw(st.integers(0, 2))))
    quote = draw(st.sampled_from(["", "", "'", '"'])) if name != "null" else "'"
    if draw(st.integers(0, 3)) == 0:
        yield f"{quote}{name}{quote}: {{{draw(st.sampled_from(VALUES))}}} # of {name}"
        return
    head = draw(st.sampled_from(["{}:", "{}:  # of " + name, "? {}\n:"]))
    yield from head.format(f"{quote}{name}{quote}").split("\n")
    parts = [[draw(st.sampled_from(VALUES))], *draw(st.lists(st.sampled_from(MORE), max_size=3, unique_by=_key))]
    if draw(st.booleans()):
        parts.append(draw(st.sampled_from(VARIANTS)))
    for part in draw(st.permutations(parts)):
        yield from (f"{' ' * step}{line.replace('{inner}', f'of {name}')}" for line in part)
        if draw(st.booleans()) and part not in MORE[5:9]:
            yield draw(st.sampled_from(["", f"{' ' * step}# of {name}", f"{' ' * (step + 1)}# of {name}"]))
    yield f"{' ' * step}optional: false"
    if draw(st.booleans()):
        yield from draw(st.sampled_from([[f" # of {name}"], ["", f" # of {name}", f"  # of {name}"]]))


def _key(part: list[str]) -> str:
    return part[0].removeprefix("? ").partition(":")[0]


@_around
def _rows(draw: Draw, names: tuple[str, ...]) -> Lines:
    """Between brackets, each on its own lines."""
    yield draw(st.sampled_from(["models: {", "models: { # of nobody"])), None
    for number, name in enumerate(names):
        last = number == len(names) - 1
        comma = draw(st.sampled_from(["", ","])) if last else ","
        tail = f"{comma}{draw(st.sampled_from(['', f' # of {name}']))}"
        if draw(st.booleans()):
            yield f"  # of {name}", name
        if draw(st.booleans()):
            yield f"  '{name}': {{source: hf:org/name}}{tail}", name
        else:
            yield f"  '{name}': {{", name
            yield f"    source: hf:org/name, # of {name}", name
            yield f"    settings: {{a: [1, 2], b: '}},'}} }}{tail}", name
    yield "}", None


@_around
def _inline(draw: Draw, names: tuple[str, ...]) -> Lines:
    between = draw(st.sampled_from([", ", ",", " , "]))
    entries = between.join(f"'{name}': {{source: hf:org/name, settings: {{a: '}},#'}}}}" for name in names)
    yield f"models: {{{entries}{draw(st.sampled_from(['', ' ', ',', ', ']))}}} # of nobody", None


def _json(draw: Draw, names: tuple[str, ...]) -> Lines:
    import json

    said = {"version": "1", "models": {name: {"source": "hf:org/name", "optional": "true"} for name in names}}
    text = json.dumps(said, indent=draw(st.sampled_from([None, 2, 4])))
    yield from ((line, None) for line in text.split("\n"))
