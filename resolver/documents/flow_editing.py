"""Adding and removing an entry between brackets: where there is a comma, and what else stands on the line."""

from resolver.documents.sheet import Splice
from resolver.documents.written import Written


def added_in_flow(before: Written, piece: str) -> list[Splice]:
    """What brings an entry in after the last; on a line of its own, if that has one. The entry comes last."""
    sheet, last = before.sheet, before.last
    end = sheet.offset(before.models.entries[last][1].end)
    comma = _comma_after(before, last)
    if _stands_alone(before, last):
        indentation = sheet.lines[before.models.entries[last][0].start.line][: before.indentation(last)]
        line = sheet.after(before.bottom(last), [f"{indentation}{piece}{'' if comma is None else ','}"])
        return [line] if comma is not None else [Splice(end, end, ","), line]
    if comma is None:
        return [Splice(end, end, f", {piece}")]
    return [Splice(comma + 1, comma + 1, f" {piece},")]


def removed_in_flow(before: Written, index: int) -> list[Splice]:
    """What takes an entry out, with the one comma that goes with it; another entry must stay. The entry comes last."""
    sheet, (key, value) = before.sheet, before.models.entries[index]
    start, end = sheet.offset(key.start), sheet.offset(value.end)
    comma = _comma_after(before, index)
    earlier = [] if comma is not None else [_comma_after(before, index - 1)]
    commas = [Splice(place, place + 1, "") for place in earlier if place is not None]
    if _stands_alone(before, index):
        lines = before.with_gap(index)
        return [*commas, sheet.without(lines.first, lines.last)]
    text = sheet.text
    if comma is not None and index < before.last:
        return [Splice(start, _past_spaces(text, comma + 1), "")]
    start = _before_spaces(text, start)
    if commas and commas[0].end == start:
        return [Splice(commas[0].start, end, "")]
    return [*commas, Splice(start, end if comma is None else comma + 1, "")]


def _comma_after(before: Written, index: int) -> int | None:
    """The place of the comma after an entry; None if it is the last and has none."""
    sheet, entries = before.sheet, before.models.entries
    place = sheet.offset(entries[index][1].end)
    stop = sheet.offset(before.models.end) if index == before.last else sheet.offset(entries[index + 1][0].start)
    while place < stop:
        if sheet.text[place] == ",":
            return place
        # Between an entry and a comma there is white space, and there are comments.
        place = sheet.text.index("\n", place) if sheet.text[place] == "#" else place + 1
    return None


def _stands_alone(before: Written, index: int) -> bool:
    """Whether its lines hold nothing but an entry, its comma and a comment."""
    key, value = before.models.entries[index]
    rest = before.sheet.lines[value.end.line][value.end.column :].strip()
    comma = _comma_after(before, index)
    on_its_line = comma is None or rest.startswith(",")
    rest = rest.removeprefix(",").lstrip()
    return before.begins_line(key.start) and on_its_line and (not rest or rest.startswith("#"))


def _past_spaces(text: str, place: int) -> int:
    while text[place] in " \t":
        place += 1
    return place


def _before_spaces(text: str, place: int) -> int:
    while text[place - 1] in " \t":
        place -= 1
    return place
