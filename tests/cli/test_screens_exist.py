"""Every verb, and every form in which it answers, has a screen that somebody looked at."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from resolver.cli.main import VERBS

FORMS = (
    ("lock", "--check"),
    ("lock", "--dry-run"),
    ("lock", "--upgrade-model"),
    ("sync", "--dry-run"),
    ("sync", "--offline"),
    ("verify", "--repair"),
    ("verify", "--quick"),
    ("verify", "--upstream-only"),
    ("status", "--check-updates"),
    ("status", "markdown"),
    ("update", "--dry-run"),
    ("diff", "markdown"),
    ("diff", "github"),
    ("env", "bash"),
    ("env", "zsh"),
    ("env", "fish"),
    ("env", "powershell"),
    ("env", "dotenv"),
    ("completion", "powershell"),
    ("prune", "--dry-run"),
    ("prune", "--yes"),
    ("cache", "ls"),
    ("cache", "size"),
    ("cache", "gc", "--dry-run"),
)
TESTS = sorted(Path(__file__).parent.glob("test_*.py"))


def seen(tree: ast.AST) -> Iterator[set[str]]:
    """The words of each expression that a test holds against a snapshot, as in `screen(run("lock")) == snapshot(…)`.

    A name on that side counts for what it was given last: `result = run("lock")`.
    """
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        given: dict[str, set[str]] = {}
        for statement in ast.walk(function):
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                given[statement.targets[0].id] = texts(statement.value)
        for node in ast.walk(function):
            if isinstance(node, ast.Compare) and any(map(is_snapshot, node.comparators)):
                names = {one.id for one in ast.walk(node.left) if isinstance(one, ast.Name)}
                yield texts(node.left).union(*(given.get(name, set()) for name in names))


def texts(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def is_snapshot(node: ast.AST) -> bool:
    """`snapshot("…")`: one without a value holds nothing yet."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "snapshot"
        and bool(node.args)
    )


@pytest.fixture(scope="module")
def screens() -> list[set[str]]:
    return [one for path in TESTS for one in seen(ast.parse(path.read_text()))]


@pytest.mark.parametrize("form", [*((verb,) for verb in VERBS), *FORMS], ids=" ".join)
def test_there_is_a_screen_of(screens: list[set[str]], form: tuple[str, ...]) -> None:
    assert any(screen.issuperset(form) for screen in screens), "add one to a tests/cli/test_screens_of_….py"


def test_what_is_held_against_nothing_is_no_screen() -> None:
    assert (
        list(seen(ast.parse('def test():\n    assert run("lock") == snapshot()\n    assert run("sync") == 1\n'))) == []
    )
