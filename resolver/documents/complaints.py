"""What pydantic complains of, in our words, with our hints and at our places."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from resolver.documents.document import Document, Fault, Path, entries_in, quoted_key
from resolver.documents.kinds import WrongTextError, is_misspelt, shown
from resolver.documents.tables import FactsTable, ManifestTable, ModelTable, Table, VariantTable
from resolver.domain.names import did_you_mean

_OF_KEY = "[key]"
"""How pydantic marks that a key of a mapping is wrong, not its value."""

_SHAPES = {"model_type": "a mapping", "dict_type": "a mapping", "list_type": "a list"}
_MISSING = {
    "version": "write 'version: 1' in the first line",
    "models": "write 'models:' and the models below it",
    "source": "write it like source: hf:org/name",
}


def type_faults(error: ValidationError, document: Document) -> Iterator[Fault]:
    """Each complaint as a fault."""
    for detail in error.errors(include_url=False, include_input=False):
        fault = _fault(detail, tuple(detail["loc"]), document)
        if fault:
            yield fault


def _fault(detail: ErrorDetails, path: Path, document: Document) -> Fault | None:
    kind = detail["type"]
    wrong = detail.get("ctx", {}).get("error")
    if isinstance(wrong, WrongTextError):
        return _wrong(wrong, path, document)
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "missing":
        return _missing(path, document)
    if kind in _SHAPES:
        each = "each of " if path and isinstance(path[-1], int) else ""
        return Fault(path, f"{each}{quoted_key(path)} takes {_SHAPES[kind]}", _shape_hint(kind, path, document))
    if kind == "too_short":
        return Fault(
            path,
            f"{quoted_key(path)} is empty",
            "write at least one" + ("" if path == ("models",) else ", or leave the key out"),
        )
    return Fault(path, f"{quoted_key(path)} is not valid")


def _wrong(wrong: WrongTextError, path: Path, document: Document) -> Fault:
    at_key = path[-1] == _OF_KEY and path not in document.values
    where = path[:-1] if at_key else path
    return Fault(
        where, wrong.message if wrong.whole else f"{quoted_key(where)} {wrong.message}", wrong.hint, at_key=at_key
    )


def _unknown(path: Path) -> Fault:
    table, key = table_at(path[:-1]), str(path[-1])
    noun = "fact" if table is FactsTable else "key"
    message, hint = f"unknown {noun} '{key}'", did_you_mean(key, list(table.model_fields))
    if table is VariantTable and key in ModelTable.model_fields:
        message, hint = f"'{key}' belongs to the model, not to a variant", "move it up to the model"
    elif table is ModelTable and key == "name":
        hint = "the key above is the model's name; only variants have a 'name'"
    return Fault(path, message, hint, at_key=True)


def _missing(path: Path, document: Document) -> Fault | None:
    wanted = str(path[-1])
    written = entries_in(document.at(path[:-1]))
    if is_misspelt(wanted, written, table_at(path[:-1]).model_fields):
        return None
    return Fault(path[:-1], f"'{wanted}' is missing", _MISSING.get(wanted), absent=True)


def _shape_hint(kind: str, path: Path, document: Document) -> str:
    value = document.at(path)
    if kind == "list_type":
        return f'write it as a list: ["{shown(value)}"]' if isinstance(value, str) else "write it as a list"
    if not path and isinstance(value, str) and ":" in value:
        return "write a space after ':'"
    if isinstance(value, str) and table_at(path) in (ModelTable, VariantTable):
        return f"write {{source: {shown(value)}}}"
    return "write `key: value` lines below it, indented" if path else "it begins with 'version: 1'"


def table_at(path: Path) -> type[Table]:
    """The table that judges what stands at a path, which must be one of a table."""
    current: Any = ManifestTable
    for step in path:
        arguments = get_args(current)
        current = _plain(arguments[-1] if arguments else current.model_fields[step].annotation)
    found: type[Table] = current
    return found


def _plain(annotation: Any) -> Any:  # noqa: ANN401  # a type form, for which Python 3.11 has no type
    while get_origin(annotation) in (Annotated, Union, UnionType):
        annotation = get_args(annotation)[0]
    return annotation
