"""`models init --from-cache`: a models.yaml of what other programs have fetched. No network, and nothing is hashed."""

import re
from collections.abc import Iterable
from pathlib import Path

from resolver.documents.constraints import revision
from resolver.documents.kinds import WrongTextError
from resolver.documents.source import source
from resolver.documents.starter import MOST_LISTED, FoundModel, starter_text
from resolver.documents.writing import comment
from resolver.domain.caches import CachedRepository, PassedOver
from resolver.domain.errors import InputError, UsageError
from resolver.domain.quantities import format_size
from resolver.runtimes import RUNTIMES
from resolver.sources import SOURCES, cached
from resolver.stages.guess import Guess, guess, guess_by_files, name_for
from resolver.workflows.init import SCHEMA, Started, Starter
from resolver.workflows.workspace import manifest_in

MOST_MODELS = 500
_MOST_FILES = 8
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}", re.ASCII)


def from_cache(folder: Path, named: str) -> Starter:
    """A manifest of the repositories in a cache folder, which is `named` like this in messages.

    Raises:
        UsageError: there is no such folder.
        InputError: nothing in it can become a model, or it holds too much.
    """
    if not folder.is_dir():
        raise UsageError(f"--from-cache {named}: there is no such folder")
    listing = cached(folder)
    omitted = list(listing.passed_over)
    models: list[FoundModel] = []
    taken: list[CachedRepository] = []
    for one in listing.repositories:
        found = _judged(one) if len(models) < MOST_MODELS else PassedOver(one.place, f"more than {MOST_MODELS} models")
        if isinstance(found, PassedOver):
            omitted.append(found)
        else:
            models.append(_model(found, [model.name for model in models]))
            taken.append(found)
    if not models:
        raise InputError(
            f"no model was found in {named}",
            hint="--from-cache takes ~/.cache/huggingface, the `hub` folder in it, or a whole .cache",
            details=[f"{comment(one.place)}: {comment(one.reason)}" for one in omitted[:MOST_LISTED]],
        )
    notes = tuple(PassedOver(comment(one.place), comment(one.reason)) for one in omitted)
    content = starter_text(SCHEMA, models, notes).encode()
    manifest_in(content)
    started = tuple(Started(model.name, model.said, found.size) for model, found in zip(models, taken, strict=True))
    return Starter(None, content, started, notes)


def _judged(found: CachedRepository) -> CachedRepository | PassedOver:
    """Names of folders come from outside: what is no source and no revision becomes no model."""
    try:
        source(found.source, SOURCES)
        revision(found.revision)
    except WrongTextError as error:
        return PassedOver(found.place, error.message if error.whole else f"a source {error.message}")
    return found


def _model(found: CachedRepository, taken: Iterable[str]) -> FoundModel:
    likely = guess_by_files(found.files, found.texts, RUNTIMES)
    if likely == Guess():
        likely = guess(found.source, RUNTIMES)
    keys = {"category": likely.category, "runtime": likely.runtime, "source": found.source, "revision": found.revision}
    least = "" if found.is_whole else "at least "
    return FoundModel(
        name=name_for(found.source, taken),
        said={key: value for key, value in keys.items() if value is not None},
        about=f"{least}{format_size(found.size)} in {len(found.files)} file{'' if len(found.files) == 1 else 's'}",
        because=found.because,
        files=_worth_naming(found) if likely.runtime is None else (),
    )


def _worth_naming(found: CachedRepository) -> tuple[str, ...]:
    """The files of a repository of which programs may have fetched one form of the weights, if they are few."""
    few = found.may_be_part and found.is_whole and 0 < len(found.files) <= _MOST_FILES
    return found.files if few and all(map(_PLAIN_PATH.fullmatch, found.files)) else ()
