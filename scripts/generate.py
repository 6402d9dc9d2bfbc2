"""Write what is made from the code: the help in README.md, the reference in docs, the schema, the example.

`--check` writes nothing, shows what differs and exits 1.
"""

import argparse
import difflib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import click

from resolver.cli.main import models
from resolver.documents.schema import FILE, schema_text
from resolver.domain.errors import ModelsError
from resolver.runtimes import RUNTIMES
from resolver.transport.errors import StatusError
from resolver.workflows.init import template_bytes

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.api_reference import api_reference  # noqa: E402  # beside this file, however it is started
from scripts.manifest_reference import manifest_reference  # noqa: E402  # as above

WIDTH = 100
"""Columns of the help: the terminal of whoever generates must not show."""

README = "README.md"
_HELP_BLOCK = re.compile(r"(?<=<!-- generated: models --help -->\n).*?(?=<!-- end of generated -->)", re.DOTALL)
_ERROR_MODULES = (ModelsError.__module__, StatusError.__module__)

_CLI_HEAD = """\
# Command reference

Generated from the code by `scripts/generate.py`; the words are those of `models VERB --help`. What the exit codes mean
is in [exit-codes.md](exit-codes.md), what `--json` prints in [json.md](json.md).
"""

_EXIT_CODES_HEAD = """\
# Exit codes

Generated from the error classes by `scripts/generate.py`.

The error's name is what `--json` prints as `error`; the class in the code has `Error` behind it. Several failures
together give the worst code: 4 before 5 before 3. In `sync`, only required models count, except that wrong bytes (4)
always count; `--strict` makes optional models count too. The same holds for sources that `outdated` and `verify
--upstream` could not ask; their code goes before 1.

## 0: done

`sync` with an optional model that failed is 0, and so is `verify` with nothing but an optional model missing. Both say
so.
"""

_BESIDES = {
    1: "Also without an error: `verify` with findings, `lock --check` with a stale lock, `status --exit-code` with a\n"
    "required model that is not ready, `outdated --exit-code` with something to update or that does not stand.\n",
    3: "Where the sources have to be asked (`outdated`, `update`, `lock --upgrade`, `verify --upstream`), `--offline`\n"
    "is wrong usage (2): one command line asks for both. `MODELS_OFFLINE` and `HF_HUB_OFFLINE` are 3, as a network is\n"
    "that is down. `status --check-updates` only warns. What lies in the project (`file:`) needs no network.\n",
}


def generated(root: Path) -> dict[str, str]:
    """The text of every generated file by its path below `root`; of README.md only the help is replaced.

    Raises:
        ValueError: README.md has no place for the help.
    """
    return {
        README: _readme((root / README).read_text(encoding="utf-8")),
        "docs/cli.md": _cli(),
        "docs/exit-codes.md": _exit_codes(),
        "docs/python-api.md": api_reference(),
        "docs/manifest.md": manifest_reference(json.loads(schema_text()), {"runtime": sorted(RUNTIMES)}),
        f"resolver/documents/{FILE}": schema_text(),
        "examples/transcription/models.yaml": template_bytes("transcription").decode(),
    }


def _readme(written: str) -> str:
    text, count = _HELP_BLOCK.subn(lambda _: _console(_help(_context())), written)
    if count != 1:
        raise ValueError(f"{README} has {count} places for the help of `models`, not 1")
    return text


def _cli() -> str:
    group = _context()
    sections = [_CLI_HEAD, f"## models\n\n{_console(_help(group))}"]
    for name in models.list_commands(group):
        verb = models.get_command(group, name)
        if verb is not None:
            sections += _sections(verb, name, group)
    return "\n".join(sections)


def _sections(verb: click.Command, name: str, above: click.Context) -> Iterator[str]:
    """The help of a verb, and of the verbs below it."""
    inner = verb.make_context(name, [], parent=above, resilient_parsing=True, terminal_width=WIDTH)
    yield f"## {inner.command_path}\n\n{_console(_help(inner))}"
    for below in verb.list_commands(inner) if isinstance(verb, click.Group) else ():
        command = verb.get_command(inner, below) if isinstance(verb, click.Group) else None
        if command is not None:
            yield from _sections(command, below, inner)


def _context() -> click.Context:
    return models.make_context("models", [], resilient_parsing=True, terminal_width=WIDTH)


def _help(context: click.Context) -> str:
    return "\n".join(line.rstrip() for line in context.get_help().splitlines())


def _console(text: str) -> str:
    return f"```text\n{text}\n```\n"


def _exit_codes() -> str:
    classes = sorted(set(_subclasses(ModelsError)), key=lambda one: (one.exit_code, len(one.__mro__), one.__name__))
    sections = [_EXIT_CODES_HEAD]
    for code, group in groupby(classes, key=lambda one: one.exit_code):
        found = list(group)
        rows = "\n".join(f"| {one.__name__.removesuffix('Error')} | {one.meaning} |" for one in found)
        more = f"\n{_BESIDES[code]}" if code in _BESIDES else ""
        sections.append(f"## {code}: {found[0].meaning}\n\n| error | meaning |\n|---|---|\n{rows}\n{more}")
    return "\n".join(sections)


def _subclasses(kind: type[ModelsError]) -> Iterator[type[ModelsError]]:
    """The class and all below it that are the tool's own, whatever else this process has imported."""
    if kind.__module__ in _ERROR_MODULES:
        yield kind
    for one in kind.__subclasses__():
        yield from _subclasses(one)


def differences(root: Path, wanted: Mapping[str, str]) -> list[str]:
    """A unified diff for each file that is not what it should be."""
    found = []
    for path, text in wanted.items():
        place = root / path
        written = place.read_text(encoding="utf-8") if place.is_file() else ""
        lines = difflib.unified_diff(written.splitlines(), text.splitlines(), path, f"{path} (generated)", lineterm="")
        if written != text:
            found.append("\n".join(lines) or f"{path}: its last line has no end")
    return found


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; show what differs and exit 1")
    asked = parser.parse_args(arguments)
    wanted = generated(root)
    found = differences(root, wanted)
    if asked.check:
        print("\n".join([*found, "hint: run scripts/generate.py"]) if found else "generated files are up to date")
        return int(bool(found))
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {len(wanted)} files, {len(found)} of them changed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
