"""Adding a model to the text of a manifest, and removing one: what is not of that model keeps every byte.

Whoever calls judges the new text, and asks `says` whether it says what was meant: a way of writing that is not
foreseen here (a `?` before a key within brackets, say) comes out wrong, and is not written then.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from resolver.documents.document import Value, entries_in
from resolver.documents.flow_editing import added_in_flow, removed_in_flow
from resolver.documents.sheet import Splice
from resolver.documents.text import read_document
from resolver.documents.writing import block_entry, flow_entry
from resolver.documents.written import Written, written


@dataclass(frozen=True, slots=True)
class Edit:
    """A new text of a manifest; `piece` is what came or went, `line` where that is or was, counted from 1."""

    content: bytes
    piece: str
    line: int


def added(content: bytes, name: str, said: Mapping[str, str]) -> Edit:
    """A judged manifest with one more model, after the last and written as that is."""
    before = written(content)
    if before.models.style:
        piece = flow_entry(name, said, before.quotes(before.last))
        splices = added_in_flow(before, piece)
    else:
        lines = _lines(before, name, said)
        piece = "\n".join(lines)
        splices = [_below_the_last(before, lines)]
    lines_above = before.sheet.text[: splices[-1].start] + splices[-1].text.partition(piece.partition("\n")[0])[0]
    return Edit(before.sheet.spliced(splices).encode(), piece, lines_above.count("\n") + 1)


def removed(content: bytes, name: str) -> Edit:
    """A judged manifest without one of its models, which must not be the only one."""
    before = written(content)
    sheet, index = before.sheet, before.models.index(name)
    if before.models.style:
        splices = removed_in_flow(before, index)
    else:
        lines = before.with_gap(index)
        splices = [sheet.without(lines.first, lines.last)]
    piece = sheet.text[splices[-1].start : splices[-1].end].replace("\r\n", "\n").strip("\n")
    return Edit(sheet.spliced(splices).encode(), piece, before.models.entries[index][0].start.line + 1)


def _lines(before: Written, name: str, said: Mapping[str, str]) -> list[str]:
    last, quotes = before.models.entries[before.last][1], before.quotes(before.last)
    indentation = before.indentation(before.last)
    if last.style:
        lines = [flow_entry(name, said, quotes)]
    else:
        step = before.sheet.indentation(last.entries[0][0].start.line) - indentation
        lines = block_entry(name, said, step, quotes)
    return [f"{' ' * indentation}{line}" for line in lines]


def _below_the_last(before: Written, lines: list[str]) -> Splice:
    # An empty line after a text of several lines could become part of it.
    may_be_set_apart = before.models.entries[before.last][1].ending.style not in ("|", ">")
    gap = [""] if may_be_set_apart and before.is_set_apart(before.last) else []
    return before.sheet.after(before.bottom(before.last), [*gap, *lines])


def says(content: bytes, before: bytes, models: Mapping[str, Mapping[str, str] | None]) -> bool:
    """Whether a text says what an earlier one does, but for these models: added with these keys, or removed."""
    old, new = (entries_in(read_document(one, "").root) for one in (before, content))
    kept = {name: value for name, value in entries_in(old["models"]).items() if name not in models}
    wanted = {**kept, **{name: dict(said) for name, said in models.items() if said is not None}}
    there = entries_in(new["models"])
    return (
        list(there) == list(wanted)
        and all(there[name] == wanted[name] for name in wanted)
        and _same({**old, "models": dict(kept)}, {**new, "models": {name: there[name] for name in kept}})
    )


def _same(one: Value, other: Value) -> bool:
    """Equal, in the same order, and quoted alike: settings are numbers only where they stand plain."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other
