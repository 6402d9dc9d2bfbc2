"""Row 7: what it takes to say the version, and to help."""

import sys
from functools import partial

from benchmarks.commands import Command, run
from benchmarks.measure import Contender, Outcome, compare
from benchmarks.peers import environment, hf_command, models_command, python_pass
from benchmarks.report import Row, Target, arguments, known, room

VERSION, HELP, PYTHON = "models --version", "models --help", "python -c pass"
MOST_FOR_VERSION, MOST_FOR_HELP = 60 / 12, 90 / 12
"""The figures name 60 and 90 ms where python takes 12."""


def main() -> None:
    """Measure the whole process."""
    asked = arguments("start_up", __doc__, runs=21).parse_args()
    found = known("click")
    commands = {
        VERSION: [*models_command(), "--version"],
        HELP: [*models_command(), "--help"],
        PYTHON: python_pass(),
        "python -c 'import click'": [sys.executable, "-c", "import click"],
        "hf version": [hf_command(), "version"],
        "hf --help": [hf_command(), "--help"],
    }
    with room(asked.folder) as place:

        def once(words: list[str]) -> Outcome:
            return run(Command(words, place, environment(place / "home"))).outcome()

        contenders = [Contender(name, partial(once, words)) for name, words in commands.items()]
        compared = compare("start", contenders, asked.runs)
    python = compared.of(PYTHON).median
    targets = [
        Target("--version: at most 5 x python -c pass", compared.of(VERSION).median / python, MOST_FOR_VERSION),
        Target("--help: at most 7.5 x python -c pass", compared.of(HELP).median / python, MOST_FOR_HELP),
    ]
    Row(7, "Start-up", "The whole process, pages warm.", [compared], targets, asked.runs).publish(asked.json, found)


if __name__ == "__main__":
    main()
