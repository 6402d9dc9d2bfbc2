"""What goes from a view, or went, as people and scripts read it."""

from collections.abc import Iterable
from typing import TextIO

from resolver.cli.tables import say, show, tell
from resolver.cli.texts import count
from resolver.domain.pruning import AT_ONCE, COLLECTED, NOT, Leaving, Pruning, Staying, size_of
from resolver.domain.quantities import format_size
from resolver.runtimes import title_of

Group = tuple[tuple[str, ...], str, str]
"""The models that something was for, what people call it, why it goes."""


def show_pruning(pruning: Pruning, out: TextIO) -> None:
    """What goes, what stays and why, and what the disk gains; whoever reads it has it before anything goes."""
    going = [
        (title, str(len(files)), format_size(size_of(files)), f"{', '.join(models)}: {because}" if models else because)
        for (models, title, because), files in _groups(pruning.files).items()
    ]
    show(going, out, right=(1, 2), headers=("goes", "files", "size", ""))
    staying = [(one.path, _number(one), format_size(one.size), one.because) for one in pruning.staying]
    show(staying, out, right=(1, 2), headers=("stays", "files", "size", ""))
    line = "Nothing to remove" if pruning.is_empty else f"To remove: {_amount(pruning)}"
    tell(line, out)
    out.flush()


def _number(one: Staying) -> str:
    return str(one.files) if one.files else "?"


def _groups(files: Iterable[Leaving]) -> dict[Group, list[Leaving]]:
    found: dict[Group, list[Leaving]] = {}
    for one in files:
        found.setdefault((one.models, title_of(one.path), one.because), []).append(one)
    return found


_GAINS = {
    AT_ONCE: "frees {} at once",
    COLLECTED: "frees {} after `models cache gc`",
    NOT: "{} are needed elsewhere",
}


def _amount(pruning: Pruning) -> str:
    """How much goes, and when the disk has it back."""
    sizes = {when: pruning.freed(when) for when in _GAINS}
    gains = [_GAINS[when].format(format_size(size)) for when, size in sizes.items() if size]
    return f"{_total(pruning)} ({', '.join(gains)})" if gains else _total(pruning)


def _total(pruning: Pruning) -> str:
    return f"{count(len(pruning.files) + len(pruning.references), 'file')}, {format_size(pruning.size)}"


def say_removed(pruning: Pruning) -> None:
    """What went, and how the disk gets back what the store still has of it."""
    if not pruning.is_empty:
        later = pruning.freed(COLLECTED)
        rest = f"; `models cache gc` frees {format_size(later)}" if later else ""
        say(f"Removed {_total(pruning)}{rest}")


def say_failures(pruning: Pruning) -> None:
    """What could not be removed."""
    for path, failure in pruning.failed.items():
        say(f"error: {path} cannot be removed: {failure}")


def pruning_document(pruning: Pruning) -> dict[str, object]:
    """What goes or went; sizes are bytes, each counted once."""
    return {
        "removed": [
            {
                "models": list(models),
                "name": title,
                "path": files[0].home,
                "because": because,
                "files": len(files),
                **_sizes(files),
            }
            for (models, title, because), files in _groups(pruning.files).items()
        ],
        "references": sorted(pruning.references),
        "kept": [
            {"path": one.path, "files": one.files, "bytes": one.size, "because": one.because} for one in pruning.staying
        ],
        "failed": [{"path": path, "because": because} for path, because in pruning.failed.items()],
        "files": len(pruning.files),
        **_sizes(pruning.files),
    }


def _sizes(files: Iterable[Leaving]) -> dict[str, int]:
    files = tuple(files)
    return {
        "bytes": size_of(files),
        "bytes_freed": size_of(one for one in files if one.freed == AT_ONCE),
        "bytes_after_gc": size_of(one for one in files if one.freed == COLLECTED),
    }
