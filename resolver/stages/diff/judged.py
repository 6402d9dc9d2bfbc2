"""Changes with what the policy says of them."""

from collections.abc import Iterable
from dataclasses import replace

from resolver.domain.diff_report import Complaint
from resolver.domain.lock_report import Change


def judged(changes: Iterable[Change], complaints: Iterable[Complaint]) -> tuple[Change, ...]:
    """Each complaint becomes an alert of the change that it is about, else a change of its own behind the others."""
    found = list(changes)
    places: dict[tuple[str | None, str | None, str], int] = {}
    for index, one in enumerate(found):
        places.setdefault((one.model, one.artifact, one.kind), index)
    for complaint in complaints:
        keys = ((complaint.model, complaint.artifact, kind) for kind in (complaint.about, "added"))
        place = next((places[key] for key in keys if key in places), None)
        if place is None:
            found.append(_alone(complaint))
        else:
            found[place] = replace(found[place], alerts=(*found[place].alerts, complaint.text))
    return tuple(found)


def _alone(complaint: Complaint) -> Change:
    """Nothing of the artifact is another; the policy is."""
    change = Change(complaint.model, "policy", None, None, artifact=complaint.artifact)
    return replace(change, subject=complaint.about, alerts=(complaint.text,))
