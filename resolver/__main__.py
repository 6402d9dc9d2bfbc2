"""The command `models`. `--version` answers before anything else is imported (figures.md, row 7)."""

import os
import sys

from resolver import __version__


def main() -> None:
    """Run the command line with the process's own arguments and environment."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"models {__version__}\n")
        return
    try:
        from resolver.cli.main import run

        run(sys.argv[1:])
    except KeyboardInterrupt:  # before anybody listens to signals, or once more while the first one is told
        os.write(2, b"error: interrupted\n")
        os._exit(130)


if __name__ == "__main__":
    main()
