"""What is judged: what is wanted, what was placed by the record, and what is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from resolver.domain.names import folded
from resolver.domain.plan import Trace
from resolver.domain.pruning import Inventory
from resolver.domain.view import View
from resolver.files.bytecode import CACHE, source_of


@dataclass(frozen=True, slots=True)
class Layouts:
    """How things lie in a view.

    `home` is the folder of what a path belongs to, `named` the folder that a reference names by its text; `everywhere`
    maps each path that some machine would want to models; `own` are our own files, which no lock names.
    """

    home: Callable[[str], str]
    named: Callable[[str, str], str]
    everywhere: Mapping[str, tuple[str, ...]]
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scene:
    """The whole view of a selection, what is there, and by the record the traces and references that were placed."""

    view: View
    there: Inventory
    traces: Mapping[str, Trace]
    references: Mapping[str, str]
    layouts: Layouts

    def is_wanted(self, path: str) -> bool:
        """Whether the selection places something there."""
        return path in self.view.placements or path in self.view.references

    def is_hidden(self, path: str) -> bool:
        """Whether it may lie where nobody can see it, or what Python made of it may."""
        folder = path.rpartition("/")[0]
        in_a_blind_folder = path.endswith(".py") and f"{folder}/{CACHE}".lstrip("/") in self.there.closed
        return path in self.there.behind or in_a_blind_folder or path in self._blind

    @cached_property
    def _blind(self) -> frozenset[str | None]:
        """Modules whose bytecode cannot be looked at."""
        return frozenset(map(source_of, self.there.closed))

    @cached_property
    def unwanted(self) -> tuple[str, ...]:
        """What was placed and is not wanted, whether it is there or not."""
        return tuple(path for path in (*self.traces, *self.references) if not self.is_wanted(path))

    @cached_property
    def twins(self) -> frozenset[str]:
        """What is not wanted, but may be a wanted file that some systems show under this spelling only."""
        if not self.unwanted:
            return frozenset()
        wanted = {folded(path): path for path in (*self.view.placements, *self.view.references)}
        alike = ((path, wanted.get(folded(path))) for path in self.unwanted)
        return frozenset(path for path, other in alike if other is not None and other not in self.there.files)

    @cached_property
    def former(self) -> dict[str, Trace]:
        """What was placed, is not wanted and lies there: whether it is unchanged has to be seen before `prune`."""
        return {
            path: self.traces[path]
            for path in self.unwanted
            if path in self.traces and path in self.there.files and path not in self.twins and not self.is_hidden(path)
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen: which former files are unchanged, and what unwanted references say now.

    `compiled` tells whether bytecode that lies beside its source was made from just that source.
    """

    unchanged: frozenset[str]
    texts: Mapping[str, str]
    compiled: Callable[[str, Trace], bool]
