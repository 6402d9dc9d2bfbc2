"""The types of the manifest's fields: each judges by a function of this layer and tells editors what it takes.

A YAML editor sees `3.10` as a number where we read text, so the schema allows both for texts that look like numbers.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from resolver.documents import constraints, kinds, locations, paths, source
from resolver.domain.facts import ACCELERATORS, ARCHITECTURES, OPERATING_SYSTEMS

VERDICTS = ("deny", "warn", "allow")
EXCEPTIONS = ("pickle", "remote_code")
_NUMBER = r"[0-9]{1,15}(\.[0-9]{1,9})?"
_UNIT = r"([kKmMgGtT]?[bB]|[kKmMgGtT][iI][bB])?"
_OPERAND = rf"\s*(>=|<=|==|!=|>|<)?\s*[0-9]{{1,15}}(\.[0-9]{{1,9}}){{0,3}}{_UNIT}\s*"


def _schema(pattern: str, kind: str | tuple[str, ...] = "string") -> WithJsonSchema:
    return WithJsonSchema({"type": kind if isinstance(kind, str) else list(kind), "pattern": f"^(?:{pattern})$"})


def _one_of(known: tuple[str, ...]) -> BeforeValidator:
    return BeforeValidator(lambda value: kinds.one_of(value, known))


def _enum(known: tuple[str, ...]) -> WithJsonSchema:
    return WithJsonSchema({"enum": list(known)})


def _one_or_more(one: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]})


def _known_source(value: object, info: ValidationInfo) -> str:
    return source.source(value, info.context["kinds"] if info.context else ())


def _known_runtime(value: object, info: ValidationInfo) -> str:
    text = kinds.text_of(value)
    known = info.context["runtimes"] if info.context else ()
    if text not in known:
        raise kinds.UnknownWordError(f"unknown runtime '{kinds.shown(text)}'", text, sorted(known), whole=True)
    return text


def _format(value: object) -> int:
    text = kinds.text_of(value)
    if text != "1":
        raise kinds.refused(text, "write version: 1")
    return 1


def _known_location(value: object, info: ValidationInfo) -> str:
    return locations.location(value, info.context["mirrors"] if info.context else ())


Format = Annotated[int, BeforeValidator(_format), WithJsonSchema({"enum": [1, "1"]})]
Name = Annotated[str, BeforeValidator(kinds.name), _schema(kinds.NAME)]
VariantName = Annotated[str, BeforeValidator(kinds.variant_name), _schema(kinds.VARIANT_NAME)]
Label = Annotated[str, BeforeValidator(kinds.label), _schema(kinds.LABEL)]
Licence = Annotated[str, BeforeValidator(kinds.licence), _schema(kinds.LABEL)]
Flag = Annotated[bool, BeforeValidator(kinds.flag), WithJsonSchema({"type": "boolean"})]
Count = Annotated[int, BeforeValidator(kinds.count), WithJsonSchema({"type": "integer", "minimum": 1})]
Percent = Annotated[int, BeforeValidator(kinds.percent), _schema(kinds.PERCENT)]
Size = Annotated[int, BeforeValidator(kinds.size), _schema(rf"\s*{_NUMBER}\s*{_UNIT}\s*", ("string", "integer"))]
Dotted = Annotated[str, BeforeValidator(kinds.dotted), _schema(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}", ("string", "number"))]
OperatingSystem = Annotated[str, _one_of(OPERATING_SYSTEMS), _enum(OPERATING_SYSTEMS)]
Architecture = Annotated[str, _one_of(ARCHITECTURES), _enum(ARCHITECTURES)]
Accelerator = Annotated[str, _one_of(ACCELERATORS), _enum(ACCELERATORS)]
Verdict = Annotated[str, _one_of(VERDICTS), _enum(VERDICTS)]
Allowed = Annotated[str, _one_of(EXCEPTIONS), _enum(EXCEPTIONS)]
Source = Annotated[str, BeforeValidator(_known_source), _schema(source.SOURCE)]
Runtime = Annotated[str, BeforeValidator(_known_runtime), _schema(kinds.NAME)]
Address = Annotated[str, BeforeValidator(source.address), _schema(source.ADDRESS)]
Specifiers = Annotated[str, BeforeValidator(constraints.judged_specifiers), _schema(r"\s*(~=|==|!=|<=|>=|<|>|===).+")]
Revision = Annotated[str, BeforeValidator(constraints.revision), _schema(constraints.REVISION, ("string", "number"))]
Sha256 = Annotated[str, BeforeValidator(constraints.sha256), _schema(constraints.SHA256)]
Requirement = Annotated[str, BeforeValidator(constraints.judged_requirement), _schema(r"\s*[A-Za-z0-9].*")]
Glob = Annotated[str, BeforeValidator(paths.glob), _schema(r"[^/\\][^\\]{0,199}")]
Folder = Annotated[str, BeforeValidator(paths.folder), _schema(r"[^/\\][^\\]*")]
Location = Annotated[str, BeforeValidator(_known_location), _schema(locations.LOCATION)]

# What a selector takes is judged by `resolver.domain.selector`; these only tell editors.
OperatingSystems = Annotated[Any, _one_or_more({"enum": list(OPERATING_SYSTEMS)})]
Architectures = Annotated[Any, _one_or_more({"enum": list(ARCHITECTURES)})]
Accelerators = Annotated[Any, _one_or_more({"enum": list(ACCELERATORS)})]
Comparison = Annotated[Any, _one_or_more({"type": ["string", "number"], "pattern": f"^{_OPERAND}(,{_OPERAND})*$"})]
