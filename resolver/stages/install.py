"""From wheels and what lies in an environment: what is to be done there, or why nothing may be."""

from collections.abc import Sequence

from resolver.domain.installation import (
    INSTALL,
    INSTALLER,
    PRESENT,
    REPAIR,
    REPLACE,
    Distribution,
    Installation,
    Installed,
    Piece,
    Wheel,
)


def decide(wheels: Sequence[Wheel], there: Installed) -> tuple[Installation, ...]:
    """What makes each wheel installed exactly as it is locked; what is so already is left alone."""
    return tuple(_decided(one, there, _rivals(one, wheels)) for one in wheels)


def _decided(wheel: Wheel, there: Installed, rivals: tuple[str, ...]) -> Installation:
    found = there.distributions.get(wheel.key, ())
    if not rivals and _is_present(wheel, found, there):
        return Installation(wheel, PRESENT)
    refusals = (*rivals, *_refusals(wheel, found, there))
    places = {one.place for one in wheel.all_pieces}
    records = {one.record for one in found if one.record is not None}
    return Installation(
        wheel=wheel,
        state=_state(wheel, found),
        replaces=tuple(one.version for one in found),
        removes=tuple(sorted({place for one in found for place in one.files} - places - records)),
        old_records=tuple(sorted(records - places)),
        hollow=there.hollow.get(wheel.key, ()),
        writes=tuple(one for one in wheel.all_pieces if not there.is_right(one)),
        refusals=refusals,
    )


def _state(wheel: Wheel, found: Sequence[Distribution]) -> str:
    if not found:
        return INSTALL
    ours = all(one.folder == wheel.folder and one.installer in (INSTALLER, None) for one in found)
    return REPAIR if ours else REPLACE


def _is_present(wheel: Wheel, found: Sequence[Distribution], there: Installed) -> bool:
    """Whether it is installed as it is locked, by us to the last byte, or by another installer with the same files."""
    if len(found) != 1 or found[0].folder != wheel.folder or found[0].editable or there.hollow.get(wheel.key):
        return False
    if found[0].installer in (INSTALLER, None) and wheel.complete:
        return all(there.is_right(one) for one in wheel.all_pieces)
    return _is_the_same(wheel, found[0], there)


def _is_the_same(wheel: Wheel, found: Distribution, there: Installed) -> bool:
    """Every locked file is right, every script is there, and RECORD names these and nothing that Python would load."""
    wanted = [one for one in wheel.pieces if not wheel.is_bookkeeping(one.place)]
    right = all(there.is_right(one) if one.content is None else there.seen.get(one.place) for one in wanted)
    more = found.named - {one.place for one in wheel.all_pieces}
    known = found.named >= {one.place for one in wanted}
    return right and known and not (wheel.complete and any(not wheel.tolerates(place) for place in more))


def _rivals(wheel: Wheel, wheels: Sequence[Wheel]) -> tuple[str, ...]:
    """Other wheels of the lock that want the same name or the same place."""
    found = []
    for other in wheels:
        shared = _shared(wheel, other) if other is not wheel else None
        if other is not wheel and other.key == wheel.key:
            found.append(f"{other.artifact} is selected too, as {other.title}: one name is one package")
        elif shared is not None:
            found.append(f"{shared} would belong to {other.title} too")
    return tuple(found)


def _shared(wheel: Wheel, other: Wheel) -> str | None:
    return min({one.place for one in wheel.all_pieces} & {one.place for one in other.all_pieces}, default=None)


def _refusals(wheel: Wheel, found: Sequence[Distribution], there: Installed) -> tuple[str, ...]:
    named = frozenset(place for one in found for place in one.named)
    said = [text for one in found for text in _of_distribution(one, wheel, there)]
    said += [text for one in wheel.all_pieces if (text := _of_place(one, wheel, named, there)) is not None]
    return tuple(dict.fromkeys(said))


def _of_distribution(found: Distribution, wheel: Wheel, there: Installed) -> list[str]:
    """Why a distribution of the same name cannot be taken away."""
    title = f"{found.name} {found.version}".strip()
    if found.editable:
        return [f"{title} is installed as editable: its files are somebody's work"]
    if found.record is None:
        return [f"{title} is installed without a RECORD, so that nobody knows its files"]
    shared = [(place, there.others(place, wheel.key)) for place in sorted(found.files)]
    return [
        *(f"{title}: {objection}" for objection in found.objections),
        *(f"{title}: its RECORD names {place}, which belongs to {others[0]} too" for place, others in shared if others),
    ]


def _of_place(piece: Piece, wheel: Wheel, named: frozenset[str], there: Installed) -> str | None:
    """Why a piece may not be written where it belongs."""
    others = there.others(piece.place, wheel.key)
    if others:
        return f"{piece.place} belongs to {others[0]}"
    if piece.place in there.blocked:
        return f"{piece.place} cannot be reached: {there.blocked[piece.place]}"
    if there.seen.get(piece.place) is None or there.is_right(piece) or piece.place in named:
        return None
    return f"{piece.place} is there and belongs to no package"
