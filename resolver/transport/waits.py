"""How long a server asks to be left alone."""

import email.utils
import re
from collections.abc import Mapping
from datetime import UTC, datetime


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait: `Retry-After`, else what is left of a `RateLimit` window, which the Hub sends instead.

    A date is counted from the answer's own `Date`: this machine's clock may be years off.
    """
    value = headers.get("retry-after")
    if value is None:
        window = re.search(r'"\s*(?:;\s*r=0\s*)?;\s*t=([0-9]{1,4})(?:[;,\s]|$)', headers.get("ratelimit", ""))
        return float(window[1]) if window else None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", value, re.ASCII):
        return float(value)
    moment = _moment(value)
    if moment is None:
        return None
    now = _moment(headers.get("date", "")) or datetime.now(UTC)  # noqa: TID251  # a date from outside needs a clock
    return max(0.0, (moment - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
