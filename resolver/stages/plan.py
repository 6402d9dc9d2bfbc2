"""From what is wanted and what is there: what to do. Nothing is decided after this."""

from collections.abc import Callable, Iterable, Mapping

from resolver.domain.lock import Artifact, File
from resolver.domain.plan import Adoption, Download, Extraction, Plan, State, Survey
from resolver.domain.ports import Finder, nowhere
from resolver.domain.view import Placement, View


def plan(
    view: View,
    survey: Survey,
    artifacts: Mapping[str, Artifact],
    stored: Callable[[File], bool],
    elsewhere: Finder = nowhere,
) -> Plan:
    """What makes the view right; `stored` says whether the store has a blob, `elsewhere` where else one may lie."""
    absent = [one for path, one in view.placements.items() if survey.files[path].state is not State.PRESENT]
    unstored = _once(one for one in absent if not stored(one.file))
    packed = [one for one in unstored if artifacts[one.artifact].archive is not None]
    single = [one for one in unstored if artifacts[one.artifact].archive is None]
    extractions = _extractions(packed, artifacts)
    adoptions, downloads = _adopted(single, artifacts, elsewhere)
    downloads += [Download(one.artifact, one.archive, one.models) for one in extractions if not stored(one.archive)]
    return Plan(
        downloads=tuple(downloads),
        extractions=tuple(extractions),
        placements=tuple(absent),
        references=tuple(one for path, one in view.references.items() if survey.references[path] != one.text),
        present=tuple(one for path, one in view.placements.items() if survey.files[path].state is State.PRESENT),
        repairs=frozenset(one.path for one in absent if survey.files[one.path].state is State.DAMAGED),
        adoptions=tuple(adoptions),
    )


def _adopted(
    single: Iterable[Placement], artifacts: Mapping[str, Artifact], elsewhere: Finder
) -> tuple[list[Adoption], list[Download]]:
    """What another cache seems to hold, of whichever artifact with that content, and what has to be fetched."""
    wanted = [(one, elsewhere(artifacts[one.artifact], one.file)) for one in single]
    known = {one.file.sha256: origins for one, origins in wanted if origins}
    adoptions, downloads = [], []
    for one, own in wanted:
        origins = own or known.get(one.file.sha256)
        if origins:
            adoptions.append(Adoption(one.artifact, one.file, one.models, origins))
        else:
            downloads.append(Download(one.artifact, one.file, one.models))
    return adoptions, downloads


def _once(placements: Iterable[Placement]) -> list[Placement]:
    """One placement for each content of an artifact, with the models of all who want it.

    Two artifacts with the same content stay apart: one may be gated, and the store makes the second one free.
    """
    found: dict[tuple[str, str], Placement] = {}
    for one in placements:
        earlier = found.get((one.artifact, one.file.sha256))
        models = (*earlier.models, *(m for m in one.models if m not in earlier.models)) if earlier else one.models
        base = earlier or one
        found[one.artifact, one.file.sha256] = Placement(base.path, base.file, base.artifact, models)
    return list(found.values())


def _extractions(packed: Iterable[Placement], artifacts: Mapping[str, Artifact]) -> list[Extraction]:
    by_artifact: dict[str, list[Placement]] = {}
    for one in packed:
        by_artifact.setdefault(one.artifact, []).append(one)
    found = []
    for key, members in by_artifact.items():
        archive = artifacts[key].archive
        if archive is not None:
            models = tuple(dict.fromkeys(model for one in members for model in one.models))
            found.append(Extraction(key, archive, tuple(one.file for one in members), models))
    return found
