"""Flags that several verbs share, and what they are turned into."""

import functools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolver.domain.errors import ModelsError, UsageError
from resolver.domain.ports import Reporter, Silence
from resolver.domain.quantities import parse_size
from resolver.surroundings import Surroundings, WorkspaceRequest
from resolver.workflows.workspace import Workspace

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from resolver.domain.lock_places import LockPlaces

SLOWEST_RATE = 10_000
MOST_WORKERS = 64
Command = Callable[..., int]
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


@dataclass(frozen=True, slots=True)
class Session:
    """What every verb gets: the surroundings, and the flags that all verbs have."""

    surroundings: Surroundings
    project: str | None
    token_file: str | None
    offline: bool
    json: bool
    quiet: bool
    verbose: bool
    no_progress: bool

    def workspace(self, reporter: Reporter | None = None) -> Workspace:
        """Where the verb works."""
        request = WorkspaceRequest(self.project, self.token_file, self.offline)
        return self.surroundings.workspace(request, reporter or Silence())

    def lock_places(self) -> "LockPlaces":
        """Where things stand in models.lock, which a CI system knows by its path in the checkout."""
        from resolver.documents.lock_lines import lock_places
        from resolver.files.atomic import read_if_there

        return lock_places(read_if_there(self.workspace().lock_path) or b"", self.checked_out("models.lock"))

    def checked_out(self, name: str) -> str:
        """A file of the project by its path in the checkout of a CI system, POSIX; outside of one by its name."""
        around = self.surroundings.environment
        top = around.get("GITHUB_WORKSPACE") or around.get("CI_PROJECT_DIR")
        path = self.workspace().project.resolve() / name
        return (
            path.relative_to(Path(top).resolve()).as_posix()
            if top and path.is_relative_to(Path(top).resolve())
            else name
        )

    def profile(self, named: str | None) -> str | None:
        """The machine that is meant: the flag, else `MODELS_PROFILE`."""
        return named or self.surroundings.environment.get("MODELS_PROFILE") or None

    def workers(self, given: int | None) -> int:
        """Files at a time: the flag, else `MODELS_MAX_WORKERS`, else three."""
        named = self.surroundings.number("MODELS_MAX_WORKERS") or 3
        if named > MOST_WORKERS:
            raise UsageError(f"MODELS_MAX_WORKERS must be at most {MOST_WORKERS}, is {named}")
        return given or named


_COMMON = (
    click.option("--project", metavar="DIR", help="The project's folder (default: the nearest with a models.yaml)."),
    click.option(
        "--token-file", metavar="PATH", help="A file that holds the Hub's token. No flag takes a token itself."
    ),
    click.option("--offline", is_flag=True, help="Never use the network."),
    click.option("-q", "--quiet", is_flag=True, help="Say only what went wrong."),
    click.option("-v", "--verbose", is_flag=True, help="Say more; a bug shows its traceback."),
    click.option("--no-progress", is_flag=True, help="No progress bars."),
)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout; all prose on stderr.")
_FORMAT, _JSON = "format_", "json"
_NAMES = ("project", "token_file", "offline", "quiet", "verbose", "no_progress")


def common(command: Command) -> Command:
    """Give a verb the flags that all have, and hand it a `Session` made of them."""
    return _with(command, (*_COMMON[:3], _AS_JSON, *_COMMON[3:]))


def common_but_json(command: Command) -> Command:
    """The same for a verb whose stdout is another program's: it cannot promise a document."""
    return _with(command, _COMMON)


def _with(command: Command, flags: tuple[Callable[[Command], Command], ...]) -> Command:
    @functools.wraps(command)
    def wrapped(**values: Any) -> int:  # noqa: ANN401  # click hands over whatever the options are
        project, token_file, offline, quiet, verbose, no_progress = (values.pop(name) for name in _NAMES)
        as_json = values.pop("as_json", False)
        context = click.get_current_context()
        surroundings = context.find_object(Surroundings)
        if surroundings is None:
            raise RuntimeError("a verb runs below the group")
        if _FORMAT in values:
            values[_FORMAT] = _one_format(context, values[_FORMAT], as_json=as_json)
            as_json = values[_FORMAT] == _JSON
        hidden = no_progress or surroundings.flag("MODELS_NO_PROGRESS")
        session = Session(surroundings, project, token_file, offline, as_json, quiet, verbose, hidden)
        return command(session, **values)

    made: Command = wrapped
    for flag in reversed(flags):
        made = flag(made)
    return made


def _one_format(context: click.Context, named: str, *, as_json: bool) -> str:
    """The format that was asked for, by either flag.

    Raises:
        UsageError: two were.
    """
    chosen = context.get_parameter_source(_FORMAT) is not click.core.ParameterSource.DEFAULT
    if as_json and chosen and named != _JSON:
        raise UsageError(f"--json and --format {named} are two formats", hint="give one of them")
    return _JSON if as_json else named


def _completed(kind: str) -> Completer:
    """Names of the project that begin like a word; those of files too where a file may be meant."""

    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem

        from resolver.workflows.names import names

        around = context.find_object(Surroundings)
        if around is None:
            return []
        try:
            workspace = around.workspace(WorkspaceRequest(context.params.get("project")), Silence())
        except ModelsError:
            return []
        found = [one for one in getattr(names(workspace), kind) if one.startswith(incomplete)]
        files = [CompletionItem(incomplete, type="file")] if kind == "profiles" and not found else []
        return [*(CompletionItem(one) for one in found), *files]

    return complete


complete_models, complete_profiles = _completed("models"), _completed("profiles")

profile_option = click.option(
    "--profile",
    metavar="NAME|FILE",
    shell_complete=complete_profiles,
    help="Another machine than this one: declared, or a file.",
)
only_option = click.option(
    "--only", multiple=True, metavar="NAME", shell_complete=complete_models, help="Only this model (repeatable)."
)
workers_option = click.option(
    "--max-workers", type=click.IntRange(1, MOST_WORKERS), metavar="N", help="Large files at a time (default 3)."
)


def format_option(*formats: str) -> Callable[[Command], Command]:
    """`--format`, with the first as the default; `--json` is the same as json, and a verb looks at `format_` alone."""
    return click.option(
        "--format", _FORMAT, type=click.Choice(formats), default=formats[0], help=f"Default {formats[0]}."
    )


strict_option = click.option("--strict", is_flag=True, help="A failed optional model counts like a required one.")
timeout_option = click.option(
    "--timeout", type=click.FloatRange(1), default=300.0, metavar="SECONDS", help="Without progress (default 300)."
)
rate_option = click.option("--limit-rate", metavar="RATE", help="Over all connections together, such as 20MB/s.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would change and write nothing.")
mirror_option = click.option(
    "--mirror",
    "mirrors",
    multiple=True,
    metavar="PLACE",
    help="Ask there first: an address, a folder, hf:ENDPOINT (repeatable).",
)
python_option = click.option(
    "--python", metavar="PATH", help="Wheels in this environment too: its folder, or its interpreter."
)
no_origin_option = click.option(
    "--no-origin", is_flag=True, help="Ask mirrors only, never a source; sync is --locked then."
)


def locations(texts: Iterable[str], folder: Path) -> tuple[str, ...]:
    """Mirrors that were named by a flag; folders are seen from the current one, not from the project.

    Raises:
        UsageError: one of them is no location.
    """
    if not texts:
        return ()
    from resolver.documents.kinds import WrongTextError
    from resolver.documents.locations import location
    from resolver.mirrors import MIRRORS

    found = []
    for text in texts:
        try:
            kind, _, rest = location(text, MIRRORS).partition(":")
        except WrongTextError as error:
            raise UsageError(f"--mirror: {error.message}", hint=error.hint) from error
        found.append(f"{kind}:{folder / rest}" if kind == "file" else f"{kind}:{rest}")
    return tuple(found)


def rate(text: str | None) -> int | None:
    """Bytes a second of a rate such as `20MB/s`.

    Raises:
        UsageError: it is none, or so slow that it would count as a stall.
    """
    if text is None:
        return None
    try:
        found = parse_size(re.sub(r"/s(ec)?$", "", text.strip()))
    except ValueError as error:
        raise UsageError(f"--limit-rate: {error}", hint="write it like 20MB/s") from error
    if found < SLOWEST_RATE:
        raise UsageError(f"--limit-rate: at least {SLOWEST_RATE // 1000} kB/s", hint="write it like 20MB/s")
    return found
