"""`models completion`: what a shell needs to complete verbs, flags, models and profiles."""

import os
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem, ShellComplete, add_completion_class, get_completion_class

from resolver.cli.env import own_shell
from resolver.cli.options import Session, common
from resolver.domain.errors import UsageError

VARIABLE = "_MODELS_COMPLETE"
PROGRAM = "models"
_QUOTES = "'\""
_POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($word, $tree, $position)
    $env:%(complete_var)s = 'powershell_complete'
    $env:COMP_WORD = $word
    $env:COMP_WORDS = ($tree.CommandElements | ForEach-Object { $_.Extent.Text }) -join "`n"
    try {
        %(prog_name)s | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    } finally {
        Remove-Item Env:%(complete_var)s, Env:COMP_WORD, Env:COMP_WORDS -ErrorAction SilentlyContinue
    }
}
"""


class PowerShellComplete(ShellComplete):
    """Completion for PowerShell 5 and 7, which click has no words for."""

    name = "powershell"
    source_template = _POWERSHELL

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is completed, and that one; a quoted word is its text."""
        word = os.environ.get("COMP_WORD", "").strip(_QUOTES)  # noqa: TID251  # how shells tell; click reads it likewise
        words = os.environ.get("COMP_WORDS", "").split("\n")[1:]  # noqa: TID251  # as above
        bare = [one.strip(_QUOTES) for one in words]
        return (bare[:-1] if bare[-1:] == [word] else bare), word

    def format_completion(self, item: CompletionItem) -> str:
        """A value and what it means; PowerShell takes no empty meaning."""
        return f"{item.value}\t{' '.join((item.help or item.value).split())}"


def register() -> None:
    """Let click know the shells that it has no class for."""
    add_completion_class(PowerShellComplete)


_INSTALLED = {
    "bash": 'eval "$(models completion bash)"  in ~/.bashrc',
    "zsh": 'eval "$(models completion zsh)"  in ~/.zshrc',
    "fish": "models completion fish | source  in ~/.config/fish/config.fish",
    "powershell": "models completion powershell | Out-String | Invoke-Expression  in $PROFILE",
}
_LINES = tuple(f"{shell}: {line}" for shell, line in _INSTALLED.items())
_HELP = "\n".join(
    ["Print the script that makes a SHELL complete verbs, flags, models and profiles.", "", "\b", *_LINES]
)


@click.command(help=_HELP)
@click.argument("shell", type=click.Choice(tuple(_INSTALLED)), required=False, metavar=f"{{{'|'.join(_INSTALLED)}}}")
@common
def completion(session: Session, *, shell: str | None) -> int:
    """Print a shell's script, made by click where it knows the shell."""
    if shell is None:
        own = own_shell(session.surroundings.environment)
        hint = f"put this line where your shell reads it: {_INSTALLED[own if own in _INSTALLED else 'bash']}"
        raise UsageError("which shell?", hint=hint, details=_LINES)
    register()
    found: Any = get_completion_class(shell)
    made = found(click.get_current_context().find_root().command, {}, PROGRAM, VARIABLE)
    text = made.source_template % made.source_vars()
    if session.json:
        from resolver.cli.documents import write

        write("completion", 0, {"shell": shell, "script": text})
    else:
        sys.stdout.write(text)
    return 0
