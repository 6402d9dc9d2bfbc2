"""The Python API as a page, from signatures and docstrings."""

import inspect
import re
from collections.abc import Iterable, Iterator
from types import FunctionType

import resolver
from resolver import api
from resolver.domain.errors import ModelsError

HEAD = """\
# Python API

Generated from the code by `scripts/generate.py`. How it is used is told in [run.md](guide/run.md#from-python).
"""
_ALIAS = str(api.Setting).replace("'", '"')
_SETTING = f"## Setting\n\nThe type of what `settings` has.\n\n```python\nSetting = {_ALIAS}\n```\n"
_WIDTH = 120
_SECTION = re.compile(r"\n\n(?P<title>Raises):\n(?P<rows>(?:    .*\n?)+)")
_ROW = re.compile(r"^    (?P<names>[\w, ]+): (?P<meaning>.*(?:\n     .*)*)", re.MULTILINE)


def api_reference() -> str:
    """A section for each function, and a table of the errors.

    Raises:
        TypeError: `resolver.__all__` names something that is neither.
    """
    public = {name: getattr(resolver, name) for name in resolver.__all__ if not name.startswith("__")}
    functions = {name: one for name, one in public.items() if isinstance(one, FunctionType)}
    errors = {name: one for name, one in public.items() if inspect.isclass(one) and issubclass(one, ModelsError)}
    unknown = public.keys() - functions.keys() - errors.keys() - {"Setting"}
    if unknown:
        raise TypeError(f"there is no section for {', '.join(sorted(unknown))}")
    described = f"{inspect.getdoc(api)}\n"
    sections = [HEAD, described, *map(_function, functions.values()), _SETTING, _errors(errors.values())]
    return "\n".join(sections)


def _function(one: FunctionType) -> str:
    definition = _definition(one.__name__, _readable(str(inspect.signature(one))))
    text = inspect.getdoc(one) or ""
    raised = _SECTION.search(f"{text}\n")
    prose = text[: raised.start()] if raised else text
    rows = [f"| `{names}` | {meaning} |" for names, meaning in _rows(raised["rows"] if raised else "")]
    table = "\n".join(["\n| raises | when |\n|---|---|", *rows, ""]) if rows else ""
    return f"## {one.__name__}\n\n```python\n{definition}\n```\n\n{prose}\n{table}"


def _definition(name: str, signature: str) -> str:
    """As the formatter writes it."""
    line = f"def {name}{signature}: ..."
    inner, _, result = signature.removeprefix("(").rpartition(")")
    return line if len(line) <= _WIDTH else f"def {name}(\n    {inner}\n){result}: ..."


def _readable(signature: str) -> str:
    for spelled, name in ((str(api.Setting), "Setting"), ("pathlib.", ""), ("os.PathLike", "PathLike")):
        signature = signature.replace(spelled, name)
    return signature


def _rows(text: str) -> Iterator[tuple[str, str]]:
    for match in _ROW.finditer(text):
        yield match["names"].replace(", ", "`, `"), " ".join(match["meaning"].split())


def _errors(classes: Iterable[type[ModelsError]]) -> str:
    rows = [f"| `{one.__name__}` | `{one.__mro__[1].__name__}` | {one.exit_code} | {one.meaning} |" for one in classes]
    table = "\n".join(["| error | is a | exit code | meaning |\n|---|---|---|---|", *rows])
    return f"## Errors\n\nEach has `message` and `hint`; what `models` would exit with is `exit_code`.\n\n{table}\n"
