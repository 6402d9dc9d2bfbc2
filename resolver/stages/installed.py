"""From what an environment should hold and what lies there: the findings of `verify --python`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resolver.domain.installation import INSTALLER, PRESENT, Distribution, Installation, Installed, Piece, Wheel
from resolver.domain.verify_report import PYTHON, Finding

STRANGER = "it is neither of models.lock nor of a package: remove it"


def installed_findings(
    installations: Sequence[Installation], there: Installed, optional: frozenset[str], hint: str
) -> list[Finding]:
    """Packages and files that are missing, damaged or unexpected; `hint` says what brings them back."""
    found: list[Finding] = []
    for one in installations:
        judge = _Judge(one.wheel, there, hint, optional.issuperset(one.wheel.models))
        if one.state != PRESENT:
            found += judge.of_package()
        found += [judge.finding("unexpected", place, hint=STRANGER) for place in there.strangers.get(one.wheel.key, ())]
    return found


@dataclass(frozen=True, slots=True)
class _Judge:
    wheel: Wheel
    there: Installed
    hint: str
    optional: bool

    def finding(
        self, kind: str, place: str, expected: str | None = None, found: str | None = None, hint: str | None = None
    ) -> Finding:
        """One finding; only what is missing is ever excused."""
        wheel, optional = self.wheel, self.optional and kind == "missing"
        return Finding(
            kind, wheel.models[0], wheel.artifact, place, expected, found, hint or self.hint, optional, PYTHON
        )

    def of_package(self) -> Iterator[Finding]:
        """What is wrong with a package that is not there as it is locked."""
        found = self.there.distributions.get(self.wheel.key, ())
        same = next((one for one in found if one.folder == self.wheel.folder and not one.editable), None)
        if same is None:
            others = ", ".join(f"{one.name} {one.version}".strip() for one in found) or None
            yield self.finding("missing", self.wheel.folder, self.wheel.version, others)
            return
        for piece in self.wheel.all_pieces:
            if not self._is_excused(piece, same):
                yield from self._of_piece(piece)
        wanted = {piece.place for piece in self.wheel.all_pieces}
        more = sorted(place for place in same.named & same.files - wanted if not self.wheel.tolerates(place))
        yield from (self.finding("unexpected", place) for place in more)

    def _of_piece(self, piece: Piece) -> Iterator[Finding]:
        seen = self.there.blocked.get(piece.place) or self.there.seen.get(piece.place)
        if seen is None:
            yield self.finding("missing", piece.place, piece.sha256)
        elif not self.there.is_right(piece):
            yield self.finding("damaged", piece.place, piece.sha256, seen)

    def _is_excused(self, piece: Piece, found: Distribution) -> bool:
        """What another installer wrote in its own way."""
        return piece.content is not None and found.installer != INSTALLER
