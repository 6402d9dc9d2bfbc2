"""The limits of style.md on what is written: lines of a function, lines of a file, parameters."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FUNCTION = 40
LONGEST_FILE = 300
MOST_PARAMETERS = 5
"""Besides `self`; ruff's PLR0913 counts it, and cannot tell a method from a function."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def too_long_files(texts: dict[str, str]) -> list[str]:
    return [name for name, text in texts.items() if len(text.splitlines()) > LONGEST_FILE]


def too_long_functions(texts: dict[str, str]) -> list[str]:
    """From `def` to the last line, docstring included."""
    return [
        f"{name}: {one.name}"
        for name, text in texts.items()
        for one, _ in functions(ast.parse(text), in_class=False)
        if (one.end_lineno or one.lineno) - one.lineno + 1 > LONGEST_FUNCTION
    ]


def too_many_parameters(texts: dict[str, str]) -> list[str]:
    """A verb has one parameter a flag, and is excused."""
    return [
        f"{name}: {one.name}"
        for name, text in texts.items()
        for one, is_method in functions(ast.parse(text), in_class=False)
        if not is_verb(one) and parameters(one) - is_method > MOST_PARAMETERS
    ]


def functions(node: ast.AST, *, in_class: bool) -> Iterator[tuple[Function, bool]]:
    """Every function at whatever depth, and whether its first parameter is the object or class."""
    for one in ast.iter_child_nodes(node):
        if isinstance(one, Function):
            yield one, in_class and "staticmethod" not in names(one)
        yield from functions(one, in_class=isinstance(one, ast.ClassDef))


def parameters(one: Function) -> int:
    return len([*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs])


def names(one: Function) -> set[str]:
    """Of its decorators."""
    return {ast.unparse(decorator).partition("(")[0] for decorator in one.decorator_list}


def is_verb(one: Function) -> bool:
    return bool({"click.command", "cache.command"} & names(one))


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    found = [*ROOT.joinpath("resolver").rglob("*.py"), *ROOT.joinpath("scripts").rglob("*.py")]
    return {one.relative_to(ROOT).as_posix(): one.read_text(encoding="utf-8") for one in sorted(found)}


def test_every_file_is_within_its_limit(texts: dict[str, str]) -> None:
    assert len(texts) > 100, "the package was read"
    assert too_long_files(texts) == []


def test_every_function_is_within_its_limit(texts: dict[str, str]) -> None:
    assert too_long_functions(texts) == []


def test_every_function_has_few_parameters(texts: dict[str, str]) -> None:
    assert too_many_parameters(texts) == []


def test_what_is_over_a_limit_is_found_and_what_is_at_it_is_not() -> None:
    body = "    pass\n"
    assert too_long_files({"a": "\n" * 300, "b": "\n" * 301}) == ["b"]
    assert too_long_functions({"a": "def at():\n" + body * 39, "b": "def over():\n" + body * 40}) == ["b: over"]
    inner = "class A:\n    def m(self, a, b, c, d, e): ...\n    @staticmethod\n    def s(a, b, c, d, e, f): ...\n"
    assert too_many_parameters({"a": inner}) == ["a: s"]
    verb = "@click.command()\ndef verb(a, *, b, c, d, e, f): ...\n"
    assert too_many_parameters({"a": verb, "b": "def f(a, *, b, c, d, e, f): ...\n"}) == ["b: f"]
    assert too_many_parameters({"a": "def f(a):\n    def g(a, b, c, d, e, f): ...\n"}) == ["a: g"]
