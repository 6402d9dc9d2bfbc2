"""Sizes in bytes, and dotted versions of hardware interfaces."""

import re

# GB is 10^9 and GiB is 2^30 (formats.md): a "24 GB" card reports 24564 MiB, which `24GiB` would refuse.
_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,9}))?\s*([A-Za-z]{0,3})", re.ASCII)
_DOTTED = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}", re.ASCII)
_LARGEST = 2**63 - 1


def parse_size(text: str) -> int:
    """Bytes of a size such as `6.4GB`, `512MiB` or `4000000000`.

    Raises:
        ValueError: the text is no size, or lies beyond 2^63 - 1.
    """
    match = _SIZE.fullmatch(text.strip())
    unit = match and _UNITS.get(match[3].lower())
    if match is None or unit is None:
        raise ValueError(f"{text!r} is not a size; write it like 6.4GB, 512MiB or 4000000000")
    fraction = match[2] or ""
    scale: int = 10 ** len(fraction)
    size = int(match[1]) * unit + int(fraction or "0") * unit // scale
    if size > _LARGEST:
        raise ValueError(f"{text!r} is larger than any machine")
    return size


def format_size(size: int) -> str:
    """A size for people, three significant digits, powers of ten: 486 MB, 3.09 GB."""
    if size < 1000:
        return f"{size} B"
    value, units = size / 1000, ["TB", "GB", "MB", "kB"]
    while value >= 999.5 and len(units) > 1:
        value, _ = value / 1000, units.pop()
    digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    text = f"{value:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {units[-1]}"


def parse_dotted(text: str) -> tuple[int, ...]:
    """The numbers of a dotted version such as `12.8`, without trailing zeros, so that 12 equals 12.0.

    Raises:
        ValueError: the text is no dotted version.
    """
    if not _DOTTED.fullmatch(text):
        raise ValueError(f"{text!r} is not a version; write it like 12.8")
    numbers = [int(part) for part in text.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
