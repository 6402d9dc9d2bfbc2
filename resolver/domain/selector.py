"""Selectors: which machines a variant is for, evaluated with three outcomes.

A selector is data, never an expression: a mapping of facts to a word, a list of words, or comparisons, with `any` and
`not` for nesting (formats.md). An unknown fact makes a condition unknown, not false.
"""

import enum
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from resolver.domain.facts import Facts, type_of_fact
from resolver.domain.names import did_you_mean
from resolver.domain.quantities import format_size, parse_dotted, parse_size

Written = Mapping[str, object]
Number = tuple[int, ...]
"""A size, a count or a dotted version, as numbers that compare."""
DEEPEST = 8
_SIZES = frozenset({"ram", "vram"})
"""Facts of which a need is plain bytes in a reason; a condition on plain bytes is told apart by its sign."""
_COMPARISON = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([^\s<>=!]+)\s*")
_HOLDS: dict[str, Callable[[int], bool]] = {
    ">=": lambda order: order >= 0,
    "<=": lambda order: order <= 0,
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
    ">": lambda order: order > 0,
    "<": lambda order: order < 0,
}


class SelectorError(ValueError):
    """A selector is wrong at `path` (keys and list positions from its root)."""

    def __init__(self, path: tuple[str | int, ...], message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.hint = hint


class Truth(enum.Enum):
    """The outcome of a condition."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a condition does not hold: the fact, what was wanted of it, and what was found (None: unknown)."""

    fact: str
    wanted: str
    found: str | None


def mismatch_text(one: Mismatch) -> str:
    """A reason for people: sizes readable, the unknown called so. A lock may say anything there."""
    readable = _readable if one.fact in _SIZES else str
    found = "unknown" if one.found is None else readable(one.found)
    wanted = readable(one.wanted)
    if wanted != one.wanted:
        return f"needs {wanted} {one.fact}, {found} left in the budget"
    return (
        f"{one.fact} must {'not be' if wanted.startswith('not ') else 'be'} {wanted.removeprefix('not ')}, is {found}"
    )


def _readable(size: str) -> str:
    """Plain bytes as a size; everything else as it is."""
    return format_size(int(size)) if size.isascii() and size.isdigit() and len(size) < 20 else size


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with its reasons: the conditions that are not true."""

    truth: Truth
    because: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Selector:
    """A parsed selector; `written` is the canonical plain form that the lock keeps."""

    conditions: tuple["Condition | AnyOf | Not", ...] = ()

    @property
    def written(self) -> dict[str, object]:
        """The plain form, keys in code-point order."""
        return dict(sorted(condition.plain() for condition in self.conditions))

    def judge(self, facts: Facts) -> Verdict:
        """All conditions together: false as soon as one is false, else unknown as soon as one is unknown."""
        verdicts = [condition.judge(facts) for condition in self.conditions]
        for truth in (Truth.FALSE, Truth.UNKNOWN):
            because = tuple(m for verdict in verdicts if verdict.truth is truth for m in verdict.because)
            if any(verdict.truth is truth for verdict in verdicts):
                return Verdict(truth, because)
        return Verdict(Truth.TRUE)


@dataclass(frozen=True, slots=True)
class Condition:
    """One fact against words (one of them) or comparisons (all of them)."""

    fact: str
    wanted: str | tuple[str, ...]

    def plain(self) -> tuple[str, object]:
        """Key and value as written in the lock."""
        return self.fact, list(self.wanted) if isinstance(self.wanted, tuple) else self.wanted

    @property
    def alternatives(self) -> tuple[str, ...]:
        """What is wanted, one of them."""
        return self.wanted if isinstance(self.wanted, tuple) else (self.wanted,)

    def judge(self, facts: Facts) -> Verdict:
        """Compare; a fact that cannot exist on the machine makes the condition false."""
        found = facts.of(self.fact)
        wanted = " or ".join(f"=={one}" if one.isdigit() and self.fact in _SIZES else one for one in self.alternatives)
        if facts.does_not_apply(self.fact):
            return Verdict(Truth.FALSE, (Mismatch(self.fact, wanted, "none"),))
        if found is None:
            return Verdict(Truth.UNKNOWN, (Mismatch(self.fact, wanted, None),))
        if self.satisfied_by(found if isinstance(type_of_fact[self.fact], tuple) else _number(self.fact, str(found))):
            return Verdict(Truth.TRUE)
        return Verdict(Truth.FALSE, (Mismatch(self.fact, wanted, str(found)),))

    def satisfied_by(self, value: str | int | Number) -> bool:
        """Whether a value of the fact, a word or a number, is one of what is wanted."""
        if not isinstance(value, tuple):
            return value in self.alternatives
        return any(
            all(_HOLDS[sign]((value > operand) - (value < operand)) for sign, operand in _bounds(self.fact, one))
            for one in self.alternatives
        )

    @property
    def operands(self) -> tuple[Number, ...]:
        """The numbers that are compared with."""
        return tuple(operand for one in self.alternatives for _, operand in _bounds(self.fact, one))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of several selectors."""

    selectors: tuple[Selector, ...]

    def plain(self) -> tuple[str, object]:
        """Key and value as written in the lock."""
        return "any", [selector.written for selector in self.selectors]

    def judge(self, facts: Facts) -> Verdict:
        """True as soon as one is true, else unknown as soon as one is unknown."""
        verdicts = [selector.judge(facts) for selector in self.selectors]
        if any(verdict.truth is Truth.TRUE for verdict in verdicts):
            return Verdict(Truth.TRUE)
        unknown = [verdict for verdict in verdicts if verdict.truth is Truth.UNKNOWN]
        because = tuple(mismatch for verdict in unknown or verdicts for mismatch in verdict.because)
        return Verdict(Truth.UNKNOWN if unknown else Truth.FALSE, because)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a selector; the opposite of unknown is unknown."""

    selector: Selector

    def plain(self) -> tuple[str, object]:
        """Key and value as written in the lock."""
        return "not", self.selector.written

    def judge(self, facts: Facts) -> Verdict:
        """Turn true and false round."""
        verdict = self.selector.judge(facts)
        if verdict.truth is Truth.FALSE:
            return Verdict(Truth.TRUE)
        if verdict.truth is Truth.UNKNOWN:
            return verdict
        return Verdict(Truth.FALSE, tuple(_met(self.selector, facts)))


def parse_selector(written: Written, path: tuple[str | int, ...] = ()) -> Selector:
    """A selector from its plain form.

    Raises:
        SelectorError: a key, word, version, size or nesting is wrong.
    """
    if len(path) > 2 * DEEPEST:
        raise SelectorError(path, f"nested deeper than {DEEPEST}")
    return Selector(tuple(_condition(key, written[key], (*path, key)) for key in sorted(written)))


def _condition(key: str, value: object, path: tuple[str | int, ...]) -> Condition | AnyOf | Not:
    if key == "not":
        if not isinstance(value, Mapping) or not value:
            raise SelectorError(path, "'not' takes a mapping of facts")
        return Not(parse_selector(value, path))
    if key == "any":
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise SelectorError(path, "'any' takes a list of mappings of facts")
        return AnyOf(tuple(_alternative(one, (*path, index)) for index, one in enumerate(value)))
    if key not in type_of_fact:
        raise SelectorError(path, f"unknown selector key '{key}'", did_you_mean(key, [*type_of_fact, "any", "not"]))
    return Condition(key, _wanted(key, value, path))


def _alternative(one: object, path: tuple[str | int, ...]) -> Selector:
    if not isinstance(one, Mapping) or not one:
        raise SelectorError(path, "each alternative of 'any' is a mapping of facts")
    return parse_selector(one, path)


def _wanted(fact: str, value: object, path: tuple[str | int, ...]) -> str | tuple[str, ...]:
    if isinstance(value, Mapping):
        raise SelectorError(path, f"'{fact}' takes a word, a comparison or a list", "nest with 'any' and 'not' only")
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            raise SelectorError(path, f"'{fact}' takes a word, a comparison or a list that is not empty")
        return tuple(_text_of_fact(fact, one, (*path, index)) for index, one in enumerate(value))
    return _text_of_fact(fact, value, path)


def _text_of_fact(fact: str, value: object, path: tuple[str | int, ...]) -> str:
    text = str(value).strip()
    kind = type_of_fact[fact]
    if isinstance(kind, tuple):
        if text not in kind:
            raise SelectorError(path, f"'{fact}' cannot be '{text}'", did_you_mean(text, kind))
        return text
    try:
        for _, operand in _comparisons(text):
            _number(fact, operand)
    except ValueError as error:
        raise SelectorError(path, f"'{fact}': {error}", 'compare like ">=8GB,<24GB" or ">=7.0"') from error
    return text


def _comparisons(text: str) -> list[tuple[str, str]]:
    if not any(sign in text for sign in "<>=!"):
        return [("==", text)]
    found = []
    for part in text.split(","):
        match = _COMPARISON.fullmatch(part)
        if match is None:
            raise ValueError(f"{part.strip()!r} is not a comparison")
        found.append((match[1], match[2]))
    return found


def _number(fact: str, text: str) -> Number:
    kind = type_of_fact[fact]
    if kind == "version":
        return parse_dotted(text)
    if kind == "size":
        return (parse_size(text),)
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ValueError(f"{text!r} is not a count")
    return (int(text),)


@lru_cache(maxsize=1024)
def _bounds(fact: str, text: str) -> tuple[tuple[str, Number], ...]:
    """The comparisons of a text that was parsed before."""
    return tuple((sign, _number(fact, operand)) for sign, operand in _comparisons(text))


def _met(selector: Selector, facts: Facts) -> Iterator[Mismatch]:
    """What a selector says that is true, as reasons why its opposite is not."""
    for condition in selector.conditions:
        if isinstance(condition, Condition):
            wanted = " or ".join(condition.alternatives)
            yield Mismatch(condition.fact, f"not {wanted}", str(facts.of(condition.fact)))
        elif isinstance(condition, AnyOf):
            for one in condition.selectors:
                if one.judge(facts).truth is Truth.TRUE:
                    yield from _met(one, facts)
        else:
            yield from condition.selector.judge(facts).because
