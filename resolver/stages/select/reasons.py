"""Why a machine cannot be served, for people: the fact that is unknown, the models that nothing suits."""

from collections.abc import Sequence

from resolver.domain.errors import NothingSuitsError, UnknownFactError
from resolver.domain.quantities import format_size
from resolver.domain.selector import Truth, mismatch_text
from resolver.stages.select.search import Load, conflict, least_of, total_of
from resolver.stages.select.table import BEST, MEMORIES, UNLIMITED, Machine, Row

Rows = Sequence[Row]
MOST_NAMES = 8
MOST_LINES = 40


def unknown_fact(rows: Rows, best: Sequence[int | None], machine: str) -> UnknownFactError:
    """The first choice that unknown facts decide, and how to declare them; `best` is what is chosen if all is well."""
    chosen = [(row, option) for row, option in zip(rows, best, strict=True) if option is not None]
    doubtful = [one for one in chosen if one[0].verdicts[one[1]].truth is Truth.UNKNOWN]
    row, option = (doubtful or [one for one in chosen if one[0].loads != one[0].most])[0]
    unknown = sorted({one.fact for one in row.verdicts[option].because}) or ["accelerator"]
    verbs = ("is", "decides") if len(unknown) == 1 else ("are", "decide")
    return UnknownFactError(
        f"{machine}: {' and '.join(unknown)} {verbs[0]} unknown and {verbs[1]} whether '{row.model.name}' gets "
        f"'{row.model.variants[option].name}'",
        hint=f"declare it: a profile in models.yaml with {', '.join(f'{fact}: …' for fact in unknown)}, "
        "then `--profile NAME`; `models hardware` shows what is known",
    )


def nothing_suits(groups: Sequence[Rows], this: Machine, machine: str) -> NothingSuitsError:
    """Which models nothing suits; if each has something alone, which of them do not fit together."""
    alone = [row for rows in groups for row in rows if not row.options(BEST)]
    if alone:
        return NothingSuitsError(
            f"{machine}: no variant suits for {_named(alone)}",
            hint="add a variant without `when` as the last one, or `optional: true`",
            details=_few([line for row in alone for line in _rejections(row)]),
        )
    together = [_too_much(rows, this) for rows in groups]
    names = "; ".join(map(_named, together))
    return NothingSuitsError(
        f"{machine}: {names} do not fit together, whatever their variants",
        hint="add a smaller variant, make one `optional: true`, or put models that are not loaded together into "
        "groups of their own",
        details=[line for rows in together for line in _shares(rows, this)],
    )


def _named(rows: Rows) -> str:
    """The models of some rows; of many the first."""
    names = [row.model.name for row in rows]
    more = len(names) - MOST_NAMES
    *front, last = names if more <= 0 else [*names[:MOST_NAMES], f"{more} more"]
    return f"{', '.join(front)} and {last}" if front else last


def _few(lines: list[str]) -> list[str]:
    return lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more"]


def _rejections(row: Row) -> list[str]:
    return [
        f"{row.model.name}  {variant.name}: {'; '.join(mismatch_text(one) for one in verdict.because)}"
        for variant, verdict in zip(row.model.variants, row.verdicts, strict=True)
    ]


def _loads(row: Row) -> list[Load]:
    return [row.load_of(option) for option in row.options(BEST)]


def _too_much(rows: Rows, this: Machine) -> list[Row]:
    positions = conflict([_loads(row) for row in rows], this.limits(UNLIMITED))
    return [rows[position] for position in positions]


def _shares(rows: Rows, this: Machine) -> list[str]:
    """The least that each takes of each memory, and what there is."""
    least = [least_of(_loads(row)) for row in rows]
    total = total_of(least)
    budget = (f"{format_size(limit)} {memory}" for memory, limit in this.available.items())
    lines = [f"{row.model.name}  needs at least {_amounts(load)}" for row, load in zip(rows, least, strict=True)]
    return [*_few(lines), f"together {_amounts(total)}; the budget is {' and '.join(budget)}"]


def _amounts(load: Load) -> str:
    return " and ".join(f"{format_size(size)} {memory}" for memory, size in zip(MEMORIES, load, strict=True) if size)
