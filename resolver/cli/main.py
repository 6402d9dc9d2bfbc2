"""The group, the error boundary, and the only exit."""

import importlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

import click

from resolver import __version__
from resolver.domain.errors import DiskError, InterruptedByUserError, ManifestError, ModelsError, UsageError
from resolver.surroundings import Surroundings, surroundings

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from click.shell_completion import CompletionItem

VERBS = {
    "init": "Write a commented starter models.yaml.",
    "add": "Add a model to models.yaml.",
    "remove": "Remove models from models.yaml.",
    "lock": "Resolve models.yaml into models.lock.",
    "sync": "Make this machine match models.lock.",
    "verify": "Prove offline that what is on disk is what was locked.",
    "status": "What is there, what is missing, and the command that gets it.",
    "outdated": "What is newer than what is locked, and what excludes it.",
    "update": "Let pins move to the newest that is allowed.",
    "explain": "Why a machine gets the variant that it gets.",
    "diff": "What differs between two locks, as a reviewer asks.",
    "tree": "What each model brings, and why.",
    "why": "Who needs a model, repository or package.",
    "path": "The folder that a model's runtime opens.",
    "env": "What makes a shell's programs open the locked models.",
    "run": "Run a command that opens the locked models and fetches nothing.",
    "hardware": "What this machine is, as selectors see it.",
    "prune": "Remove from the project what the lock does not want here.",
    "cache": "The store that projects share: what is there, what none needs.",
    "completion": "The script that makes a shell complete names.",
}
"""Each verb is `resolver/cli/<verb>.py` with a command of that name, imported when it is called."""

EPILOG = "Exit codes: 0 done, 1 the answer is no, 2 wrong input, 3 the outside failed, 4 wrong bytes, 5 access refused."
_GO_ON = "what came is kept; run the same command again"


class Verbs(click.Group):
    """A group that knows its verbs by name and imports one when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of use."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module."""
        del ctx
        if cmd_name not in VERBS:
            return None
        command = getattr(importlib.import_module(f"resolver.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A verb that does not exist is an error with the nearest one that does."""
        if args and not args[0].startswith("-") and args[0] not in VERBS:
            from resolver.domain.names import did_you_mean

            raise UsageError(f"no verb '{args[0]}'", hint=did_you_mean(args[0], list(VERBS)))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """From the table above, so that completing a verb imports none."""
        from click.shell_completion import CompletionItem

        verbs = [CompletionItem(name, help=text) for name, text in VERBS.items() if name.startswith(incomplete)]
        return [*verbs, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table above, so that help imports no verb."""
        del ctx
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=Verbs,
    epilog=EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="models", message="%(prog)s %(version)s")
@click.option("--json", "as_json", is_flag=True, help="Without a verb: how things stand, as one JSON document.")
@click.pass_context
def models(context: click.Context, *, as_json: bool) -> int:
    """A lockfile for model weights: declare them in models.yaml, lock, sync, verify.

    Without a verb: how things stand in this project, and what to do next.
    """
    if context.invoked_subcommand is not None:
        if as_json:
            raise UsageError("--json stands behind the verb", hint="as in `models status --json`")
        return 0
    from resolver.cli.overview import overview

    return overview(context.ensure_object(Surroundings), as_json=as_json)


def run(arguments: Sequence[str]) -> None:
    """Run one command and exit with its code."""
    _prepare_streams()
    code = outcome(arguments, surroundings())
    try:
        sys.stdout.flush()
    except OSError:
        code = code or DiskError.exit_code
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter flushes once more when it ends
    if code == InterruptedByUserError.exit_code:
        sys.stderr.flush()
        os._exit(code)  # threads may still wait for a silent server; whatever they hold can be resumed
    sys.exit(code)  # noqa: TID251  # the one place that may


def _prepare_streams() -> None:
    """What cannot be written as it is, is written escaped; what nobody listens to goes nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # open as long as we run
        elif stream.isatty():
            stream.reconfigure(errors="backslashreplace")
        else:
            setattr(sys, name, _unwatched(stream))


def _unwatched(stream: TextIO) -> TextIO:
    """The same stream, for a file or a pipe."""
    raw = _Outlet(stream.fileno(), "w", closefd=False)
    lines = stream is sys.stderr
    return TextIOWrapper(BufferedWriter(raw), stream.encoding, "backslashreplace", line_buffering=lines)


class _Outlet(FileIO):
    """Where output goes. Whoever reads a pipe may stop: a verb goes on all the same, and exits as it would."""

    def write(self, data: "ReadableBuffer") -> int:
        """Write; into a pipe that nobody reads any more, nothing."""
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def outcome(arguments: Sequence[str], around: Surroundings) -> int:
    """The exit code of one command; every error ends here."""
    _listen(around)
    ours = list(arguments[: list(arguments).index("--")] if "--" in arguments else arguments)
    if around.environment.get("_MODELS_COMPLETE", "").startswith("powershell"):
        from resolver.cli.completion import register

        register()
    try:
        return int(models.main(list(arguments), prog_name="models", standalone_mode=False, obj=around) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # the error boundary
        return _told(_known(error, ours), ours)


def _known(error: BaseException, arguments: Sequence[str]) -> ModelsError:
    """What went wrong in our words; whatever is none of our errors is a bug."""
    if isinstance(error, ModelsError):
        return error
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return InterruptedByUserError("interrupted", hint=_GO_ON)
    if isinstance(error, click.ClickException):
        return UsageError(error.format_message(), hint="`models --help`, `models VERB --help`")
    if isinstance(error, OSError):
        return DiskError(f"{error.filename or 'a file or stream'}: {error.strerror or type(error).__name__}")
    if "-v" in arguments or "--verbose" in arguments:
        import traceback

        traceback.print_exception(error)
    return ModelsError(f"this is a bug: {type(error).__name__} in {_place(error)}", hint="run it with -v and report it")


def _place(error: BaseException) -> str:
    """Where it happened; what it says may hold a secret, and is only shown with -v."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return f"{Path(step.tb_frame.f_code.co_filename).name}:{step.tb_lineno}" if step is not None else "an unknown place"


def _listen(around: Surroundings) -> None:
    """The first signal tells the workers to put their parts down, and interrupts the main thread; the second ends."""
    struck = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        nonlocal struck
        if struck:
            _leave()
        struck = True
        around.stop.set()
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)


def _leave() -> None:
    """End at once: an interrupt in what follows the first one may have left a lock held for which a thread waits."""
    shown = "\x1b[?25h\n" if sys.stderr.isatty() else ""  # the bars had hidden the cursor
    os.write(2, f"{shown}error: interrupted\nhint: {_GO_ON}\n".encode())
    os._exit(InterruptedByUserError.exit_code)


def _told(error: ModelsError, arguments: Sequence[str]) -> int:
    """Say an error, as text on stderr or as a document on stdout; its exit code."""
    from resolver.cli.tables import say

    if _wants_json(arguments):
        sys.stdout.write(json.dumps(_document(error), ensure_ascii=False) + "\n")
    say(_text(error))
    return error.exit_code


def _wants_json(arguments: Sequence[str]) -> bool:
    """Whether the answer was to be a document: an error is told where no verb has read its arguments."""
    if arguments[:1] == ["run"]:
        return False  # its stdout, and all that stands behind it, is another program's
    joined = " ".join(arguments)
    return "--json" in arguments or "--format json" in joined or "--format=json" in arguments


def _text(error: ModelsError) -> str:
    if isinstance(error, ManifestError):
        from resolver.cli.tables import columns
        from resolver.cli.texts import problems_text

        return problems_text(error, columns(sys.stderr)).removesuffix("\n")
    lines = [f"error: {error.message}", *(f"  {detail}" for detail in error.details)]
    if error.hint:
        lines.append(f"hint: {error.hint}")
    return "\n".join(lines)


def _document(error: ModelsError) -> dict[str, object]:
    details: list[object] = list(error.details)
    if isinstance(error, ManifestError):
        details = [
            {"file": one.file, "line": one.line, "column": one.column, "message": one.message, "hint": one.hint}
            for one in error.problems
        ]
    return {
        "schema": "models.error/1",
        "ok": False,
        "exit_code": error.exit_code,
        "error": type(error).__name__.removesuffix("Error"),
        "message": error.message,
        "hint": error.hint,
        "details": details,
    }
