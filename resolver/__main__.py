"""The command `models`. `--version` answers before anything else is imported (figures.md, row 7)."""

import sys

from resolver import __version__


def main() -> None:
    """Run the command line with the process's own arguments and environment."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"models {__version__}\n")
        return
    from resolver.cli.main import run

    run(sys.argv[1:])


if __name__ == "__main__":
    main()
