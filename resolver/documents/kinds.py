"""What a text may be: each function takes what was written and gives the value, or says why there is none.

No pydantic here: the types of the manifest call these functions to judge, the conversion calls them for the values.
"""

import re
from collections.abc import Collection, Iterable, Sequence

from resolver.documents.document import masked
from resolver.domain.names import did_you_mean, nearest, path_objection
from resolver.domain.quantities import parse_dotted, parse_size

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
VARIANT_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}"
LABEL = r"\S(?:[^\n\r\t]{0,62}\S)?"
COUNT = r"[1-9][0-9]{0,5}"
PERCENT = r"(?:[1-9][0-9]?|100)%"
_SHOWN = 80


class WrongTextError(ValueError):
    """What was written cannot be. `message` follows the quoted key; a `whole` one stands alone."""

    def __init__(self, message: str, hint: str | None = None, *, whole: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.whole = whole
        self._hint = hint

    @property
    def hint(self) -> str | None:
        """What to write instead."""
        return self._hint


class UnknownWordError(WrongTextError):
    """A word that is none of those known.

    Its hint is made when it is asked for: finding a near word takes a thousand times longer than finding none.
    """

    def __init__(self, message: str, word: str, known: Sequence[str], *, whole: bool = False) -> None:
        super().__init__(message, whole=whole)
        self._word = word
        self._known = known

    @property
    def hint(self) -> str | None:
        """The nearest word, else all there are."""
        return did_you_mean(self._word, self._known)


def refused(text: str, hint: str | None, reason: str | None = None) -> WrongTextError:
    """`cannot be '…'`, with a reason if the hint alone would not say it; what is long is cut."""
    return WrongTextError(f"cannot be '{shown(text)}'" + (f": it {reason}" if reason else ""), hint)


def shown(text: str) -> str:
    """A text fit for a message: short, on one line, without credentials."""
    line = re.sub(r"\s+", " ", masked(text))
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def is_misspelt(wanted: str, written: Iterable[str], known: Collection[str]) -> bool:
    """Whether an unknown key means the wanted one, which is then not missing but wrong."""
    return any(key not in known and nearest(key, known) == wanted for key in written)


def text_of(value: object) -> str:
    """Any text, as a plain `str`; lists and mappings are `WrongTextError`."""
    if not isinstance(value, str):
        raise WrongTextError("takes a text", "write one value, without '[', '{' or '- '")
    return str(value)


def matching(pattern: str, value: object, hint: str) -> str:
    """A text that the pattern covers whole."""
    text = text_of(value)
    if not re.fullmatch(pattern, text):
        raise refused(text, hint)
    return text


def name(value: object) -> str:
    """A name of a model, profile or group; safe as a folder on every system."""
    text = text_of(value)
    if not re.fullmatch(NAME, text):
        hint = "a name has 1 to 64 letters, digits, '.', '_' and '-', and begins with a letter or digit"
        raise WrongTextError(f"'{shown(text)}' is not a name", hint, whole=True)
    objection = path_objection(text)
    if objection:
        raise WrongTextError(f"'{text}' is not a name: it {objection}", "choose another", whole=True)
    return text


def variant_name(value: object) -> str:
    """A name of a variant; '#' is left to the names that repeats get."""
    return matching(VARIANT_NAME, value, "use letters, digits, '.', '_' and '-'")


def label(value: object) -> str:
    """A word or two to show: a category."""
    return matching(LABEL, value, "write 1 to 64 characters on one line, without spaces around")


def licence(value: object) -> str:
    """An identifier of a licence, in lower case as hubs write it."""
    return label(value).lower()


def one_of(value: object, known: Sequence[str]) -> str:
    """One of some words."""
    text = text_of(value)
    if text not in known:
        raise UnknownWordError(f"cannot be '{shown(text)}'", text, known)
    return text


def flag(value: object) -> bool:
    """True or false; YAML 1.1 has twenty more ways to write them, and one is the country code of Norway."""
    return matching("true|false", value, "write true or false") == "true"


def count(value: object) -> int:
    """A number of things, at least 1."""
    return int(matching(COUNT, value, "write a whole number like 8"))


def percent(value: object) -> int:
    """A share in whole percents."""
    return int(matching(PERCENT, value, "write whole percents from 1% to 100%").removesuffix("%"))


def size(value: object) -> int:
    """Bytes."""
    text = text_of(value)
    try:
        return parse_size(text)
    except ValueError as error:
        raise refused(text, "write a size like 6.4GB, 512MiB or 4000000000") from error


def dotted(value: object) -> str:
    """A version such as 12.8, as written."""
    text = text_of(value)
    try:
        parse_dotted(text)
    except ValueError as error:
        raise refused(text, "write a version like 12.8") from error
    return text
