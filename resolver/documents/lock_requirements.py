"""Whether a text of models.lock is a Python requirement (the packaging specifications' "Dependency specifiers").

`packaging` takes 27 ms to import, and a `sync` that has nothing to do takes little more. So what wheels usually state
is recognised here, by a pattern that takes less than packaging does; only the rest is asked of packaging.
"""

import re

LONGEST = 300
MOST = 200

_VERSION = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}(?:(?:a|b|rc|\.post|\.dev)[0-9]{1,9})?"
_SPECIFIER = rf"(?:(?:==|!=|<=|>=|<|>){_VERSION}|[=!]=[0-9]{{1,9}}(?:\.[0-9]{{1,9}}){{0,5}}\.\*)"
_VARIABLE = r"(?:python_version|python_full_version|sys_platform|platform_system|platform_machine)"
_CONDITION = rf'{_VARIABLE} (?:==|!=|<=|>=|<|>) "[A-Za-z0-9_.]{{1,30}}"'
_USUAL = re.compile(
    rf"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:{_SPECIFIER}(?:,{_SPECIFIER})*)?"
    rf"(?:; {_CONDITION}(?: (?:and|or) {_CONDITION})*)?",
    re.ASCII,
)


def is_requirement(text: str) -> bool:
    """Whether a text is a requirement: short enough, printable, and without an address, because the lock has none."""
    if len(text) > LONGEST or not text.isprintable():
        return False
    return bool(_USUAL.fullmatch(text)) or _packaging_reads(text)


def _packaging_reads(text: str) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(text).url is None
    except InvalidRequirement:
        return False
