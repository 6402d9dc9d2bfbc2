"""The text of a models.yaml that is made of what a cache or an older script has left."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from resolver.documents.writing import comment, flow_mapping, pairs, scalar
from resolver.documents.written import written
from resolver.domain.caches import PassedOver
from resolver.domain.recommended import SpeechVariant

MOST_LISTED = 50
"""Things that became no model and are named one by one."""
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model with its keys in order; what is known of it is told in comments: all of it, and why its revision."""

    name: str
    said: Mapping[str, str]
    about: str
    because: str
    files: tuple[str, ...] = ()


_HEAD = """\
# yaml-language-server: $schema={schema}
#
# What lay in a cache, each repository at the commit that lay there: `models lock` pins what programs get today, and
# `models sync` takes the bytes from that cache as long as HF_HOME or HF_HUB_CACHE leads to it. To follow a branch,
# write `revision: main`: `models lock` pins what that is then, and `models lock --upgrade-model NAME` moves the pin.
#
# Runtimes and categories are guesses by names and files. Remove what this project does not need: `models remove NAME`.
version: 1

# What may be locked. Without this everything may, with a warning of files that execute code when they are loaded.
# policy:
#   licenses: {{allow: [mit, apache-2.0]}}
#   pickle: deny
#   remote_code: deny

models:
"""


def starter_text(schema: str, models: Iterable[FoundModel], omitted: Iterable[PassedOver]) -> str:
    """The manifest; `schema` is where an editor finds what it may say."""
    parts = ["\n".join(_lines(one)) + "\n" for one in models]
    return _HEAD.format(schema=schema) + "\n".join(parts) + "".join(f"{line}\n" for line in _notes(tuple(omitted)))


def _lines(model: FoundModel) -> Iterator[str]:
    yield f"  {scalar(model.name)}: # {comment(model.about)}"
    for line in pairs(model.said):
        yield f"    {line}" + (f" # {comment(model.because)}" if line.startswith("revision:") else "")
    if model.files:
        line = f"    # files: {{include: [{', '.join(scalar(one) for one in model.files)}]}}"
        note = " # all that lay there; without it, the whole repository"
        yield f"{line}{note}" if len(line) + len(note) <= _WIDTH else line


def _notes(omitted: tuple[PassedOver, ...]) -> Iterator[str]:
    if omitted:
        yield ""
        yield "# Also there, and no model here:"
    for one in omitted[:MOST_LISTED]:
        yield f"#   {comment(one.place)}: {comment(one.reason)}"
    if len(omitted) > MOST_LISTED:
        yield f"#   and {len(omitted) - MOST_LISTED} more"


def with_first_variant(template: bytes, model: str, variant: SpeechVariant, about: str) -> bytes:
    """A judged manifest in which a model tries one more variant before all others; `about` is a comment on it."""
    place = written(template)
    entry = place.models.entries[place.models.index(model)][1]
    key, variants = entry.entries[entry.index("variants")]
    indentation = place.sheet.indentation(variants.start.line)
    lines = [f"{' ' * indentation}{line}" if line else line for line in _variant_lines(variant, about)]
    return place.sheet.spliced([place.sheet.after(key.start.line, lines)]).encode()


def _variant_lines(variant: SpeechVariant, about: str) -> Iterator[str]:
    yield f"# {comment(about)}"
    yield "- name: recommended"
    yield f"  source: {scalar(variant.source)}"
    if variant.is_mlx:
        yield "  runtime: mlx-whisper"
        yield "  category: apple-silicon"
        yield "  license: mit # OpenAI's, of which this is a conversion"
    yield f"  when: {flow_mapping(variant.when)}"
    if variant.needs:
        note = "README of faster-whisper, and its issue 1030" if variant.is_measured else "estimate"
        yield f"  needs: {flow_mapping(variant.needs)} # {note}"
    if variant.is_mlx:
        yield '  requires: ["mlx-whisper>=0.4"]'
    yield f"  settings: {flow_mapping(variant.settings)}"
    yield ""
